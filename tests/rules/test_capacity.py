"""Capacity: rules that choose among people pass over whoever has as many active tickets as they take."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rules import actions
from rules.models import Event, Rule, RuleRun
from rules.operations import always_assign
from staff.models import Team, User
from tests.factories import make_client, make_inbox, make_ticket, make_user
from tickets import operations, properties
from tickets.models import Client, Inbox, Status, Ticket

pytestmark = pytest.mark.django_db

FULL = "Everybody of the team who is there has as many tickets as they take."


def team_of(*capacities: int | None) -> tuple[Team, list[User]]:
    team = Team.objects.create(name=f"Team {Team.objects.count()}")
    people = [make_user(capacity=capacity) for capacity in capacities]
    team.members.add(*people)
    return team, people


def make_rule(*done: dict[str, Any], **fields: Any) -> Rule:
    return Rule.objects.create(event=Event.TICKET_OPENED, actions=list(done), **fields)


def why(ticket: Ticket) -> str:
    return RuleRun.objects.get(ticket=ticket).reason


@pytest.mark.parametrize("action", ["round_robin", "least_loaded"])
def test_who_is_full_is_passed_over_and_when_all_are_the_run_says_so(action: str) -> None:
    team, people = team_of(2, 1, 0)
    make_rule({"do": action, "value": team.pk})
    assert [make_ticket().assignee for _ in range(3)] == [people[0], people[1], people[0]]
    left = make_ticket()
    assert (left.assignee, why(left)) == (None, FULL)
    User.objects.update(availability="away")
    assert why(make_ticket()) == "Nobody of the team is there."


def test_what_is_closed_or_put_aside_makes_room() -> None:
    team, (anna,) = team_of(1)
    make_rule({"do": "round_robin", "value": team.pk})
    first = make_ticket()
    assert make_ticket().assignee is None
    operations.set_status(first, status=Status.objects.get(pk=Status.CLOSED_ID), staff=anna)
    second = make_ticket()
    assert second.assignee == anna
    properties.snooze(second, until=None, staff=anna)
    assert make_ticket().assignee == anna
    assert make_ticket().assignee is None


def test_who_had_the_client_last_is_passed_over_too() -> None:
    anna, client = make_user("anna", capacity=1), make_client()
    make_ticket(client=client, assignee=anna, status=Status.CLOSED_ID)
    make_rule({"do": "had_last"})
    other = make_ticket(assignee=anna)
    ticket = make_ticket(client=client)
    assert ticket.assignee is None
    assert why(ticket) == "Who had this client last has as many tickets as they take."
    closed = Status.objects.get(pk=Status.CLOSED_ID)
    for one in (other, ticket):
        operations.set_status(one, status=closed, staff=anna)
    assert make_ticket(client=client).assignee == anna


def test_who_is_named_gets_it_all_the_same() -> None:
    anna, boris, client = make_user("anna", capacity=0), make_user("boris"), make_client()
    always_assign(client, assign_to=anna, staff=boris)
    assert make_ticket(client=client).assignee == anna
    make_rule({"do": "assign", "value": str(anna.pk)})
    ticket = make_ticket()
    assert ticket.assignee == anna
    operations.assign(ticket, assignee=boris, staff=anna)
    assert operations.assign(ticket, assignee=anna, staff=boris).assignee == anna


def test_a_full_team_of_many_costs_no_more_queries_than_a_free_one_of_one() -> None:
    def queries(*capacities: int | None) -> int:
        Rule.objects.all().delete()
        team, _people = team_of(*capacities)
        make_rule({"do": "round_robin", "value": team.pk})
        make_ticket()  # the team's turn is there
        with CaptureQueriesContext(connection) as found:
            assert make_ticket(client=client()).assignee is not None
        return len(found)

    def client() -> Client:
        return make_client(inbox=inbox)

    inbox = make_inbox()
    assert queries(None) == queries(*[0] * 20, None) == queries(*[9] * 20)


def at_once(opens: Callable[[int], Any], number: int) -> None:
    """Calls `opens` with each number from six threads."""

    def some(first: int) -> None:
        try:
            for one in range(first, number, 6):
                opens(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(some, range(6)))


def opened(inbox: Inbox, number: int) -> Ticket:
    return make_ticket(client=Client.objects.get_or_create(inbox=inbox, external_id=number)[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", ["round_robin", "least_loaded"])
def test_sixty_tickets_at_once_among_three_people(action: str) -> None:
    team, people = team_of(5, 10, None)
    make_rule({"do": action, "value": team.pk})
    inbox = make_inbox()
    at_once(lambda number: opened(inbox, number), 60)
    loads = Counter(Ticket.objects.values_list("assignee", flat=True))
    assert [loads[person.pk] for person in people] == [5, 10, 45]


@pytest.mark.django_db(transaction=True)
def test_somebody_of_two_teams_who_had_the_client_before_gets_no_more_at_once(monkeypatch: Any) -> None:
    """Three ways lead to Anna, one of them with another way out; none waits for the other for ever."""
    give = actions._give

    def slowly(*args: Any) -> bool:
        time.sleep(0.02)  # between the count and what is counted: the others come in the meantime
        return give(*args)

    monkeypatch.setattr(actions, "_give", slowly)
    team, (anna, _boris) = team_of(7, None)
    other, _people = team_of(None)
    other.members.add(anna)
    ways: dict[str, list[dict[str, Any]]] = {
        "one": [{"do": "round_robin", "value": team.pk}],
        "two": [{"do": "round_robin", "value": other.pk}],
        "three": [{"do": "had_last"}, {"do": "least_loaded", "value": team.pk}],
    }
    inboxes = [make_inbox(name) for name in ways]
    for number in range(2, 60, 3):
        client = Client.objects.create(inbox=inboxes[2], external_id=number)
        make_ticket(client=client, assignee=anna, status=Status.CLOSED_ID)
    for inbox, done in zip(inboxes, ways.values(), strict=True):
        asks = {"field": "inbox", "op": "is", "value": [str(inbox.pk)]}
        make_rule(*done, conditions={"all": [asks]})
    at_once(lambda number: opened(inboxes[number % 3], number), 60)
    ours = Ticket.objects.open()
    assert (ours.count(), ours.unassigned().count()) == (60, 0)
    assert ours.assigned_to(anna).count() == 7
    assert not RuleRun.objects.filter(outcome="failed").exists()
