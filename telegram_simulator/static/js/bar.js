// The frame around the open chat: the bot's name and what it does, and which of start, unblock and input is there.

import { $, avatar } from "./dom.js";
import { act, chatOf, onChange, state } from "./state.js";
import { word } from "./words.js";

const ACTIONS = ["typing", "upload_photo", "upload_video", "record_video", "upload_document", "record_voice", "upload_voice", "choose_sticker", "find_location", "upload_video_note", "record_video_note"];
let busy;

function drawFrame() {
  const { client, bot } = state;
  $("#open-chat").hidden = !client || !bot;
  $("#no-chat").hidden = Boolean(client && bot);
  document.body.dataset.view = client ? "chat" : "list";
  if (!client || !bot) return;
  const chat = chatOf(client.id);
  $("#bot-avatar").replaceWith(Object.assign(avatar(bot, ".small"), { id: "bot-avatar" }));
  $("#bot-name").textContent = bot.first_name;
  if (!busy) $("#bot-status").textContent = `${word("is_bot")} · @${bot.username}`;
  $("#block").hidden = !chat?.started;
  $("#block").textContent = word(chat?.blocked ? "unblock" : "block");
  $("#block").classList.toggle("danger", !chat?.blocked);
  $("#start").hidden = Boolean(chat?.started) || Boolean(chat?.blocked);
  $("#unblock").hidden = !chat?.blocked;
  $("#composer").hidden = !chat?.started || Boolean(chat?.blocked);
}

function showAction(action) {
  clearTimeout(busy);
  $("#bot-status").textContent = word(ACTIONS.includes(action) ? action : "other");
  $("#bot-status").classList.add("busy");
  busy = setTimeout(endAction, 5000); // https://core.telegram.org/bots/api#sendchataction
}

function endAction() {
  clearTimeout(busy);
  busy = null;
  $("#bot-status").classList.remove("busy");
  drawFrame();
}

export function startBar() {
  onChange((what, detail) => {
    if (what === "opened" || (what === "message" && detail.from_bot)) endAction();
    if (["opened", "clients", "chat"].includes(what)) drawFrame();
    if (what === "action") showAction(detail);
  });
  $("#block").addEventListener("click", () => act("POST", chatOf(state.client.id)?.blocked ? "unblock" : "block"));
  $("#unblock").addEventListener("click", () => act("POST", "unblock"));
  $("#start").addEventListener("click", () => act("POST", "start", {}));
}
