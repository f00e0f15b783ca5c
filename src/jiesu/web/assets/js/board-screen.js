// The big screen: one panel at a time, in turn, until somebody stops it; brings itself up to date.
import { drawAll } from "./board-charts.js";

const TURN = 20000;
const FRESH = 60000;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

export function start() {
  const panels = document.getElementById("panels");
  if (!panels) return;
  const pause = document.querySelector("[data-turn=pause]");
  let shown = 0;
  let timer = null;

  function show(place) {
    const all = [...panels.children];
    shown = (place + all.length) % all.length;
    all.forEach((panel, number) => (panel.hidden = number !== shown));
    drawAll(all[shown]);
  }

  function turn(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => show(shown + 1), TURN) : null;
    pause.textContent = on ? pause.dataset.stop : pause.dataset.go;
  }

  const does = { back: () => show(shown - 1), next: () => show(shown + 1), pause: () => turn(!timer) };
  for (const button of document.querySelectorAll("[data-turn]")) button.addEventListener("click", does[button.dataset.turn]);
  addEventListener("keydown", (event) => {
    const key = { ArrowLeft: "back", ArrowRight: "next" }[event.key];
    if (key) does[key]();
    if (event.key === "Escape" && !document.fullscreenElement) location.assign("/board");
  });
  addEventListener("resize", () => show(shown));
  document.addEventListener("jiesu:board", () => show(shown));
  setInterval(() => document.dispatchEvent(new CustomEvent("jiesu:stale")), FRESH);
  show(0);
  turn(!still);
}
