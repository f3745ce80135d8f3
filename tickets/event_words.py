"""The journal's rows as sentences, in the reader's language: "Anna took the ticket"."""

from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import Status, TicketEvent

Kind = TicketEvent.Kind
Actor = TicketEvent.Actor

Words = str | Promise

# Into a status other than the built-in one, whose name says nothing new.
CLOSED_AS, REOPENED_AS = "ticket_closed_as", "ticket_reopened_as"
SPECIAL = {Kind.TICKET_CLOSED: CLOSED_AS, Kind.TICKET_REOPENED: REOPENED_AS}

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
}
BY_RULE: dict[str, Words] = {
    Kind.TICKET_ASSIGNED: gettext_lazy("Rule “%(name)s” assigned the ticket to %(assignee)s"),
    Kind.TICKET_UNASSIGNED: gettext_lazy("Rule “%(name)s” took the ticket away from %(assignee)s"),
    Kind.STATUS_CHANGED: gettext_lazy("Rule “%(name)s” changed the status: %(before)s → %(after)s"),
    Kind.TICKET_CLOSED: gettext_lazy("Rule “%(name)s” closed the ticket"),
    CLOSED_AS: gettext_lazy("Rule “%(name)s” closed the ticket: %(after)s"),
    Kind.TICKET_REOPENED: gettext_lazy("Rule “%(name)s” reopened the ticket"),
    REOPENED_AS: gettext_lazy("Rule “%(name)s” reopened the ticket: %(after)s"),
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
    Kind.BUTTON_PRESSED: gettext_lazy("The client pressed “%(button)s”"),
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
        "before": _status_name(data.get("names")),
        "after": _status_name(data.get("new_names")),
    }


def _sentence(event: TicketEvent) -> tuple[Words, str]:
    if event.kind == Kind.TICKET_OPENED and event.data.get("source"):
        return _("The client opened the ticket, coming from “%(name)s”"), str(event.data["source"])
    kind = event.kind
    if kind in SPECIAL and event.data.get("to") not in Status.BUILT_IN_IDS:
        kind = SPECIAL[Kind(kind)]
    if event.actor == Actor.RULE and kind in BY_RULE:
        return BY_RULE[kind], str(event.data.get("rule", ""))
    if event.actor == Actor.STAFF and kind in BY_STAFF:
        if kind == Kind.TICKET_ASSIGNED and event.staff_id == event.data.get("assignee"):
            kind = Kind.TICKET_TAKEN
        return BY_STAFF[kind], _name_of_staff(event)
    return BY_ITSELF.get(kind, event.get_kind_display().replace("%", "%%")), ""


def _name_of_staff(event: TicketEvent) -> str:
    return event.staff.name if event.staff else _("A former employee")


def _status_name(names: Any) -> str:
    """The name in the reader's language, as the journal kept it in both."""
    if not isinstance(names, dict):
        return ""
    language = (translation.get_language() or "en").partition("-")[0]
    return str(names.get(language) or names.get("en") or "")
