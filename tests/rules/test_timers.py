"""Rules that wait: queued with what began the wait, done once, and not when the reason is gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from rules import timers
from rules.models import Event, Rule, RuleRun
from rules.operations import switch
from staff.models import User
from tests.factories import make_message, make_ticket, make_user
from tickets import client_changes, operations
from tickets.models import Status, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_user("anna")


def waiting(event: Event, minutes: int = 60, **fields: Any) -> Rule:
    done = fields.pop("actions", [{"do": "note", "value": "waited"}])
    return Rule.objects.create(event=event, minutes=minutes, actions=done, **fields)


def queued() -> list[dict[str, Any]]:
    jobs = ProcrastinateJob.objects.filter(task_name=timers.TASK).order_by("id")
    return [{**job.args, "at": job.scheduled_at} for job in jobs]


def due(job: dict[str, Any]) -> bool:
    return timers.look(job["rule_id"], job["ticket_id"], job["seq"])


def notes(ticket: Ticket) -> int:
    return ticket.messages.filter(direction="note").count()


def close(ticket: Ticket, anna: User) -> None:
    operations.set_status(ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=anna)


def test_nobody_answered(anna: User) -> None:
    waiting(Event.NO_REPLY, 30)
    ticket = make_ticket(text="Hello?")
    make_message(ticket, text="Still there?")
    (job,) = queued()
    assert abs(job["at"] - timezone.now() - timedelta(minutes=30)) < timedelta(seconds=20)
    assert due(job)
    assert not due(job), "a second worker, or a job that comes again after a crash"
    assert notes(ticket) == 1
    run = RuleRun.objects.get()
    assert (run.outcome, run.seq) == ("done", job["seq"])


def test_an_answer_ends_the_wait_and_the_next_message_begins_another(anna: User) -> None:
    waiting(Event.NO_REPLY)
    ticket = operations.take(make_ticket(text="Hello?"), staff=anna)
    make_message(ticket, author=anna)
    make_message(ticket, text="And now?")
    first, second = queued()
    assert not due(first)
    assert due(second)
    assert notes(ticket) == 1


def test_the_client_does_not_answer(anna: User) -> None:
    waiting(Event.NO_CLIENT, actions=[{"do": "status", "value": str(Status.CLOSED_ID)}])
    silent = operations.take(make_ticket(text="a"), staff=anna)
    make_message(silent, author=anna, text="one")
    make_message(silent, author=anna, text="two")
    talking = operations.take(make_ticket(text="b"), staff=anna)
    make_message(talking, author=anna)
    make_message(talking)
    first, second, third = queued()
    assert [due(job) for job in (first, second, third)] == [False, True, False]
    assert Ticket.objects.get(pk=silent.pk).is_closed
    assert not Ticket.objects.get(pk=talking.pk).is_closed


def test_a_ticket_stays_open(anna: User) -> None:
    waiting(Event.OPEN_FOR)
    ticket = make_ticket()
    close(ticket, anna)
    operations.set_status(ticket, status=Status.objects.get(pk=Status.IN_PROGRESS_ID), staff=anna)
    opened, reopened = queued()
    assert not due(opened)
    assert due(reopened)


@pytest.mark.parametrize("how", ["closed", "banned", "off", "removed", "gone"])
def test_when_the_reason_is_gone_nothing_is_done(how: str, anna: User) -> None:
    rule = waiting(Event.NO_REPLY)
    ticket = make_ticket(text="x")
    (job,) = queued()
    if how == "closed":
        close(ticket, anna)
    elif how == "banned":
        client_changes.set_banned(ticket.client, banned=True, staff=anna)
    elif how == "off":
        switch(rule, enabled=False)
    elif how == "removed":
        rule.delete()
    else:
        Ticket.objects.filter(pk=ticket.pk).delete()
    assert not due(job)
    assert not RuleRun.objects.exists()


def test_conditions_are_asked_when_the_time_has_come(anna: User) -> None:
    still = {"all": [{"field": "assignee", "op": "empty"}]}
    waiting(Event.NO_REPLY, conditions=still)
    ticket, taken = make_ticket(text="a"), make_ticket(text="b")
    operations.take(taken, staff=anna)
    assert [due(job) for job in queued()] == [True, False]
    assert (notes(ticket), notes(taken)) == (1, 0)


def test_what_it_does_sets_other_rules_off() -> None:
    waiting(Event.NO_REPLY, actions=[{"do": "priority", "value": "4"}])
    Rule.objects.create(event=Event.PRIORITY_CHANGED, actions=[{"do": "note", "value": "urgent by now"}])
    ticket = make_ticket(text="x")
    (job,) = queued()
    assert due(job)
    assert notes(ticket) == 1
    assert TicketEvent.objects.get(kind="priority_changed").actor == "rule"


def test_without_such_a_rule_no_job_is_queued(anna: User) -> None:
    make_message(operations.take(make_ticket(text="x"), staff=anna), author=anna)
    assert queued() == []
