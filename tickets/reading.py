"""How far each employee has read a ticket, to the message.

A mark only moves forward, whatever order the reports of several tabs and devices come in; "mark as unread"
alone moves it back. Each is one statement, so that nothing has to be locked.
"""

from datetime import datetime

from django.db import connection
from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from staff.models import User
from tickets import live
from tickets.counting import CountOf
from tickets.models import Message, ReadMark, Ticket

# So many are counted, and shown as "99+": beyond, a number says nothing more to a person, and costs time.
MOST_UNREAD = 100

_FORWARD = """
INSERT INTO tickets_readmark (staff_id, ticket_id, seq, updated_at)
SELECT %(staff)s, id, least(%(seq)s, last_seq), now() FROM tickets_ticket WHERE id = %(ticket)s
ON CONFLICT (staff_id, ticket_id) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at
WHERE tickets_readmark.seq < excluded.seq
"""
_BACK = """
INSERT INTO tickets_readmark (staff_id, ticket_id, seq, updated_at)
SELECT %(staff)s, id, last_in_seq - 1, now() FROM tickets_ticket WHERE id = %(ticket)s AND last_in_seq > 0
ON CONFLICT (staff_id, ticket_id) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at
WHERE tickets_readmark.seq > excluded.seq
"""

# What was read needs no telling any more. In the order in which tickets/notifying.py writes them.
_NOTIFIED = """
UPDATE tickets_notification SET read_at = %(now)s WHERE id IN (
  SELECT id FROM tickets_notification
  WHERE staff_id = %(staff)s AND ticket_id = %(ticket)s AND read_at IS NULL AND seq <= %(seq)s
  ORDER BY kind FOR NO KEY UPDATE
)
"""


def mark_read(staff_id: int, ticket_id: int, seq: int) -> bool:
    """Whether the mark moved: everything up to journal number `seq` is read, at most what there is."""
    return _write(_FORWARD, staff_id, ticket_id, seq)


def mark_unread(staff_id: int, ticket_id: int) -> bool:
    """Whether the mark moved: before the client's last message, so that the ticket is unread again."""
    return _write(_BACK, staff_id, ticket_id)


def _write(statement: str, staff_id: int, ticket_id: int, seq: int = 0) -> bool:
    asked: dict[str, int | datetime] = {
        "staff": staff_id,
        "ticket": ticket_id,
        "seq": seq,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        moved = bool(cursor.rowcount)
        if moved and statement is _FORWARD:
            cursor.execute(_NOTIFIED, asked)
    if moved:
        live.read(staff_id, ticket_id)
    return moved


def mark_of(staff: User, ticket: Ticket) -> int:
    """The journal number up to which `staff` has read; 0 for nothing."""
    return ReadMark.objects.filter(staff=staff, ticket=ticket).values_list("seq", flat=True).first() or 0


def _mark(staff: User, ticket: OuterRef) -> Coalesce:
    marks = ReadMark.objects.filter(staff=staff, ticket=ticket).values("seq")
    return Coalesce(Subquery(marks), Value(0))


def unread_messages(staff: User) -> Case:
    """For each ticket of a query: how many of the client's messages `staff` has not read, up to MOST_UNREAD.

    None in a closed ticket: nobody has to look into it any more.
    """
    # The mark by the ticket's id, not by the message's: so it is read once and bounds the index of messages.
    mark = _mark(staff, OuterRef(OuterRef("pk")))
    newer = Message.objects.filter(ticket=OuterRef("pk"), direction=Message.Direction.IN, seq__gt=mark)
    counted = CountOf(newer.order_by().values("pk")[:MOST_UNREAD])
    has_newer = When(closed_at__isnull=True, last_in_seq__gt=_mark(staff, OuterRef("pk")), then=counted)
    return Case(has_newer, default=Value(0), output_field=IntegerField())


def unread_tickets(staff: User) -> QuerySet[Ticket]:
    """The tickets that wait for `staff` to look at them: unread, not closed, theirs or nobody's."""
    open_ones = Ticket.objects.visible_to(staff).active()
    theirs = open_ones.assigned_to(staff) | open_ones.unassigned()
    return theirs.unread_by(staff).order_by().values("pk")[:MOST_UNREAD]  # type: ignore[return-value]  # rows of ids
