"""Rules that the clock sets off: on a schedule, and when working hours begin or end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

import rules.compiled
from rules import engine, operations, schedules, trial
from rules.compiled import cache
from rules.models import Event, Rule, RuleRun, RuleTick, WorkingHours
from staff.models import User
from tests.factories import make_client, make_inbox, make_ticket, make_user
from tickets import client_changes
from tickets import operations as ticket_operations
from tickets.models import Inbox, Status, Ticket
from tickets.signals import clock_ticks

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # as the tests' TIME_ZONE has it
EVERY_DAY = [str(day) for day in range(7)]
NOTE: list[dict[str, Any]] = [{"do": "note", "value": "the clock"}]


def make_rule(event: Event, *, changed: datetime = MONDAY - timedelta(days=3), **fields: Any) -> Rule:
    rule = Rule.objects.create(event=event, **{"actions": NOTE, **fields})
    Rule.objects.filter(pk=rule.pk).update(updated_at=changed)
    return rule


def make_hours(inbox: Inbox, week: list[Any], **fields: Any) -> WorkingHours:
    hours = WorkingHours.objects.create(inbox=inbox, week=week, **{"time_zone": "UTC", **fields})
    WorkingHours.objects.filter(pk=hours.pk).update(updated_at=MONDAY - timedelta(days=3))
    return hours


def old_ticket(**fields: Any) -> Ticket:
    ticket = make_ticket(**fields)
    Ticket.objects.filter(pk=ticket.pk).update(created_at=MONDAY - timedelta(days=2))
    return ticket


def tick(now: datetime) -> int:
    clock_ticks.send(None, now=now)
    return RuleTick.objects.count()


def work() -> int:
    """Does the jobs that wait, with those that they queue; to how many tickets a rule was applied."""
    applied = 0
    while job := ProcrastinateJob.objects.filter(task_name=schedules.TASK).order_by("id").first():
        args = dict(job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
        applied += schedules.walk(**args)
    return applied


def notes(ticket: Ticket) -> int:
    return ticket.messages.filter(direction="note").count()


@pytest.fixture
def anna() -> User:
    return make_user("anna")


class TestOnASchedule:
    def test_at_its_times_on_its_days_for_each_open_ticket_once(self, anna: User) -> None:
        make_rule(Event.SCHEDULE, schedule={"days": ["0"], "times": ["09:00", "17:30"]})
        ticket, closed, banned = old_ticket(text="a"), old_ticket(text="b"), old_ticket(text="c")
        ticket_operations.set_status(closed, status=Status.objects.get(pk=Status.CLOSED_ID), staff=anna)
        client_changes.set_banned(banned.client, banned=True, staff=anna)
        assert tick(MONDAY - timedelta(seconds=1)) == 0
        assert tick(MONDAY) == 1
        assert tick(MONDAY + timedelta(seconds=10)) == 1, "once, however often one looks"
        assert work() == 1
        assert (notes(ticket), notes(closed), notes(banned)) == (1, 0, 0)
        assert tick(MONDAY + timedelta(hours=8, minutes=30)) == 2
        assert tick(MONDAY + timedelta(days=1, hours=2)) == 2, "Tuesday is no day of it"

    def test_to_look_again_costs_two_questions_and_writes_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules.compiled, "FRESH_SECONDS", 3600)
        for place in range(3):
            make_rule(Event.SCHEDULE, position=place, schedule={"days": EVERY_DAY, "times": ["09:00"]})
        make_hours(make_inbox(), [["09:00", "18:00"]] * 7)
        make_rule(Event.HOURS_BEGIN)
        assert tick(MONDAY) == 4
        with CaptureQueriesContext(connection) as captured:
            clock_ticks.send(None, now=MONDAY + timedelta(seconds=2))
        assert len(captured) == 2, captured.captured_queries
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)

    def test_conditions_and_scope_choose(self) -> None:
        inbox = make_inbox()
        make_rule(
            Event.SCHEDULE,
            schedule={"days": EVERY_DAY, "times": ["09:00"]},
            inbox=inbox,
            conditions={"all": [{"field": "text", "op": "contains", "value": "refund"}]},
        )
        fits = old_ticket(client=make_client(inbox=inbox), text="refund")
        elsewhere, other = old_ticket(text="refund"), old_ticket(client=make_client(inbox=inbox), text="x")
        tick(MONDAY)
        assert work() == 1
        assert [notes(one) for one in (fits, elsewhere, other)] == [1, 0, 0]

    def test_after_an_outage_it_runs_late_and_only_for_the_newest_moment(self) -> None:
        make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["06:00", "09:00"]})
        ticket = old_ticket(text="a")
        assert tick(MONDAY + timedelta(hours=3)) == 1
        assert RuleTick.objects.get().due_at == MONDAY
        work()
        assert notes(ticket) == 1

    def test_a_rule_that_was_just_saved_is_not_due_for_before(self) -> None:
        make_rule(
            Event.SCHEDULE,
            changed=MONDAY + timedelta(minutes=1),
            schedule={"days": ["0"], "times": ["09:00"]},
        )
        assert tick(MONDAY + timedelta(hours=1)) == 0

    def test_a_job_that_is_done_again_does_nothing_twice(self) -> None:
        rule = make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["09:00"]})
        ticket = old_ticket(text="a")
        first = datetime.now(UTC)
        again: dict[str, Any] = {"inbox_id": 0, "rules": [[rule.pk, first.isoformat()]], "after": 0}
        Ticket.objects.filter(pk=ticket.pk).update(created_at=first - timedelta(days=1))
        assert schedules.walk(**again) == 1
        assert schedules.walk(**again) == 0
        assert notes(ticket) == 1

    def test_many_tickets_are_walked_in_stretches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(schedules, "STRETCH", 2)
        make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["09:00"]})
        tickets = [old_ticket(text=str(number)) for number in range(5)]
        tick(MONDAY)
        assert work() == 5
        assert [notes(one) for one in tickets] == [1] * 5

    def test_a_rule_switched_off_meanwhile_does_nothing(self) -> None:
        rule = make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["09:00"]})
        old_ticket(text="a")
        tick(MONDAY)
        operations.switch(rule, enabled=False)
        assert work() == 0

    def test_in_their_order_and_the_last_one_stops(self) -> None:
        times = {"days": EVERY_DAY, "times": ["09:00"]}
        urgent: dict[str, Any] = {"all": [{"field": "priority", "op": "is", "value": ["4"]}]}
        make_rule(Event.SCHEDULE, schedule=times, position=2, actions=[{"do": "note", "value": "second"}])
        first: list[dict[str, Any]] = [{"do": "note", "value": "first"}]
        make_rule(Event.SCHEDULE, schedule=times, position=1, stops=True, conditions=urgent, actions=first)
        pressing, other = old_ticket(text="a"), old_ticket(text="b")
        Ticket.objects.filter(pk=pressing.pk).update(priority=4)
        assert tick(MONDAY) == 2
        work()
        assert pressing.messages.get(direction="note").text == "first"
        assert other.messages.get(direction="note").text == "second"

    def test_a_rule_that_was_changed_meanwhile_is_another_one(self) -> None:
        rule = make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["09:00"]})
        ticket = old_ticket(text="a")
        tick(MONDAY)
        Rule.objects.filter(pk=rule.pk).update(
            actions=[{"do": "status", "value": "3"}], updated_at=MONDAY + timedelta(minutes=2)
        )
        cache.forget()
        assert work() == 0
        assert not Ticket.objects.get(pk=ticket.pk).is_closed

    def test_the_clock_may_set_it_off_for_as_many_tickets_as_there_are(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "MOST_A_MINUTE", 3)
        rule = make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["09:00"]})
        for number in range(6):
            old_ticket(text=str(number))
        tick(MONDAY)
        assert work() == 6
        assert Rule.objects.get(pk=rule.pk).paused_at is None

    def test_one_that_can_not_be_read_costs_the_others_nothing(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["1\uff10:00"]}, position=1)
        make_rule(Event.SCHEDULE, schedule={"days": EVERY_DAY, "times": ["09:00"]}, position=2)
        old_ticket(text="a")
        assert tick(MONDAY) == 1
        assert "When rule" in caplog.text


class TestWorkingHours:
    def test_they_begin_and_end_in_the_inboxs_zone_and_not_on_holidays(self) -> None:
        inbox, other = make_inbox(), make_inbox()
        week = [["09:00", "18:00"]] * 5 + [None, None]
        WorkingHours.objects.create(
            inbox=inbox, time_zone="Europe/Moscow", week=week, holidays=["2026-12-01"]
        )
        make_rule(Event.HOURS_BEGIN)
        make_rule(Event.HOURS_END)
        ours = old_ticket(client=make_client(inbox=inbox), text="a")
        theirs = old_ticket(client=make_client(inbox=other), text="b")
        begins = MONDAY - timedelta(hours=3)
        assert tick(begins - timedelta(seconds=1)) == 0
        assert tick(begins) == 1
        assert work() == 1
        assert tick(begins + timedelta(hours=9)) == 2
        assert work() == 1
        assert (notes(ours), notes(theirs)) == (2, 0)
        assert tick(begins + timedelta(days=1, hours=10)) == 2, "a holiday"

    def test_hours_that_are_changed_set_nothing_off_for_before(self) -> None:
        inbox = make_inbox()
        hours = make_hours(inbox, [["09:00", "18:00"]] * 7)
        make_rule(Event.HOURS_BEGIN)
        old_ticket(client=make_client(inbox=inbox), text="a")
        WorkingHours.objects.filter(pk=hours.pk).update(
            week=[["10:00", "18:00"]] * 7, updated_at=MONDAY + timedelta(hours=6)
        )
        assert tick(MONDAY + timedelta(hours=6, minutes=1)) == 0

    def test_after_an_outage_of_a_night_it_is_morning_and_not_evening_too(self) -> None:
        inbox = make_inbox()
        make_hours(inbox, [["09:00", "18:00"]] * 7)
        begin, end = make_rule(Event.HOURS_BEGIN), make_rule(Event.HOURS_END)
        old_ticket(client=make_client(inbox=inbox), text="a")
        tick(MONDAY + timedelta(hours=1))
        assert list(RuleTick.objects.values_list("rule", flat=True)) == [begin.pk], end.pk

    def test_through_the_night_is_no_end_and_no_beginning(self) -> None:
        inbox = make_inbox()
        week = [["09:00", "24:00"], ["00:00", "12:00"], None, None, None, None, None]
        make_hours(inbox, week)
        make_rule(Event.HOURS_BEGIN)
        make_rule(Event.HOURS_END)
        tick(MONDAY)
        assert tick(MONDAY + timedelta(hours=20)) == 1, "it goes on"
        assert tick(MONDAY + timedelta(hours=27)) == 2
        assert RuleTick.objects.latest("due_at").due_at == MONDAY + timedelta(hours=27)


def test_it_is_tried_on_what_is_open_and_changes_nothing(anna: User) -> None:
    old_ticket(text="refund")
    old_ticket(text="x")
    asked = {"all": [{"field": "text", "op": "contains", "value": "refund"}]}
    found = trial.tried(Event.SCHEDULE, asked, anna)
    assert (found.looked_at, found.matched) == (2, 1)
    assert not RuleRun.objects.exists()


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (None, "Choose days and times"),
        ("x", "Choose days and times"),
        ({"days": [], "times": ["09:00"]}, "at least one day"),
        ({"days": ["7"], "times": ["09:00"]}, "at least one day"),
        ({"days": ["0"], "times": []}, "Between one and 24 times"),
        ({"days": ["0"], "times": ["09:00"] * 25}, "Between one and 24 times"),
        ({"days": ["0"], "times": ["9"]}, "Times like 09:30"),
        ({"days": ["0"], "times": [900]}, "Times like 09:30"),
        ({"days": ["0", 4], "times": ["09:00"]}, ""),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_in_words(schedule: Any, words: str) -> None:
    assert words in schedules.wrong_in(schedule)
    assert bool(schedules.wrong_in(schedule)) == bool(words)
