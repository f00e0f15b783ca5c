// The live stream: one for each visible page; says quietly when it is away, and comes back by itself.
const LONGEST = 30000;
const sign = document.getElementById("stream");
let source = null;
let waits = 0;
let timer = 0;
let over = false;

/** Call `fn` with each event of the kind: ticket, escalation, refresh (also after every connection), bye. */
export function on(kind, fn) {
  document.addEventListener(`jiesu:${kind}`, (event) => fn(event.detail));
}

/** Ask for a page or for data because something changed, not because somebody is at work: it keeps no session alive. */
export function look(url, options = {}) {
  return fetch(url, { credentials: "same-origin", ...options, headers: { ...options.headers, "X-Jiesu-Live": "1" } });
}

/** Begin, on a page that somebody signed in looks at. However many bundles ask, there is one stream. */
export function start() {
  if (!sign || !window.EventSource || sign.dataset.started) return;
  sign.dataset.started = "1";
  open();
  document.addEventListener("visibilitychange", () => (document.hidden ? later(close, 5000) : later(open, 0)));
  window.addEventListener("online", () => later(open, 0));
}

function open() {
  if (source || over || document.hidden) return;
  source = new EventSource("/api/v1/stream");
  source.onmessage = (message) => hear(JSON.parse(message.data));
  source.onerror = lost;
}

function close() {
  if (document.hidden && source) source.close();
  if (document.hidden) source = null;
}

function later(fn, wait) {
  clearTimeout(timer);
  timer = setTimeout(fn, wait);
}

function hear(event) {
  if (event.kind === "hello") {
    waits = 0;
    say("");
  }
  if (event.kind === "bye") end();
  tell(event.kind === "hello" ? "refresh" : event.kind, event);
}

function tell(kind, event) {
  document.dispatchEvent(new CustomEvent(`jiesu:${kind}`, { detail: event }));
}

function lost() {
  source.close();
  source = null;
  waits += 1;
  if (waits > 1) say(sign.dataset.lost);
  later(open, Math.min(LONGEST, 500 * 2 ** waits) * (0.75 + Math.random() / 2));
  if (waits === 3) look("/api/v1/session").then((reply) => reply.status === 401 && end(), () => {});
}

function end() {
  over = true;
  if (source) source.close();
  source = null;
  clearTimeout(timer);
  say(sign.dataset.ended);
  const link = document.createElement("a");
  link.href = "/login";
  link.textContent = sign.dataset.enter;
  sign.append(" ", link);
}

function say(words) {
  sign.textContent = words;
  sign.hidden = !words;
}
