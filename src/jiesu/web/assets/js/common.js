// What is nicer with a script on every page; each works without it.
document.documentElement.classList.add("js");

const summary = document.getElementById("summary");
if (summary) summary.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
