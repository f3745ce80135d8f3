"""Notes among staff: who may write them, that they go nowhere, and whom they call."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests import factories
from tests.tickets.cast import PNG, browser_of
from tests.tickets.looking import on_page
from tickets.models import Mention, Message, Status, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

JSON: Any = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def boris() -> Any:
    return factories.make_user("boris.k", first_name="Boris")


@pytest.fixture
def theirs(boris: Any) -> Any:
    """In progress, with Boris."""
    return factories.make_ticket(text="Hello", assignee=boris, status=Status.IN_PROGRESS_ID)


def write(user: Any, ticket: Any, **form: Any) -> Any:
    return browser_of(user).post(reverse("ticket-note", args=[ticket.pk]), form, **JSON)


def test_who_may_not_answer_can_note_and_nothing_is_sent(anna: Any, theirs: Any) -> None:
    answer = write(anna, theirs, text="**Careful**: he is angry", format="markup")
    note = Message.objects.get(pk=answer.json()["message"])
    assert (note.direction, note.author, note.delivery) == ("note", anna, "")
    assert not ProcrastinateJob.objects.exists()
    drawn = on_page(browser_of(anna), note)
    assert 'data-direction="note"' in drawn
    assert "Anna" in drawn
    assert "<strong>Careful</strong>" in drawn


def test_a_note_on_a_closed_ticket_leaves_it_closed(anna: Any) -> None:
    closed = factories.make_ticket(text="Thanks", assignee=anna, status=Status.CLOSED_ID)
    assert write(anna, closed, text="He was right").status_code == 200
    assert Ticket.objects.get(pk=closed.pk).is_closed


def test_a_note_brings_files_and_is_written_once_per_form(anna: Any, theirs: Any) -> None:
    key = "3f0c5dd0-6f0e-4bb8-9d0e-0d4f5d6f7a8b"
    file = SimpleUploadedFile("bill.png", PNG, "image/png")
    first = write(anna, theirs, files=[file], key=key).json()["message"]
    assert write(anna, theirs, text="again", key=key).json()["message"] == first
    note = Message.objects.get(pk=first)
    assert [file.name for file in note.files] == ["bill.png"]


def test_a_note_calls_colleagues_by_user_name(anna: Any, boris: Any, theirs: Any) -> None:
    note = write(anna, theirs, text="😀 @Boris.K. and @boris.k, mail me@anna or @nobody").json()["message"]
    assert list(Mention.objects.values_list("staff", "message", "ticket")) == [(boris.pk, note, theirs.pk)]
    event = TicketEvent.objects.get(kind="note_added")
    assert event.data["mentioned"] == [boris.pk]
    drawn = on_page(browser_of(anna), Message.objects.get(pk=note))
    assert '<span class="staff-mention">@Boris.K</span>.' in drawn
    assert drawn.count('class="staff-mention"') == 2


def test_who_may_not_see_the_ticket_can_not_be_called(anna: Any, theirs: Any) -> None:
    vera = factories.make_user("vera", first_name="Vera", scope="inboxes")
    answer = write(anna, theirs, text="@vera look")
    assert answer.status_code == 409
    assert answer.json()["error"] == "Vera may not see this ticket, so a note can’t call them."
    vera.is_active = False
    vera.save()
    assert write(anna, theirs, text="@vera look").status_code == 200
    assert not Mention.objects.exists()


def test_who_only_looks_on_or_may_not_see_the_ticket_writes_no_note(theirs: Any) -> None:
    viewer = factories.make_user("viewer")
    viewer.groups.set([Group.objects.get(name="viewer")])
    assert write(viewer, theirs, text="Hm").json()["error"] == "Your role only lets you look on."
    stranger = factories.make_user("stranger", scope="inboxes")
    assert write(stranger, theirs, text="Hm").status_code == 404
    assert not Message.objects.filter(direction="note").exists()


def test_without_scripts_a_refused_note_keeps_its_text(anna: Any, theirs: Any) -> None:
    browser, address = browser_of(anna), reverse("ticket-note", args=[theirs.pk])
    factories.make_user("vera", first_name="Vera", scope="inboxes")
    page = browser.post(address, {"text": "@vera look"})
    assert page.status_code == 409
    assert "@vera look</textarea>" in page.content.decode()
    assert f'formaction="{address}"' in page.content.decode()
    assert browser.post(address, {"text": "Look"})["Location"] == reverse("ticket", args=[theirs.pk])
