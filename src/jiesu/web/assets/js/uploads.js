// Files: chosen, dropped or pasted, shown small before they are sent, sent with their progress.
import { flush } from "./drafts.js";

const form = document.querySelector("form[data-drop]");
if (form) {
  const input = form.elements.files, list = form.querySelector("[data-previews]"), piece = form.querySelector("template");
  const sending = form.querySelector("[data-sending]"), failed = form.querySelector("[data-failed]");

  const take = (files) => {
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    input.files = all.files;
    preview();
  };
  const add = (files) => {
    form.closest("details").open = true;
    take([...input.files, ...files]);
    form.querySelector("button:not(.plain)").focus();
  };
  const preview = () => {
    list.replaceChildren(...[...input.files].map((file) => line(file)));
    list.hidden = input.files.length === 0;
  };
  const line = (file) => {
    const item = piece.content.firstElementChild.cloneNode(true);
    item.querySelector("span").textContent = `${file.name} · ${size(file.size)}`;
    item.querySelector("button").addEventListener("click", () => take([...input.files].filter((one) => one !== file)));
    thumbnail(file).then((url) => url && (item.querySelector("img").src = url));
    return item;
  };

  input.addEventListener("change", preview);
  const place = form.closest("section");
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      place.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) place.addEventListener(kind, () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    add(files.map((file) => (file.name === "image.png" ? new File([file], `${stamp()}.png`, { type: file.type }) : file)));
  });
  // Another step loads the page anew: files that were chosen and not sent would be gone without a word.
  document.addEventListener("submit", (event) => {
    if (event.target === form || !input.files.length || !event.target.closest("main")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.closest("details").open = true;
    failed.textContent = form.dataset.unsent;
    failed.hidden = false;
    failed.scrollIntoView({ block: "center" });
    form.querySelector("button:not(.plain)").focus({ preventScroll: true });
  }, true);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = true;
    send(form, (percent) => {
      sending.hidden = false;
      sending.querySelector("progress").value = percent;
      sending.querySelector("span").textContent = `${percent}%`;
    }).then(
      async () => {
        await flush();
        location.assign(`${form.action.replace(/\/files$/, "")}?done=attach#files`);
        if (location.search === "?done=attach") location.reload();
      },
      (problem) => {
        sending.hidden = true;
        if (problem) failed.textContent = problem;
        failed.hidden = false;
      },
    );
  });
}

function send(from, progress) {
  return new Promise((sent, refused) => {
    const request = new XMLHttpRequest();
    request.open("POST", from.action);
    request.upload.onprogress = (event) => progress(Math.round((100 * event.loaded) / event.total));
    request.onload = () => (request.status < 400 ? sent() : refused(said(request.responseText)));
    request.onerror = () => refused("");
    request.send(new FormData(from));
  });
}

function said(page) {
  const summary = new DOMParser().parseFromString(page, "text/html").querySelector("#summary p");
  return summary ? summary.textContent : "";
}

function size(bytes) {
  return bytes >= 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

function stamp() {
  return `paste-${new Date().toISOString().slice(0, 19).replace(/\D/g, "")}`;
}

// A data: address, which the pages' policy allows; none for what is no picture.
async function thumbnail(file) {
  if (!file.type.startsWith("image/")) return "";
  try {
    const picture = await createImageBitmap(file, { resizeHeight: 96, resizeQuality: "medium" });
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/jpeg", 0.7);
  } catch (error) {
    return "";
  }
}
