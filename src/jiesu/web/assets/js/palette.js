// Ctrl-K: everything that can be reached from here, found by typing: pages, tabs, steps of this ticket, a ticket by its number.
const box = document.getElementById("palette");
let found = [];
let at = 0;

if (box) {
  const field = document.getElementById("palette-q");
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.isComposing) {
      event.preventDefault();
      box.open ? box.close() : show(field);
    }
  });
  for (const button of document.querySelectorAll("[data-palette]")) button.addEventListener("click", () => show(field));
  field.addEventListener("input", () => list(field));
  field.addEventListener("keydown", (event) => steer(event, field));
}

function show(field) {
  field.value = "";
  box.showModal();
  list(field);
}

/** Everything reachable: what it is called, and what choosing it does. */
function reachable() {
  const links = [...document.querySelectorAll(".places a, .saved a, .tabs a")].map((link) => ({ words: tidy(link), run: () => link.click() }));
  const steps = [...document.querySelectorAll("form[id^=step-]")].map((form) => ({
    words: tidy(form.querySelector("button:last-of-type") ?? form),
    hint: box.dataset.step,
    run: () => unfold(form),
  }));
  return [...steps, ...links];
}

function tidy(node) {
  return node.textContent.replace(/\s+/g, " ").trim();
}

function unfold(form) {
  for (let node = form; node; node = node.parentElement) if (node.matches("details")) node.open = true;
  (form.querySelector("textarea") ?? form.querySelector("input:not([type=hidden]):not([type=radio]), select, button")).focus();
}

function list(field) {
  const q = field.value.trim();
  const asked = q.toLowerCase();
  found = reachable().filter((one) => one.words.toLowerCase().includes(asked));
  if (q) found.push({ words: box.dataset.search.replace("{q}", q), run: () => location.assign(number(q) ? `/desk/t/${encodeURIComponent(q)}` : `/desk?q=${encodeURIComponent(q)}`) });
  at = 0;
  const options = document.getElementById("palette-list");
  options.replaceChildren(...found.map(option));
  mark(field);
}

function number(q) {
  return /^HH\d{8}-\d{5,}-\d$/i.test(q);
}

function option(one, place) {
  const item = document.createElement("li");
  item.id = `palette-${place}`;
  item.setAttribute("role", "option");
  item.append(one.words);
  if (one.hint) item.append(Object.assign(document.createElement("small"), { textContent: ` ${one.hint}` }));
  item.addEventListener("click", () => choose(place));
  return item;
}

function mark(field) {
  const items = [...document.getElementById("palette-list").children];
  items.forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
  field.setAttribute("aria-activedescendant", items.length ? `palette-${at}` : "");
  items[at]?.scrollIntoView({ block: "nearest" });
}

function steer(event, field) {
  if (event.isComposing || event.keyCode === 229) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by && found.length) {
    event.preventDefault();
    at = (at + by + found.length) % found.length;
    mark(field);
  }
  if (event.key === "Enter") {
    event.preventDefault();
    choose(at);
  }
}

function choose(place) {
  const one = found[place];
  if (!one) return;
  box.close();
  one.run();
}
