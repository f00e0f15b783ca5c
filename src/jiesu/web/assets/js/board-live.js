// Fresh numbers in place: when a ticket changed, the page is asked for again and what holds numbers is exchanged.
const CALM = 3000;
const PARTS = ["overview", "panels", "at"];
let waiting = null;
let asked = false;

export function start(redraw) {
  for (const kind of ["ticket", "escalation", "stale"]) document.addEventListener(`jiesu:${kind}`, soon);
  document.addEventListener("visibilitychange", () => !document.hidden && asked && soon());

  function soon() {
    asked = true;
    if (!waiting && !document.hidden) waiting = setTimeout(refresh, CALM);
  }

  async function refresh() {
    waiting = null;
    asked = false;
    // Not because somebody is at work: it keeps no session alive.
    const reply = await fetch(location.href, { credentials: "same-origin", headers: { "X-Jiesu-Live": "1" } }).catch(() => null);
    if (!reply?.ok || reply.redirected) return;
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
    for (const id of PARTS) exchange(document.getElementById(id), fresh.getElementById(id));
    redraw();
    document.dispatchEvent(new CustomEvent("jiesu:board"));
  }
}

// What is open stays open, and whoever stands on a link stays on it.
function exchange(old, fresh) {
  if (!old || !fresh || old.contains(document.activeElement)) return;
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  old.replaceChildren(...fresh.childNodes);
  old.querySelectorAll("details").forEach((each, place) => (each.open = open[place] ?? each.open));
}
