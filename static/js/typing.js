// Lets the client see that an answer is being typed, by whoever may send it.

import { cookie } from "./post.js";

const EVERY = 4000; // milliseconds; in Telegram it is seen for five seconds

export function wireTyping(composer) {
  const text = composer.querySelector("textarea.composer-text");
  let told = 0;
  text.addEventListener("input", () => {
    const ready = composer.querySelector("#composer-state").dataset.state === "ready";
    if (!ready || composer.dataset.mode === "note" || composer.hasAttribute("data-editing") || !text.value.trim() || Date.now() - told < EVERY) return;
    told = Date.now();
    const headers = { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") };
    fetch(composer.dataset.typing, { method: "POST", headers, keepalive: true }).catch(() => {});
  });
}
