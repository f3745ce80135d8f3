// The ticket page: wires its parts together.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { wireCountdowns } from "./countdown.js";
import { Formatting } from "./formatting.js";
import { History } from "./history.js";
import { Live } from "./live.js";
import { wireMedia } from "./media.js";
import { MessageMenu } from "./message_menu.js";
import { Clock } from "./moments.js";
import { Panel } from "./panel.js";
import { Preview } from "./preview.js";
import { Quoting } from "./quoting.js";
import { wireTyping } from "./typing.js";
import { Voice } from "./voice.js";

const page = document.querySelector("[data-ticket-page]");
const box = document.getElementById("conversation");
const clock = new Clock(box.dataset.language, box.dataset.timeZone);
clock.localise(page);

const connection = new Connection();
const signedOut = () => connection.show("signed-out");
const conversation = new Conversation(box, clock);
const panel = new Panel(clock, { signedOut });
new History(conversation);
wireMedia(page);
const countdown = wireCountdowns(box);

const element = document.getElementById("composer");
let composer = null;
if (element) {
  new Formatting(element);
  composer = new Composer(element, box.dataset.ticket, { signedOut, sent: () => conversation.toBottom() });
  new Preview(element);
  new Quoting(box, composer);
  new Voice(element, composer);
  wireTyping(element);
}
new MessageMenu(composer, (words, good) => panel.say(words, good));

if ("live" in box.dataset) {
  new Live(box, {
    state: (name) => connection.show(name),
    frame(frame) {
      conversation.upsert(frame.html);
      countdown();
      if (frame.panel_changed) panel.refresh();
    },
  });
}
