// Whether changed tickets can matter to a list: those that it shows, and those that what it is narrowed by does not
// keep out. What can't be told from the few facts that came (words, tags, dates …) counts as yes.

// `filters` as in the list's address; `me` is the reader's id; `shown` says of a ticket's number whether it is there.
export function concerns(frame, { filters, me, shown }) {
  if (!frame?.facts) return true; // something may have been missed
  return frame.tickets.some((ticket) => {
    const facts = frame.facts[ticket];
    return shown(ticket) || !facts || fits(facts, filters, me);
  });
}

function fits(facts, filters, me) {
  const [status, state, assignee, team, inbox] = ["status", "state", "assignee", "team", "inbox"].map((name) => filters.get(name));
  const priorities = filters.getAll("priority").filter(Boolean);
  if (status && status !== String(facts.status)) return false;
  if (state && state !== facts.state) return false;
  if (inbox && inbox !== String(facts.inbox)) return false;
  if (priorities.length && !priorities.includes(String(facts.priority))) return false;
  if (team && team !== "mine" && team !== String(facts.team ?? "none")) return false;
  return !assignee || (assignee === "me" ? me : assignee) === String(facts.assignee ?? "none");
}
