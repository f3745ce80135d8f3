"""Applies the rules to what a verb has written, inside the verb's transaction and before its commit.

So a ticket is born already assigned. Each rule runs in a savepoint: one that fails costs neither the
message nor the other rules.
"""

import logging
from typing import Any

from django.utils.translation import gettext_noop

from rules.models import Rule, RuleRun
from staff.models import User
from tickets import steps
from tickets.content import storable
from tickets.journal import Change, by_rule
from tickets.models import TicketEvent

logger = logging.getLogger(__name__)

# Rules answer rules this many rounds; then they rest, or two of them could go on for ever.
DEEPEST_LEVEL = 3


def apply_rules(
    sender: object, *, change: Change, events: list[TicketEvent], level: int, **kwargs: Any
) -> None:
    """Receiver of `ticket_changed`: every enabled rule that is about one of `events`, in order."""
    if level >= DEEPEST_LEVEL:
        return
    for event in events:
        if event.kind in Rule.Event.values:
            for rule in Rule.objects.for_event(event):
                _run(rule, change, event)


def _run(rule: Rule, change: Change, event: TicketEvent) -> None:
    try:
        with change.attempt(event.ticket):
            outcome, reason = _act(rule, change, event)
    except Exception as error:  # a rule's fault is written down; the message that set it off must not be lost
        logger.exception("Rule %s failed on ticket %s", rule.pk, event.ticket_id)
        outcome, reason = RuleRun.Outcome.FAILED, storable(f"{type(error).__name__}: {error}")[:255]
    RuleRun.objects.create(
        rule=rule, ticket=event.ticket, seq=event.seq, outcome=outcome, reason=reason, created_at=change.now
    )


def _act(rule: Rule, change: Change, event: TicketEvent) -> tuple[RuleRun.Outcome, str]:
    ticket = event.ticket
    if not rule.assign_to.is_active:
        return RuleRun.Outcome.SKIPPED, gettext_noop("The employee is no longer active.")
    if rule.assign_to.availability == User.Availability.OFF:
        return RuleRun.Outcome.SKIPPED, gettext_noop("The employee is off, so the ticket stays open to all.")
    if ticket.assignee_id == rule.assign_to_id:
        return RuleRun.Outcome.SKIPPED, gettext_noop("The ticket is theirs already.")
    if ticket.assignee_id is not None:
        return RuleRun.Outcome.SKIPPED, gettext_noop("An earlier rule assigned the ticket.")
    steps.assign(change, ticket, rule.assign_to, by_rule(rule.label))
    return RuleRun.Outcome.DONE, ""
