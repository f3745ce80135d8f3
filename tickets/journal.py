"""One envelope around every change: a durable transaction in which each change writes its journal row.

A verb opens `change()` and calls steps; a step changes one locked ticket and calls `Change.record`. Before
the commit the rows are announced to the rooms above, in rounds; after it, open pages hear of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from staff.models import User
from tickets import journal_rows, live, notifying
from tickets.models import Message, Ticket, TicketEvent
from tickets.signals import ticket_changed

Kind = TicketEvent.Kind

# What happens to a message after it was written does not move its ticket up the list.
QUIET_KINDS = frozenset(
    {Kind.DELIVERY_CHANGED, Kind.ATTACHMENT_CHANGED, Kind.CLIENT_CHANGED, Kind.AMENDMENT_CHANGED}
)


@dataclass(frozen=True)
class Actor:
    """Who did it. `name` and `rule_id` are a rule's, kept in the journal when the rule is long gone."""

    kind: TicketEvent.Actor
    staff: User | None = None
    name: str = ""
    rule_id: int | None = None


CLIENT = Actor(TicketEvent.Actor.CLIENT)
SYSTEM = Actor(TicketEvent.Actor.SYSTEM)


def by_staff(staff: User) -> Actor:
    return Actor(TicketEvent.Actor.STAFF, staff=staff)


def by_rule(name: str, rule_id: int | None = None) -> Actor:
    return Actor(TicketEvent.Actor.RULE, name=name, rule_id=rule_id)


def _of_rule(actor: Actor) -> dict[str, Any]:
    number = {"rule_id": actor.rule_id} if actor.rule_id is not None else {}
    return {"rule": actor.name, **number} if actor.name else {}


class Change:
    """An open transaction and the journal rows it has written so far."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.events: list[TicketEvent] = []
        # Written to disk for rows of this transaction; nobody's when it is rolled back.
        self.files: list[FieldFile] = []
        # What brought the change, kept with each of its rows: the bridge says which update.
        self.origin: dict[str, Any] = {}
        # Notifications that were written: id → whose; open pages hear of them after the commit.
        self.told: dict[int, int] = {}

    def record(
        self,
        ticket: Ticket,
        kind: TicketEvent.Kind,
        actor: Actor,
        *,
        message: Message | None = None,
        data: dict[str, Any] | None = None,
        quietly: bool = False,
    ) -> TicketEvent:
        """Writes the next journal row of `ticket`, whose row the caller has locked, and the ticket as it now
        is; a `message` that has no row yet gets one. Returns the row. `quietly`: as the quiet kinds."""
        ticket.last_seq += 1
        if not quietly and kind not in QUIET_KINDS:
            ticket.updated_at = self.now
        event = TicketEvent(
            ticket=ticket,
            seq=ticket.last_seq,
            kind=kind,
            actor=actor.kind,
            staff=actor.staff,
            message=message,
            data={**self.origin, **(data or {}), **_of_rule(actor)},
            created_at=self.now,
        )
        journal_rows.write(event)
        self.events.append(event)
        return event

    @contextmanager
    def attempt(self, ticket: Ticket) -> Iterator[None]:
        """A savepoint: when the block raises, its rows and its changes to `ticket` are as if never made."""
        written, stored = len(self.events), len(self.files)
        try:
            with transaction.atomic():
                yield
        except Exception:
            del self.events[written:]
            for file in self.files[stored:]:  # the rest may well be committed, and no row would name these
                file.delete(save=False)
            del self.files[stored:]
            fresh = Ticket.objects.select_related("client", "status", "assignee").get(pk=ticket.pk)
            ticket.__dict__.update(fresh.__dict__)
            raise

    def _announce(self) -> None:
        announced, level = 0, 0
        while announced < len(self.events):
            batch, announced = self.events[announced:], len(self.events)
            ticket_changed.send(sender=Ticket, change=self, events=batch, level=level)
            level += 1
        self.told |= notifying.tell(self.events)

    def _publish(self) -> None:
        opened = notifying.nobodys(self.events)
        live.changed({event.ticket_id: event.seq for event in self.events}, told=self.told, opened=opened)


@contextmanager
def change(now: datetime | None = None) -> Iterator[Change]:
    """The transaction of one verb. Refuses to be nested: a verb never calls a verb, both call steps.

    `now` is the time all of its rows carry (the present moment when left out).
    """
    opened = Change(now or timezone.now())
    try:
        with transaction.atomic(durable=True):
            yield opened
            opened._announce()
            if opened.events:
                # Nothing is lost when this doesn't run: pages ask the journal what they missed.
                transaction.on_commit(partial(opened._publish))
    except (OperationalError, InterfaceError):
        raise  # it may have been committed all the same: a file too many is better than one too few
    except BaseException:
        for file in opened.files:
            file.delete(save=False)
        raise
