// Texts with their entities as elements. JavaScript strings count UTF-16 units, as Telegram does.

import { el } from "./dom.js";
import { service } from "./kinds.js";
import { word } from "./words.js";

const TAGS = { custom_emoji: "span.custom-emoji", bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "span.spoiler" };
const SAFE = /^(https?|tg|mailto|tel):/i;

function wrap(entity, text, children) {
  const link = (address) => el("a", { href: SAFE.test(address) ? address : `https://${address}`, target: "_blank", rel: "noopener noreferrer" }, ...children);
  if (entity.type === "url") return link(text);
  if (entity.type === "text_link") return link(entity.url);
  if (entity.type === "email") return link(`mailto:${text}`);
  if (entity.type === "mention") return link(`https://t.me/${text.slice(1)}`);
  if (entity.type === "text_mention") return link(`tg://user?id=${entity.user?.id}`);
  if (entity.type === "phone_number") return link(`tel:${text}`);
  if (entity.type === "pre" && entity.language) return el("pre", { dataset: { language: entity.language } }, ...children);
  if (entity.type === "expandable_blockquote") return el("blockquote.expandable", { title: word("expand") }, ...children);
  if (entity.type === "bot_command") return el("span.command", { dataset: { command: text } }, ...children);
  return el(TAGS[entity.type] || "span", {}, ...children);
}

function pieces(text, entities, begin, end) {
  const made = [];
  let at = begin;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index++];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (from >= to) continue;
    const inner = [];
    while (index < entities.length && entities[index].offset < to) inner.push(entities[index++]);
    made.push(text.slice(at, from), wrap(entity, text.slice(from, to), pieces(text, inner, from, to)));
    at = to;
  }
  made.push(text.slice(at, end));
  return made.filter((piece) => piece !== "");
}

/** The message's text or caption, formatted; null without one. */
export function formatted(content) {
  const text = content.text ?? content.caption;
  if (!text) return null;
  const entities = content.entities ?? content.caption_entities ?? [];
  return el("div.text", {}, ...pieces(text, entities, 0, text.length));
}

const KINDS = [
  "animation", "photo", "video", "document", "audio", "voice", "video_note", "sticker", "venue", "location", "contact",
  "poll", "dice", "game", "story", "paid_media", "checklist", "gift", "text",
];
export const kindOf = (content) => KINDS.find((kind) => kind in content) || "service";

/** One line that says what the message is. */
export function preview(content) {
  const kind = kindOf(content);
  const text = content.text ?? content.caption;
  if (text) return text.replaceAll("\n", " ");
  if (kind === "document") return content.document.file_name || word("document");
  if (kind === "sticker") return `${content.sticker.emoji || ""} ${word("sticker")}`.trim();
  if (kind === "poll") return `📊 ${content.poll.question}`;
  if (kind === "checklist") return `☑ ${content.checklist.title}`;
  if (kind === "dice") return `${content.dice.emoji} ${content.dice.value}`;
  if (kind === "game") return `🎮 ${content.game.title}`;
  if (kind === "venue") return content.venue.title;
  if (kind === "service") return service(content);
  return word(kind);
}
