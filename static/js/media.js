// Pictures open large, round films play on a click, and one thing plays at a time.

import { wireLightbox } from "./lightbox.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

// Done to every fragment before it meets the page.
export function dressMedia(root) {
  for (const video of root.querySelectorAll("video[data-video-note]")) video.removeAttribute("controls");
  if (!still.matches) return;
  for (const video of root.querySelectorAll("video[autoplay]")) {
    video.removeAttribute("autoplay");
    video.controls = !video.classList.contains("sticker");
  }
}

export function wireMedia(page) {
  wireLightbox(page);
  page.addEventListener("click", (event) => {
    const note = event.target.closest(".video-note")?.querySelector("video");
    if (note) toggle(note);
  });
  page.addEventListener("keydown", (event) => {
    if (event.target.matches?.("video[data-video-note]") && [" ", "Enter"].includes(event.key)) {
      event.preventDefault();
      toggle(event.target);
    }
  });
  for (const name of ["play", "pause", "ended"]) page.addEventListener(name, (event) => played(page, event), true);
}

function toggle(video) {
  if (video.paused) video.play().catch(() => {});
  else video.pause();
}

function played(page, event) {
  const media = event.target;
  const note = media.closest(".video-note");
  if (note) note.toggleAttribute("data-playing", event.type === "play");
  if (event.type !== "play" || media.muted) return;
  for (const other of page.querySelectorAll("audio, video")) {
    if (other !== media && !other.muted) other.pause();
  }
}
