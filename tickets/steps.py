"""The steps that verbs are made of: each changes one thing of a locked ticket and writes its journal row.

Whoever calls a step has opened `journal.change()` and holds the ticket's row lock. Steps check nothing about
who asks; that is the verb's part (tickets/operations.py).
"""

import uuid
from datetime import datetime
from typing import Any

from staff.models import User
from tickets.content import Content, NewFile, storable
from tickets.journal import CLIENT, SYSTEM, Actor, Change
from tickets.models import Attachment, Client, Message, MessageVersion, Status, Ticket, TicketEvent

Kind = TicketEvent.Kind


def open_ticket(change: Change, client: Client) -> Ticket:
    """A new Open ticket of `client`; it takes the waiting start payload as its source.

    Raises IntegrityError when the client has a ticket that isn't closed: the constraint is the guarantee.
    """
    ticket = Ticket(
        client=client,
        inbox_id=client.inbox_id,
        status=Status.objects.get(pk=Status.OPEN_ID),
        source=client.start_payload,
        created_at=change.now,
        updated_at=change.now,
    )
    ticket.save(force_insert=True)
    if client.start_payload:
        client.start_payload = ""
        client.save(update_fields=["start_payload"])
    change.record(
        ticket, Kind.TICKET_OPENED, CLIENT, data={"source": ticket.source} if ticket.source else None
    )
    return ticket


def start_again(change: Change, ticket: Ticket, payload: str) -> None:
    """The client came by a link to the bot while their ticket is open."""
    change.record(ticket, Kind.CLIENT_STARTED, CLIENT, data={"payload": payload}, quietly=True)


def keep_ticket(change: Change, client: Client) -> Ticket:
    """Where the words of a banned client are kept who has no ticket: one that is born closed."""
    status = Status.objects.get(pk=Status.CLOSED_ID)
    ticket = Ticket(
        client=client,
        inbox_id=client.inbox_id,
        status=status,
        created_at=change.now,
        updated_at=change.now,
        closed_at=change.now,
    )
    ticket.save(force_insert=True)
    change.record(ticket, Kind.TICKET_CLOSED, SYSTEM, data={"to": status.pk, "banned": True})
    return ticket


def receive_message(
    change: Change,
    ticket: Ticket,
    content: Content,
    *,
    written_at: datetime,
    reply_to: Message | None = None,
    quote: str = "",
) -> Message:
    """The client's message, at the end of the conversation. A banned client's is kept and wakes nobody."""
    message = Message(
        direction=Message.Direction.IN, created_at=written_at, reply_to=reply_to, quote=storable(quote)
    )
    kind = Kind.MESSAGE_RECEIVED
    if ticket.client.is_banned:
        banned = {"banned": True}
        return append_message(
            change, ticket, message, content, kind=kind, actor=CLIENT, data=banned, quietly=True
        )
    if ticket.is_snoozed:
        wake(change, ticket, CLIENT)
    ticket.last_in_seq = ticket.last_seq + 1
    if ticket.waiting_since is None and not ticket.is_closed:
        ticket.waiting_since = change.now
    return append_message(change, ticket, message, content, kind=kind, actor=CLIENT)


def wake(change: Change, ticket: Ticket, actor: Actor) -> None:
    """No longer put aside: its time came, the client wrote, or somebody wants it back."""
    ticket.snoozed_at = ticket.snoozed_until = None
    change.record(ticket, Kind.TICKET_WOKEN, actor)


def write_message(
    change: Change,
    ticket: Ticket,
    content: Content,
    *,
    actor: Actor,
    reply_to: Message | None = None,
    quote: str = "",
    key: uuid.UUID | None = None,
) -> Message:
    """A message to the client, queued. The bridge hears of its journal row and adds the delivery job."""
    message = Message(
        direction=Message.Direction.OUT,
        author=actor.staff,
        created_at=change.now,
        reply_to=reply_to,
        quote=storable(quote),
        key=key,
        delivery=Message.Delivery.QUEUED,
    )
    if actor.staff is not None:
        ticket.waiting_since = None  # an automatic answer is not what the client waits for
    return append_message(change, ticket, message, content, kind=Kind.MESSAGE_QUEUED, actor=actor)


def append_message(
    change: Change,
    ticket: Ticket,
    message: Message,
    content: Content,
    *,
    kind: TicketEvent.Kind,
    actor: Actor,
    data: dict[str, Any] | None = None,
    quietly: bool = False,
) -> Message:
    """`message` with `content`, at the end of the conversation, told by a journal row of `kind`."""
    message.ticket = ticket
    message.seq = ticket.last_seq + 1
    message.kind = content.kind
    message.text = storable(content.text)
    message.entities = content.entities
    message.details = content.details
    message.options = content.options
    message.buttons = content.buttons
    change.record(ticket, kind, actor, message=message, data=data, quietly=quietly)
    add_files(change, message, content.files)
    return message


def add_files(change: Change, message: Message, files: list[NewFile], *, first: int = 0) -> list[Attachment]:
    """Rows for `files`, in their order, from position `first` on."""
    attachments = []
    for position, new in enumerate(files, first):
        attachment = Attachment(
            message=message,
            position=position,
            kind=new.kind,
            name=storable(new.name)[:255],
            mime_type=storable(new.mime_type)[:127],
            size=new.size,
            width=new.width,
            height=new.height,
            duration=new.duration,
            state=new.state,
            error=new.error,
        )
        if new.file is not None:
            attachment.file.save(new.name or "file", new.file, save=False)
            attachment.state = Attachment.State.READY
            change.files.append(attachment.file)
        attachment.save(force_insert=True)
        attachments.append(attachment)
    return attachments


def extend_album(change: Change, message: Message, content: Content) -> list[Attachment]:
    """Another part of an album that has begun: its file joins. `content` has the text (the captions of all
    parts together) and the details of the whole album. Returns the new files."""
    attachments = add_files(change, message, content.files, first=message.attachments.count())
    message.kind = Message.Kind.ALBUM
    message.text, message.entities = storable(content.text), content.entities
    message.details = content.details
    message.save(update_fields=["kind", "text", "entities", "details"])
    quietly = message.ticket.client.is_banned
    change.record(message.ticket, Kind.MESSAGE_EXTENDED, CLIENT, message=message, quietly=quietly)
    return attachments


def edit_message(change: Change, message: Message, content: Content, *, edited_at: datetime) -> bool:
    """The client's edit: text and details are replaced, files stay and new ones join, the version is kept.

    Returns whether anything visible changed: Telegram also reports edits that change nothing.
    """
    text = storable(content.text)
    said = (text, content.entities) != (message.text, message.entities)
    if not said and not content.files and content.details == message.details:
        return False
    if said:
        replace_text(change, message, text, content.entities, edited_at)
    if content.files:
        add_files(change, message, content.files, first=message.attachments.count())
        message.kind = content.kind
    message.details, message.edited_at = content.details, edited_at
    message.save(update_fields=["kind", "text", "entities", "details", "edited_at"])
    # A place that moves for hours must not keep its ticket at the top of every list.
    moves = not said and not content.files
    quietly = moves or message.ticket.client.is_banned
    change.record(message.ticket, Kind.MESSAGE_EDITED, CLIENT, message=message, quietly=quietly)
    return True


def replace_text(
    change: Change, message: Message, text: str, entities: list[dict[str, Any]], edited_at: datetime
) -> None:
    """Another text; what it said before is kept. The caller saves."""
    MessageVersion.objects.create(
        message=message, text=message.text, entities=message.entities, replaced_at=edited_at
    )
    message.text, message.entities, message.edited_at = text, entities, edited_at


def follow_profile(change: Change, ticket: Ticket | None, client: Client, **profile: str | int) -> None:
    """The client's name, language, chat … changed in Telegram; told in `ticket`, when there is one."""
    for field, value in profile.items():
        setattr(client, field, value)
    client.save(update_fields=list(profile))
    if ticket is not None:
        ticket.client = client
        change.record(ticket, Kind.CLIENT_CHANGED, CLIENT)


def take(change: Change, ticket: Ticket, staff: User, actor: Actor) -> None:
    """Assigned to `staff` and In progress."""
    data: dict[str, Any] = {"was": ticket.assignee_id}
    ticket.assignee = staff
    if not ticket.status.is_in_progress:
        data |= _to_status(ticket, Status.objects.get(pk=Status.IN_PROGRESS_ID))
    change.record(ticket, Kind.TICKET_TAKEN, actor, data=data)


def assign(change: Change, ticket: Ticket, assignee: User, actor: Actor) -> None:
    """Given to `assignee`; the status stays as it is."""
    data = {"assignee": assignee.pk, "name": assignee.name, "was": ticket.assignee_id}
    ticket.assignee = assignee
    change.record(ticket, Kind.TICKET_ASSIGNED, actor, data=data)


def unassign(change: Change, ticket: Ticket, actor: Actor) -> None:
    """Nobody's; a ticket in progress becomes Open, since nobody is at work on it."""
    name = ticket.assignee.name if ticket.assignee else ""
    data: dict[str, Any] = {"name": name, "was": ticket.assignee_id}
    ticket.assignee = None
    if ticket.status.is_in_progress:
        data |= _to_status(ticket, Status.objects.get(pk=Status.OPEN_ID))
    change.record(ticket, Kind.TICKET_UNASSIGNED, actor, data=data)


def _to_status(ticket: Ticket, status: Status) -> dict[str, Any]:
    """What the journal keeps of the change."""
    before, ticket.status = ticket.status, status
    return {"from": before.pk, "to": status.pk, "names": _names(before), "new_names": _names(status)}


def set_status(change: Change, ticket: Ticket, status: Status, actor: Actor) -> None:
    """Another status; closing sets `closed_at`, leaving a closed status clears it.

    Raises IntegrityError when that would give the client a second ticket that isn't closed.
    """
    before, data = ticket.status, _to_status(ticket, status)
    if status.is_closed == before.is_closed:
        kind = Kind.STATUS_CHANGED
    else:
        kind = Kind.TICKET_CLOSED if status.is_closed else Kind.TICKET_REOPENED
        ticket.closed_at = change.now if status.is_closed else None
        # What is closed waits for nothing and is put aside no longer.
        ticket.waiting_since = ticket.snoozed_at = ticket.snoozed_until = None
    change.record(ticket, kind, actor, data=data)


def _names(status: Status) -> dict[str, str]:
    # Both languages: the journal stays readable after the status was renamed or removed.
    return {"en": status.name, "ru": status.name_ru or status.name}


def change_delivery(
    change: Change,
    message: Message,
    delivery: Message.Delivery,
    *,
    error: dict[str, object] | None = None,
    actor: Actor = SYSTEM,
) -> None:
    """What is known about the way of a message to the client. `error` is a code and its numbers.

    Queued by a person, it gets a new delivery job; queued by the worker, it waits for the job it has.
    """
    message.delivery = delivery
    message.delivery_error = error or {}
    message.save(update_fields=["delivery", "delivery_error", "delivery_claim"])
    data = {"delivery": str(delivery), **({"error": error} if error else {})}
    change.record(message.ticket, Kind.DELIVERY_CHANGED, actor, message=message, data=data)


def settle_file(change: Change, attachment: Attachment, *fields: str) -> None:
    """Saves `fields` of a file that a job has fetched, or has given up on."""
    attachment.save(update_fields=["state", "error", *fields])
    message = attachment.message
    data = {**attachment.as_details(), "state": attachment.state}
    change.record(message.ticket, Kind.ATTACHMENT_CHANGED, SYSTEM, message=message, data=data)


def mark_reachable(
    change: Change, ticket: Ticket | None, client: Client, *, reachable: bool, actor: Actor
) -> None:
    """Whether the client lets the bot write to them; shown in `ticket`, their open one, when there is one."""
    if client.is_reachable == reachable:
        return
    client.is_reachable = reachable
    client.save(update_fields=["is_reachable"])
    if ticket is not None:
        ticket.client = client
        change.record(ticket, Kind.CLIENT_UNBLOCKED if reachable else Kind.CLIENT_BLOCKED, actor)
