// The policy library beside a ticket: searched in place; the one chosen is put into the text for the petitioner.
import { insert } from "./replies.js";

const form = document.querySelector("form[data-policies]");
const box = () => ["submit-result", "answer-text", "divert-pointer"].map((id) => document.getElementById(id)).find(Boolean);

if (form) {
  offer();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(`/policies/beside?${new URLSearchParams(new FormData(form))}`);
    if (!answer.ok) return form.submit();
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("articles");
    document.getElementById("articles").replaceWith(found);
    offer();
  });
}

function offer() {
  for (const button of document.querySelectorAll("#articles [data-cite]")) {
    button.hidden = !box();
    button.addEventListener("click", () => {
      const area = box();
      const fold = area.closest("details");
      if (fold) fold.open = true;
      insert(area, button.dataset.cite, "");
    });
  }
}
