"""A ticket's conversation, drawn from its journal: the page takes a stretch of it, a socket what came since.

An item is a message or a visible journal row. Nothing in its markup depends on who looks but the language,
so one rendering serves every open page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import translation

from tickets.models import Client, Message, Ticket, TicketEvent

Kind = TicketEvent.Kind

BRINGS_MESSAGE = frozenset({Kind.MESSAGE_RECEIVED, Kind.MESSAGE_QUEUED})
CHANGES_MESSAGE = frozenset(
    {Kind.MESSAGE_EDITED, Kind.MESSAGE_EXTENDED, Kind.DELIVERY_CHANGED, Kind.ATTACHMENT_CHANGED}
)
# Drawn as a line between the messages; also what changes the ticket's header and side panel.
LINES = frozenset(set(Kind) - BRINGS_MESSAGE - CHANGES_MESSAGE - {Kind.CLIENT_CHANGED})
CHANGES_PANEL = LINES | {Kind.CLIENT_CHANGED, Kind.ATTACHMENT_CHANGED, Kind.MESSAGE_EXTENDED}

PAGE_SIZE = 50
# What one frame carries at most; a page that slept longer gets several.
FRAME_SIZE = 200


# Read for every message that reaches an open page; making this SQL anew would cost the ORM more than running
# it. What only some messages have (files, versions, an author) is read when there is any.
SINCE = "SELECT * FROM tickets_ticketevent WHERE ticket_id = %s AND seq > %s ORDER BY seq LIMIT %s"
CLIENT_OF = (
    "SELECT client.id, client.name FROM tickets_client AS client "
    "JOIN tickets_ticket AS ticket ON ticket.client_id = client.id WHERE ticket.id = %s"
)
MESSAGES = (
    "SELECT id, ticket_id, seq, direction, author_id, kind, text, entities, details, reply_to_id, quote, "
    "delivery, delivery_error, key, created_at, edited_at FROM tickets_message WHERE id = ANY(%s)"
)


@dataclass(frozen=True)
class Item:
    """A message, or a journal row that is drawn as a line."""

    seq: int
    message: Message | None = None
    event: TicketEvent | None = None

    @property
    def at(self) -> datetime | None:
        """When it was said or done."""
        said_or_done = self.message or self.event
        return said_or_done.created_at if said_or_done else None


@dataclass(frozen=True)
class Frame:
    """What an open page gets: the items that are new or changed, and the number it has then seen."""

    after: int
    seq: int
    html: str
    panel_changed: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "type": "events",
            "after": self.after,
            "seq": self.seq,
            "html": self.html,
            "panel_changed": self.panel_changed,
        }


def stretch(ticket: Ticket, *, before: int | None = None, size: int = PAGE_SIZE) -> tuple[list[Item], bool]:
    """The last `size` items of the conversation (before journal number `before`), oldest first, and whether
    there are older ones."""
    events = TicketEvent.objects.filter(ticket=ticket, kind__in=BRINGS_MESSAGE | LINES)
    newest_first = events.before(before if before is not None else ticket.last_seq + 1)
    found = list(newest_first.select_related("staff")[: size + 1])
    return _items(ticket, reversed(found[:size])), len(found) > size


def frame_since(ticket_id: int, *, after: int, language: str) -> Frame | None:
    """What the journal says after number `after`, in `language`; None when that is nothing."""
    events = list(TicketEvent.objects.raw(SINCE, [ticket_id, after, FRAME_SIZE]))
    if not events:
        return None
    _attach_staff(events)
    ticket = Ticket(pk=ticket_id, client=Client.objects.raw(CLIENT_OF, [ticket_id])[0])
    with translation.override(language):
        html = render_items(_items(ticket, events))
    return Frame(
        after=after,
        seq=events[-1].seq,
        html=html,
        panel_changed=any(event.kind in CHANGES_PANEL for event in events),
    )


def render_items(items: Iterable[Item]) -> str:
    return render_to_string("tickets/_items.html", {"items": items})


def _items(ticket: Ticket, events: Iterable[TicketEvent]) -> list[Item]:
    """The items that `events` bring or change: each message once, as it is now, in their order."""
    events = list(events)
    ids = {event.message_id for event in events if event.kind not in LINES and event.message_id is not None}
    messages = _messages(list(ids)) if ids else []
    items = []
    for message in messages:
        message.ticket = ticket
        items.append(Item(seq=message.seq, message=message))
    for event in events:
        if event.kind in LINES:
            event.ticket = ticket
            items.append(Item(seq=event.seq, event=event))
    return sorted(items, key=lambda item: item.seq)


def _messages(ids: list[int]) -> list[Message]:
    """The messages with all that their bubbles show, in the fewest queries that what they are needs."""
    messages = list(Message.objects.raw(MESSAGES, [ids]))
    prefetch_related_objects([one for one in messages if one.may_have_files], "attachments")
    prefetch_related_objects([one for one in messages if one.edited_at], "versions")
    prefetch_related_objects([one for one in messages if one.author_id], "author")
    prefetch_related_objects([one for one in messages if one.reply_to_id], "reply_to__author")
    return messages


def _attach_staff(events: list[TicketEvent]) -> None:
    prefetch_related_objects([one for one in events if one.staff_id and one.kind in LINES], "staff")
