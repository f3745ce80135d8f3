// Buttons below a message. A pressed one turns until the bot has answered; the answer is a toast, or a box to close.

import { $, el, icon, toast } from "./dom.js";
import { ask, onChange, state } from "./state.js";

async function press(button, message, data) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    const { id } = await ask("POST", `clients/${state.client.id}/messages/${message.content.message_id}/press`, { data });
    button.dataset.query = id;
    if (early.has(id)) finish(early.get(id));
  } catch (error) {
    button.removeAttribute("aria-busy");
    toast(error.message);
  }
}

export function keyboardOf(message) {
  const rows = message.content.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const one = (button) => {
    if (button.url) return el("a", { href: /^https?:/i.test(button.url) ? button.url : null, target: "_blank", rel: "noopener noreferrer" }, button.text, icon("away"));
    const made = el("button", { type: "button", dataset: { data: button.callback_data } }, button.text);
    made.addEventListener("click", () => press(made, message, button.callback_data));
    return made;
  };
  return el("div.keyboard", {}, ...rows.map((row) => el("div", {}, ...row.map(one))));
}

const early = new Map(); // answers that were here before the press itself was confirmed
function finish(answer) {
  early.delete(answer.id);
  const button = $(`[data-query="${answer.id}"]`);
  if (!button) {
    early.set(answer.id, answer);
    return;
  }
  button.removeAttribute("aria-busy");
  delete button.dataset.query;
  if (answer.alert && answer.text) {
    $("#alert p").textContent = answer.text;
    $("#alert").showModal();
  } else if (answer.text) toast(answer.text);
}

export function startKeyboards() {
  onChange((what, detail) => {
    if (what === "opened") early.clear();
    if (what === "answer") finish(detail);
  });
  $("#alert button").addEventListener("click", () => $("#alert").close());
}
