// Players of voice messages and music, in the messenger's look. One plays at a time.

import { el, icon } from "./dom.js";
import { lengthWords, sizeWords, word } from "./words.js";

let playing = null;

/** Bars that look like a voice: the real shape isn't in the message, so its id draws them, always the same. */
function bars(seed, count) {
  let number = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: count }, (_, index) => {
    number = (number * 1664525 + 1013904223) >>> 0;
    const swell = 0.45 + 0.55 * Math.abs(Math.sin(index / 4.3 + (number % 7) / 9));
    const bar = el("i");
    bar.style.height = `${Math.round((0.15 + 0.85 * (number / 2 ** 32)) * swell * 100)}%`;
    return bar;
  });
}

function player(file, duration, show, facts) {
  const audio = el("audio", { src: `/control/files/${file.file_id}`, preload: "metadata" });
  const button = el("button.disc", { type: "button", "aria-label": word("voice") }, icon("play"));
  const time = el("small", {}, lengthWords(duration));
  const long = () => (Number.isFinite(audio.duration) ? audio.duration : duration) || 1;
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    if (playing !== audio) playing?.pause();
    playing = audio;
    return audio.play().catch(() => {});
  });
  audio.addEventListener("play", () => button.replaceChildren(icon("pause")));
  audio.addEventListener("pause", () => button.replaceChildren(icon("play")));
  audio.addEventListener("timeupdate", () => {
    show(audio.currentTime / long());
    time.textContent = lengthWords(audio.currentTime || duration);
  });
  audio.addEventListener("ended", () => {
    show(0);
    time.textContent = lengthWords(duration);
  });
  return { element: el("div.sound", {}, button, el("div.facts", {}, ...facts(time)), audio), audio, long };
}

function seekable(strip, made) {
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    made.audio.currentTime = ((event.clientX - box.left) / box.width) * made.long();
  });
  return made.element;
}

export function voice(file) {
  const drawn = bars(file.file_unique_id, 38);
  const strip = el("div.wave", {}, ...drawn);
  const show = (part) => drawn.forEach((bar, index) => bar.classList.toggle("played", index < part * drawn.length));
  return seekable(strip, player(file, file.duration, show, (time) => [strip, time]));
}

export function music(file) {
  const bar = el("i");
  const strip = el("div.track", {}, bar);
  const show = (part) => { bar.style.width = `${part * 100}%`; };
  const title = file.title || file.file_name || word("audio");
  const by = file.performer || sizeWords(file.file_size);
  return seekable(strip, player(file, file.duration, show, (time) => [el("b", {}, title), strip, el("small", {}, time, ` · ${by}`)]));
}
