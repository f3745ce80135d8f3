// Wires what staff do on the ticket page: writing, and what can be done with what was written.

import { Composer } from "./composer.js";
import { EmojiPicker } from "./emoji.js";
import { Formatting } from "./formatting.js";
import { MessageMenu } from "./message_menu.js";
import { Preview } from "./preview.js";
import { Quoting } from "./quoting.js";
import { wireCanned, wireMentions } from "./suggestions.js";
import { wireTyping } from "./typing.js";
import { Voice } from "./voice.js";

// `on` as the Composer has it; `say(words, good)` shows a notice; it ends with `signal`.
export function wireComposing(box, say, on, signal) {
  const element = document.getElementById("composer");
  if (!element) {
    new MessageMenu(null, say, signal); // an earlier stretch of the conversation, where nothing is written
    return;
  }
  const formatting = new Formatting(element);
  new EmojiPicker(element, (emoji) => formatting.type(emoji), signal);
  const composer = new Composer(element, box.dataset.ticket, on, signal);
  new Preview(element, signal);
  new Voice(element, composer, signal);
  new Quoting(box, composer, signal);
  new MessageMenu(composer, say, signal);
  wireMentions(element);
  wireCanned(element, (files) => files.length && composer.files.add(files));
  wireTyping(element);
}
