"""A ticket's conversation, drawn from its journal: the page takes a stretch of it, a socket what came since.

An item is a message or a visible journal row. Nothing in its markup depends on who looks but the language,
so one rendering serves every open page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import translation

from tickets import journal_reading
from tickets.models import Message, Ticket, TicketEvent

Kind = TicketEvent.Kind

BRINGS_MESSAGE = frozenset({Kind.MESSAGE_RECEIVED, Kind.MESSAGE_QUEUED, Kind.NOTE_ADDED})
CHANGES_MESSAGE = frozenset(
    {
        Kind.MESSAGE_EDITED,
        Kind.MESSAGE_EXTENDED,
        Kind.MESSAGE_DELETED,
        Kind.REACTION_CHANGED,
        Kind.AMENDMENT_CHANGED,
        Kind.DELIVERY_CHANGED,
        Kind.ATTACHMENT_CHANGED,
    }
)
# Drawn as a line between the messages; also what changes the ticket's header and side panel.
LINES = frozenset(set(Kind) - BRINGS_MESSAGE - CHANGES_MESSAGE - {Kind.CLIENT_CHANGED})
CHANGES_PANEL = LINES | {Kind.CLIENT_CHANGED, Kind.ATTACHMENT_CHANGED, Kind.MESSAGE_EXTENDED}

PAGE_SIZE = 50
# What one frame carries at most; a page that slept longer gets several.
FRAME_SIZE = 200


@dataclass(frozen=True)
class Item:
    """A message, or a journal row that is drawn as a line."""

    seq: int
    message: Message | None = None
    event: TicketEvent | None = None
    # How it stands on a page (tickets/arrangement.py); a frame's items are arranged by the page they come to.
    day: date | None = None
    day_words: str = ""
    continues: bool = False

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
    drawn = TicketEvent.objects.filter(ticket=ticket, kind__in=BRINGS_MESSAGE | LINES)
    newest_first = drawn.before(before if before is not None else ticket.last_seq + 1)
    found = list(newest_first.select_related("staff")[: size + 1])
    events = list(reversed(found[:size]))
    ids = [event.message_id for event in events if event.message_id and event.kind in BRINGS_MESSAGE]
    messages = list(Message.objects.defer("search").filter(pk__in=ids))
    return _items(ticket, events, messages), len(found) > size


def frame_since(ticket_id: int, *, after: int, language: str) -> Frame | None:
    """What the journal says after number `after`, in `language`; None when that is nothing."""
    found = journal_reading.since(ticket_id, after=after, most=FRAME_SIZE)
    if found is None:
        return None
    ticket, events, messages = found
    prefetch_related_objects([one for one in events if one.staff_id and one.kind in LINES], "staff")
    with translation.override(language):
        html = render_items(_items(ticket, events, messages))
    return Frame(
        after=after,
        seq=events[-1].seq,
        html=html,
        panel_changed=any(_changes_panel(event) for event in events) or _change_panel(events, messages),
    )


def _changes_panel(event: TicketEvent) -> bool:
    """Also a failure, and its being sent again: the client's card offers to send all of them again."""
    if event.kind == Kind.DELIVERY_CHANGED:
        return event.data.get("delivery") == Message.Delivery.FAILED or event.staff_id is not None
    return event.kind in CHANGES_PANEL


def _change_panel(events: list[TicketEvent], messages: list[Message]) -> bool:
    """Whether a message that is new has files, which belong into the panel's list, or answers an automatic
    one: then it may be a rating's comment."""
    new = {event.message_id for event in events if event.kind in BRINGS_MESSAGE}
    return any(
        message.may_have_files or (message.reply_to is not None and message.reply_to.is_automatic)
        for message in messages
        if message.pk in new
    )


def render_items(items: Iterable[Item]) -> str:
    return render_to_string("tickets/_items.html", {"items": items})


def _items(ticket: Ticket, events: list[TicketEvent], messages: list[Message]) -> list[Item]:
    """The messages and the lines among `events`, each message once, as it is now, in their order."""
    # What only some messages have is read when there is any.
    prefetch_related_objects([one for one in messages if one.may_have_files], "attachments")
    prefetch_related_objects([one for one in messages if one.edited_at], "versions")
    prefetch_related_objects([one for one in messages if one.has_amendments], "amendments")
    prefetch_related_objects([one for one in messages if one.author_id], "author")
    answered = Prefetch("reply_to", Message.objects.defer("search").select_related("author"))
    prefetch_related_objects([one for one in messages if one.reply_to_id], answered)
    _name_rules(ticket, [one for one in messages if one.is_automatic])
    items = []
    for message in messages:
        message.ticket = ticket
        items.append(Item(seq=message.seq, message=message))
    for event in events:
        if event.kind in LINES:
            event.ticket = ticket
            items.append(Item(seq=event.seq, event=event))
    return sorted(items, key=lambda item: item.seq)


def _name_rules(ticket: Ticket, automatic: list[Message]) -> None:
    """Says of each message which rule wrote it, as the journal row that brought it does."""
    if not automatic:
        return
    brought = TicketEvent.objects.filter(ticket=ticket, seq__in=[one.seq for one in automatic])
    names = dict(brought.filter(actor=TicketEvent.Actor.RULE).values_list("seq", "data__rule"))
    for message in automatic:
        message.rule_name = names.get(message.seq) or ""
