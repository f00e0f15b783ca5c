// Reply templates: the one chosen is put where the cursor stands; nothing typed is overwritten, and Ctrl-Z takes it back.
import { ticket } from "./background.js";

let asked = null;
for (const box of document.querySelectorAll("select[data-replies]")) {
  box.addEventListener("change", async () => {
    const code = box.value;
    box.value = "";
    if (!code) return;
    const found = (await templates()).find((one) => one.code === code && one.step === box.dataset.replies);
    if (found) insert(box.form.elements[found.field], found.text);
  });
}

function templates() {
  const number = ticket.dataset.live.split("/").pop();
  asked = asked || fetch(`/api/v1/desk/tickets/${number}/replies`).then((answer) => answer.json());
  asked.catch(() => (asked = null));
  return asked;
}

export function insert(area, text, apart = "\n") {
  area.focus();
  const before = area.value.slice(0, area.selectionStart);
  const whole = before && !before.endsWith("\n") ? `${apart}${text}` : text;
  area.setSelectionRange(area.selectionStart, area.selectionStart); // what was selected stays
  if (!document.execCommand("insertText", false, whole)) {
    area.setRangeText(whole);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
