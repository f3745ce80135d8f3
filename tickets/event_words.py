"""The journal's rows as sentences, in the reader's language: "Anna took the ticket"."""

from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import Status, Ticket, TicketEvent
from tickets.models.ratings import drawn

Kind = TicketEvent.Kind
Actor = TicketEvent.Actor

Words = str | Promise

# Into a status other than the built-in one, whose name says nothing new.
CLOSED_AS, REOPENED_AS = "ticket_closed_as", "ticket_reopened_as"
NO_TEAM, NO_SUBJECT = "team_removed", "subject_removed"
SNOOZED_UNTIL_REPLY, WOKEN_BY_CLIENT = "snoozed_until_reply", "woken_by_client"
SPECIAL = {Kind.TICKET_CLOSED: CLOSED_AS, Kind.TICKET_REOPENED: REOPENED_AS}
# Without a value of this name something else is said.
WITHOUT = {
    Kind.TEAM_CHANGED: ("after", NO_TEAM),
    Kind.SUBJECT_CHANGED: ("after", NO_SUBJECT),
    Kind.TICKET_SNOOZED: ("until", SNOOZED_UNTIL_REPLY),
}

BY_STAFF: dict[str, Words] = {
    Kind.TICKET_OPENED: gettext_lazy("%(name)s opened the ticket"),
    Kind.TICKET_TAKEN: gettext_lazy("%(name)s took the ticket"),
    Kind.TICKET_ASSIGNED: gettext_lazy("%(name)s assigned the ticket to %(assignee)s"),
    Kind.TICKET_UNASSIGNED: gettext_lazy("%(name)s took the ticket away from %(assignee)s"),
    Kind.STATUS_CHANGED: gettext_lazy("%(name)s changed the status: %(before)s → %(after)s"),
    Kind.TICKET_CLOSED: gettext_lazy("%(name)s closed the ticket"),
    CLOSED_AS: gettext_lazy("%(name)s closed the ticket: %(after)s"),
    Kind.TICKET_REOPENED: gettext_lazy("%(name)s reopened the ticket"),
    REOPENED_AS: gettext_lazy("%(name)s reopened the ticket: %(after)s"),
    Kind.TEAM_CHANGED: gettext_lazy("%(name)s gave the ticket to the team %(after)s"),
    NO_TEAM: gettext_lazy("%(name)s took the ticket away from the team %(before)s"),
    Kind.PRIORITY_CHANGED: gettext_lazy("%(name)s changed the priority: %(before)s → %(after)s"),
    Kind.TAGS_CHANGED: gettext_lazy("%(name)s changed the tags: %(tags)s"),
    Kind.SUBJECT_CHANGED: gettext_lazy("%(name)s named the ticket “%(after)s”"),
    NO_SUBJECT: gettext_lazy("%(name)s removed the subject “%(before)s”"),
    Kind.TICKET_SNOOZED: gettext_lazy("%(name)s put the ticket aside until %(until)s"),
    SNOOZED_UNTIL_REPLY: gettext_lazy("%(name)s put the ticket aside until the client writes"),
    Kind.TICKET_WOKEN: gettext_lazy("%(name)s brought the ticket back"),
    Kind.CLIENT_BANNED: gettext_lazy("%(name)s banned the client"),
    Kind.CLIENT_UNBANNED: gettext_lazy("%(name)s lifted the client’s ban"),
}
BY_RULE: dict[str, Words] = {
    Kind.TICKET_ASSIGNED: gettext_lazy("Rule “%(name)s” assigned the ticket to %(assignee)s"),
    Kind.TICKET_UNASSIGNED: gettext_lazy("Rule “%(name)s” took the ticket away from %(assignee)s"),
    Kind.STATUS_CHANGED: gettext_lazy("Rule “%(name)s” changed the status: %(before)s → %(after)s"),
    Kind.TICKET_CLOSED: gettext_lazy("Rule “%(name)s” closed the ticket"),
    CLOSED_AS: gettext_lazy("Rule “%(name)s” closed the ticket: %(after)s"),
    Kind.TICKET_REOPENED: gettext_lazy("Rule “%(name)s” reopened the ticket"),
    REOPENED_AS: gettext_lazy("Rule “%(name)s” reopened the ticket: %(after)s"),
    Kind.TEAM_CHANGED: gettext_lazy("Rule “%(name)s” gave the ticket to the team %(after)s"),
    NO_TEAM: gettext_lazy("Rule “%(name)s” took the ticket away from the team %(before)s"),
    Kind.PRIORITY_CHANGED: gettext_lazy("Rule “%(name)s” changed the priority: %(before)s → %(after)s"),
    Kind.TAGS_CHANGED: gettext_lazy("Rule “%(name)s” changed the tags: %(tags)s"),
    Kind.TICKET_SNOOZED: gettext_lazy("Rule “%(name)s” put the ticket aside until %(until)s"),
    SNOOZED_UNTIL_REPLY: gettext_lazy("Rule “%(name)s” put the ticket aside until the client writes"),
    Kind.CLIENT_BANNED: gettext_lazy("Rule “%(name)s” banned the client"),
}
BY_ITSELF: dict[str, Words] = {
    Kind.TICKET_OPENED: gettext_lazy("The client opened the ticket"),
    Kind.TICKET_ASSIGNED: gettext_lazy("The ticket was assigned to %(assignee)s"),
    Kind.TICKET_UNASSIGNED: gettext_lazy("The ticket was taken away from %(assignee)s"),
    Kind.STATUS_CHANGED: gettext_lazy("The status changed: %(before)s → %(after)s"),
    Kind.TICKET_CLOSED: gettext_lazy("The ticket was closed"),
    CLOSED_AS: gettext_lazy("The ticket was closed: %(after)s"),
    Kind.TICKET_REOPENED: gettext_lazy("The ticket was reopened"),
    REOPENED_AS: gettext_lazy("The ticket was reopened: %(after)s"),
    Kind.TEAM_CHANGED: gettext_lazy("The ticket was given to the team %(after)s"),
    NO_TEAM: gettext_lazy("The ticket was taken away from the team %(before)s"),
    Kind.PRIORITY_CHANGED: gettext_lazy("The priority changed: %(before)s → %(after)s"),
    Kind.TAGS_CHANGED: gettext_lazy("The tags changed: %(tags)s"),
    Kind.TICKET_WOKEN: gettext_lazy("The time is over: the ticket is back"),
    WOKEN_BY_CLIENT: gettext_lazy("The client wrote: the ticket is back"),
    Kind.CLIENT_UNBANNED: gettext_lazy("The client is no longer banned"),
    Kind.TICKET_RATED: gettext_lazy("The client rated the ticket: %(stars)s"),
    Kind.BUTTON_PRESSED: gettext_lazy("The client pressed “%(button)s”"),
    Kind.CLIENT_STARTED: gettext_lazy("The client came by the link “%(payload)s”"),
    Kind.CLIENT_BLOCKED: gettext_lazy("The client blocked the bot: messages no longer reach them"),
    Kind.CLIENT_UNBLOCKED: gettext_lazy("The client unblocked the bot: messages reach them again"),
}


def in_words(event: TicketEvent) -> str:
    """One sentence without a full stop. A status and a rule are called what they were called at the time."""
    sentence, name = _sentence(event)
    data = event.data
    return str(sentence) % {
        "name": name,
        "assignee": data.get("name") or _("a former employee"),
        "button": data.get("text", ""),
        "payload": data.get("payload", ""),
        "before": _before(event),
        "after": _after(event),
        "tags": _tags(data),
        "stars": drawn(int(data.get("score", 0)), thumbs=bool(data.get("thumbs"))),
        "until": _moment(data.get("until")),
    }


def _sentence(event: TicketEvent) -> tuple[Words, str]:
    if event.kind == Kind.TICKET_OPENED and event.data.get("source"):
        return _("The client opened the ticket, coming from “%(name)s”"), str(event.data["source"])
    kind = _special(event)
    if event.actor == Actor.RULE and kind in BY_RULE:
        return BY_RULE[kind], str(event.data.get("rule", ""))
    if event.actor == Actor.STAFF and kind in BY_STAFF:
        if kind == Kind.TICKET_ASSIGNED and event.staff_id == event.data.get("assignee"):
            kind = Kind.TICKET_TAKEN
        return BY_STAFF[kind], _name_of_staff(event)
    return BY_ITSELF.get(kind, event.get_kind_display().replace("%", "%%")), ""


def _special(event: TicketEvent) -> str:
    """The kind, or what is said instead of it in its special case."""
    kind, data = event.kind, event.data
    if kind in SPECIAL and data.get("to") not in Status.BUILT_IN_IDS:
        return SPECIAL[Kind(kind)]
    if kind in WITHOUT and not data.get(WITHOUT[Kind(kind)][0]):
        return WITHOUT[Kind(kind)][1]
    if kind == Kind.TICKET_WOKEN and event.actor == Actor.CLIENT:
        return WOKEN_BY_CLIENT
    return kind


def _before(event: TicketEvent) -> str:
    if event.kind == Kind.PRIORITY_CHANGED:
        return _priority(event.data.get("from"))
    return _status_name(event.data.get("names")) or str(event.data.get("before") or "")


def _after(event: TicketEvent) -> str:
    if event.kind == Kind.PRIORITY_CHANGED:
        return _priority(event.data.get("to"))
    return _status_name(event.data.get("new_names")) or str(event.data.get("after") or "")


def _priority(value: Any) -> str:
    return str(dict(Ticket.Priority.choices).get(value, value))


def _tags(data: dict[str, Any]) -> str:
    """+billing, −new"""
    added = [f"+{name}" for name in data.get("added", [])]
    return ", ".join(added + [f"−{name}" for name in data.get("removed", [])])


def _moment(written: Any) -> str:
    """A time, in the reader's zone where the page knows it."""
    if not written:
        return ""
    return date_format(timezone.localtime(datetime.fromisoformat(str(written))), "j E Y, H:i")


def _name_of_staff(event: TicketEvent) -> str:
    return event.staff.name if event.staff else _("A former employee")


def _status_name(names: Any) -> str:
    """The name in the reader's language, as the journal kept it in both."""
    if not isinstance(names, dict):
        return ""
    language = (translation.get_language() or "en").partition("-")[0]
    return str(names.get(language) or names.get("en") or "")
