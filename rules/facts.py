"""What a rule can ask about: each fact of an event, looked up when a condition needs it, and once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Choices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rules import hours
from staff.models import User
from tickets.models import Client, Message, Rating, Ticket, TicketEvent

Kind = TicketEvent.Kind
TEXT, CHOICE, NUMBER, YES, SEVERAL = "text", "choice", "number", "yes", "several"
CLOCK, CHANGING = "clock", "changing"  # a choice that an event may have changed


class Facts:
    """One event of one ticket, as rules see it."""

    def __init__(self, event: TicketEvent) -> None:
        self.event = event
        self.ticket: Ticket = event.ticket
        self._known: dict[str, Any] = {}

    def get(self, name: str, of: str = "") -> Any:
        """The fact; None for nothing (nobody, no team). `of`: which one, of a field that has many."""
        if of:
            return FIELDS[name].read(self).get(of, "")
        try:
            return self._known[name]
        except KeyError:
            self._known[name] = FIELDS[name].read(self)
            return self._known[name]

    def change_of(self, name: str) -> tuple[Any, Any] | None:
        """What the event changed the field from and to; None when it changed something else."""
        change = FIELDS[name].change
        return change(self.event) if change else None

    def forget(self) -> None:
        """Something may have changed: what is asked for is looked up anew."""
        self._known.clear()

    @cached_property
    def message(self) -> Message | None:
        """What the event is about, or the ticket's last message."""
        return self.event.message or self.ticket.last_message

    @cached_property
    def client(self) -> Client:
        return self.ticket.client


@dataclass(frozen=True)
class Field:
    label: str | Promise
    kind: str
    read: Callable[[Facts], Any]
    # What there is to choose from: a list, or the name of what the page offers (rules/offers.py).
    choices: Any = None
    # What the event changed it from and to, as its row says: by now it may be something else again.
    change: Callable[[TicketEvent], tuple[Any, Any] | None] | None = None
    # It is many values by name: a condition says which one (`of`).
    named: bool = False


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _assignee_change(event: TicketEvent) -> tuple[Any, Any] | None:
    now = {
        Kind.TICKET_ASSIGNED: event.data.get("assignee"),
        Kind.TICKET_TAKEN: event.staff_id,
        Kind.TICKET_UNASSIGNED: None,
    }
    return (_text(event.data.get("was")), _text(now[Kind(event.kind)])) if event.kind in now else None


def _team_change(event: TicketEvent) -> tuple[Any, Any] | None:
    if event.kind != Kind.TEAM_CHANGED:
        return None
    return _text(event.data.get("was")), _text(event.data.get("team"))


def _from_to(event: TicketEvent, *, named: bool) -> tuple[Any, Any] | None:
    """Of a status (whose names are in the row) or a priority."""
    before, after = event.data.get("from"), event.data.get("to")
    return (str(before), str(after)) if before is not None and ("names" in event.data) == named else None


def _of_message(read: Callable[[Message], Any], otherwise: Any) -> Callable[[Facts], Any]:
    return lambda facts: read(facts.message) if facts.message is not None else otherwise


def labels(choices: type[Choices]) -> list[tuple[str, Any]]:
    return [(str(value), label) for value, label in choices.choices]


def _command(message: Message) -> str:
    word = message.text.split(maxsplit=1)[:1]
    return word[0].partition("@")[0] if word and word[0].startswith("/") else ""


def _minutes_since(moment: Any) -> float | None:
    return None if moment is None else (timezone.now() - moment).total_seconds() / 60


def _before(facts: Facts, name: str) -> Any:
    """What a change changed the field from; None when it changed something else."""
    change = facts.change_of(name)
    return change[0] if change else None


def _earlier_assignee(facts: Facts) -> str | None:
    earlier = facts.client.tickets.exclude(pk=facts.ticket.pk).filter(assignee__isnull=False)
    found = earlier.order_by("-pk").values_list("assignee", flat=True).first()
    return str(found) if found else None


def _load(facts: Facts) -> int | None:
    """Of active tickets, this one among them; None for nobody's."""
    assignee = facts.ticket.assignee_id
    return Ticket.objects.active().filter(assignee=assignee).count() if assignee else None


def _rating(facts: Facts) -> int | None:
    return Rating.objects.filter(ticket=facts.ticket.pk).values_list("score", flat=True).first()


WEEKDAYS = [
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
]

FIELDS: dict[str, Field] = {
    "text": Field(_("the text"), TEXT, _of_message(lambda one: one.text, "")),
    "content": Field(
        _("the kind of message"), CHOICE, _of_message(lambda one: one.kind, ""), labels(Message.Kind)
    ),
    "has_file": Field(_("it has a file"), YES, _of_message(lambda one: bool(one.files), otherwise=False)),
    "file_kind": Field(
        _("the kinds of its files"),
        SEVERAL,
        _of_message(lambda one: {str(file.kind) for file in one.files}, frozenset()),
        labels(Message.Kind),
    ),
    "file_size": Field(
        _("the size of its largest file in MB"),
        NUMBER,
        _of_message(lambda one: max((file.size or 0 for file in one.files), default=0) / 1024**2, 0),
    ),
    "forwarded": Field(
        _("it is forwarded"),
        YES,
        _of_message(lambda one: bool(one.details.get("forwarded_from")), otherwise=False),
    ),
    "is_reply": Field(
        _("it answers a message"), YES, _of_message(lambda one: one.reply_to_id is not None, otherwise=False)
    ),
    "command": Field(_("the command"), TEXT, _of_message(_command, "")),
    "source": Field(
        _("the payload of the link they came by"),
        TEXT,
        lambda facts: str(facts.event.data.get("payload") or facts.ticket.source),
    ),
    "button": Field(_("the pressed button"), TEXT, lambda facts: str(facts.event.data.get("text", ""))),
    "by": Field(_("who did it"), CHOICE, lambda facts: facts.event.actor, labels(TicketEvent.Actor)),
    "inbox": Field(_("the inbox"), CHOICE, lambda facts: str(facts.ticket.inbox_id), "inboxes"),
    "status": Field(
        _("the status"),
        CHANGING,
        lambda facts: str(facts.ticket.status_id),
        "statuses",
        change=lambda event: _from_to(event, named=True),
    ),
    "priority": Field(
        _("the priority"),
        CHANGING,
        lambda facts: str(facts.ticket.priority),
        labels(Ticket.Priority),
        change=lambda event: _from_to(event, named=False),
    ),
    "status_before": Field(
        _("the status before"), CHOICE, lambda facts: _before(facts, "status"), "statuses"
    ),
    "priority_before": Field(
        _("the priority before"),
        CHOICE,
        lambda facts: _before(facts, "priority"),
        labels(Ticket.Priority),
    ),
    "tag_added": Field(
        _("the tags that were added"),
        SEVERAL,
        lambda facts: {str(pk) for pk in facts.event.data.get("added_ids", [])},
        "tags",
    ),
    "tag_removed": Field(
        _("the tags that were removed"),
        SEVERAL,
        lambda facts: {str(pk) for pk in facts.event.data.get("removed_ids", [])},
        "tags",
    ),
    "assignee": Field(
        _("the assignee"),
        CHANGING,
        lambda facts: str(facts.ticket.assignee_id) if facts.ticket.assignee_id else None,
        "people",
        change=_assignee_change,
    ),
    "earlier_assignee": Field(_("who had this client before"), CHOICE, _earlier_assignee, "people"),
    "load": Field(_("how many tickets the assignee has"), NUMBER, _load),
    "team": Field(
        _("the team"),
        CHANGING,
        lambda facts: str(facts.ticket.team_id) if facts.ticket.team_id else None,
        "teams",
        change=_team_change,
    ),
    "tags": Field(
        _("the tags"),
        SEVERAL,
        lambda facts: {str(pk) for pk in facts.ticket.tags.values_list("pk", flat=True)},
        "tags",
    ),
    "subject": Field(_("the subject"), TEXT, lambda facts: facts.ticket.subject),
    "age": Field(
        _("minutes since the ticket opened"), NUMBER, lambda facts: _minutes_since(facts.ticket.created_at)
    ),
    "waiting": Field(
        _("minutes the client has waited"), NUMBER, lambda facts: _minutes_since(facts.ticket.waiting_since)
    ),
    "client_name": Field(_("the client’s name"), TEXT, lambda facts: facts.client.name),
    "client_username": Field(_("the client’s user name"), TEXT, lambda facts: facts.client.username),
    "client_language": Field(_("the client’s language"), TEXT, lambda facts: facts.client.language_code),
    "client_id": Field(_("the client’s Telegram id"), NUMBER, lambda facts: facts.client.external_id),
    "client_premium": Field(_("the client has Telegram Premium"), YES, lambda facts: facts.client.is_premium),
    "client_attribute": Field(
        _("the client’s attribute"), TEXT, lambda facts: facts.client.attributes, named=True
    ),
    "client_tags": Field(
        _("the client’s tags"),
        SEVERAL,
        lambda facts: {str(pk) for pk in facts.client.tags.values_list("pk", flat=True)},
        "tags",
    ),
    "client_unreachable": Field(
        _("the client blocked the bot"), YES, lambda facts: not facts.client.is_reachable
    ),
    "client_tickets": Field(
        _("how many tickets the client has had"), NUMBER, lambda facts: facts.client.tickets.count()
    ),
    "rating": Field(_("the rating"), NUMBER, _rating),
    "working_hours": Field(
        _("it is within working hours"),
        YES,
        lambda facts: hours.are_now(facts.ticket.inbox_id, timezone.now()),
    ),
    "staff_online": Field(
        _("how many employees are online"),
        NUMBER,
        lambda facts: User.objects.active().filter(availability=User.Availability.ONLINE).count(),
    ),
    "weekday": Field(
        _("the day of the week"), CHOICE, lambda facts: str(timezone.localtime().weekday()), WEEKDAYS
    ),
    "time": Field(_("the time of day"), CLOCK, lambda facts: f"{timezone.localtime():%H:%M}"),
    "hour": Field(pgettext_lazy("of the day", "the hour"), NUMBER, lambda facts: timezone.localtime().hour),
}
