// Voice messages and music get our player in place of the browser's, which stays for pages without scripts.

import { Player } from "./player.js";

const players = new WeakMap();

// Done to every fragment before it meets the page: ours shown, the browser's controls not.
export function dressSounds(root) {
  for (const player of root.querySelectorAll(".player")) {
    player.hidden = false;
    player.parentElement.querySelector("audio").removeAttribute("controls");
  }
}

// Draws what came into view, and only then reads the file for it.
export class Sounds {
  constructor(page, box, signal) {
    this.watcher = new IntersectionObserver((seen) => this.seen(seen), { root: box, rootMargin: "200px" });
    signal.addEventListener("abort", () => this.watcher.disconnect());
    this.box = box;
    box.addEventListener("arranged", () => this.watch());
    for (const name of ["play", "pause", "ended", "timeupdate", "durationchange", "ratechange"]) {
      page.addEventListener(name, (event) => this.of(event.target)?.show(), true);
    }
    this.watch();
  }

  watch() {
    for (const sound of this.box.querySelectorAll("[data-sound]")) {
      if (!players.has(sound) && sound.querySelector(".player")) {
        players.set(sound, new Player(sound));
        this.watcher.observe(sound);
      }
    }
  }

  of(audio) {
    return audio instanceof HTMLAudioElement ? players.get(audio.closest("[data-sound]")) : undefined;
  }

  seen(entries) {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      this.watcher.unobserve(entry.target);
      players.get(entry.target)?.draw();
    }
  }
}
