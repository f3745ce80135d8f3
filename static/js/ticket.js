// The ticket page: wires its parts together.

import { wireComposing } from "./composing.js";
import { wireCountdowns } from "./countdown.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { wireFolding } from "./folding.js";
import { History } from "./history.js";
import { Live } from "./live.js";
import { wireMedia } from "./media.js";
import { Clock } from "./moments.js";
import { Panel } from "./panel.js";
import { followPlaces } from "./places.js";
import { Sounds } from "./sounds.js";
import { Stickers } from "./stickers.js";

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
wireFolding(page);
new Sounds(page, box);
new Stickers(box);
followPlaces(box);

const say = (words, good) => panel.say(words, good);
wireComposing(box, say, { signedOut, sent: () => conversation.toBottom() });
const countdown = wireCountdowns(box);

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
