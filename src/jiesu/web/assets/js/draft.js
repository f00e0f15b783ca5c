// A text being written survives a closed page, on this device and for a week, until it is sent or forgotten; at the desk, in its tab only.
const desk = document.body.classList.contains("desk");
const store = desk ? sessionStorage : localStorage;
const KEPT = 7 * 24 * 3600 * 1000;
const nameOf = (path) => `draft:${path.startsWith("/file") ? "/file" : path}`;

export function keepDraft() {
  const box = document.querySelector("[data-draft]");
  if (!box) return;
  const name = nameOf(location.pathname);
  const note = document.querySelector("[data-kept]");
  const show = () => { if (note) note.hidden = !store.getItem(name); };
  box.value ||= read(name);
  box.addEventListener("input", () => { write(name, box.value); show(); });
  document.querySelector("[data-forget]")?.addEventListener("click", () => {
    store.removeItem(name);
    box.value = "";
    show();
    box.focus();
  });
  show();
}

function read(name) {
  try {
    const kept = JSON.parse(store.getItem(name));
    if (kept && Date.now() - kept.at < KEPT) return kept.text;
  } catch { /* an older draft, or none that can be read */ }
  store.removeItem(name);
  return "";
}

function write(name, text) {
  try {
    if (text.trim()) store.setItem(name, JSON.stringify({ text, at: Date.now() }));
    else store.removeItem(name);
  } catch { /* storage is full or switched off: the form works without */ }
}

if (location.pathname === "/receipt") for (const path of ["/file", "/desk/new"]) store.removeItem(nameOf(path)), sessionStorage.removeItem(nameOf(path));
