// The input below the conversation: text, files with a caption, a reply or an edit, one draft per client.

import { $, el, icon } from "./dom.js";
import { sendFiles, sendText } from "./sending.js";
import { act, onChange, state } from "./state.js";
import { preview } from "./text.js";
import { sizeWords, word } from "./words.js";

const drafts = new Map(); // client id → {text, files, target, mode, quote}
const fresh = () => ({ text: "", files: [], target: null, mode: "", quote: "" });
let draft = fresh();
let sending = false;

const input = () => $("#message-input");

export function draw() {
  const { files, target, mode, quote } = draft;
  $("#composer").classList.toggle("empty", !input().value.trim() && !files.length && mode !== "edit");
  $("#composer").classList.toggle("sending", sending);
  $("#context").hidden = !target;
  if (target) {
    $("#context use").setAttribute("href", `/static/icons.svg#${mode}`);
    const author = target.from_bot ? state.bot.first_name : word("you");
    $("#context b").textContent = mode === "edit" ? word("editing") : author;
    $("#context span").textContent = quote || preview(target.content);
  }
  $("#tray").hidden = !files.length;
  $("#tray ol").replaceChildren(...files.map(trayItem));
}

const pictures = new WeakMap(); // file → address, so that a redraw doesn't load it anew
function trayItem(file) {
  if (file.type.startsWith("image/") && !pictures.has(file)) pictures.set(file, URL.createObjectURL(file));
  const remove = el("button", { type: "button", title: word("remove"), "aria-label": word("remove") }, icon("close"));
  remove.addEventListener("click", () => {
    draft.files = draft.files.filter((each) => each !== file);
    draw();
  });
  const mark = pictures.has(file) ? el("img", { src: pictures.get(file), alt: "" }) : icon(file.type.startsWith("video/") ? "picture" : "file");
  return el("li", { title: file.name }, mark, el("span", {}, file.name, el("br"), sizeWords(file.size)), remove);
}

async function submit() {
  if (sending || !state.client) return;
  const work = draft;
  const owner = state.client.id;
  const text = input().value;
  const more = work.mode === "reply" ? { reply_to: work.target.content.message_id, ...(work.quote ? { quote: work.quote } : {}) } : {};
  if (!text.trim() && !work.files.length && work.mode !== "edit") return;
  sending = true;
  draw();
  let done;
  if (work.mode === "edit") done = await act("POST", `messages/${work.target.content.message_id}/edit`, { text });
  else if (work.files.length) done = await sendFiles(work.files, text.trim(), { asFile: $("#as-files").checked, more });
  else done = await sendText(text, more);
  sending = false;
  if (done) drafts.delete(owner);
  if (done && state.client?.id === owner) restore(fresh());
  draw();
}

function restore(kept) {
  draft = kept;
  input().value = kept.text;
  draw();
}

/** Changes the draft to answer or edit a message; "reply" and "edit" are also the icons' names. */
function aim(message, mode, quote) {
  const text = mode === "edit" ? (message.content.text ?? message.content.caption ?? "") : input().value;
  restore({ ...draft, text, target: message, mode, quote });
  input().focus();
}

function endAim() {
  restore({ ...draft, text: draft.mode === "edit" ? "" : input().value, target: null, mode: "", quote: "" });
}

export const composer = {
  reply: (message, quote) => aim(message, "reply", quote),
  edit: (message) => aim(message, "edit", ""),
  add(files) {
    draft.files = [...draft.files, ...files];
    draw();
    input().focus();
  },
};

export function startComposer() {
  let owner = null;
  onChange((what) => {
    if (what !== "opened") return;
    if (owner && (input().value || draft.files.length)) drafts.set(owner, { ...draft, text: input().value });
    owner = state.client?.id ?? null;
    restore(drafts.get(owner) || fresh());
    if (owner && matchMedia("(hover: hover)").matches) input().focus();
  });
  $("#composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!$("#composer").classList.contains("recording")) submit();
  });
  input().addEventListener("input", draw);
  input().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
    if (event.key === "Escape") endAim();
  });
  input().addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    composer.add(files);
  });
  $("#cancel-context").addEventListener("click", endAim);
  draw();
}
