// Texts and files on their way: cut and grouped as Telegram's own apps do it.

import { el } from "./dom.js";
import { act } from "./state.js";

const MOST_TEXT = 4096;
const MOST_CAPTION = 1024;
const MOST_IN_ALBUM = 10;
const MOST_PHOTO = 10 * 1024 * 1024;
const PHOTOS = ["image/jpeg", "image/png", "image/webp"];

/** Facts that only the sender's program knows: how large and how long a film or sound is. */
function facts(file, kind) {
  if (!["video", "audio", "animation"].includes(kind) || file.type.startsWith("image/")) return Promise.resolve({});
  return new Promise((resolve) => {
    const player = document.createElement(kind === "audio" ? "audio" : "video");
    const address = URL.createObjectURL(file);
    const done = () => {
      URL.revokeObjectURL(address);
      const said = { width: player.videoWidth, height: player.videoHeight, duration: Math.round(player.duration) };
      resolve(Object.fromEntries(Object.entries(said).filter(([, value]) => value && Number.isFinite(value))));
    };
    player.onloadedmetadata = done;
    player.onerror = done;
    setTimeout(done, 3000);
    player.src = address;
  });
}

function kindOf(file, asFile) {
  if (asFile) return "document";
  if (PHOTOS.includes(file.type)) return file.size > MOST_PHOTO ? "document" : "photo";
  if (file.type === "image/gif") return "animation";
  if (["video/mp4", "video/quicktime", "video/webm"].includes(file.type)) return "video";
  return file.type.startsWith("audio/") ? "audio" : "document";
}

const together = (kind) => ({ photo: "pictures", video: "pictures", document: "files", audio: "music" })[kind] || null;

function grouped(parts) {
  const groups = [];
  for (const part of parts) {
    const album = together(part.kind);
    const room = album && groups.find((group) => together(group[0].kind) === album && group.length < MOST_IN_ALBUM);
    if (room) room.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** Sends one message, or one album. `parts`: {file, kind, name, said}. */
export function sendParts(parts, caption = "", more = {}) {
  const form = new FormData();
  for (const part of parts) {
    form.append("kind", part.kind);
    form.append("said", JSON.stringify(part.said || {}));
    form.append("file", part.file, part.name || part.file.name);
  }
  if (caption) form.append("caption", caption);
  for (const [name, value] of Object.entries(more)) form.append(name, value);
  return act("POST", "messages", form);
}

/** Asks for another file, which takes the place of the message's; the caption stays. */
export function replaceFile(message) {
  const input = el("input", { type: "file" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const form = new FormData();
    const kind = kindOf(file, "document" in message.content && !message.content.animation);
    form.append("kind", kind);
    form.append("said", JSON.stringify(await facts(file, kind)));
    form.append("caption", message.content.caption || "");
    form.append("file", file, file.name);
    act("POST", `messages/${message.content.message_id}/edit`, form);
  });
  input.click();
}

/** True when everything was sent. */
export async function sendFiles(files, text, { asFile = false, more = {} } = {}) {
  const parts = await Promise.all(files.map(async (file) => {
    const kind = kindOf(file, asFile);
    return { file, kind, said: await facts(file, kind) };
  }));
  const captioned = text.length <= MOST_CAPTION;
  for (const [index, group] of grouped(parts).entries()) {
    if (!(await sendParts(group, captioned && !index ? text : "", index ? {} : more))) return false;
  }
  return captioned || sendText(text);
}

/** A text above the limit goes as several messages, cut at a line or a space where there is one. */
export async function sendText(text, more = {}) {
  let left = text;
  let first = more;
  while (left) {
    let cut = left.length;
    if (cut > MOST_TEXT) {
      cut = Math.max(left.lastIndexOf("\n", MOST_TEXT), left.lastIndexOf(" ", MOST_TEXT));
      if (cut < MOST_TEXT / 2) cut = /[\ud800-\udbff]/.test(left[MOST_TEXT - 1]) ? MOST_TEXT - 1 : MOST_TEXT;
    }
    const piece = left.slice(0, cut);
    left = left.slice(cut).trimStart();
    if (piece.trim() && !(await act("POST", "messages", { text: piece, ...first }))) return false;
    first = {};
  }
  return true;
}
