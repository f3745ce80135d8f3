// The files of a reply before they are sent: chosen, dropped or pasted; checked, shown, removable.

import { fileRow } from "./composer_file_row.js";

export class ComposerFiles {
  // `on.changed()` after each change, `on.refused(words)` when a file can't be taken.
  constructor(composer, on) {
    this.composer = composer;
    this.on = on;
    this.files = [];
    this.asFile = new Set();
    this.list = composer.querySelector("#composer-files");
    this.addresses = [];
    const input = composer.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
    });
    composer.querySelector("textarea").addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    });
    this.takeDrops(composer.closest("[data-ticket-page]"));
  }

  takeDrops(place) {
    let depth = 0;
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    const show = (shown) => place.toggleAttribute("data-dragging", shown);
    place.addEventListener("dragenter", (event) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      show(true);
    });
    place.addEventListener("dragleave", (event) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      show(depth > 0);
    });
    place.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
    place.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      show(false);
      this.add(event.dataTransfer.files);
    });
  }

  add(files) {
    const { mostFiles, largestFile, wordsMany, wordsLarge, wordsEmpty } = this.composer.dataset;
    const refusals = [];
    for (const file of files) {
      if (file.size > Number(largestFile)) refusals.push(wordsLarge.replace("%s", file.name));
      else if (file.size === 0) refusals.push(wordsEmpty.replace("%s", file.name));
      else if (this.files.length >= Number(mostFiles)) {
        refusals.push(wordsMany);
        break;
      } else this.files.push(file);
    }
    this.changed();
    if (refusals.length) this.on.refused(refusals.join(" "));
  }

  // The pictures' addresses hold the files in memory.
  release() {
    for (const address of this.addresses) URL.revokeObjectURL(address);
    this.addresses = [];
  }

  clear() {
    this.files = [];
    this.asFile.clear();
    this.changed();
  }

  // Into the form's body, in their order; with the places of those that are not to be shown as pictures.
  addTo(body) {
    body.delete("files");
    this.files.forEach((file, place) => {
      body.append("files", file, file.name);
      if (this.asFile.has(file)) body.append("as_file", String(place));
    });
  }

  changed() {
    this.draw();
    this.on.changed();
  }

  draw() {
    this.release();
    this.list.hidden = this.files.length === 0;
    this.list.replaceChildren(...this.files.map((file) => this.row(file)));
  }

  row(file) {
    return fileRow(file, this.composer.dataset, this.asFile.has(file), {
      picture: (address) => this.addresses.push(address),
      asFile: () => {
        if (!this.asFile.delete(file)) this.asFile.add(file);
        return this.asFile.has(file);
      },
      remove: () => {
        this.files = this.files.filter((other) => other !== file);
        this.changed();
      },
    });
  }
}
