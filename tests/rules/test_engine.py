"""How far rules go."""

import pytest

from rules.engine import apply_rules
from rules.models import Rule, RuleRun
from tests.factories import make_client, make_ticket, make_user
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


@pytest.mark.parametrize(("availability", "has_it"), [("online", True), ("away", True), ("off", False)])
def test_who_is_off_is_given_nothing_by_a_rule(availability: str, has_it: bool) -> None:
    client, person = make_client(), make_user(availability=availability)
    rule = Rule.objects.create(client=client, assign_to=person)
    ticket = make_ticket(client=client, text="Hello")
    assert (Ticket.objects.get(pk=ticket.pk).assignee == person) is has_it
    run = RuleRun.objects.get(rule=rule)
    assert (run.outcome == "skipped") is not has_it
    assert ("off" in run.reason) is not has_it
