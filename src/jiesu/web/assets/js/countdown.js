// What is left of less than a day, counted on between two looks at the server, whose words stay the truth.
const base = document.querySelector("[data-now]");
const sign = document.getElementById("countdown");
const HOUR = 3600;
const DAY = 24 * HOUR;

if (base && sign) {
  const ahead = Date.now() / 1000 - Number(base.dataset.now);
  setInterval(() => count(Date.now() / 1000 - ahead), 30000);
}

function count(now) {
  for (const place of document.querySelectorAll("[data-due]")) {
    const left = Number(place.dataset.due) - now;
    if (Math.abs(left) < DAY) write(place.querySelector(".due"), left);
  }
}

/** The moment stays as it is written; what follows it is written as `sla/wording.py` writes it. */
function write(due, left) {
  const text = due && [...due.childNodes].find((node) => node.nodeType === 3 && node.data.includes(" · "));
  if (!text) return;
  const moment = text.data.slice(0, text.data.indexOf(" · "));
  const tail = text.data.endsWith(" ") ? " " : "";
  text.data = `${moment} · ${words(left)}${tail}`;
  due.classList.toggle("overdue", left < 0);
  if (left < 0) due.classList.remove("soon");
  const soon = due.querySelector("b");
  if (soon && left < 0) soon.remove();
}

function words(left) {
  const span = Math.abs(left);
  const hours = span >= HOUR;
  const amount = Math.floor(span / (hours ? HOUR : 60));
  const unit = amount === 0 ? "instant" : `${hours ? "hour" : "minute"}${amount === 1 ? "" : "s"}`;
  return sign.dataset[`${left < 0 ? "late" : "left"}${unit[0].toUpperCase()}${unit.slice(1)}`].replace("{n}", amount);
}
