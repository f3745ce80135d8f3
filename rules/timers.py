"""Rules that wait: nobody answered, the client didn't, a ticket stays open. Each wait is a job in PostgreSQL.

The job is queued in the transaction that began the wait, and looks, when its time comes, whether the reason
is still there. It survives restarts; a late worker runs it late; what it did names the journal row that began
the wait, so that it is never done twice.
"""

from datetime import timedelta
from typing import Any

from procrastinate.contrib.django import app

from rules.compiled import Compiled, cache
from rules.models import TIMED, Event, RuleRun
from tickets.journal import Change, change
from tickets.models import Ticket, TicketEvent

Kind = TicketEvent.Kind
TASK, QUEUE = "rules.timer", "desk"
LONGEST_MINUTES = 60 * 24 * 365


def begin_waits(opened: Change, event: TicketEvent) -> None:
    """Queues what has to be looked at later because of this row of the journal."""
    for name in _begun_by(opened, event):
        for one in cache.waiting_for(name):
            if one.rule.minutes:
                due = opened.now + timedelta(minutes=one.rule.minutes)
                job = app.configure_task(TASK, queue=QUEUE, schedule_at=due)
                job.defer(rule_id=one.rule.pk, ticket_id=event.ticket_id, seq=event.seq)


def _begun_by(opened: Change, event: TicketEvent) -> list[Event]:
    ticket = event.ticket
    if event.kind == Kind.MESSAGE_RECEIVED and ticket.waiting_since == opened.now:
        return [Event.NO_REPLY]
    if event.kind == Kind.MESSAGE_QUEUED and event.actor == TicketEvent.Actor.STAFF:
        return [Event.NO_CLIENT]
    if event.kind in {Kind.TICKET_OPENED, Kind.TICKET_REOPENED}:
        return [Event.OPEN_FOR]
    return []


def look(rule_id: int, ticket_id: int, seq: int) -> bool:
    """The job: whether the rule was tried, since what it waited for is the case. `seq` began the wait."""
    from rules import engine  # which queues these jobs
    from rules.facts import Facts

    waiting = [one for event in TIMED for one in cache.waiting_for(event)]
    one = next((one for one in waiting if one.rule.pk == rule_id), None)
    if one is None:
        return False  # switched off, paused or removed meanwhile
    with change() as opened:
        ticket = Ticket.objects.locked().filter(pk=ticket_id).first()
        if ticket is None or not _still(one, ticket, seq):
            return False
        if RuleRun.objects.filter(rule=rule_id, ticket=ticket_id, seq=seq).exists():
            return False
        system = TicketEvent.Actor.SYSTEM
        event = TicketEvent(ticket=ticket, kind=one.rule.event, seq=seq, actor=system, created_at=opened.now)
        return engine.run(one, opened, Facts(event))


def _still(one: Compiled, ticket: Ticket, seq: int) -> bool:
    """Whether nothing has come that ends the wait."""
    if ticket.is_closed or ticket.client.is_banned:
        return False
    since: Any = ticket.events.filter(seq__gt=seq)
    if one.rule.event == Event.NO_REPLY:
        began = ticket.events.filter(seq=seq).values_list("created_at", flat=True).first()
        return ticket.waiting_since is not None and ticket.waiting_since == began
    if one.rule.event == Event.NO_CLIENT:
        staffs = since.filter(kind=Kind.MESSAGE_QUEUED, actor=TicketEvent.Actor.STAFF)
        return not since.filter(kind=Kind.MESSAGE_RECEIVED).exists() and not staffs.exists()
    return not since.filter(kind__in=[Kind.TICKET_CLOSED, Kind.TICKET_REOPENED]).exists()
