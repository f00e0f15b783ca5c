// Filing without leaving the page: the next question takes the place of the last, and the browser's own Back asks the one before.
const main = document.getElementById("main");
const form = () => main.querySelector("form[data-steps]");
const step = () => form() && form().elements.step.value;
let asked; // the question that is being fetched

// `begin` brings a question just shown to life. Browsers that do not say which button was pressed load page after page.
export function steps(begin) {
  if (!form() || !window.SubmitEvent || !("submitter" in SubmitEvent.prototype)) return;
  history.replaceState({ step: step() }, "");

  main.addEventListener("submit", (event) => {
    const pressed = event.submitter && event.submitter.value;
    if (!event.target.matches("[data-steps]") || !pressed || pressed === "file") return;
    event.preventDefault();
    const before = step();
    ask(pressed).then(() => { if (step() && step() !== before) history.pushState({ step: step() }, ""); });
  });

  addEventListener("popstate", (event) => {
    if (form() && event.state && event.state.step) ask(`see-${event.state.step}`);
  });

  async function ask(pressed) {
    const answers = new URLSearchParams([...new FormData(form())].filter((answer) => typeof answer[1] === "string"));
    answers.set("do", pressed);
    asked?.abort(); // who goes back or on twice means the last one, whichever answer comes first
    const mine = asked = new AbortController();
    busy(true);
    try {
      const reply = await fetch("/file/steps", { method: "POST", body: answers, signal: mine.signal });
      show(new DOMParser().parseFromString(await reply.text(), "text/html"));
    } catch {
      if (mine.signal.aborted) return;
      const notice = main.querySelector("[data-offline]");
      busy(false);
      notice.hidden = false;
      notice.scrollIntoView({ block: "center" });
    }
  }

  function busy(is) {
    form().setAttribute("aria-busy", is);
    for (const button of form().querySelectorAll("button")) button.disabled = is;
  }

  function show(page) {
    const fresh = page.getElementById("main");
    if (!fresh) throw new Error("not a page");
    main.innerHTML = fresh.innerHTML;
    document.querySelector(".foot").replaceWith(page.querySelector(".foot")); // everything below the header is new: nothing jumps
    document.title = page.title;
    begin();
    window.scrollTo(0, 0);
    const first = document.getElementById("summary") || main.querySelector("h1");
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }
}
