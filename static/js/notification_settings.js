// The buttons that try out how one will be told, and the browser's question before desktop notifications.

import { ring } from "./chime.js";

const form = document.querySelector("[data-notification-settings]");
const hintOf = (name) => form.querySelector(`[data-hint="${name}"]`);
const desktop = form.elements.desktop;

function say(name, words) {
  hintOf(name).textContent = hintOf(name).dataset[words] ?? "";
}

async function allowed() {
  if (!globalThis.Notification || !isSecureContext) {
    say("desktop", "wordsMissing");
    return false;
  }
  if (Notification.permission === "default") say("desktop", "wordsAsked");
  const answer = await Notification.requestPermission();
  say("desktop", answer === "granted" ? "" : "wordsDenied");
  return answer === "granted";
}

desktop.addEventListener("change", async () => {
  if (desktop.checked && !(await allowed())) desktop.checked = false;
});

form.querySelector('[data-try="sound"]').addEventListener("click", async () => {
  say("sound", (await ring()) ? "wordsPlayed" : "wordsBlocked");
});

form.querySelector('[data-try="desktop"]').addEventListener("click", async () => {
  if (!(await allowed())) return;
  const { title, text } = hintOf("desktop").dataset;
  try {
    new Notification(title, { body: text, tag: "try" });
    say("desktop", "wordsShown");
  } catch {
    say("desktop", "wordsMissing");
  }
});

if (desktop.checked && globalThis.Notification?.permission !== "granted") say("desktop", globalThis.Notification ? "wordsDenied" : "wordsMissing");
