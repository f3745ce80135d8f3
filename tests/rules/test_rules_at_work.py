"""Rules in action: what they wait for, what they do and leave alone, and what is written down of it."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from rules import engine
from rules.compiled import cache
from rules.engine import MOST_RUNS
from rules.models import Event, Rule, RuleRun
from rules.operations import resume
from staff.models import Team, User
from staff.roles import Role
from tests.factories import CLAIM, make_client, make_inbox, make_message, make_ticket, make_user
from tests.tickets.cast import browser_of, receive, stored
from tickets import client_changes, operations, properties
from tickets.content import Content
from tickets.models import Amendment, Client, Message, Notification, Status, Tag, Ticket, TicketEvent
from tickets.reaction_emoji import QUICK

pytestmark = pytest.mark.django_db


def make_rule(event: Event, *done: dict[str, Any], conditions: Any = None, **fields: Any) -> Rule:
    return Rule.objects.create(event=event, conditions=conditions or {}, actions=list(done), **fields)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def tags(ticket: Ticket) -> list[str]:
    return sorted(ticket.tags.values_list("name", flat=True))


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def tag() -> Tag:
    return Tag.objects.create(name="Seen")


def close(ticket: Ticket, staff: User) -> None:
    operations.set_status(ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=staff)


@pytest.mark.parametrize("event", Event.values)
def test_each_event_sets_its_rule_off_and_once(event: str, anna: User, tag: Tag) -> None:
    ticket = make_ticket(text="before")
    rule = make_rule(Event(event), {"do": "note", "value": "seen"})
    happen: dict[str, Any] = {
        Event.TICKET_OPENED: make_ticket,
        Event.MESSAGE_FIRST: lambda: make_ticket(text="first"),
        Event.MESSAGE_RECEIVED: lambda: make_message(ticket),
        Event.TICKET_ASSIGNED: lambda: operations.take(ticket, staff=anna),
        Event.TICKET_CLOSED: lambda: close(ticket, anna),
        Event.STATUS_CHANGED: lambda: close(ticket, anna),
        Event.NOTE_ADDED: lambda: properties.note(
            ticket, staff=anna, content=Content(text="x"), mentioned=[]
        ),
        Event.PRIORITY_CHANGED: lambda: properties.set_priority(
            ticket, priority=Ticket.Priority.HIGH, staff=anna
        ),
        Event.TAGS_CHANGED: lambda: properties.change_tags(ticket, add=[tag], remove=[], staff=anna),
        Event.TEAM_CHANGED: lambda: properties.set_team(
            ticket, team=Team.objects.create(name="T"), staff=anna
        ),
    }
    if event in happen:
        happen[Event(event)]()
    elif event == Event.TICKET_UNASSIGNED:
        operations.assign(operations.take(ticket, staff=anna), assignee=None, staff=anna)
    elif event == Event.TICKET_REOPENED:
        close(ticket, anna)
        operations.set_status(ticket, status=Status.objects.get(pk=Status.IN_PROGRESS_ID), staff=anna)
    elif event == Event.CLIENT_STARTED:
        make_ticket(client=make_client(start_payload="promo"))
    elif event == Event.TICKET_WOKEN:
        properties.snooze(ticket, until=None, staff=anna)
        properties.wake(ticket, staff=anna)
    elif event in {Event.MESSAGE_QUEUED, Event.NOT_DELIVERED}:
        message = make_message(operations.take(ticket, staff=anna), author=anna)
        operations.begin_delivery(message.pk, claim=CLAIM)
        operations.settle_delivery(message.pk, claim=CLAIM, delivery=Message.Delivery.FAILED)
    else:
        pytest.skip("the bridge's own: test_the_bridges_events_are_known")
    assert RuleRun.objects.filter(rule=rule, outcome="done").count() == 1


def test_the_bridges_events_are_known() -> None:
    kinds = set(TicketEvent.Kind.values)
    bridges = {
        Event.MESSAGE_EDITED,
        Event.REACTION_CHANGED,
        Event.BUTTON_PRESSED,
        Event.TICKET_RATED,
        Event.CLIENT_BLOCKED,
        Event.CLIENT_UNBLOCKED,
    }
    assert {str(event) for event in bridges} <= kinds


def test_only_what_its_conditions_hold_for(tag: Tag) -> None:
    conditions = {
        "all": [
            {"field": "text", "op": "word", "value": "refund"},
            {"none": [{"field": "client_language", "op": "is", "value": "de"}]},
        ]
    }
    make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk}, conditions=conditions)
    assert tags(make_ticket(text="Refund, please")) == ["Seen"]
    assert tags(make_ticket(text="Refunded?")) == []
    assert tags(make_ticket(client=make_client(language_code="de"), text="refund")) == []
    assert RuleRun.objects.count() == 1, "what did not match is not written down"


def test_one_rule_sees_what_the_one_before_did_and_the_last_one_stops(tag: Tag) -> None:
    other = Tag.objects.create(name="Other")
    make_rule(Event.MESSAGE_RECEIVED, {"do": "priority", "value": "4"}, position=1)
    urgent = {"all": [{"field": "priority", "op": "is", "value": ["4"]}]}
    make_rule(
        Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk}, conditions=urgent, position=2, stops=True
    )
    make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": other.pk}, position=3)
    ticket = make_ticket(text="x")
    assert (fresh(ticket).priority, tags(ticket)) == (4, ["Seen"])


def test_every_action(anna: User, tag: Tag) -> None:
    team = Team.objects.create(name="Billing")
    client = make_client(name="Maria Lopez")
    make_rule(
        Event.MESSAGE_RECEIVED,
        {"do": "assign", "value": str(anna.pk)},
        {"do": "team", "value": team.pk},
        {"do": "status", "value": str(Status.IN_PROGRESS_ID)},
        {"do": "priority", "value": "3"},
        {"do": "add_tag", "value": tag.pk},
        {"do": "tag_client", "value": tag.pk},
        {"do": "answer", "value": {"text": "Hi {{ client.first_name }}, {{ ticket.number }}", "hours": None}},
        {"do": "note", "value": "From {{client.name}}"},
        {"do": "snooze", "value": 2},
        name="Everything",
    )
    ticket = make_ticket(client=client, text="x")
    now = fresh(ticket)
    assert (now.assignee, now.team, now.status_id, now.priority) == (anna, team, Status.IN_PROGRESS_ID, 3)
    assert now.snoozed_until is not None
    assert now.snoozed_until > timezone.now() + timedelta(minutes=115)
    assert (tags(ticket), list(client.tags.all())) == (["Seen"], [tag])
    said = {one.direction: one.text for one in ticket.messages.exclude(direction="in")}
    assert said == {"out": f"Hi Maria, {ticket.pk}", "note": "From Maria Lopez"}
    assert ticket.messages.get(direction="out").delivery == Message.Delivery.QUEUED
    run = RuleRun.objects.get()
    assert (run.outcome, run.reason, run.version) == ("done", "", 1)
    assert run.milliseconds > 0
    rows = ticket.events.filter(actor="rule")
    assert {row.data["rule"] for row in rows} == {"Everything"}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"do": "assign", "value": "999999"}, "no longer active"),
        ({"do": "team", "value": "999999"}, "no such team"),
        ({"do": "round_robin", "value": "999999"}, "no such team"),
        ({"do": "status", "value": "999999"}, "no such status"),
        ({"do": "status", "value": "2"}, "Nobody has the ticket"),
        ({"do": "add_tag", "value": "999999"}, "no such tag"),
        ({"do": "tag_client", "value": "999999"}, "no such tag"),
        ({"do": "had_last"}, "Nobody who is there"),
        ({"do": "unassign"}, "nothing to change"),
    ],
)
def test_what_is_gone_is_skipped_with_words_and_the_rest_is_done(action: dict[str, Any], words: str) -> None:
    rule = make_rule(Event.MESSAGE_RECEIVED, action)
    both = make_rule(Event.MESSAGE_RECEIVED, action, {"do": "priority", "value": "1"})
    ticket = make_ticket(text="x")
    run = RuleRun.objects.get(rule=rule)
    assert run.outcome == "skipped"
    assert words in run.reason
    assert RuleRun.objects.get(rule=both).outcome == "done"
    assert fresh(ticket).priority == 1


def test_a_rule_at_fault_costs_neither_the_message_nor_the_others(tag: Tag) -> None:
    broken = make_rule(Event.MESSAGE_RECEIVED, {"do": "priority", "value": "loud"}, position=1)
    make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk}, position=2)
    ticket = make_ticket(text="kept")
    assert ticket.messages.get().text == "kept"
    assert tags(ticket) == ["Seen"]
    assert RuleRun.objects.get(rule=broken).outcome == "failed"


def test_one_that_cannot_be_understood_rests_alone(tag: Tag) -> None:
    make_rule(
        Event.MESSAGE_RECEIVED, {"do": "priority", "value": "4"}, conditions={"all": [{"field": "gone"}]}
    )
    make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk})
    ticket = make_ticket(text="x")
    assert (fresh(ticket).priority, tags(ticket)) == (Ticket.Priority.NORMAL, ["Seen"])


def test_two_rules_that_answer_each_other_come_to_rest(tag: Tag) -> None:
    other = Tag.objects.create(name="Other")
    has, lacks = ({"all": [{"field": "tags", "op": op, "value": [str(tag.pk)]}]} for op in ("any", "none"))
    make_rule(Event.TAGS_CHANGED, {"do": "remove_tag", "value": tag.pk}, conditions=has)
    make_rule(Event.TAGS_CHANGED, {"do": "add_tag", "value": tag.pk}, conditions=lacks)
    ticket = make_ticket()
    properties.change_tags(ticket, add=[other], remove=[], staff=make_user())
    assert ticket.events.filter(kind="tags_changed").count() <= 4


def test_a_rule_never_answers_itself() -> None:
    make_rule(Event.NOTE_ADDED, {"do": "note", "value": "again"})
    ticket = make_ticket()
    properties.note(ticket, staff=make_user(), content=Content(text="x"), mentioned=[])
    assert ticket.messages.filter(direction="note").count() == 2


def test_one_that_runs_too_often_is_put_to_rest_and_resumed() -> None:
    rule = make_rule(Event.MESSAGE_RECEIVED, {"do": "note", "value": "again"})
    ticket = make_ticket(text="x")
    for _ in range(MOST_RUNS + 3):
        make_message(ticket)
    assert ticket.messages.filter(direction="note").count() == MOST_RUNS
    rule.refresh_from_db()
    assert rule.paused_at is not None
    assert "rests until" in RuleRun.objects.filter(rule=rule).latest("pk").reason
    RuleRun.objects.filter(rule=rule).update(created_at=timezone.now() - timedelta(hours=1))
    resume(rule)
    make_message(ticket)
    assert ticket.messages.filter(direction="note").count() == MOST_RUNS + 1


def test_a_client_is_told_once_in_so_many_hours() -> None:
    rule = make_rule(Event.MESSAGE_RECEIVED, {"do": "answer", "value": {"text": "We got it", "hours": 12}})
    ticket = make_ticket(text="one")
    make_message(ticket, text="two")
    make_ticket(text="somebody else")
    assert Message.objects.filter(direction="out").count() == 2
    assert "a short while ago" in RuleRun.objects.filter(rule=rule, outcome="skipped").get().reason
    RuleRun.objects.update(created_at=timezone.now() - timedelta(hours=13))
    make_message(ticket, text="three")
    assert Message.objects.filter(direction="out", ticket=ticket).count() == 2


def test_a_banned_client_sets_nothing_off(tag: Tag) -> None:
    make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk})
    ticket = make_ticket()
    client_changes.set_banned(ticket.client, banned=True, staff=make_user())
    make_message(ticket)
    assert tags(ticket) == []


def test_a_message_that_no_rule_is_about_costs_no_query() -> None:
    for number in range(30):
        make_rule(
            Event.MESSAGE_RECEIVED,
            {"do": "priority", "value": "4"},
            conditions={"all": [{"field": "text", "op": "contains", "value": f"never {number}"}]},
        )
    ticket = make_ticket(text="x")
    cache.waiting_for(Event.MESSAGE_RECEIVED)
    with CaptureQueriesContext(connection) as queries:
        make_message(ticket, text="hello")
    assert not [query for query in queries if "rules_" in query["sql"]]


def test_what_was_switched_off_or_removed_acts_no_more_at_once(tag: Tag) -> None:
    rule = make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk})
    make_ticket(text="x")
    Rule.objects.filter(pk=rule.pk).update(enabled=False)  # as another process would: nobody tells this one
    assert tags(make_ticket(text="x")) == []
    Rule.objects.filter(pk=rule.pk).delete()
    assert tags(make_ticket(text="x")) == []


# Giving tickets to people


def team_of(number: int) -> tuple[Team, list[User]]:
    team = Team.objects.create(name="Billing")
    people = [make_user() for _ in range(number)]
    team.members.add(*people)
    return team, people


def test_in_turn_all_get_as_many() -> None:
    team, people = team_of(7)
    make_rule(Event.TICKET_OPENED, {"do": "round_robin", "value": team.pk})
    loads = Counter(make_ticket().assignee for _ in range(40))
    assert set(loads) == set(people)
    assert max(loads.values()) - min(loads.values()) <= 1


def test_who_is_away_off_gone_only_looks_on_or_sees_nothing_is_passed_over() -> None:
    team, people = team_of(6)
    changes: list[dict[str, Any]] = [{"availability": "away"}, {"availability": "off"}, {"is_active": False}]
    changes.append({"scope": "inboxes"})
    for person, change in zip(people, changes, strict=False):
        User.objects.filter(pk=person.pk).update(**change)
    people[5].set_role(Role.VIEWER)
    make_rule(Event.TICKET_OPENED, {"do": "round_robin", "value": team.pk})
    assert {make_ticket().assignee for _ in range(5)} == {people[4]}
    User.objects.filter(pk=people[4].pk).update(availability="away")
    ticket = make_ticket()
    assert ticket.assignee is None
    assert RuleRun.objects.get(ticket=ticket).reason == "Nobody of the team is there."


def test_to_who_has_the_fewest() -> None:
    team, people = team_of(3)
    for _ in range(3):
        make_ticket(assignee=people[0])
    make_ticket(assignee=people[1])
    make_ticket(assignee=people[2], status=Status.CLOSED_ID)
    make_rule(Event.TICKET_OPENED, {"do": "least_loaded", "value": team.pk})
    assert [make_ticket().assignee for _ in range(3)] == [people[2], people[1], people[2]]


def test_back_to_who_had_the_client_last(anna: User) -> None:
    client, boris = make_client(), make_user("boris")
    make_ticket(client=client, assignee=boris, status=Status.CLOSED_ID)
    make_ticket(client=client, assignee=anna, status=Status.CLOSED_ID)
    make_rule(Event.TICKET_OPENED, {"do": "had_last"})
    assert make_ticket(client=client).assignee == anna


def test_what_was_before_can_be_asked(anna: User, tag: Tag) -> None:
    reopened = {"all": [{"field": "status_before", "op": "is", "value": ["3"]}]}
    make_rule(Event.STATUS_CHANGED, {"do": "note", "value": "was closed"}, conditions=reopened)
    lowered = {
        "all": [
            {"field": "priority_before", "op": "is", "value": ["4"]},
            {"field": "status_before", "op": "empty"},
        ]
    }
    make_rule(Event.PRIORITY_CHANGED, {"do": "note", "value": "was urgent"}, conditions=lowered)
    added = {"all": [{"field": "tag_added", "op": "any", "value": [str(tag.pk)]}]}
    make_rule(Event.TAGS_CHANGED, {"do": "note", "value": "tagged"}, conditions=added)
    ticket = make_ticket(text="x")
    close(ticket, anna)
    operations.set_status(ticket, status=Status.objects.get(pk=Status.IN_PROGRESS_ID), staff=anna)
    for priority in (Ticket.Priority.URGENT, Ticket.Priority.LOW):
        properties.set_priority(ticket, priority=priority, staff=anna)
    properties.change_tags(ticket, add=[tag], remove=[], staff=anna)
    properties.change_tags(ticket, add=[], remove=[tag], staff=anna)
    notes = ticket.messages.filter(direction="note").order_by("pk")
    assert [note.text for note in notes] == ["was closed", "was urgent", "tagged"]


@pytest.mark.alone
def test_five_hundred_rules_cost_little() -> None:
    """At most 2 ms of CPU a message, beside none; the quickest of each."""
    ticket = make_ticket(text="x")

    def quickest() -> float:
        times = []
        for _ in range(12):
            began = time.process_time()
            make_message(ticket, text="a message of some length that no rule is about")
            times.append(time.process_time() - began)
        return min(times)

    without = quickest()
    Rule.objects.bulk_create(
        Rule(
            event=Event.MESSAGE_RECEIVED,
            conditions={
                "all": [
                    {"field": "text", "op": "contains", "value": f"never {number}"},
                    {"any": [{"field": "priority", "op": "is", "value": ["4"]}, YES]},
                ]
            },
            actions=[{"do": "priority", "value": "4"}],
        )
        for number in range(500)
    )
    cache.forget()
    make_message(ticket)
    assert quickest() - without < 0.002


YES: dict[str, Any] = {"field": "has_file", "op": "no"}


@pytest.mark.django_db(transaction=True)
def test_a_thousand_tickets_at_once_among_seven_people() -> None:
    team, people = team_of(7)
    make_rule(Event.TICKET_OPENED, {"do": "round_robin", "value": team.pk})
    inbox = make_inbox()

    def opens(first: int) -> None:
        try:
            for number in range(first, first + 125):
                make_ticket(client=Client.objects.create(inbox=inbox, external_id=number, name=str(number)))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(opens, range(0, 1000, 125)))
    loads = Counter(Ticket.objects.values_list("assignee", flat=True))
    assert set(loads) == {person.pk for person in people}
    assert sum(loads.values()) == 1000
    assert max(loads.values()) - min(loads.values()) <= 1


def test_people_and_teams_are_told(anna: User) -> None:
    team, people = team_of(2)
    make_rule(
        Event.MESSAGE_RECEIVED,
        {"do": "notify", "value": str(anna.pk)},
        {"do": "notify_team", "value": str(team.pk)},
    )
    ticket = make_ticket(client=make_client(name="Maria"), text="x")
    told = Notification.objects.filter(kind="rule")
    assert {one.staff for one in told} == {anna, *people}
    page = browser_of(anna).get("/notifications/").content.decode()
    assert f"Please look at ticket #{ticket.pk}: Maria" in page


def test_a_rule_reacts_to_the_clients_message() -> None:
    make_rule(Event.MESSAGE_RECEIVED, {"do": "react", "value": "0"})
    ticket = make_ticket(text="x")
    amendment = Amendment.objects.get()
    assert (amendment.kind, amendment.message) == ("react", ticket.messages.get())
    assert amendment.data["reactions"] == [{"type": "emoji", "emoji": QUICK[0]}]
    assert ProcrastinateJob.objects.filter(task_name="telegram_bridge.amend").count() == 1


def test_one_that_runs_wild_everywhere_is_put_to_rest_and_its_author_is_told(
    anna: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(engine, "MOST_A_MINUTE", 5)
    rule = make_rule(Event.MESSAGE_RECEIVED, {"do": "note", "value": "x"}, created_by=anna)
    for _ in range(8):
        make_ticket(text="x")
    assert Message.objects.filter(direction="note").count() == 5
    assert Rule.objects.get(pk=rule.pk).paused_at is not None
    assert [str(one.kind) for one in Notification.objects.filter(staff=anna)] == ["rule_paused"]


def test_files_and_who_had_the_client_before_can_be_asked(anna: User, tag: Tag) -> None:
    large = {
        "all": [
            {"field": "file_kind", "op": "any", "value": ["document"]},
            {"field": "file_size", "op": "more", "value": 1},
        ]
    }
    make_rule(Event.MESSAGE_RECEIVED, {"do": "add_tag", "value": tag.pk}, conditions=large)
    client = make_client()
    hers = {"all": [_asks("earlier_assignee", "is", [str(anna.pk)]), _asks("load", "empty", None)]}
    make_rule(Event.TICKET_OPENED, {"do": "priority", "value": "3"}, conditions=hers)
    first = make_ticket(client=client, text="x", assignee=anna, status=Status.CLOSED_ID)
    ticket = make_ticket(client=client)
    assert (fresh(first).priority, fresh(ticket).priority) == (2, 3)
    for size in (1000, 3 * 1024**2):
        receive(ticket, Content(kind="document", files=[replace(stored("a.pdf", b"x"), size=size)]))
        assert tags(ticket) == (["Seen"] if size > 1000 else [])


def _asks(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_a_rules_note_calls_colleagues(anna: User) -> None:
    make_rule(Event.MESSAGE_RECEIVED, {"do": "note", "value": "@anna please look"})
    make_ticket(text="x")
    assert [str(one.kind) for one in Notification.objects.filter(staff=anna)] == ["mention"]


def test_a_rule_reopens_what_has_no_newer_ticket(anna: User) -> None:
    make_rule(Event.NOTE_ADDED, {"do": "reopen"})
    ticket = make_ticket(text="x")
    close(ticket, anna)
    properties.note(ticket, staff=anna, content=Content(text="again"), mentioned=[])
    assert not fresh(ticket).is_closed
    close(ticket, anna)
    make_ticket(client=ticket.client)
    properties.note(ticket, staff=anna, content=Content(text="again"), mentioned=[])
    assert fresh(ticket).is_closed
    assert RuleRun.objects.latest("pk").reason == "The client has a newer ticket that is open."
