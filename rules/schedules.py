"""Rules that the clock sets off: on a schedule, and when working hours begin or end.

Every few seconds it is looked what is due. A moment is begun once, whoever looks (RuleTick), and walked by
jobs: a stretch of open tickets each, those that the conditions hold for, one transaction a ticket. After an
outage each rule runs late, for the newest moment that it missed, and never twice.
"""

import re
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from rules import engine
from rules.compiled import Compiled, cache
from rules.facts import Facts
from rules.models import CLOCKED, Event, Rule, RuleRun, RuleTick, WorkingHours
from staff.middleware import zone_of
from tickets.journal import change
from tickets.models import Ticket, TicketEvent

TASK, QUEUE = "rules.walk", "desk"
STRETCH = 200  # tickets of one job
LATEST = timedelta(days=1)  # what is older was missed for good
MOST_TIMES = 24
CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def wrong_in(schedule: Any) -> str:
    """What is wrong with {"days": […], "times": […]}; empty for a good one."""
    if not isinstance(schedule, dict):
        return _("Choose days and times.")
    days, times = schedule.get("days"), schedule.get("times")
    if not isinstance(days, list) or not days or not all(str(day) in set("0123456") for day in days):
        return _("Choose at least one day.")
    if not isinstance(times, list) or not times or len(times) > MOST_TIMES:
        return _("Between one and %(most)d times are needed.") % {"most": MOST_TIMES}
    if not all(isinstance(one, str) and CLOCK.fullmatch(one) for one in times):
        return _("Times like 09:30 are needed.")
    return ""


def begin_due(now: datetime, **_kwargs: Any) -> int:
    """Receiver of `clock_ticks`: queues the walks of what is due; how many."""
    waiting = [one.rule for event in CLOCKED for one in cache.waiting_for(event)]
    begun = 0
    for rule in waiting:
        for inbox_id, due in _due(rule, now):
            with transaction.atomic(durable=True):
                _tick, is_new = RuleTick.objects.get_or_create(rule=rule, inbox_id=inbox_id, due_at=due)
                if is_new:
                    _queue(rule.pk, inbox_id, due, after=0)
                    RuleTick.objects.filter(rule=rule, due_at__lt=now - 7 * LATEST).delete()
            begun += is_new
    return begun


def _queue(rule_id: int, inbox_id: int, due: datetime, *, after: int) -> None:
    job = app.configure_task(TASK, queue=QUEUE)
    job.defer(rule_id=rule_id, inbox_id=inbox_id, due=due.isoformat(), after=after)


def _due(rule: Rule, now: datetime) -> list[tuple[int, datetime]]:
    """(inbox or 0, the newest moment) that has come since the rule was changed and since it ran last."""
    since = max(rule.updated_at, now - LATEST)
    days = [now.date() + timedelta(days=number) for number in (-2, -1, 0, 1)]
    if rule.event == Event.SCHEDULE:
        found = [(0, [moment for day in days for moment in _scheduled(rule, day)])]
    else:
        hours = WorkingHours.objects.filter(**({"inbox": rule.inbox_id} if rule.inbox_id else {}))
        found = [(one.inbox_id, _edges(one, days, rule.event)) for one in hours]
    due = []
    for inbox_id, moments in found:
        come = [moment for moment in moments if since < moment <= now]
        if come:
            due.append((inbox_id, max(come)))
    return due


def _scheduled(rule: Rule, day: date) -> list[datetime]:
    if str(day.weekday()) not in map(str, rule.schedule.get("days", [])):
        return []
    zone = zone_of(settings.TIME_ZONE)
    return [
        datetime.combine(day, time.fromisoformat(clock), zone) for clock in rule.schedule.get("times", [])
    ]


def _edges(hours: WorkingHours, days: list[date], event: str) -> list[datetime]:
    """When they begin or end; a day that goes on into the next one ends nothing."""
    spans = [edges for day in days if (edges := hours.edges(day)) is not None]
    through = {ends for (_, ends), (begins, _) in pairwise(spans) if ends == begins}
    which = 0 if event == Event.HOURS_BEGIN else 1
    return [span[which] for span in spans if span[which] not in through]


def walk(rule_id: int, inbox_id: int, due: str, after: int) -> int:
    """The job: applies the rule to a stretch of open tickets, and queues the next stretch; to how many."""
    moment = datetime.fromisoformat(due)
    waiting = [one for event in CLOCKED for one in cache.waiting_for(event)]
    one = next((one for one in waiting if one.rule.pk == rule_id), None)
    if one is None:
        return 0  # switched off, paused or removed meanwhile
    tickets = Ticket.objects.open().filter(pk__gt=after, created_at__lte=moment)
    if inbox_id:
        tickets = tickets.filter(inbox=inbox_id)
    stretch = list(tickets.select_related("client", "status", "last_message").order_by("pk")[:STRETCH])
    applied = sum(_apply(one, ticket, moment) for ticket in stretch)
    if len(stretch) == STRETCH:
        _queue(rule_id, inbox_id, moment, after=stretch[-1].pk)
    return applied


def _apply(one: Compiled, seen: Ticket, moment: datetime) -> bool:
    if seen.client.is_banned or not _holds(one, Facts(event_now(one.rule.event, seen, moment))):
        return False
    with change() as opened:
        ticket = Ticket.objects.locked().filter(pk=seen.pk, closed_at=None).first()
        ran = RuleRun.objects.filter(rule=one.rule, ticket=seen.pk, created_at__gte=moment)
        if ticket is None or ran.exists():
            return False
        return engine.run(one, opened, Facts(event_now(one.rule.event, ticket, opened.now)))


def _holds(one: Compiled, facts: Facts) -> bool:
    try:
        return one.holds(facts)
    except Exception:  # asked again under the lock, where a fault is written down
        return True


def event_now(event: str, ticket: Ticket, now: datetime) -> TicketEvent:
    """What stands for the clock where rules look at a row of a journal; never saved."""
    system = TicketEvent.Actor.SYSTEM
    return TicketEvent(ticket=ticket, kind=event, seq=ticket.last_seq, actor=system, created_at=now)
