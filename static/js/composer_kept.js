// What is being written, as it is kept with the draft and taken up again.

const OPTIONS = ["silent", "no_preview", "spoiler", "as_file"];

export function snapshot({ form, target, files }) {
  const { elements } = form;
  return {
    text: elements.text.value,
    key: elements.key.value,
    mode: elements.mode.value,
    ...target.kept,
    files: files.files.map((file) => file.name),
    options: OPTIONS.filter((name) => elements[name].checked),
    buttons: elements.buttons.value,
    formatted: elements.format.checked,
  };
}

export function takeUp(kept, { form, target, buttons, mode }) {
  const { elements } = form;
  if (!elements.text.value && kept.text) {
    elements.text.value = kept.text;
    if (kept.key) elements.key.value = kept.key; // had it arrived after all, it is still one message
  }
  for (const name of kept.options ?? []) elements[name].checked = true;
  if (kept.text && kept.mode) mode.choose(kept.mode);
  if (kept.buttons) buttons.restore(kept.buttons);
  target.restore(kept);
}

export function resetOptions({ elements }) {
  for (const name of OPTIONS) elements[name].checked = false;
}
