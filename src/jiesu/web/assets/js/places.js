// Places: the next level appears as soon as one above is chosen, and typing finds any of them (a combobox as WAI-ARIA describes it).
const LEVELS = { district: 6, township: 9, village: 12 };

export function findPlaces() {
  for (const row of document.querySelectorAll("[data-places]")) levels(row);
}

function levels(row) {
  const boxes = Object.keys(LEVELS).map((name) => row.querySelector(`select[name=${name}]`));
  boxes.forEach((box, level) => box.addEventListener("change", () => { forget(row); narrow(boxes, level); }));
  const search = row.querySelector("[data-place-search]");
  if (search) combobox(search, (place) => choose(row, boxes, place));
}

async function narrow(boxes, level) {
  for (const box of boxes.slice(level + 1)) {
    box.length = 1;
    box.closest(".field").hidden = true;
  }
  const next = boxes[level + 1];
  const parent = boxes[level].value;
  if (!next || !parent) return;
  const places = await ask({ parent });
  if (boxes[level].value !== parent) return;
  next.append(...places.map((place) => new Option(place.name.split(" / ").pop(), place.code)));
  next.closest(".field").hidden = places.length === 0;
}

// The boxes show what was found; its code travels beside them in case a level could not be loaded.
async function choose(row, boxes, place) {
  forget(row);
  const hidden = document.createElement("input");
  Object.assign(hidden, { type: "hidden", name: "place", value: place.code });
  row.append(hidden);
  const lengths = Object.values(LEVELS);
  for (let level = 0; level < boxes.length; level++) {
    boxes[level].value = place.code.length >= lengths[level] ? place.code.slice(0, lengths[level]) : "";
    await narrow(boxes, level);
  }
}

function forget(row) {
  row.querySelector("input[name=place]")?.remove();
}

async function ask(what) {
  try {
    const answer = await fetch(`/api/v1/places?${new URLSearchParams(what)}`);
    return answer.ok ? await answer.json() : [];
  } catch {
    return [];
  }
}

function combobox(search, chosen) {
  const input = search.querySelector("input"), list = search.querySelector("ul"), status = search.querySelector("[data-found]");
  let places = [], at = -1, timer = 0, composing = false;

  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const mark = (to) => {
    at = (to + places.length) % places.length;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    list.children[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", list.children[at].id);
  };
  const take = (place) => { input.value = place.name; status.textContent = place.name; close(); chosen(place); };

  async function find() {
    const q = input.value.trim();
    if (!q) return close();
    const found = await ask({ q });
    if (input.value.trim() !== q) return;
    places = found;
    at = -1;
    list.textContent = "";
    list.append(...places.map((place, number) => {
      const item = document.createElement("li");
      Object.assign(item, { id: `${list.id}-${number}`, textContent: place.name });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => take(place));
      return item;
    }));
    list.hidden = places.length === 0;
    input.setAttribute("aria-expanded", String(places.length > 0));
    input.removeAttribute("aria-activedescendant");
    status.textContent = places.length ? `${input.dataset.some}${places.length}` : input.dataset.none;
    status.classList.toggle("hidden", places.length > 0);
  }

  const later = () => { clearTimeout(timer); timer = setTimeout(find, 150); };
  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; later(); });
  input.addEventListener("input", () => { if (!composing) later(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key === "Process") return;
    const open = !list.hidden;
    if (event.key === "ArrowDown" && open) mark(at + 1);
    else if (event.key === "ArrowUp" && open) mark(at < 0 ? places.length - 1 : at - 1);
    else if (event.key === "Enter" && open) take(places[Math.max(at, 0)]);
    else if (event.key === "Escape" && open) close();
    else return;
    event.preventDefault();
  });
}
