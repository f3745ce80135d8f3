"""How far rules go."""

import pytest

from rules.engine import apply_rules
from rules.models import Rule, RuleRun
from tests.factories import make_ticket, make_user
from tickets.journal import change
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("level", "acts"), [(0, True), (2, True), (3, False), (4, False)])
def test_rules_answer_three_rounds_and_then_rest(level: int, acts: bool) -> None:
    ticket = make_ticket()
    rule = Rule.objects.create(assign_to=make_user())
    with change() as opened:
        event = ticket.events.get(kind="ticket_opened")
        event.ticket = Ticket.objects.locked().get(pk=ticket.pk)
        apply_rules(None, change=opened, events=[event], level=level)
    ticket.refresh_from_db()
    assert (ticket.assignee == rule.assign_to, RuleRun.objects.exists()) == (acts, acts)
