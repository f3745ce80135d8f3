// One chosen file as the composer shows it: its picture, name and size, whether it goes as a file, and away.

// What would be shown as a picture, a video or music, if it isn't sent as a file.
const SHOWN = /^(image\/(png|jpeg|gif)|video\/mp4|audio\/)/;

// `on.picture(address)` names an address to give back later; `on.remove()`; `on.asFile()` returns the new state.
export function fileRow(file, words, isFile, on) {
  const row = document.createElement("li");
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.type)) {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(file);
    on.picture(picture.src);
    row.append(picture);
  }
  const name = document.createElement("span");
  name.className = "composer-file-name";
  name.textContent = name.title = file.name;
  const size = document.createElement("span");
  size.className = "composer-file-size";
  size.textContent = inWords(file.size);
  row.append(name, size);
  if (SHOWN.test(file.type)) row.append(asFile(words, isFile, on));
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "btn-close";
  remove.ariaLabel = remove.title = `${words.wordsRemove}: ${file.name}`;
  remove.addEventListener("click", () => on.remove());
  row.append(remove);
  return row;
}

function asFile(words, isFile, on) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "composer-as-file";
  button.textContent = words.wordsAsFile;
  button.ariaPressed = String(isFile);
  button.addEventListener("click", () => {
    button.ariaPressed = String(on.asFile());
  });
  return button;
}

function inWords(bytes) {
  const [amount, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "kilobyte"] : [bytes / 1024 / 1024, "megabyte"];
  const format = { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(Math.max(amount, 0.1));
}
