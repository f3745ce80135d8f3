// Pictures open large, round films play on a click, and one thing plays at a time.

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
  const lightbox = document.getElementById("lightbox");
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-lightbox]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(lightbox, link);
    }
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
  lightbox.addEventListener("click", (event) => event.target === lightbox && lightbox.close());
  lightbox.addEventListener("close", () => lightbox.querySelector("img").removeAttribute("src"));
  lightbox.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(page, lightbox, -1);
    if (event.key === "ArrowRight") step(page, lightbox, 1);
  });
}

function open(lightbox, link) {
  const picture = lightbox.querySelector("img");
  picture.src = link.href;
  picture.alt = link.dataset.lightbox;
  lightbox.querySelector(".lightbox-foot span").textContent = link.dataset.lightbox;
  lightbox.querySelector(".lightbox-foot a").href = `${link.href}?download=1`;
  if (!lightbox.open) lightbox.showModal();
}

function step(page, lightbox, by) {
  const links = [...page.querySelectorAll("[data-lightbox]")];
  const here = links.findIndex((link) => link.href === lightbox.querySelector("img").src);
  const next = links[here + by];
  if (next) open(lightbox, next);
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
