// The survey: one question a screen. A touch on an answer leads to the next; from the keyboard the button does, so that arrows only choose.
const form = document.querySelector("form[data-pages]");
if (form) {
  const pages = [...form.querySelectorAll(".page")];
  const wrong = pages.findIndex((page) => page.querySelector(".wrong, [name=confirmed_unclassified]"));
  let now = 0;

  const show = (to, focus = true) => {
    now = Math.max(0, Math.min(to, pages.length - 1));
    pages.forEach((page, place) => { page.hidden = place !== now; });
    if (!focus) return;
    window.scrollTo(0, 0);
    pages[now].tabIndex = -1; // the question as a whole: a ring around one answer would suggest it
    pages[now].focus({ preventScroll: true });
  };

  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-next]")) show(now + 1);
    else if (event.target.closest("[data-before]")) show(now - 1);
    else if (event.target.matches("input[type=radio]") && event.detail > 0 && now < pages.length - 1) setTimeout(show, 200, now + 1);
  });
  show(wrong < 0 ? 0 : wrong, false);
}
