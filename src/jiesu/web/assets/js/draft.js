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
