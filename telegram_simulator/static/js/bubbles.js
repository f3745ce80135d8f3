// One message, or one album, as a row of the conversation.

import { el, fullName, icon } from "./dom.js";
import { keyboardOf } from "./keyboard.js";
import { service } from "./kinds.js";
import { look, media } from "./media.js";
import { reactionsOf } from "./reactions.js";
import { state } from "./state.js";
import { formatted, kindOf, preview } from "./text.js";
import { timeOf, word } from "./words.js";

const authorOf = (content) => (content.from.is_bot ? content.from.first_name : fullName(content.from));

function originName(origin) {
  const chat = origin.chat || origin.sender_chat;
  return origin.sender_user ? fullName(origin.sender_user) : origin.sender_user_name || chat?.title || "?";
}

/** What it answers: a message here, one of another chat, or a story. */
function quoteOf(content) {
  const target = content.reply_to_message;
  const there = content.external_reply;
  if (there) return el("div.quote", {}, el("b", {}, originName(there.origin)), el("span", {}, content.quote?.text || preview(there)));
  if (content.reply_to_story) return el("div.quote", {}, el("b", {}, word("story")), el("span", {}, content.reply_to_story.chat.title || fullName(content.reply_to_story.chat)));
  if (!target) return null;
  return el("button.quote", { type: "button", dataset: { goto: target.message_id } },
    el("b", {}, authorOf(target)), el("span", {}, content.quote?.text || preview(target)));
}

function forwardOf(content) {
  const origin = content.forward_origin;
  if (!origin) return null;
  const address = origin.type === "channel" && origin.chat.username ? `https://t.me/${origin.chat.username}/${origin.message_id}` : null;
  const by = origin.author_signature ? ` (${origin.author_signature})` : "";
  return el("div.forwarded", {}, `${word("forwarded")} `, address ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, originName(origin)) : originName(origin), by);
}

function metaOf(message) {
  const { content } = message;
  return el("span.meta", {}, message.silent ? el("span.silent", { title: word("silent"), role: "img", "aria-label": word("silent") }, icon("silent")) : null, content.edit_date ? word("edited") : null, el("time", {}, timeOf(content.date)),
    message.from_bot ? null : icon("tick"));
}

/** The attributes by which tests and the menu find a message. */
const marks = (message) => ({ messageId: message.content.message_id, from: message.from_bot ? "bot" : "client" });

function albumBody(messages) {
  const pictured = look(messages[0].content) === "pictured";
  const parts = messages.map((message) => {
    const part = media(message);
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
  if (kindOf(content) === "service") return el("div.service", { dataset: marks(first) }, service(content));
  const album = messages.length > 1;
  const style = look(content);
  const captioned = messages.find((each) => each.content.caption) || first;
  const text = formatted(album && style !== "pictured" ? content : captioned.content);
  const meta = metaOf(messages.find((each) => each.content.edit_date) || messages.at(-1));
  if (text) text.append(meta);
  const bubble = el(`div.bubble${style ? `.${style}` : ""}`, {}, forwardOf(content), quoteOf(content),
    album ? albumBody(messages) : media(first), text || meta, reactionsOf(first));
  const reply = el("button.quick-reply", { type: "button", title: word("reply"), "aria-label": word("reply") }, icon("reply"));
  return el("div.row", { dataset: { ...marks(first), ...(content.media_group_id && album ? { album: content.media_group_id } : {}) } },
    el("div.row-body", {}, bubble, keyboardOf(first)), state.chats.get(`${state.bot.id}:${state.client.id}`)?.blocked ? null : reply);
}
