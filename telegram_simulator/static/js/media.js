// What a message carries besides text, as elements.

import { $, avatar, el, fullName, icon } from "./dom.js";
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

function place(content) {
  const { latitude, longitude } = content.location;
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return el("a.place", { href: map, target: "_blank", rel: "noopener noreferrer" }, el("span.map", {}, icon("place")), el("span", {}, where));
}

function person(content) {
  const contact = content.contact;
  const round = avatar({ id: contact.user_id || contact.phone_number.length, ...contact }, ".disc");
  return el("div.card", {}, round, el("span", {}, el("b", {}, fullName(contact)), el("small", {}, contact.phone_number)));
}

const MAKERS = {
  photo, document: card, location: place, contact: person, video_note: roundFilm,
  video: (content) => film(content, "video"),
  animation: (content) => film(content, "animation"),
  audio: (content) => music(content.audio),
  voice: (content) => voice(content.voice),
  sticker: (content) => el("img.sticker", { src: address(content.sticker), alt: content.sticker.emoji || word("sticker") }),
};

export const media = (content) => MAKERS[kindOf(content)]?.(content) ?? null;

/** How a bubble with this kind looks: "pictured" (edge to edge), "bare" (no bubble), or "". */
export function look(content) {
  const kind = kindOf(content);
  if (["photo", "video", "animation", "location"].includes(kind)) return "pictured";
  return ["sticker", "video_note"].includes(kind) ? "bare" : "";
}
