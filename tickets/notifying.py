"""Who is told of what: rows of the bell, written with the change itself, in one statement.

Nobody is told of what they did themselves, what they don't want to hear (NotificationSettings.muted) or may
not see. What is still unread of the same kind in the same ticket grows instead of becoming another row.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from staff.models import Team
from tickets.models import Message, Notification, TicketEvent

Kind = Notification.Kind
Event = TicketEvent.Kind
NOT_DELIVERED = {Message.Delivery.FAILED, Message.Delivery.UNKNOWN}


class Told(NamedTuple):
    """One person is to be told of one row of the journal."""

    staff_id: int
    ticket_id: int
    kind: str
    message_id: int | None
    actor_id: int | None
    seq: int


_WRITE = """
INSERT INTO tickets_notification
  (staff_id, ticket_id, kind, message_id, actor_id, seq, count, created_at)
SELECT who.id, ticket.id, told.kind, told.message, told.actor, told.seq, 1, %(now)s
FROM unnest(%(staff)s::bigint[], %(tickets)s::bigint[], %(kinds)s::text[], %(messages)s::bigint[],
            %(actors)s::bigint[], %(seqs)s::bigint[]) AS told(staff, ticket, kind, message, actor, seq)
JOIN staff_user who ON who.id = told.staff AND who.is_active
JOIN tickets_ticket ticket ON ticket.id = told.ticket
LEFT JOIN tickets_notificationsettings wants ON wants.staff_id = who.id
WHERE NOT coalesce(wants.muted ? told.kind, false)
  AND CASE who.scope
    WHEN 'inboxes' THEN EXISTS (
      SELECT FROM tickets_inbox_members m WHERE m.inbox_id = ticket.inbox_id AND m.user_id = who.id)
    WHEN 'teams' THEN ticket.assignee_id = who.id OR EXISTS (
      SELECT FROM staff_team_members m WHERE m.team_id = ticket.team_id AND m.user_id = who.id)
    ELSE true END
ORDER BY who.id, ticket.id, told.kind
ON CONFLICT (staff_id, ticket_id, kind) WHERE read_at IS NULL DO UPDATE SET
  count = tickets_notification.count + 1, created_at = excluded.created_at, seq = excluded.seq,
  message_id = excluded.message_id, actor_id = excluded.actor_id
RETURNING id, staff_id
"""


def tell(events: list[TicketEvent]) -> dict[int, int]:
    """Writes what the rows of one change are to be told of; for each notification, whose it is."""
    told: dict[tuple[int, int, str], Told] = {}
    for event in events:
        for one in _of(event):
            told[one[:3]] = one
    for staff_id, ticket_id, kind in list(told):
        # A ticket that comes with its first message is one piece of news.
        if kind == Kind.MESSAGE and (staff_id, ticket_id, str(Kind.ASSIGNED)) in told:
            del told[staff_id, ticket_id, kind]
    return _write(list(told.values()), events[-1].created_at) if told else {}


def tell_of_rule(staff_ids: Iterable[int], event: TicketEvent, kind: Kind, now: datetime) -> dict[int, int]:
    """Tells these people what a rule has to say of `event`'s ticket; for each notification, whose it is."""
    told = [
        Told(staff_id, event.ticket_id, str(kind), event.message_id, None, event.seq)
        for staff_id in sorted(set(staff_ids))
    ]
    return _write(told, now) if told else {}


def _write(told: list[Told], now: datetime) -> dict[int, int]:
    columns: list[Any] = [list(column) for column in zip(*told, strict=True)]
    names = ("staff", "tickets", "kinds", "messages", "actors", "seqs")
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, {**dict(zip(names, columns, strict=True)), "now": now})
        return dict(cursor.fetchall())


def nobodys(events: list[TicketEvent]) -> set[int]:
    """The tickets that these rows opened and gave to nobody."""
    return {
        event.ticket_id
        for event in events
        if event.kind == Event.TICKET_OPENED and event.ticket.assignee_id is None
    }


def _of(event: TicketEvent) -> Iterator[Told]:
    for kind, staff_id in _whom(event):
        if staff_id != event.staff_id:
            yield Told(staff_id, event.ticket_id, str(kind), event.message_id, event.staff_id, event.seq)


def _whom(event: TicketEvent) -> Iterator[tuple[Kind, int]]:
    ticket, data, kind = event.ticket, event.data, event.kind
    if kind == Event.TICKET_ASSIGNED:
        yield Kind.ASSIGNED, data["assignee"]
    elif kind == Event.NOTE_ADDED:
        yield from ((Kind.MENTION, staff_id) for staff_id in data.get("mentioned", []))
    elif kind == Event.TEAM_CHANGED and data["team"]:
        members = Team.members.through.objects.filter(team=data["team"])
        yield from ((Kind.TEAM, staff_id) for staff_id in members.values_list("user", flat=True))
    elif kind == Event.DELIVERY_CHANGED and data["delivery"] in NOT_DELIVERED:
        if event.message and event.message.author_id:
            yield Kind.FAILED, event.message.author_id
    elif ticket.assignee_id is not None and not ticket.is_closed:
        if kind == Event.MESSAGE_RECEIVED and not data.get("banned"):
            yield Kind.MESSAGE, ticket.assignee_id
        elif kind == Event.TICKET_WOKEN and event.actor == TicketEvent.Actor.SYSTEM:
            yield Kind.SNOOZE_OVER, ticket.assignee_id
