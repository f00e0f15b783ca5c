// Lists that narrow while one types: the form sends itself and puts what it finds in place of what was there.
const PAUSE = 300;

for (const form of document.querySelectorAll("form[data-narrow]")) {
  let timer = 0;
  let asked = null;
  form.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  form.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  async function look() {
    asked?.abort();
    asked = new AbortController();
    const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(url, { credentials: "same-origin", signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(form.dataset.narrow);
      if (!answer.ok || !found) return;
      document.getElementById(form.dataset.narrow).replaceWith(found);
      history.replaceState(null, "", url);
    } catch {
      // away, or overtaken by the next letter: the button still works
    }
  }
}
