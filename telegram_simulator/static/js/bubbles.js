// One message, or one album, as a row of the conversation.

import { el, fullName, icon } from "./dom.js";
import { look, media } from "./media.js";
import { act, state } from "./state.js";
import { formatted, preview } from "./text.js";
import { timeOf, word } from "./words.js";

const authorOf = (content) => (content.from.is_bot ? content.from.first_name : fullName(content.from));

function quoteOf(content) {
  const target = content.reply_to_message;
  if (!target) return null;
  return el("button.quote", { type: "button", dataset: { goto: target.message_id } },
    el("b", {}, authorOf(target)), el("span", {}, content.quote?.text || preview(target)));
}

function forwardOf(content) {
  const origin = content.forward_origin;
  if (!origin) return null;
  const chat = origin.chat || origin.sender_chat;
  const name = origin.sender_user ? fullName(origin.sender_user) : origin.sender_user_name || chat?.title || "?";
  return el("div.forwarded", {}, `${word("forwarded")} ${name}`);
}

function metaOf(message) {
  const { content } = message;
  return el("span.meta", {}, content.edit_date ? word("edited") : null, el("time", {}, timeOf(content.date)),
    message.from_bot ? null : icon("tick"));
}

function reactionsOf(message) {
  if (!message.client_reaction && !message.bot_reaction) return null;
  const own = message.client_reaction;
  return el("div.reactions-given", {},
    own ? el("button", { type: "button", onclick: () => act("POST", `messages/${message.content.message_id}/react`, { emoji: "" }) }, own) : null,
    message.bot_reaction ? el("span", {}, message.bot_reaction) : null);
}

function keyboardOf(message) {
  const rows = message.content.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const press = (button) => act("POST", `messages/${message.content.message_id}/press`, { data: button.callback_data });
  const one = (button) => (button.url
    ? el("a", { href: /^https?:/i.test(button.url) ? button.url : null, target: "_blank", rel: "noopener noreferrer" }, button.text)
    : el("button", { type: "button", onclick: () => press(button) }, button.text));
  return el("div.keyboard", {}, ...rows.map((row) => el("div", {}, ...row.map(one))));
}

/** The attributes by which tests and the menu find a message. */
const marks = (message) => ({ messageId: message.content.message_id, from: message.from_bot ? "bot" : "client" });

function albumBody(messages) {
  const pictured = look(messages[0].content) === "pictured";
  const parts = messages.map((message) => {
    const part = media(message.content);
    const own = pictured ? part : el("div", {}, part, message === messages[0] ? null : formatted(message.content));
    if (message !== messages[0]) Object.assign(own.dataset, marks(message));
    return own;
  });
  return el(pictured ? "div.album" : "div.stack", { dataset: { count: messages.length } }, ...parts);
}

/** A row for the messages of one album, or for one message. */
export function row(messages) {
  const first = messages[0];
  const { content } = first;
  const album = messages.length > 1;
  const style = look(content);
  const captioned = messages.find((each) => each.content.caption) || first;
  const text = formatted(album && style !== "pictured" ? content : captioned.content);
  const meta = metaOf(messages.find((each) => each.content.edit_date) || messages.at(-1));
  if (text) text.append(meta);
  const bubble = el(`div.bubble${style ? `.${style}` : ""}`, {}, forwardOf(content), quoteOf(content),
    album ? albumBody(messages) : media(content), text || meta, reactionsOf(first));
  const reply = el("button.quick-reply", { type: "button", title: word("reply"), "aria-label": word("reply") }, icon("reply"));
  return el("div.row", { dataset: { ...marks(first), ...(content.media_group_id && album ? { album: content.media_group_id } : {}) } },
    el("div.row-body", {}, bubble, keyboardOf(first)), state.chats.get(`${state.bot.id}:${state.client.id}`)?.blocked ? null : reply);
}
