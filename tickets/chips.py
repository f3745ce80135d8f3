"""What the ticket list is narrowed by, in words, each with the address of the list without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, ngettext

from tickets.filters import STATES, Chosen, TicketFilter

NAMES = {
    "state": gettext_lazy("State"),
    "status": gettext_lazy("Status"),
    "assignee": gettext_lazy("Assignee"),
    "team": gettext_lazy("Team"),
    "inbox": gettext_lazy("Inbox"),
    "tag": gettext_lazy("Tag"),
    "priority": gettext_lazy("Priority"),
    "created_from": gettext_lazy("Created from"),
    "created_to": gettext_lazy("Created until"),
    "updated_from": gettext_lazy("Updated from"),
    "updated_to": gettext_lazy("Updated until"),
    "waiting": gettext_lazy("Waits longer than"),
    "unreachable": gettext_lazy("Not reachable"),
    "mentioned": gettext_lazy("Mentions me"),
    "unread": gettext_lazy("Unread"),
    "q": gettext_lazy("Search"),
}
ALONE = {"unreachable", "mentioned", "unread"}  # the name says it all


@dataclass(frozen=True)
class Chip:
    name: str
    value: str
    without: Chosen


def chips(narrowed: TicketFilter) -> Iterator[Chip]:
    """One for each value that was chosen, in the order of the filters."""
    chosen = narrowed.chosen
    for name, words in NAMES.items():
        given = chosen.get(name)
        for value in given if isinstance(given, list) else [given] if given else []:
            yield Chip(str(words), _words(narrowed, name, value), _without(chosen, name, value))


def _without(chosen: Chosen, name: str, value: str) -> Chosen:
    given = chosen[name]
    left = [one for one in given if one != value] if isinstance(given, list) else []
    rest = {key: other for key, other in chosen.items() if key != name}
    return {**rest, name: left} if left else rest


def _words(narrowed: TicketFilter, name: str, value: str) -> str:
    if name in ALONE:
        return ""
    if name == "state":
        return str(STATES[value])
    if name == "waiting":
        return ngettext("%(count)d minute", "%(count)d minutes", int(value)) % {"count": int(value)}
    if name.endswith(("_from", "_to")):
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if name == "q":
        return gettext("“%(words)s”") % {"words": value}
    return str(dict(narrowed.filters[name].extra["choices"])[value])
