"""Drafts on the server: on every device, and never over something newer."""

from typing import Any

import pytest

from staff.models import User
from tests import factories
from tests.tickets.cast import browser_of
from tickets import drafts
from tickets.models import Draft, Status, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def ticket(anna: User) -> Ticket:
    return factories.make_ticket(text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)


def save(user: User, ticket: Ticket, text: str, *, known: int | str = 0, mode: str = "reply") -> Any:
    form = {"text": text, "known": known, "mode": mode}
    answer = browser_of(user).post(f"/tickets/{ticket.pk}/draft/", form)
    return answer.status_code, answer.json()


def test_a_draft_is_on_the_page_and_in_the_list_for_who_wrote_it_alone(anna: User, ticket: Ticket) -> None:
    assert save(anna, ticket, 'Half an "answer"')[0] == 200
    page = browser_of(anna).get(f"/tickets/{ticket.pk}/").content.decode()
    assert 'data-draft-text="Half an &quot;answer&quot;"' in page
    assert 'data-draft-version="1"' in page
    assert '<span class="row-draft" title="Draft: Half an &quot;answer&quot;">' in page
    boris = browser_of(factories.make_user("boris")).get(f"/tickets/{ticket.pk}/").content.decode()
    assert "Half an" not in boris


def test_what_comes_late_replaces_nothing_and_brings_what_there_is(anna: User, ticket: Ticket) -> None:
    assert save(anna, ticket, "one")[1]["version"] == 1
    assert save(anna, ticket, "two", known=1)[1]["version"] == 2
    status, answer = save(anna, ticket, "one, late", known=1)
    assert (status, answer) == (409, {"ok": False, "version": 2, "text": "two", "mode": "reply"})
    assert drafts.draft_of(anna, ticket.pk).text == "two"


def test_a_draft_that_changes_sides_is_one_still(anna: User, ticket: Ticket) -> None:
    save(anna, ticket, "for the client")
    save(anna, ticket, "for us", known=1, mode="note")
    assert drafts.draft_of(anna, ticket.pk) == drafts.Kept("for us", is_note=True, version=2)
    assert Draft.objects.exclude(text="").count() == 1


@pytest.mark.parametrize("place", ["reply", "note"])
def test_what_was_sent_is_no_draft_any_more_whatever_arrives_late(
    anna: User, ticket: Ticket, place: str
) -> None:
    save(anna, ticket, "an answer")
    browser_of(anna).post(f"/tickets/{ticket.pk}/{place}/", {"text": "an answer"})
    assert not drafts.draft_of(anna, ticket.pk).text
    assert save(anna, ticket, "an answer", known=1)[0] == 409
    assert not drafts.draft_of(anna, ticket.pk).text


def test_what_is_too_long_to_send_and_odd_versions_are_kept_too(anna: User, ticket: Ticket) -> None:
    long = "x" * 5000
    assert save(anna, ticket, long + "\0", known="soon")[1]["text"] == long
    assert save(anna, ticket, "", known=10**30)[0] in {200, 409}
