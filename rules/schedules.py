"""Rules that the clock sets off: on a schedule, and when working hours begin or end.

Every few seconds it is looked what is due. A moment is begun once, whoever looks (RuleTick), and walked by
jobs: a stretch of open tickets each, those that the conditions hold for, one transaction a ticket. After an
outage each rule runs late, for the newest moment that it missed, and never twice.
"""

import logging
from collections import defaultdict
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
from rules.language import CLOCKS
from rules.models import CLOCKED, Event, Rule, RuleRun, RuleTick, WorkingHours
from staff.middleware import zone_of
from tickets.journal import change
from tickets.models import Ticket, TicketEvent

logger = logging.getLogger(__name__)

TASK, QUEUE = "rules.walk", "desk"
STRETCH = 200  # tickets of one job
LATEST = timedelta(days=1)  # what is older was missed for good
MOST_TIMES = 24


def wrong_in(schedule: Any) -> str:
    """What is wrong with {"days": […], "times": […]}; empty for a good one."""
    if not isinstance(schedule, dict):
        return _("Choose days and times.")
    days, times = schedule.get("days"), schedule.get("times")
    if not isinstance(days, list) or not days or not all(str(day) in set("0123456") for day in days):
        return _("Choose at least one day.")
    if not isinstance(times, list) or not times or len(times) > MOST_TIMES:
        return _("Between one and %(most)d times are needed.") % {"most": MOST_TIMES}
    if not all(isinstance(one, str) and CLOCKS.fullmatch(one) for one in times):
        return _("Times like 09:30 are needed.")
    return ""


def begin_due(now: datetime, **_kwargs: Any) -> int:
    """Receiver of `clock_ticks`: queues the walks of what is due, one for each inbox; how many."""
    due: dict[int, list[tuple[Rule, datetime]]] = defaultdict(list)
    if not (waiting := _waiting()):
        return 0
    all_hours = list(WorkingHours.objects.all())
    # A moment stays the newest one until the next comes: most looks find what was begun long ago.
    begun_before = set(
        RuleTick.objects.filter(due_at__gt=now - 2 * LATEST).values_list("rule", "inbox_id", "due_at")
    )
    for one in waiting:
        try:
            for inbox_id, moment in _due(one.rule, now, all_hours):
                if (one.rule.pk, inbox_id, moment) not in begun_before:
                    due[inbox_id].append((one.rule, moment))
        except (ValueError, TypeError, LookupError):  # one rule's fault costs no other rule anything
            logger.exception("When rule %s is due can't be told", one.rule.pk)
    begun = 0
    for inbox_id, moments in due.items():
        with transaction.atomic(durable=True):
            new = [[rule.pk, at.isoformat()] for rule, at in moments if _is_first(rule, inbox_id, at)]
            if new:
                _queue(inbox_id, new, after=0)
        begun += bool(new)
    return begun


def _waiting() -> list[Compiled]:
    """In the order of the rules."""
    found = [one for event in Event if event in CLOCKED for one in cache.waiting_for(event)]
    return sorted(found, key=lambda one: (one.rule.position, one.rule.pk))


def _is_first(rule: Rule, inbox_id: int, due: datetime) -> bool:
    """Whether nobody has begun this moment; a rule that was removed meanwhile has none."""
    if not Rule.objects.select_for_update(no_key=True).filter(pk=rule.pk).exists():
        return False
    _tick, is_new = RuleTick.objects.get_or_create(rule=rule, inbox_id=inbox_id, due_at=due)
    RuleTick.objects.filter(rule=rule, due_at__lt=due - 7 * LATEST).delete()
    return is_new


def _queue(inbox_id: int, rules: list[Any], *, after: int) -> None:
    app.configure_task(TASK, queue=QUEUE).defer(inbox_id=inbox_id, rules=rules, after=after)


def _due(rule: Rule, now: datetime, all_hours: list[WorkingHours]) -> list[tuple[int, datetime]]:
    """(inbox or 0, the newest moment) that has come since the rule, or the inbox's hours, were changed."""
    since = max(rule.updated_at, now - LATEST)
    days = [now.date() + timedelta(days=number) for number in (-2, -1, 0, 1)]
    if rule.event == Event.SCHEDULE:
        newest = _newest([moment for day in days for moment in _scheduled(rule, day)], since, now)
        return [(0, newest)] if newest else []
    found = []
    for hours in all_hours:
        if rule.inbox_id not in {None, hours.inbox_id}:
            continue
        begins, ends = _edges(hours, days)
        ours, others = (begins, ends) if rule.event == Event.HOURS_BEGIN else (ends, begins)
        newest = _newest(ours, max(since, hours.updated_at), now)
        # Late in the morning nobody wants to hear that it is evening.
        if newest and not any(newest < moment <= now for moment in others):
            found.append((hours.inbox_id, newest))
    return found


def _newest(moments: list[datetime], since: datetime, now: datetime) -> datetime | None:
    return max((moment for moment in moments if since < moment <= now), default=None)


def _scheduled(rule: Rule, day: date) -> list[datetime]:
    if str(day.weekday()) not in map(str, rule.schedule.get("days", [])):
        return []
    zone = zone_of(settings.TIME_ZONE)
    return [
        datetime.combine(day, time.fromisoformat(clock), zone) for clock in rule.schedule.get("times", [])
    ]


def _edges(hours: WorkingHours, days: list[date]) -> tuple[list[datetime], list[datetime]]:
    """When they begin, and when they end; a day that goes on into the next one ends nothing."""
    spans = [edges for day in days if (edges := hours.edges(day)) is not None]
    through = {ends for (_, ends), (begins, _) in pairwise(spans) if ends == begins}
    begins = [begin for begin, _ in spans if begin not in through]
    return begins, [end for _, end in spans if end not in through]


def walk(inbox_id: int, rules: list[Any], after: int) -> int:
    """The job: applies `rules` ([id, moment] each, in their order) to a stretch of open tickets, and queues
    the next stretch; how many times one was applied."""
    moments = {rule_id: datetime.fromisoformat(moment) for rule_id, moment in rules}
    # Switched off, paused or removed meanwhile: done with. Changed meanwhile: it is another rule now.
    still = [
        one for one in _waiting() if one.rule.pk in moments and one.rule.updated_at <= moments[one.rule.pk]
    ]
    if not still:
        return 0
    tickets = Ticket.objects.open().filter(pk__gt=after, created_at__lte=max(moments.values()))
    if inbox_id:
        tickets = tickets.filter(inbox=inbox_id)
    stretch = list(tickets.select_related("client", "status", "last_message").order_by("pk")[:STRETCH])
    applied = 0
    for ticket in stretch:
        for one in still:
            done = _apply(one, ticket, moments[one.rule.pk])
            applied += done
            if done and one.rule.stops:
                break
    if len(stretch) == STRETCH:
        _queue(inbox_id, rules, after=stretch[-1].pk)
    return applied


def _apply(one: Compiled, seen: Ticket, moment: datetime) -> bool:
    """Whether the conditions hold now and the rule was tried; done again after a crash it does nothing."""
    if seen.client.is_banned or not _holds(one, Facts(event_now(one.rule.event, seen, moment))):
        return False
    with change() as opened:
        ticket = Ticket.objects.locked().filter(pk=seen.pk, closed_at=None).first()
        if ticket is None:
            return False
        if RuleRun.objects.filter(rule=one.rule, ticket=seen.pk, created_at__gte=moment).exists():
            return one.rule.stops
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
