// Drafts: a step's form is kept on the server two seconds after the last key, on leaving a field and on leaving the page.
import { tell, ticket } from "./background.js";

const PAUSE = 2000;
const forms = ticket ? [...document.querySelectorAll("form[data-step]")] : [];
const dirty = new Map(); // form → timer
const sending = new Map(); // form → promise

for (const form of forms) {
  for (const kind of ["input", "change"]) form.addEventListener(kind, (event) => event.target.name && wait(form));
  form.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (dirty.has(form) && !(next && next.form === form && next.type === "submit")) keep(form);
  });
  form.addEventListener("submit", (event) => {
    forget(form); // from here on the step itself carries the text
    const busy = sending.get(form);
    if (!busy) return;
    event.preventDefault();
    busy.then(() => form.requestSubmit(event.submitter));
  });
}
for (const form of forms) form.nextElementSibling.addEventListener("submit", () => forget(form));
addEventListener("pagehide", () => flush(true));

export function flush(leaving = false) {
  return Promise.all([...dirty.keys()].map((form) => keep(form, leaving)).concat(...sending.values()));
}

function wait(form) {
  clearTimeout(dirty.get(form));
  dirty.set(form, setTimeout(() => keep(form), PAUSE));
}

function forget(form) {
  clearTimeout(dirty.get(form));
  dirty.delete(form);
}

function keep(form, leaving = false) {
  forget(form);
  const fields = Object.fromEntries([...new FormData(form)].filter((pair) => typeof pair[1] === "string"));
  const done = tell("/draft", fields, leaving).then((kept) => show(form, kept), () => wait(form));
  sending.set(form, done);
  return done.then(() => sending.get(form) === done && sending.delete(form));
}

function show(form, kept) {
  const note = form.nextElementSibling;
  note.hidden = !(kept.text || kept.problem);
  note.querySelector("[aria-live]").textContent = kept.problem || kept.text || "";
}
