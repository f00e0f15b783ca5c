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

