// What is ticked: counted, kept in sight with what can be done to it, a whole stretch ticked with Shift.
const bar = document.getElementById("together");
let last = null;

if (bar) {
  document.addEventListener("change", (event) => event.target.matches("[name=number]") && count());
  document.addEventListener("click", stretch);
  document.addEventListener("jiesu:shown", count);
  document.getElementById("bulk").addEventListener("submit", sending);
  count();
}

function boxes() {
  return [...document.querySelectorAll("#rows [name=number]")];
}

function count() {
  const chosen = boxes().filter((box) => box.checked);
  for (const box of boxes()) box.closest("tr").classList.toggle("picked", box.checked);
  const words = document.getElementById("chosen");
  words.textContent = chosen.length ? words.dataset.words.replace("{n}", chosen.length) : "";
  bar.classList.toggle("shown", chosen.length > 0);
}

function stretch(event) {
  if (!event.target.matches("#rows [name=number]")) return;
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(event.target)];
  if (event.shiftKey && from >= 0) {
    for (const box of all.slice(Math.min(from, to), Math.max(from, to))) box.checked = event.target.checked;
    count();
  }
  last = event.target;
}

/** Enter in the field of the note means the note, not the first button. */
function sending(event) {
  if (document.activeElement && document.activeElement.id === "together-text" && event.submitter && event.submitter.value !== "note") {
    event.preventDefault();
    bar.querySelector("[value=note]").click();
  }
}
