// Content that is no file, as elements: places, dice, games, stories, paid media, checklists, gifts, service lines.

import { avatar, el, fullName, icon } from "./dom.js";
import { act } from "./state.js";
import { timeOf, word } from "./words.js";

export function place(content) {
  const { latitude, longitude, live_period: period } = content.location;
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  const words = content.venue ? [el("b", {}, content.venue.title), content.venue.address] : [where];
  const live = period ? el("em", {}, `${word("live_until")} ${period > 86400 ? "∞" : timeOf(content.date + period)}`, content.location.heading ? ` · ${content.location.heading}°` : null) : null;
  return el(`a.place${period ? ".live" : ""}`, { href: map, target: "_blank", rel: "noopener noreferrer" },
    el("span.map", {}, icon("place")), el("span", {}, ...words, live));
}

export function person(content) {
  const contact = content.contact;
  const round = avatar({ id: contact.user_id || contact.phone_number.length, ...contact }, ".disc");
  return el("div.card", {}, round, el("span", {}, el("b", {}, fullName(contact)), el("small", {}, contact.phone_number)));
}

const FACES = ["⚀", "⚁", "⚂", "⚃", "⚄", "⚅"];
export function dice(content) {
  const { emoji, value } = content.dice;
  return el("div.dice", { title: `${emoji} ${value}` }, el("span", {}, emoji === "🎲" ? FACES[value - 1] : emoji), el("b", {}, String(value)));
}

export function game(content) {
  const cover = content.game.photo.at(-1);
  return el("div.fact", {}, cover ? el("img", { src: `/control/files/${cover.file_id}`, alt: "" }) : null,
    el("b", {}, `🎮 ${content.game.title}`), el("span", {}, content.game.description));
}

export const story = (content) => el("div.fact", {}, el("b", {}, word("story")), el("span", {}, `${word("story_of")} ${content.story.chat.title || fullName(content.story.chat)}`));

export function paid(content) {
  const { star_count: stars, paid_media: items } = content.paid_media;
  const address = (file) => `/control/files/${file.file_id}`;
  const tile = (item) => {
    if (item.type === "photo") return el("img", { src: address(item.photo.at(-1)), alt: word("photo") });
    if (item.type === "video") return el("video", { src: address(item.video), controls: true, preload: "metadata" });
    return el("span.covered", {}, word("not_paid"));
  };
  return el("div.paid", {}, el("div.tiles", {}, ...items.map(tile)), el("span.price", {}, `⭐ ${stars}`));
}

export function checklist(content) {
  const { title, tasks } = content.checklist;
  const path = `messages/${content.message_id}/tasks`;
  const row = (task) => {
    const done = Boolean(task.completion_date || task.completed_by_user);
    const box = el("input", { type: "checkbox", checked: done, dataset: { task: task.id } });
    box.addEventListener("change", () => act("POST", path, box.checked ? { done: [task.id] } : { undone: [task.id] }));
    return el("label.task", {}, box, el("span", {}, task.text));
  };
  const done = tasks.filter((task) => task.completion_date).length;
  return el("div.poll", {}, el("b", {}, title), ...tasks.map(row), el("small.total", {}, `${done} / ${tasks.length}`));
}

export function gift(content) {
  return el("div.fact.gift", {}, el("span.big", {}, content.gift.gift.sticker?.emoji || "🎁"), el("b", {}, word("gift")),
    el("span", {}, `⭐ ${content.gift.gift.star_count}`), content.gift.text ? el("span", {}, content.gift.text) : null);
}

const ONCE = new Set(["message_id", "from", "chat", "date", "edit_date", "reply_to_message", "external_reply", "quote", "reply_to_story", "effect_id", "reply_markup", "link_preview_options", "has_protected_content"]);
/** A message of a kind that has no look of its own: its field's name, and for a few what they say. */
export function service(content) {
  if (content.checklist_tasks_done) {
    const { marked_as_done_task_ids: done = [], marked_as_not_done_task_ids: undone = [] } = content.checklist_tasks_done;
    return `${word("tasks_changed")}: ${done.length ? `✓ ${done.join(", ")}` : ""}${undone.length ? ` ○ ${undone.join(", ")}` : ""}`;
  }
  if (content.checklist_tasks_added) return `${word("tasks_added")}: ${content.checklist_tasks_added.tasks.map((task) => task.text).join(", ")}`;
  const names = Object.keys(content).filter((name) => !ONCE.has(name));
  return names.map((name) => name.replaceAll("_", " ")).join(", ") || word("service");
}

