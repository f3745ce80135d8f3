// An answer in the builder of rules: its words, the same in other languages, buttons; or a canned reply instead of all.

// In which order languages were added, also those that are not finished and stand in no JSON: [code, text] pairs of
// each `texts` that is in the rule.
const pairsOf = new WeakMap();
// What was written before a canned reply was chosen: it comes back when none is.
const ownWords = new WeakMap();

export function answerFields(one, path, canned, makers) {
  const chosen = one.value?.canned ?? "";
  if (chosen !== "") return [cannedChoice(one, path, canned, makers)];
  const { field, set, words } = makers;
  const text = field(one.value?.text, words.wordsValue, (value) => set({ ...one.value, text: value }), { tag: "textarea", properties: { rows: 2, maxLength: 16384 } });
  return [text, ...languages(one, path, makers), ...buttons(one, path, makers), adds(one, path, canned, makers)];
}

function adds(one, path, canned, makers) {
  const { make, addButton, draw, set, words } = makers;
  const language = addButton(words.wordsLanguage, () => {
    const pairs = pairsIn(one.value);
    const unfinished = pairs.findIndex(([code]) => code === "");
    if (unfinished < 0) keepPairs(one, [...pairs, ["", ""]], set);
    draw(`${path}.texts.${unfinished < 0 ? pairs.length : unfinished}`);
  });
  const button = addButton(words.wordsButton, () => {
    const rows = rowsIn(one.value);
    set({ ...one.value, buttons: [...rows, [{ text: "", answer: "" }]] });
    draw(`${path}.buttons.${rows.length}.0`);
  });
  const box = make("div", { className: "builder-adds" }, language, button);
  if (canned.length) box.append(cannedChoice(one, path, canned, makers));
  return box;
}

function cannedChoice(one, path, canned, { make, choose, draw, set, words }) {
  const chosen = one.value?.canned ?? "";
  const known = chosen === "" || canned.some(([id]) => id === String(chosen));
  const options = known ? canned : [...canned, [String(chosen), `#${chosen}`]];
  const box = choose(options, chosen, words.wordsCanned, (value) => {
    const hours = one.value?.hours ?? null;
    if (chosen === "") ownWords.set(one, one.value);
    set(value === "" ? { ...ownWords.get(one), hours } : { canned: value, hours });
    draw(`${path}.canned`);
  }, { empty: true });
  box.options[0].textContent = words.wordsCanned;
  const row = make("div", { className: "builder-canned" }, box);
  row.dataset.path = `${path}.canned`;
  return row;
}

// Other languages

function pairsIn(value) {
  const texts = value?.texts;
  if (!texts || typeof texts !== "object") return [];
  return pairsOf.get(texts) ?? Object.entries(texts);
}

function keepPairs(one, pairs, set) {
  const texts = {};
  for (const [code, text] of pairs) texts[code] ??= text; // of two the first: the second is marked as there already
  pairsOf.set(texts, pairs);
  const { texts: _before, ...rest } = one.value ?? {};
  set(pairs.length ? { ...rest, texts } : rest);
}

function languages(one, path, { make, field, removeButton, draw, set, words }) {
  const pairs = pairsIn(one.value);
  return pairs.map((pair, number) => {
    const code = field(pair[0], words.wordsCode, (value) => {
      pair[0] = value.trim();
      isTwice(code, pairs, number, words);
      keepPairs(one, pairs, set);
    }, { className: "builder-code", properties: { placeholder: "ru", maxLength: 12, spellcheck: false, autocapitalize: "off", title: words.wordsCode } });
    const text = field(pair[1], words.wordsText, (value) => {
      pair[1] = value;
      keepPairs(one, pairs, set);
    }, { tag: "textarea", properties: { rows: 2, maxLength: 16384, placeholder: words.wordsText } });
    const remove = removeButton(() => {
      keepPairs(one, pairs.filter((other) => other !== pair), set);
      draw(path);
    });
    isTwice(code, pairs, number, words);
    const row = make("div", { className: "builder-row builder-language" }, code, text, remove);
    row.dataset.path = `${path}.texts.${number}`;
    return row;
  });
}

function isTwice(box, pairs, number, words) {
  const code = pairs[number][0].toLowerCase();
  const twice = code !== "" && pairs.slice(0, number).some(([other]) => other.toLowerCase() === code);
  box.setCustomValidity(twice ? words.wordsTwice : "");
  box.classList.toggle("is-invalid", twice);
}

// Buttons

const rowsIn = (value) => (Array.isArray(value?.buttons) ? value.buttons.filter(Array.isArray) : []);

function buttons(one, path, { make, field, removeButton, draw, set, words }) {
  const rows = rowsIn(one.value);
  return rows.flatMap((row, down) => row.map((button, across) => {
    const keep = (text, url) => {
      const answer = !button.answer || button.answer === button.text ? text : button.answer;
      for (const name of Object.keys(button)) delete button[name];
      Object.assign(button, url ? { text, url } : { text, answer });
      set({ ...one.value, buttons: rows });
    };
    const text = field(button.text, words.wordsButtonText, (value) => keep(value, button.url), { properties: { placeholder: words.wordsButtonText, maxLength: 64 } });
    const address = field(button.url, words.wordsButtonAddress, (value) => keep(button.text, value.trim()), { properties: { placeholder: words.wordsButtonAddress, maxLength: 2048, inputMode: "url" } });
    const remove = removeButton(() => {
      const left = rows.map((other) => other.filter((another) => another !== button)).filter((other) => other.length);
      const { buttons: _before, ...rest } = one.value;
      set(left.length ? { ...rest, buttons: left } : rest);
      draw(path);
    });
    const line = make("div", { className: "builder-row builder-button" }, text, address, remove);
    line.dataset.path = `${path}.buttons.${down}.${across}`;
    return line;
  }));
}
