"""Working hours: when an inbox is answered, in its own zone; given on a page, asked by rules."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from rules.hours import are_now
from rules.models import Event, Rule, WorkingHours
from staff.models import AuditEntry, User
from staff.roles import Role
from tests.factories import make_client, make_inbox, make_ticket, make_user
from tests.tickets.cast import browser_of
from tickets.models import Inbox, Message

pytestmark = pytest.mark.django_db
DAY = ["09:00", "18:00"]
WEEK: list[Any] = [DAY, DAY, DAY, DAY, ["09:00", "24:00"], None, None]


@pytest.fixture
def boss() -> User:
    user = make_user("boss")
    user.set_role(Role.SUPERVISOR)
    return user


@pytest.fixture
def inbox() -> Inbox:
    return make_inbox("Shop")


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2026, 11, 30, 7, 59, tzinfo=UTC), False),  # a Monday; Berlin is an hour ahead
        (datetime(2026, 11, 30, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 4, 22, 59, tzinfo=UTC), True),  # Friday, until midnight
        (datetime(2026, 12, 4, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 5, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), False),  # a Friday that is a holiday
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True),  # summer: two hours ahead
    ],
)
def test_they_hold_in_the_zone_of_the_inbox(moment: datetime, open_: bool, inbox: Inbox) -> None:
    hours = WorkingHours(inbox=inbox, time_zone="Europe/Berlin", week=WEEK, holidays=["2026-12-25"])
    assert hours.hold_at(moment) is open_
    hours.save()
    assert are_now(inbox.pk, moment) is open_


def test_an_inbox_without_hours_is_always_open(inbox: Inbox) -> None:
    assert are_now(inbox.pk, timezone.now())


def test_a_rule_answers_out_of_hours_only(inbox: Inbox) -> None:
    closed = {"all": [{"field": "working_hours", "op": "no"}]}
    said = [{"do": "answer", "value": {"text": "At nine", "hours": 12}}]
    Rule.objects.create(event=Event.MESSAGE_RECEIVED, conditions=closed, actions=said)
    hours = WorkingHours.objects.create(inbox=inbox, time_zone="UTC", week=[["00:00", "24:00"]] * 7)
    make_ticket(client=make_client(inbox=inbox), text="x")
    assert not Message.objects.filter(direction="out").exists()
    WorkingHours.objects.filter(pk=hours.pk).update(week=[None] * 7)
    make_ticket(client=make_client(inbox=inbox), text="x")
    assert Message.objects.get(direction="out").text == "At nine"


def form(**changes: str) -> dict[str, str]:
    days = {f"from_{day}": "09:00" for day in range(5)} | {f"until_{day}": "18:00" for day in range(5)}
    return {"time_zone": "Europe/Berlin", "holidays": "2026-12-25\n2026-01-01", **days, **changes}


def test_the_page_keeps_them_and_forgets_them(boss: User, inbox: Inbox) -> None:
    browser = browser_of(boss)
    assert "Always" in browser.get("/rules/hours/").content.decode()
    assert browser.post(f"/rules/hours/{inbox.pk}/", form()).status_code == 302
    kept = WorkingHours.objects.get()
    assert (kept.week, kept.holidays) == ([DAY] * 5 + [None] * 2, ["2026-01-01", "2026-12-25"])
    page = browser.get(f"/rules/hours/{inbox.pk}/").content.decode()
    assert 'value="09:00"' in page
    assert "Europe/Berlin" in browser.get("/rules/hours/").content.decode()
    assert AuditEntry.objects.filter(object_type="rules.workinghours", actor=boss).exists()
    browser.post(f"/rules/hours/{inbox.pk}/forget/")
    assert not WorkingHours.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from_0": "9"}, "Two times like 09:00"),
        ({"until_0": ""}, "Two times like 09:00"),
        ({"from_0": "24:30"}, "Two times like 09:00"),
        ({"from_0": "19:00"}, "not after the beginning"),
        ({"holidays": "tomorrow"}, "is no date like"),
        ({"time_zone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_answered_in_words(
    changes: dict[str, str], words: str, boss: User, inbox: Inbox
) -> None:
    answer = browser_of(boss).post(f"/rules/hours/{inbox.pk}/", form(**changes))
    assert words in answer.content.decode()
    assert not WorkingHours.objects.exists()


def test_only_who_manages_the_desk_comes_here(inbox: Inbox, boss: User) -> None:
    agent = browser_of(make_user())
    for address in ("/rules/hours/", f"/rules/hours/{inbox.pk}/"):
        assert agent.get(address).status_code == 403
    assert agent.post(f"/rules/hours/{inbox.pk}/forget/").status_code == 403
    User.objects.filter(pk=boss.pk).update(scope="inboxes")
    limited = browser_of(User.objects.get(pk=boss.pk))
    assert limited.get(f"/rules/hours/{inbox.pk}/").status_code == 404
