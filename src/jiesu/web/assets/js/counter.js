// The counter's form: who calls and what it seems to be about are asked while one types.
const form = document.querySelector("form[data-counter]");
if (form) {
  const aside = form.querySelector("[data-aside]"), own = form.querySelector("[data-own]");
  const phone = form.elements["petitioner.phone"], text = form.elements.text;
  let timer = 0, asked = "";

  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  };
  const ask = async () => {
    const chosen = form.querySelector("[name=same_as]:checked");
    const fields = { "petitioner.phone": phone.value, text: text.value, same_as: chosen ? chosen.value : "", _csrf_token: form.elements._csrf_token.value };
    const now = JSON.stringify([fields["petitioner.phone"], fields.text]);
    if (now === asked) return;
    asked = now;
    const answer = await fetch("/desk/new/aside", { method: "POST", body: new URLSearchParams(fields) }).catch(() => null);
    if (!answer || !answer.ok || asked !== now) return;
    aside.innerHTML = await answer.text();
    show();
  };
  // Whoever is on record needs no name here; what was typed for somebody new is not sent along.
  const show = () => {
    const chosen = form.querySelector("[name=same_as]:checked");
    own.disabled = own.hidden = Boolean(chosen && chosen.value);
  };

  phone.addEventListener("input", () => later(400));
  text.addEventListener("input", () => later(1000));
  own.addEventListener("input", (event) => {
    if (/id_number|kind/.test(event.target.name)) own.querySelector("details").open = true; // these want a consent
  });
  aside.addEventListener("change", show);
  aside.addEventListener("click", (event) => {
    if (!event.target.matches("[data-take]")) return;
    form.elements.category.value = event.target.dataset.take;
    form.elements.category.focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Enter" || event.ctrlKey || event.metaKey) return; // keys.js sends
    if (!event.target.matches("input:not([type=radio]):not([type=checkbox]):not([type=file])")) return;
    event.preventDefault(); // one line is done, the form is not
  });
  show();
}
