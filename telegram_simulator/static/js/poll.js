// A poll or quiz in a bubble: one touch votes, with several answers a button does.

import { el, icon } from "./dom.js";
import { act } from "./state.js";
import { counted, word } from "./words.js";

function subtitle(poll) {
  if (poll.is_closed) return word("poll_over");
  if (poll.type === "quiz") return word(poll.is_anonymous ? "quiz_anonymous" : "quiz_open");
  return word(poll.is_anonymous ? "poll_anonymous" : "poll_open");
}

function result(poll, option, at, votes) {
  const share = poll.total_voter_count ? Math.round((option.voter_count * 100) / poll.total_voter_count) : 0;
  const right = poll.correct_option_ids?.includes(at);
  const bar = el("i.measure");
  bar.style.setProperty("--share", `${share}%`);
  const verdict = poll.type === "quiz" && right ? ".right" : poll.type === "quiz" && votes.includes(at) ? ".wrong" : "";
  const mark = votes.includes(at) || verdict === ".right" ? icon(verdict === ".wrong" ? "close" : "tick") : null;
  return el(`div.option.shown${verdict}`, { dataset: { option: at } }, el("b.share", {}, `${share}%`), el("span", {}, option.text, mark), bar);
}

/** `votes`: what the client has chosen already. */
export function pollOf(message) {
  const { poll, message_id: number } = message.content;
  const votes = message.votes || [];
  const done = poll.is_closed || votes.length > 0;
  const chosen = new Set();
  const vote = (options) => act("POST", `messages/${number}/vote`, { options });
  const submit = el("button.plain.vote", { type: "button", disabled: true, onclick: () => vote([...chosen]) }, word("vote"));
  const choose = (button, at) => {
    if (!poll.allows_multiple_answers) return vote([at]);
    if (!chosen.delete(at)) chosen.add(at);
    button.setAttribute("aria-pressed", String(chosen.has(at)));
    submit.disabled = !chosen.size;
    return undefined;
  };
  const options = poll.options.map((option, at) => {
    if (done) return result(poll, option, at, votes);
    const button = el("button.option", { type: "button", dataset: { option: at }, "aria-pressed": poll.allows_multiple_answers ? "false" : null },
      el(poll.allows_multiple_answers ? "i.check.many" : "i.check"), el("span", {}, option.text));
    button.addEventListener("click", () => choose(button, at));
    return button;
  });
  return el("div.poll", {}, el("b", {}, poll.question), el("small", {}, subtitle(poll)), ...options,
    done && poll.explanation ? el("p.explanation", {}, poll.explanation) : null,
    !done && poll.allows_multiple_answers ? submit : el("small.total", {}, counted(poll.total_voter_count, "votes")));
}
