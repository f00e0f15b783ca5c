// Presence: says every fifteen seconds that the page is open and what is being written; shows who else is there, and what changed.
// It falls silent while the page is hidden and five minutes after the last sign of life, so that an idle session still ends.
import { body, tell, ticket } from "./background.js";
import { flush } from "./drafts.js";

const EVERY = 15000, ALIVE = 5 * 60000, WRITING = 60000;

if (ticket) {
  const others = ticket.querySelector("[data-others]"), changed = ticket.querySelector("[data-changed]");
  let version = ticket.dataset.version, moved = Date.now(), typed = 0, step = "", told = "";

  const writing = () => (Date.now() - typed < WRITING ? step : "");
  const beat = async () => {
    if (document.hidden || Date.now() - moved > ALIVE) return;
    told = writing();
    show(await tell("/presence", { version, seen: ticket.dataset.seen, writing: told }));
  };
  const show = (answer) => {
    others.textContent = answer.others.map((one) => one.text).join("；");
    others.hidden = answer.others.length === 0;
    others.classList.toggle("writing", answer.others.some((one) => one.writing));
    if (answer.changes.length) {
      changed.querySelector("[data-lines]").textContent = answer.changes.join("；");
      changed.hidden = false;
    }
    version = answer.version;
  };
  const quietly = () => beat().catch(() => undefined); // the next one tells

  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) addEventListener(kind, () => (moved = Date.now()), { passive: true });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-step]");
    if (!form) return;
    typed = Date.now();
    step = form.elements.action.value;
    if (told !== step) quietly();
  });
  document.addEventListener("visibilitychange", quietly);
  addEventListener("pagehide", () => navigator.sendBeacon(`${ticket.dataset.live}/presence`, body({ leave: "1" })));
  changed.querySelector("[data-reload]").addEventListener("click", async (event) => {
    event.preventDefault();
    await flush();
    location.assign(event.target.href);
  });
  setInterval(quietly, EVERY);
  quietly();
}
