"""More steps, beside tickets/steps.py: team, priority, tags, subject, snooze, notes, and a client's ban."""

import uuid
from datetime import datetime
from typing import Any

from staff.models import Team, User
from tickets.content import Content, storable
from tickets.journal import Actor, Change
from tickets.models import Client, Mention, Message, Tag, Ticket, TicketEvent
from tickets.steps import append_message

Kind = TicketEvent.Kind


def set_team(change: Change, ticket: Ticket, team: Team | None, actor: Actor) -> None:
    """Given to `team` as a whole, or to none; the assignee stays."""
    before, ticket.team = ticket.team, team
    data = {
        "team": team.pk if team else None,
        "was": before.pk if before else None,
        "before": before.name if before else "",
    }
    change.record(ticket, Kind.TEAM_CHANGED, actor, data={**data, "after": team.name if team else ""})


def set_priority(change: Change, ticket: Ticket, priority: Ticket.Priority, actor: Actor) -> None:
    before, ticket.priority = ticket.priority, priority
    change.record(ticket, Kind.PRIORITY_CHANGED, actor, data={"from": before, "to": int(priority)})


def change_tags(change: Change, ticket: Ticket, added: list[Tag], removed: list[Tag], actor: Actor) -> None:
    """Puts `added` on the ticket and takes `removed` off it."""
    ticket.tags.add(*added)
    ticket.tags.remove(*removed)
    data = {"added": [tag.name for tag in added], "removed": [tag.name for tag in removed]}
    ids = {"added_ids": [tag.pk for tag in added], "removed_ids": [tag.pk for tag in removed]}
    change.record(ticket, Kind.TAGS_CHANGED, actor, data={**data, **ids})


def set_subject(change: Change, ticket: Ticket, subject: str, actor: Actor) -> None:
    before, ticket.subject = ticket.subject, storable(subject)
    change.record(
        ticket, Kind.SUBJECT_CHANGED, actor, data={"before": before, "after": ticket.subject}, quietly=True
    )


def snooze(change: Change, ticket: Ticket, until: datetime | None, actor: Actor) -> None:
    """Put aside until a time, or with None until the client writes (which ends every snooze)."""
    ticket.snoozed_at, ticket.snoozed_until = change.now, until
    data = {"until": until.isoformat() if until else None}
    change.record(ticket, Kind.TICKET_SNOOZED, actor, data=data, quietly=True)


def write_note(
    change: Change,
    ticket: Ticket,
    content: Content,
    *,
    actor: Actor,
    mentioned: list[User],
    reply_to: Message | None = None,
    key: uuid.UUID | None = None,
) -> Message:
    """A note among staff, at the end of the conversation; it goes nowhere else. `mentioned` are called."""
    note = Message(
        direction=Message.Direction.NOTE,
        author=actor.staff,
        created_at=change.now,
        reply_to=reply_to,
        key=key,
    )
    data = {"mentioned": [person.pk for person in mentioned]} if mentioned else None
    append_message(change, ticket, note, content, kind=Kind.NOTE_ADDED, actor=actor, data=data)
    Mention.objects.bulk_create(
        [Mention(staff=person, message=note, ticket=ticket) for person in mentioned], ignore_conflicts=True
    )
    return note


def change_client(change: Change, ticket: Ticket | None, client: Client, actor: Actor, **values: Any) -> None:
    """What staff keep of a client; pages of `ticket`, their newest, show it at once."""
    for field, value in values.items():
        setattr(client, field, value)
    if values:
        client.save(update_fields=list(values))
    if ticket is not None:
        ticket.client = client
        change.record(ticket, Kind.CLIENT_CHANGED, actor)


def set_banned(change: Change, ticket: Ticket | None, client: Client, *, banned: bool, actor: Actor) -> None:
    """Whether what the client writes opens tickets; told in `ticket`, when there is one."""
    client.banned_at = change.now if banned else None
    client.banned_by = actor.staff if banned else None
    client.save(update_fields=["banned_at", "banned_by"])
    if ticket is not None:
        ticket.client = client
        kind = Kind.CLIENT_BANNED if banned else Kind.CLIENT_UNBANNED
        change.record(ticket, kind, actor, quietly=True)
