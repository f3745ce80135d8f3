// The ticket page: wires its parts together.

import { Composer } from "./composer.js";
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

const composer = document.getElementById("composer");
if (composer) {
  new Composer(composer, box.dataset.ticket, { signedOut, sent: () => conversation.toBottom() });
}

if ("live" in box.dataset) {
  new Live(box, {
    state: (name) => connection.show(name),
    frame(frame) {
      conversation.upsert(frame.html);
      if (frame.panel_changed) panel.refresh();
    },
  });
}
