// What one can do with a message: by right click, long press, double click or the reply arrow.

import { $, el, icon, openAt, toast } from "./dom.js";
import { picker } from "./reactions.js";
import { replaceFile } from "./sending.js";
import { act, chatOf, state } from "./state.js";
import { kindOf } from "./text.js";
import { word } from "./words.js";

const REPLACEABLE = ["photo", "video", "animation", "document", "audio"];
const EDITABLE = ["text", "photo", "video", "animation", "document", "audio", "voice"];

const found = (event) => {
  const marked = event.target.closest("[data-message-id]");
  return marked && state.messages.find((each) => each.content.message_id === Number(marked.dataset.messageId));
};

/** The selected words, when they lie within one message: they become the quote. */
function selectedIn(message) {
  const selection = getSelection();
  const text = selection.toString();
  const inside = selection.anchorNode?.parentElement?.closest("[data-message-id]")?.dataset.messageId;
  const whole = message.content.text ?? message.content.caption ?? "";
  return text && Number(inside) === message.content.message_id && whole.includes(text) && text !== whole ? text : "";
}

/** Some fifty metres further, where the person walks to. */
const nearby = ({ latitude, longitude }) => {
  const step = () => (Math.random() - 0.5) / 1000;
  return { latitude: latitude + step(), longitude: longitude + step(), heading: 1 + Math.floor(Math.random() * 360) };
};

function draw(message, composer) {
  const { content } = message;
  const text = content.text ?? content.caption;
  const path = `messages/${content.message_id}`;
  const quote = selectedIn(message);
  const menu = $("#message-menu");
  const item = (name, mark, action, extra = "") =>
    el(`button.item${extra}`, { type: "button", dataset: { action: name }, onclick: () => { menu.hidePopover(); action(); } }, icon(mark), word(name));
  const post = (name, mark, end, body) => item(name, mark, () => act("POST", `${path}/${end}`, body));
  const own = !message.from_bot && !content.forward_origin;
  const open = content.poll && !content.poll.is_closed;
  menu.replaceChildren(
    ...picker(message, () => menu.hidePopover()),
    item("reply", "reply", () => composer.reply(message, quote)),
    ...(text ? [item("copy", "copy", () => navigator.clipboard?.writeText(text).catch((error) => toast(error.message)))] : []),
    ...(own && EDITABLE.includes(kindOf(content)) ? [item("edit", "edit", () => composer.edit(message))] : []),
    ...(own && REPLACEABLE.includes(kindOf(content)) ? [item("replace", "file", () => replaceFile(message))] : []),
    ...(own && content.location?.live_period ? [post("move", "place", "location", nearby(content.location)), post("stop_location", "close", "stop-location")] : []),
    ...(open && message.votes.length ? [post("retract", "back", "vote", { options: [] })] : []),
    ...(open && own ? [post("close_poll", "close", "close-poll")] : []),
    item("delete", "delete", () => act("DELETE", path), ".danger"),
  );
  return menu;
}

export function startMenu(composer) {
  const box = $("#messages");
  const blocked = () => chatOf(state.client?.id)?.blocked;
  const open = (event, x, y) => {
    const message = found(event);
    if (!message || blocked()) return;
    event.preventDefault();
    openAt(draw(message, composer), x, y);
  };
  box.addEventListener("contextmenu", (event) => open(event, event.clientX, event.clientY));
  box.addEventListener("dblclick", (event) => {
    const message = found(event);
    if (message && !blocked() && !event.target.closest("video, a, button")) composer.reply(message, "");
  });
  box.addEventListener("click", (event) => {
    if (event.target.closest(".quick-reply")) composer.reply(found(event), selectedIn(found(event)));
  });
  let press;
  box.addEventListener("touchstart", (event) => {
    const { clientX, clientY } = event.touches[0];
    press = setTimeout(() => open(event, clientX, clientY), 450);
  }, { passive: true });
  for (const end of ["touchend", "touchmove", "touchcancel"]) box.addEventListener(end, () => clearTimeout(press), { passive: true });
}
