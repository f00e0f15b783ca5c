// The queue that keeps itself up to date: looks again when something changed, goes on when its end comes into sight.
import { Idiomorph } from "idiomorph";
import { look, on } from "./stream.js";

const PAGE = 50;
const MOST = 500;
const EVERY = 5 * 60 * 1000;
const queue = document.getElementById("queue");
let timer = 0;
let changed = new Set();

if (queue) {
  on("ticket", (event) => soon(event.number));
  on("escalation", (event) => soon(event.number));
  on("refresh", () => soon());
  setInterval(() => soon(), EVERY);
  goOn();
}

function soon(number) {
  if (number) changed.add(number);
  clearTimeout(timer);
  timer = setTimeout(again, 400);
}

/** The page as it is now, put into the page as it is, touching nothing that somebody is at. */
async function again() {
  const rows = document.querySelectorAll("#rows tr").length;
  if (document.hidden || rows > MOST) return;
  const address = new URL(location.href);
  address.searchParams.set("view", queue.dataset.view); // the first tab with work may be another by now
  address.searchParams.set("n", Math.max(PAGE, Math.ceil(rows / PAGE) * PAGE));
  const news = changed;
  changed = new Set();
  const reply = await look(address).catch(() => null);
  if (!reply || !reply.ok || reply.redirected) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const fresh = page.getElementById("queue");
  if (fresh) put(fresh, news);
}

function put(fresh, news) {
  const before = shown();
  Idiomorph.morph(queue, fresh, { ignoreActiveValue: true, callbacks: { beforeAttributeUpdated: mayChange, beforeNodeMorphed: mayMorph } });
  const after = shown();
  const many = [...news].filter((number) => before.get(number) !== after.get(number)).length;
  if (many) document.getElementById("came").textContent = queue.dataset.came.replace("{n}", many);
  document.dispatchEvent(new Event("jiesu:shown"));
  goOn();
}

function shown() {
  return new Map([...document.querySelectorAll("#rows tr")].map((row) => [row.id.slice(4), row.textContent]));
}

/** What people opened stays open, what they ticked stays ticked, what they typed stays. */
function mayChange(name, node) {
  return !(name === "open" && node.matches("details")) && !(name === "checked" || (name === "value" && node.matches("input:not([type=hidden])")));
}

function mayMorph(old) {
  return !(old.nodeType === 1 && old.matches("input[type=checkbox], input[type=text], input:not([type]), select"));
}

/** The next stretch when its button is nearly in sight; the button itself works too. */
function goOn() {
  const next = document.querySelector("#pages [rel=next]");
  if (!next || next.dataset.watched || !window.IntersectionObserver) return;
  next.dataset.watched = "1";
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    append(next.href);
  }, { rootMargin: "200px" });
  watch.observe(next);
}

async function append(address) {
  const reply = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!reply || !reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const row of page.querySelectorAll("#rows tr")) {
    if (!document.getElementById(row.id)) document.getElementById("rows").append(row);
  }
  const next = page.querySelector("#pages [rel=next]");
  document.getElementById("pages").replaceChildren(...(next ? [next] : []));
  document.dispatchEvent(new Event("jiesu:shown"));
  goOn();
}
