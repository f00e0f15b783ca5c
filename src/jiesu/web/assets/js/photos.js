// Photos and files: shown before they are sent, added to one by one, taken back. Without a script the browser's own box does.
let files = []; // they stay chosen while the form asks something else

export function keepPhotos() {
  for (const input of document.querySelectorAll("input[type=file][data-photos]")) if (settable()) photos(input);
}

// Telephones before 2021 cannot put files back into the box: they keep the box as it is.
function settable() {
  try {
    return new DataTransfer().files.length === 0;
  } catch {
    return false;
  }
}

function photos(input) {
  const list = input.parentElement.querySelector("[data-shown]"), take = input.parentElement.querySelector("[data-take]");
  const put = () => {
    const carrier = new DataTransfer();
    for (const file of files) carrier.items.add(file);
    input.files = carrier.files;
    for (const picture of list.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
    list.textContent = "";
    list.append(...files.map(line));
  };
  const add = (more) => {
    const known = new Set(files.map(name));
    files.push(...[...more].filter((file) => !known.has(name(file))));
    put();
  };
  const name = (file) => `${file.name}/${file.size}/${file.lastModified}`;

  function line(file) {
    const item = document.createElement("li"), text = document.createElement("span"), away = document.createElement("button");
    if (/^image\/(jpeg|png|webp|gif|bmp)$/.test(file.type)) {
      const picture = new Image();
      Object.assign(picture, { src: URL.createObjectURL(file), alt: "", width: 72, height: 72 });
      item.append(picture);
    }
    text.textContent = `${file.name} · ${size(file.size)}`;
    Object.assign(away, { type: "button", className: "quiet", textContent: list.dataset.away });
    away.setAttribute("aria-label", `${list.dataset.away} ${file.name}`);
    away.addEventListener("click", () => {
      files = files.filter((other) => other !== file);
      put();
      input.focus();
    });
    item.append(text, away);
    return item;
  }

  input.addEventListener("change", () => add(input.files));
  const camera = take.querySelector("input");
  take.hidden = false;
  camera.addEventListener("change", () => { add(camera.files); camera.value = ""; });
  if (files.length) put();
}

function size(bytes) {
  return bytes >= 1024 ** 2 ? `${(bytes / 1024 ** 2).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}
