"""What a ticket is filed under, changed from beside its conversation; and the clock that brings it back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from staff.models import Team, User
from staff.roles import Role
from tests import factories
from tests.tickets.cast import browser_of
from tickets import operations, properties, snoozing
from tickets.models import Status, Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db
# A Wednesday.
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def anna() -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def boris() -> User:
    return factories.make_user("boris", first_name="Boris")


@pytest.fixture
def ticket() -> Ticket:
    return factories.make_ticket(text="Hello")


def put(user: User | Browser, ticket: Ticket, name: str, /, **form: Any) -> Any:
    browser = user if isinstance(user, Browser) else browser_of(user)
    return browser.post(f"/tickets/{ticket.pk}/set/{name}/", form, headers={"Accept": "application/json"})


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_each_property_is_set_and_shown(anna: User, ticket: Ticket) -> None:
    team = Team.objects.create(name="Billing")
    Tag.objects.create(name="Refund", colour="red")
    for name, form in (
        ("subject", {"subject": "  A   wrong bill "}),
        ("priority", {"priority": "4"}),
        ("team", {"team": team.pk}),
        ("add-tag", {"name": "refund"}),
        ("snooze", {"until": "reply"}),
    ):
        answer = put(anna, ticket, name, **form)
        assert answer.json() == {"ok": True}, (name, answer.json())
    ticket = fresh(ticket)
    assert (ticket.subject, ticket.priority, ticket.team) == ("A wrong bill", 4, team)
    assert [tag.name for tag in ticket.tags.all()] == ["Refund"]
    assert ticket.is_snoozed
    page = browser_of(anna).get(f"/tickets/{ticket.pk}/").content.decode()
    for shown in (
        'value="A wrong bill"',
        '<option value="4" selected>Urgent</option>',
        f'<option value="{team.pk}" selected>Billing</option>',
        "Until the client writes",
        "Anna named the ticket “A wrong bill”",
        'data-priority="4"',
        '<span class="row-subject">A wrong bill</span>',
    ):
        assert shown in page, shown
    assert put(anna, ticket, "remove-tag", tag=Tag.objects.get().pk).status_code == 200
    assert put(anna, ticket, "wake").status_code == 200
    assert not fresh(ticket).is_snoozed
    assert not fresh(ticket).tags.exists()


@pytest.mark.parametrize(
    ("name", "form", "words"),
    [
        ("priority", {"priority": "9"}, "no such priority"),
        ("priority", {}, "Choose a priority"),
        ("team", {"team": "999"}, "no such team"),
        ("subject", {"subject": "x" * 201}, "at most 200 characters"),
        ("add-tag", {"name": " "}, "Type a tag"),
        ("add-tag", {"name": "unheard of"}, "A supervisor can add it"),
        ("remove-tag", {"tag": "999"}, "no such tag"),
        ("snooze", {}, "Choose until when"),
        ("snooze", {"until": "never"}, "Choose until when"),
        ("snooze", {"at": "soon"}, "A date and a time"),
        ("snooze", {"at": "2020-01-01T10:00"}, "This time is over"),
        ("snooze", {"at": "2999-01-01T10:00"}, "a year at most"),
    ],
)
def test_what_makes_no_sense_is_told_in_words(
    anna: User, ticket: Ticket, name: str, form: dict[str, str], words: str
) -> None:
    before = TicketEvent.objects.count()
    answer = put(anna, ticket, name, **form)
    assert answer.status_code in {400, 409}
    assert words in answer.json()["error"]
    assert TicketEvent.objects.count() == before


def test_a_property_that_there_is_not_is_not_found(anna: User, ticket: Ticket) -> None:
    assert put(anna, ticket, "colour", colour="red").status_code == 404


def test_a_supervisor_makes_a_tag_by_typing_it(anna: User, ticket: Ticket) -> None:
    anna.set_role(Role.SUPERVISOR)
    assert put(User.objects.get(pk=anna.pk), ticket, "add-tag", name=" New   one ").status_code == 200
    assert Tag.objects.get().name == "New one"


def test_the_later_of_two_is_told_what_it_is_by_now(anna: User, boris: User, ticket: Ticket) -> None:
    team = Team.objects.create(name="Billing")
    was = {"priority": ticket.priority, "team": "none", "subject": ""}
    properties.set_priority(ticket, priority=Ticket.Priority.HIGH, staff=anna)
    properties.set_team(ticket, team=team, staff=anna)
    properties.set_subject(ticket, subject="Hers", staff=anna)
    for name, form, now in (
        ("priority", {"priority": "1"}, "High"),
        ("team", {"team": Team.objects.create(name="Sales").pk}, "Billing"),
        ("subject", {"subject": "His"}, "Hers"),
    ):
        answer = put(boris, ticket, name, was=was[name], **form)
        assert answer.status_code == 409
        assert answer.json()["error"] == (
            f"Anna changed this meanwhile, to “{now}”. Nothing was overwritten."
        )
    # What is asked for is the case already: nothing to be told.
    assert put(boris, ticket, "priority", was=was["priority"], priority="3").status_code == 200
    ticket = fresh(ticket)
    assert (ticket.priority, ticket.team, ticket.subject) == (3, team, "Hers")


def test_a_form_that_does_not_say_what_was_changes_it_whatever_it_is(anna: User, ticket: Ticket) -> None:
    properties.set_subject(ticket, subject="Hers", staff=anna)
    for name, form in (("subject", {"subject": "New"}), ("priority", {"priority": "1"})):
        assert put(anna, ticket, name, **form).status_code == 200
    assert fresh(ticket).subject == "New"


def test_assigning_and_closing_over_a_colleague_is_told_too(anna: User, boris: User, ticket: Ticket) -> None:
    operations.take(ticket, staff=anna)
    browser = browser_of(boris)
    for address, form in (
        ("assign", {"assignee": boris.pk, "was": "none"}),
        ("status", {"status": Status.CLOSED_ID, "was": Status.OPEN_ID}),
    ):
        answer = browser.post(
            f"/tickets/{ticket.pk}/{address}/", form, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 409
        assert "Anna changed this meanwhile" in answer.json()["error"]
    assert fresh(ticket).assignee == anna
    assert not fresh(ticket).is_closed


def test_the_choices_are_moments_in_ones_own_zone() -> None:
    with timezone.override("Asia/Tokyo"):  # it is 21:00 there
        moments = {name: snoozing.moment_of(name, now=NOON) for name in snoozing.CHOICES}
    assert moments == {
        "hour": NOON + timedelta(hours=1),
        "hours": NOON + timedelta(hours=3),
        "tomorrow": datetime(2026, 11, 26, 0, 0, tzinfo=UTC),
        "week": datetime(2026, 11, 30, 0, 0, tzinfo=UTC),
        "reply": None,
    }


def test_the_clock_brings_back_what_is_due_and_nothing_else(anna: User) -> None:
    due, later, waiting = (factories.make_ticket(text=str(number)) for number in range(3))
    now = timezone.now()
    properties.snooze(due, until=now + timedelta(minutes=1), staff=anna)
    properties.snooze(later, until=now + timedelta(hours=1), staff=anna)
    properties.snooze(waiting, until=None, staff=anna)
    assert snoozing.wake_due(now) == 0
    assert snoozing.wake_due(now + timedelta(minutes=2)) == 1
    assert [fresh(one).is_snoozed for one in (due, later, waiting)] == [False, True, True]
    event = TicketEvent.objects.filter(ticket=due, kind="ticket_woken").get()
    assert event.actor == "system"
    assert snoozing.wake_due(now + timedelta(minutes=2)) == 0
