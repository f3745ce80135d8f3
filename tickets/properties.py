"""Verbs for what a ticket is filed under: team, priority, tags, subject; putting it aside; notes about it.

As in tickets/operations.py each locks, checks, calls steps and returns. One that finds nothing to change
changes nothing and writes nothing.
"""

import uuid
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from staff.models import Team, User
from tickets import property_steps, steps
from tickets.conflicts import UNKNOWN, refuse_changed
from tickets.content import Content
from tickets.errors import OperationRefused
from tickets.journal import SYSTEM, by_staff, change
from tickets.models import Message, Tag, Ticket, TicketEvent
from tickets.operations import locked, reply_target, require_worker
from tickets.sendable import require_sendable

Kind = TicketEvent.Kind
LONGEST_SUBJECT = 200  # characters, as the column has them
LONGEST_SNOOZE = timedelta(days=366)


def set_team(ticket: Ticket, *, team: Team | None, staff: User, was: object = UNKNOWN) -> Ticket:
    """The ticket, given to `team` or to none. Refused when it no longer is `was`'s, a team's id or None."""
    with change() as opened:
        ticket = locked(ticket.pk)
        require_worker(staff)
        if ticket.team_id != (team.pk if team else None):
            now = ticket.team.name if ticket.team else _("no team")
            refuse_changed(ticket, [Kind.TEAM_CHANGED], was=was, now=ticket.team_id, words=now)
            property_steps.set_team(opened, ticket, team, by_staff(staff))
    return ticket


def set_priority(ticket: Ticket, *, priority: Ticket.Priority, staff: User, was: object = UNKNOWN) -> Ticket:
    """The ticket with `priority`. Refused when it no longer is `was`."""
    with change() as opened:
        ticket = locked(ticket.pk)
        require_worker(staff)
        if ticket.priority != priority:
            now = str(Ticket.Priority(ticket.priority).label)
            refuse_changed(ticket, [Kind.PRIORITY_CHANGED], was=was, now=ticket.priority, words=now)
            property_steps.set_priority(opened, ticket, priority, by_staff(staff))
    return ticket


def change_tags(ticket: Ticket, *, add: list[Tag], remove: list[Tag], staff: User) -> Ticket:
    """The ticket with the tags `add` and without the tags `remove`; all others stay."""
    with change() as opened:
        ticket = locked(ticket.pk)
        require_worker(staff)
        there = set(ticket.tags.values_list("pk", flat=True))
        added = [tag for tag in add if tag.pk not in there]
        removed = [tag for tag in remove if tag.pk in there]
        if added or removed:
            property_steps.change_tags(opened, ticket, added, removed, by_staff(staff))
    return ticket


def set_subject(ticket: Ticket, *, subject: str, staff: User, was: object = UNKNOWN) -> Ticket:
    """The ticket, named `subject` or, when that is empty, by its client alone. Refused when it is longer than
    LONGEST_SUBJECT, or no longer is `was`."""
    subject = " ".join(subject.replace("\0", "").split())
    if len(subject) > LONGEST_SUBJECT:
        raise OperationRefused(_("A subject has at most %(limit)d characters.") % {"limit": LONGEST_SUBJECT})
    with change() as opened:
        ticket = locked(ticket.pk)
        require_worker(staff)
        if ticket.subject != subject:
            now = ticket.subject or _("no subject")
            refuse_changed(ticket, [Kind.SUBJECT_CHANGED], was=was, now=ticket.subject, words=now)
            property_steps.set_subject(opened, ticket, subject, by_staff(staff))
    return ticket


def snooze(ticket: Ticket, *, until: datetime | None, staff: User) -> Ticket:
    """The ticket, put aside until `until` or, with None, until the client writes. Refused for a closed one
    and for a time that is over or too far away."""
    with change() as opened:
        ticket = locked(ticket.pk)
        require_worker(staff)
        if ticket.is_closed:
            raise OperationRefused(_("This ticket is closed. Reopen it first."))
        if until is not None and until <= timezone.now():
            raise OperationRefused(_("This time is over. Choose a later one."))
        if until is not None and until > timezone.now() + LONGEST_SNOOZE:
            raise OperationRefused(_("A ticket can be put aside for a year at most."))
        if not (ticket.is_snoozed and ticket.snoozed_until == until):
            property_steps.snooze(opened, ticket, until, by_staff(staff))
    return ticket


def wake(ticket: Ticket, *, staff: User | None = None, now: datetime | None = None) -> bool:
    """Whether the ticket was put aside and now is not. Without `staff` the clock asks: then only when its
    time has come."""
    with change(now) as opened:
        ticket = locked(ticket.pk)
        if staff is not None:
            require_worker(staff)
        elif ticket.snoozed_until is None or ticket.snoozed_until > opened.now:
            return False
        if not ticket.is_snoozed:
            return False
        steps.wake(opened, ticket, by_staff(staff) if staff else SYSTEM)
    return True


def note(
    ticket: Ticket,
    *,
    staff: User,
    content: Content,
    mentioned: list[User],
    reply_to: int | None = None,
    key: uuid.UUID | None = None,
) -> Message:
    """A note among staff, in any status, by anybody who works here. The same `key` again returns the note
    that it made the first time."""
    if key is not None and (earlier := Message.objects.filter(ticket=ticket.pk, key=key).first()):
        return earlier
    with change() as opened:
        ticket = locked(ticket.pk)
        require_worker(staff)
        require_sendable(content)
        target = reply_target(ticket, reply_to)
        return property_steps.write_note(
            opened, ticket, content, actor=by_staff(staff), mentioned=mentioned, reply_to=target, key=key
        )
