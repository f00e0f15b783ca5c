// What is nicer with a script; every page works without it.
document.documentElement.classList.add("js");

const summary = document.getElementById("summary");
if (summary) summary.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

// Places: the next level appears as soon as one above is chosen.
const LEVELS = ["district", "township", "village"];
for (const row of document.querySelectorAll("[data-places]")) {
  const boxes = LEVELS.map((name) => row.querySelector(`select[name=${name}]`));
  boxes.forEach((box, level) => box.addEventListener("change", () => narrow(boxes, level)));
}

async function narrow(boxes, level) {
  for (const box of boxes.slice(level + 1)) {
    box.length = 1;
    box.closest(".field").hidden = true;
  }
  const next = boxes[level + 1];
  const parent = boxes[level].value;
  if (!next || !parent) return;
  const answer = await fetch(`/api/v1/places?parent=${encodeURIComponent(parent)}`);
  if (!answer.ok || boxes[level].value !== parent) return;
  const places = await answer.json();
  next.append(...places.map((place) => new Option(place.name.split(" / ").pop(), place.code)));
  next.closest(".field").hidden = places.length === 0;
}

// A text being written survives a closed page, in this tab only, until it is sent.
const draft = document.querySelector("[data-draft]");
if (draft) {
  const key = `draft:${location.pathname}`;
  draft.value ||= sessionStorage.getItem(key) ?? "";
  draft.addEventListener("input", () => sessionStorage.setItem(key, draft.value));
}
if (location.pathname === "/receipt") {
  for (const path of ["/file", "/desk/new"]) sessionStorage.removeItem(`draft:${path}`);
}
