"""Applies the rules to what a verb has written, inside the verb's transaction and before its commit.

So a ticket is born already assigned. Each rule runs in a savepoint: one that fails costs neither the
message nor the other rules.
"""

import logging
import time
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from rules import timers
from rules.actions import ACTIONS, Doing, Skip
from rules.compiled import Compiled, cache, compiled
from rules.events import EVENTS_OF
from rules.facts import Facts
from rules.models import CLOCKED, Event, Rule, RuleRun
from staff.models import User
from tickets import notifying, steps
from tickets.content import storable
from tickets.journal import Actor, Change, by_rule
from tickets.models import Message, Notification, TicketEvent

logger = logging.getLogger(__name__)

Kind = TicketEvent.Kind
Outcome = RuleRun.Outcome

# Rules answer rules this many rounds; then they rest, or two of them could go on for ever.
DEEPEST_LEVEL = 3
# A rule that ran so often in one ticket in so short a time is put to rest …
MOST_RUNS, RUNS_WITHIN = 20, timedelta(minutes=10)
# … and one that does so in one minute, in whatever tickets, as far as this process knows.
MOST_A_MINUTE = 1200
_runs: dict[int, deque[datetime]] = defaultdict(deque)

STILL_THERE = "SELECT 1 FROM rules_rule WHERE id = %s AND enabled AND paused_at IS NULL FOR KEY SHARE"


def names_of(event: TicketEvent) -> list[Event]:
    """What rules may call this row of the journal."""
    return [name for name in EVENTS_OF[event.kind] if _is(name, event)]


def _is(name: Event, event: TicketEvent) -> bool:
    if name == Event.NOT_DELIVERED:
        return bool(event.data.get("delivery") == Message.Delivery.FAILED)
    if name == Event.CLIENT_STARTED:
        return bool(event.data.get("source") or event.data.get("payload"))
    if name == Event.STATUS_CHANGED and event.kind == Kind.TICKET_UNASSIGNED:
        return "names" in event.data  # it was in progress
    if name == Event.MESSAGE_FIRST:  # asked only when a rule wants to know
        return bool(cache.waiting_for(name)) and _is_first(event)
    return True


def _is_first(event: TicketEvent) -> bool:
    earlier = Message.objects.filter(
        ticket=event.ticket_id, direction=Message.Direction.IN, seq__lt=event.seq
    )
    return not earlier.exists()


def apply_rules(
    sender: object, *, change: Change, events: list[TicketEvent], level: int, **kwargs: Any
) -> None:
    """Receiver of `ticket_changed`: every enabled rule that waits for one of `events`, in order."""
    if level >= DEEPEST_LEVEL:
        return
    for event in events:
        if event.data.get("banned"):
            continue  # a banned client sets nothing off
        timers.begin_waits(change, event)
        for name in names_of(event):
            facts = Facts(event)
            for one in _waiting(name, event):
                # A rule never answers what it did itself.
                if event.data.get("rule_id") == one.rule.pk:
                    continue
                if run(one, change, facts) and one.rule.stops:
                    break


def _waiting(name: Event, event: TicketEvent) -> list[Compiled]:
    general = cache.waiting_for(name)
    if name != Event.TICKET_OPENED:
        return general
    # Those of single clients are too many to hold: an index has them.
    theirs = [compiled(rule) for rule in Rule.objects.of_client(event)]
    return (
        sorted([*theirs, *general], key=lambda one: (one.rule.position, one.rule.pk)) if theirs else general
    )


def run(one: Compiled, change: Change, facts: Facts) -> bool:
    """Whether the rule's conditions hold; then it was tried, and what became of it is written down."""
    rule, event, began = one.rule, facts.event, time.perf_counter()
    try:
        if not one.holds(facts) or not _is_still_there(rule):
            return False
        with change.attempt(event.ticket):
            outcome, reason = _act(rule, change, event)
    except Exception as error:  # a rule's fault is written down; the message that set it off must not be lost
        logger.exception("Rule %s failed on ticket %s", rule.pk, event.ticket_id)
        outcome, reason = Outcome.FAILED, storable(f"{type(error).__name__}: {error}")[:255]
    facts.forget()  # the next rule sees what this one did
    RuleRun.objects.create(
        rule=rule,
        ticket=event.ticket,
        seq=event.seq,
        outcome=outcome,
        reason=reason,
        created_at=change.now,
        version=rule.version,
        milliseconds=(time.perf_counter() - began) * 1000,
    )
    return True


def _is_still_there(rule: Rule) -> bool:
    """Whether it may act; it is not removed before this transaction ends, or its run would name nothing."""
    with connection.cursor() as cursor:
        cursor.execute(STILL_THERE, [rule.pk])
        return cursor.fetchone() is not None


def _act(rule: Rule, change: Change, event: TicketEvent) -> tuple[RuleRun.Outcome, str]:
    if rule.actions and _runs_too_often(rule, change, event):
        Rule.objects.filter(pk=rule.pk).update(paused_at=change.now, updated_at=change.now)
        cache.forget()
        if rule.created_by_id is not None:
            kind = Notification.Kind.RULE_PAUSED
            change.told |= notifying.tell_of_rule([rule.created_by_id], event, kind, change.now)
        return Outcome.SKIPPED, gettext_noop("It ran too often in this ticket and rests until it is resumed.")
    done, reasons = False, []
    if rule.assign_to is not None:
        outcome, reason = _always_assign(rule, rule.assign_to, change, event)
        if not rule.actions:
            return outcome, reason
        done, reasons = outcome == Outcome.DONE, [reason] if reason else []
    doing = Doing(change, event.ticket, actor_of(rule), rule, event)
    for action in rule.actions:
        try:
            done = ACTIONS[action["do"]].do(doing, action.get("value")) or done
        except Skip as skip:
            reasons.append(skip.words)
    if done:
        return Outcome.DONE, reasons[0] if reasons else ""
    return Outcome.SKIPPED, reasons[0] if reasons else gettext_noop("There was nothing to change.")


def actor_of(rule: Rule) -> Actor:
    return by_rule(rule.label, rule.pk)


def _runs_too_often(rule: Rule, change: Change, event: TicketEvent) -> bool:
    """In this ticket, or (as this process knows it) everywhere together; the clock may set a rule off for as
    many tickets as there are."""
    if rule.event not in CLOCKED:
        runs = _runs[rule.pk]
        runs.append(change.now)
        while runs and runs[0] < change.now - timedelta(minutes=1):
            runs.popleft()
        if len(runs) > MOST_A_MINUTE:
            runs.clear()
            return True
    lately = RuleRun.objects.filter(
        rule=rule, ticket=event.ticket_id, outcome=Outcome.DONE, created_at__gt=change.now - RUNS_WITHIN
    )
    return lately.count() >= MOST_RUNS


def _always_assign(
    rule: Rule, person: User, change: Change, event: TicketEvent
) -> tuple[RuleRun.Outcome, str]:
    """However many tickets they have: a person named them, and that stands."""
    ticket = event.ticket
    if not person.is_active:
        return Outcome.SKIPPED, gettext_noop("The employee is no longer active.")
    if person.availability == User.Availability.OFF:
        return Outcome.SKIPPED, gettext_noop("The employee is off, so the ticket stays open to all.")
    if ticket.assignee_id == person.pk:
        return Outcome.SKIPPED, gettext_noop("The ticket is theirs already.")
    if ticket.assignee_id is not None:
        return Outcome.SKIPPED, gettext_noop("An earlier rule assigned the ticket.")
    steps.assign(change, ticket, person, actor_of(rule))
    return Outcome.DONE, ""
