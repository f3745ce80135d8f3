// What a message carries besides text, as elements.

import { $, el, icon } from "./dom.js";
import { checklist, dice, game, gift, paid, person, place, story } from "./kinds.js";
import { pollOf } from "./poll.js";
import { music, voice } from "./sounds.js";
import { kindOf } from "./text.js";
import { sizeWords, word } from "./words.js";

const address = (file) => `/control/files/${file.file_id}`;

function photo(content) {
  const whole = content.photo.at(-1);
  const image = el("img", { src: address(whole), alt: word("photo"), width: whole.width, height: whole.height, loading: "lazy" });
  return el("a.picture", { href: address(whole), target: "_blank", onclick: (event) => { event.preventDefault(); view(address(whole)); } }, image);
}

function view(source) {
  $("#viewer img").src = source;
  $("#viewer").showModal();
}

function film(content, kind) {
  const file = content[kind];
  if (file.mime_type?.startsWith("image/")) {
    return el("a.picture.gif", { href: address(file), target: "_blank" }, el("img", { src: address(file), alt: word("animation") }));
  }
  const gif = kind === "animation";
  const video = el("video", {
    src: address(file), controls: !gif, loop: gif, autoplay: gif, playsinline: true, preload: "metadata",
    width: file.width || null, height: file.height || null,
  });
  video.muted = gif;
  return el(gif ? "span.picture.gif" : "span.picture", {}, video);
}

function roundFilm(content) {
  const video = el("video.round-film", { src: address(content.video_note), playsinline: true, preload: "metadata", loop: true });
  video.addEventListener("click", () => (video.paused ? video.play() : video.pause()));
  return video;
}

function card(content) {
  const file = content.document;
  const name = file.file_name || word("document");
  const suffix = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  return el("a.card", { href: address(file), target: "_blank", download: name }, el("span.disc", {}, suffix || icon("file")),
    el("span", {}, el("b", {}, name), el("small", {}, sizeWords(file.file_size))));
}

/** Stickers: a picture, a film, or (.tgs) its emoji moving: this page draws no vector animation. */
function sticker(content) {
  const file = content.sticker;
  if (file.is_video) {
    const video = el("video.sticker", { src: address(file), loop: true, autoplay: true, playsinline: true });
    video.muted = true;
    return video;
  }
  if (file.is_animated) return el("span.sticker.hopping", { role: "img", "aria-label": word("sticker") }, file.emoji || "✨");
  return el("img.sticker", { src: address(file), alt: file.emoji || word("sticker") });
}

/** The cover is taken away by a touch, and stays away. */
function covered(content, made) {
  if (!content.has_media_spoiler || !made) return made;
  const cover = el("button.cover", { type: "button", title: word("uncover"), "aria-label": word("uncover") });
  cover.addEventListener("click", (event) => { event.preventDefault(); cover.remove(); });
  made.append(cover);
  return made;
}

const MAKERS = {
  photo, document: card, location: place, venue: place, contact: person, video_note: roundFilm, sticker,
  dice, game, story, checklist, gift, paid_media: paid,
  video: (content) => film(content, "video"),
  animation: (content) => film(content, "animation"),
  audio: (content) => music(content.audio),
  voice: (content) => voice(content.voice),
};

export function media(message) {
  const { content } = message;
  const kind = kindOf(content);
  if (kind === "poll") return pollOf(message);
  return covered(content, MAKERS[kind]?.(content) ?? null);
}

/** How a bubble with this kind looks: "pictured" (edge to edge), "bare" (no bubble), or "". */
export function look(content) {
  const kind = kindOf(content);
  if (["photo", "video", "animation", "location", "venue", "paid_media"].includes(kind)) return "pictured";
  return ["sticker", "video_note", "dice"].includes(kind) ? "bare" : "";
}
