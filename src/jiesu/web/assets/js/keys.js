// Single keys of the desk. Silent while somebody types, composes Chinese, holds a modifier, or has turned them off.
const OFF = "keys:off";
const sheet = document.getElementById("keys");
const STEPS = { s: "sign", c: "contact", n: "note", r: "submit" };
const GO = { q: "/desk", o: "/desk?view=overdue", b: "/board", n: "/desk/new", a: "/account" };
let going = false;
let at = "";

function typing(event) {
  return event.isComposing || event.keyCode === 229 || event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

if (sheet) {
  document.addEventListener("keydown", (event) => hear(event));
  document.addEventListener("keydown", sendWith);
  const box = document.getElementById("keys-on");
  box.checked = !localStorage.getItem(OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => sheet.showModal());
  document.addEventListener("jiesu:shown", () => at && mark(document.getElementById(at)));
  window.addEventListener("load", () => setTimeout(arrive)); // after the browser has gone to the fragment itself
}

function hear(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event) || localStorage.getItem(OFF) || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
}

function act(key) {
  if (going) {
    going = false;
    return key in GO && go(GO[key]);
  }
  if (key === "g") return (going = true);
  if (key === "?") return sheet.showModal() ?? true;
  if (key === "/") return focus(document.getElementById("q")) || go("/desk#q");
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  if (key === "x") return pick();
  if (key === "o") return open(here());
  if (key in STEPS) return step(STEPS[key]);
  return false;
}

function go(address) {
  location.assign(address);
  return true;
}

function rows() {
  return [...document.querySelectorAll("#rows tr")];
}

/** The row that has the focus, else the one left last, else none. */
function here() {
  const focused = document.activeElement && document.activeElement.closest("#rows tr");
  return focused || document.querySelector("#rows tr.at");
}

function move(by) {
  const all = rows();
  if (!all.length) return false;
  const place = all.indexOf(here());
  const next = all[Math.min(all.length - 1, Math.max(0, place < 0 ? 0 : place + by))];
  mark(next);
  return focus(next.querySelector(".what a"));
}

function mark(next) {
  at = next ? next.id : "";
  for (const row of rows()) row.classList.toggle("at", row === next);
}

function pick() {
  const row = here();
  if (row) row.querySelector("[name=number]")?.click();
  return Boolean(row);
}

function open(row) {
  return Boolean(row) && go(row.querySelector(".what a").href);
}

/** On the ticket page to the step's form; in the queue to that form of the row's ticket. */
function step(name) {
  const form = document.getElementById(`step-${name}`);
  if (form) return unfold(form);
  const row = here();
  return Boolean(row) && go(`${row.querySelector(".what a").href}#step-${name}`);
}

function unfold(form) {
  for (let node = form; node; node = node.parentElement) if (node.matches("details")) node.open = true;
  const open = [...form.querySelectorAll(".radios")].find((group) => !group.querySelector(":checked") && !group.querySelector(".optional"));
  return focus(open?.querySelector("input") ?? form.querySelector("textarea") ?? form.querySelector("input:not([type=hidden]):not([type=radio]), select, button"));
}

function focus(field) {
  if (!field) return false;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
  return true;
}

/** Come from the queue by a step's key, or by "/" from elsewhere. */
function arrive() {
  const form = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
  if (form && form.matches("form")) unfold(form);
  if (location.hash === "#q") focus(document.getElementById("q"));
}

/** Ctrl+Enter sends what is being written. */
function sendWith(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("form");
  const button = form && (form.querySelector("button.primary") || form.querySelector("button:not([type=button])"));
  if (button) form.requestSubmit(button);
}
