// Reactions below a message, and the picker of all there are.

import { el } from "./dom.js";
import { act } from "./state.js";
import { word } from "./words.js";

export const QUICK = ["👍", "❤", "🔥", "👏", "😁", "😢", "🙏"];
const ALL = `❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈
  😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡`.split(/\s+/);
const CUSTOM = { type: "custom_emoji", custom_emoji_id: "5368324170671202286" };
const PAID = { type: "paid" };
const MOST = 3;

const same = (one, other) => one.type === other.type && one.emoji === other.emoji && one.custom_emoji_id === other.custom_emoji_id;
const face = (reaction) => ({ emoji: reaction.emoji, paid: "⭐" })[reaction.type] || "✨";
const name = (reaction) => (reaction.type === "emoji" ? reaction.emoji : word(reaction.type));

function send(message, reactions) {
  return act("POST", `messages/${message.content.message_id}/react`, { reactions });
}

/** Gives the reaction, in place of any other; once more takes it back. `add`: beside the others. */
function toggle(message, reaction, add) {
  const given = message.client_reactions;
  if (given.some((each) => same(each, reaction))) return send(message, given.filter((each) => !same(each, reaction)));
  return send(message, add ? [...given, reaction].slice(-MOST) : [reaction]);
}

export function reactionsOf(message) {
  const { client_reactions: own = [], bot_reactions: theirs = [] } = message;
  if (!own.length && !theirs.length) return null;
  return el("div.reactions-given", {},
    ...own.map((each) => el("button", { type: "button", title: name(each), onclick: () => toggle(message, each) }, face(each))),
    ...theirs.map((each) => el("span", { title: name(each) }, face(each))));
}

/** Two parts of the message's menu: a row of the usual ones, and all on demand. `done()` is called after a choice. */
export function picker(message, done) {
  const button = (reaction, add) => el("button", {
    type: "button", title: name(reaction), "aria-pressed": String(message.client_reactions.some((each) => same(each, reaction))),
    onclick: () => { done(); toggle(message, reaction, add); },
  }, face(reaction));
  const of = (emoji) => ({ type: "emoji", emoji });
  const all = el("div.all-reactions", { hidden: true }, ...[CUSTOM, PAID].map((each) => button(each, true)), ...ALL.map((emoji) => button(of(emoji), true)));
  const more = el("button.more", { type: "button", title: word("more_reactions"), "aria-label": word("more_reactions"), "aria-expanded": "false" }, "⌄");
  more.addEventListener("click", () => {
    all.hidden = !all.hidden;
    more.setAttribute("aria-expanded", String(!all.hidden));
  });
  return [el("div.reactions", {}, ...QUICK.map((emoji) => button(of(emoji), false)), more), all];
}
