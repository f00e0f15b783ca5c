// The work the form asks of the browser: begun when the page opens, done long before anybody has written a sentence.
let worker = null;

export function prove() {
  if (worker) worker.terminate();
  var form = document.querySelector("form[data-work]");
  if (!form || !form.dataset.work || !window.Worker) return;
  var work = JSON.parse(form.dataset.work), field = form.elements.proof, waiting = null, over = false;
  worker = new Worker(form.dataset.worker);

  function done(number) {
    over = true;
    worker.terminate();
    if (number !== null) field.value = btoa(JSON.stringify({ algorithm: work.algorithm, challenge: work.challenge, number: number, salt: work.salt, signature: work.signature }));
    if (waiting) waiting();
  }
  worker.onmessage = function (event) { done(event.data); };
  worker.onerror = function () { done(null); };
  worker.postMessage(work);

  var pressed = null;
  form.addEventListener("click", function (event) { if (event.target.name === "do") pressed = event.target; });
  form.addEventListener("submit", function (event) {
    var button = event.submitter || pressed;
    if (over || (button && button.value !== "file")) return;
    event.preventDefault();
    if (waiting) return;
    form.setAttribute("aria-busy", "true");
    waiting = function () {
      var box = document.createElement("input");
      box.type = "hidden"; box.name = "do"; box.value = "file";
      form.appendChild(box);
      form.action = form.dataset.to || "/file";
      form.submit();
    };
  });
}
