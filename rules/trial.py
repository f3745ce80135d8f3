"""What a rule would have done, and why: looked up in what has happened. It reads, and changes nothing."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from rules import language
from rules.events import kinds_of
from rules.facts import Facts
from rules.models import CLOCKED, Event
from rules.offers import Offers
from rules.schedules import event_now
from rules.words import question
from staff.models import User
from tickets.models import Message, Ticket, TicketEvent
from tickets.querysets import in_sight_of

LOOKED_AT = 300  # events of the rule's kind, the newest
AMONG = 30_000  # rows of all journals: what is rare is not looked for through years
SHOWN = 30


@dataclass(frozen=True)
class Trial:
    looked_at: int
    matches: list[TicketEvent]
    matched: int


def tried(event: str, conditions: dict[str, Any], staff: User) -> Trial:
    """The newest events that `staff` may see and that the rule would have answered, with tickets as they are
    now. Raises language.Wrong."""
    holds = language.compiled(conditions)
    events = _open_now(event, staff) if event in CLOCKED else _events(event, staff)
    matches = [one for one in events if holds(Facts(one))]
    return Trial(len(events), matches[:SHOWN], len(matches))


def _open_now(event: str, staff: User) -> list[TicketEvent]:
    """The clock sets a rule off for each ticket that is not closed."""
    tickets = Ticket.objects.open().visible_to(staff)
    newest = tickets.select_related("client", "status", "last_message").order_by("-pk")[:LOOKED_AT]
    return [event_now(event, ticket, timezone.now()) for ticket in newest]


def _events(event: str, staff: User) -> list[TicketEvent]:
    newest = TicketEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    rows = TicketEvent.objects.filter(in_sight_of(staff, "ticket__"), pk__gt=newest - AMONG)
    rows = rows.filter(kind__in=kinds_of(event))
    if event == Event.NOT_DELIVERED:
        rows = rows.filter(data__delivery=Message.Delivery.FAILED)
    rows = rows.select_related("ticket__client", "ticket__status", "ticket__last_message", "message")
    found = list(rows.defer("message__search", "ticket__last_message__search").order_by("-pk")[:LOOKED_AT])
    if event != Event.MESSAGE_FIRST:
        return found
    firsts = set(
        Message.objects.filter(ticket__in={one.ticket_id for one in found}, direction=Message.Direction.IN)
        .order_by("ticket", "seq")
        .distinct("ticket")
        .values_list("pk", flat=True)
    )
    return [one for one in found if one.message_id in firsts]


def explained(event: str, conditions: dict[str, Any], ticket: Ticket) -> list[dict[str, Any]]:
    """Each condition for this ticket, as if the event happened now, and whether it holds. Raises Wrong."""
    last = ticket.events.filter(kind__in=kinds_of(event)).select_related("message").order_by("-seq").first()
    happened = last or TicketEvent(kind=event, message=None, data={}, actor=TicketEvent.Actor.SYSTEM)
    happened.ticket = ticket
    offers = Offers()
    lines = language.explained(conditions, Facts(happened))
    return [
        {**line, "words": question(line["node"], offers) if line["node"] else "", "fact": _fact(line, offers)}
        for line in lines
    ]


def _fact(line: dict[str, Any], offers: Offers) -> str:
    """What is the case, in words; texts are cut."""
    if line["node"] is None:
        return ""
    name, fact = line["node"]["field"], line["fact"]
    choices = offers.of_field(name)
    if isinstance(fact, set):
        return ", ".join(dict(choices).get(one, one) for one in sorted(fact))
    if fact is None or fact == "" or isinstance(fact, bool):
        return ""
    if isinstance(fact, float):
        return f"{fact:.0f}"
    return dict(choices).get(str(fact), " ".join(str(fact).split())[:80])
