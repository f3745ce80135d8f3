"""What can be done with one message: edit it, delete it, react to it. Each through its form; who may, and the
words of a refusal."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from telegram_bridge import bot_states
from tests import factories
from tests.tickets.cast import browser_of
from tickets import amendments, operations
from tickets.content import Content
from tickets.models import Amendment, Message, Status, TicketEvent

pytestmark = pytest.mark.django_db

JSON: Any = {"HTTP_ACCEPT": "application/json"}
BOLD = [{"type": "bold", "offset": 0, "length": 3}]
VERBS = ["message-edit", "message-delete", "message-react"]
FORM = {"text": "New", "emoji": "👍"}


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


@pytest.fixture
def ticket(anna: Any) -> Any:
    return factories.make_ticket(text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def sent(anna: Any, ticket: Any) -> Any:
    """A reply of Anna's that has arrived."""
    return arrived(ticket, anna, Content(text="Old text", entities=BOLD))


def arrived(ticket: Any, staff: Any, content: Content) -> Message:
    message = factories.make_message(ticket, content=content, author=staff)
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    operations.settle_delivery(message.pk, claim=factories.CLAIM, delivery=Message.Delivery.SENT)
    return message


def post(browser: Any, name: str, message: Any, data: Any = None, **headers: Any) -> Any:
    return browser.post(reverse(name, args=[message.pk]), FORM if data is None else data, **headers)


# They are asked for


def test_an_edit_is_on_its_way_with_its_formatting(anna: Any, browser: Any, sent: Any) -> None:
    answer = post(browser, "message-edit", sent, {"text": "**New** text", "format": "markup"}, **JSON)

    amendment = Amendment.objects.get()
    assert answer.json() == {"ok": True}
    assert (amendment.message, amendment.staff, amendment.kind, amendment.state) == (
        sent,
        anna,
        "edit",
        "queued",
    )
    assert amendment.data == {"text": "New text", "entities": BOLD}
    sent.refresh_from_db()
    assert sent.text == "Old text", "the desk shows what the client sees: Telegram has not taken it yet"


def test_an_edit_as_it_is_written_has_no_formatting(browser: Any, sent: Any) -> None:
    post(browser, "message-edit", sent, {"text": "**New**"}, **JSON)

    assert Amendment.objects.get().data == {"text": "**New**", "entities": []}


def test_what_there_is_to_edit_comes_as_one_would_type_it(browser: Any, sent: Any) -> None:
    answer = browser.get(reverse("message-edit", args=[sent.pk]), **JSON)

    assert answer.json() == {"ok": True, "text": "**Old** text"}
    assert browser.get(reverse("message-edit", args=[sent.pk])).headers["Location"] == (
        f"/tickets/{sent.ticket_id}/?message={sent.pk}#chosen-message"
    )


def test_a_deletion_is_on_its_way(browser: Any, sent: Any) -> None:
    assert post(browser, "message-delete", sent, **JSON).json() == {"ok": True}

    assert [one.kind for one in sent.amendments.all()] == ["delete"]


@pytest.mark.parametrize(
    ("emoji", "reactions"),
    [("👍", [{"type": "emoji", "emoji": "👍"}]), ("❤️", [{"type": "emoji", "emoji": "❤"}]), ("", [])],
)
def test_a_reaction_to_the_clients_message_is_on_its_way(
    emoji: Any, reactions: Any, browser: Any, ticket: Any
) -> None:
    message = ticket.messages.get()

    assert post(browser, "message-react", message, {"emoji": emoji}, **JSON).json() == {"ok": True}

    assert message.amendments.get().data == {"reactions": reactions}


def test_without_scripts_one_comes_back_to_the_message(browser: Any, sent: Any) -> None:
    for name in VERBS:
        answer = post(browser, name, sent)
        assert answer.headers["Location"] == (
            f"/tickets/{sent.ticket_id}/?through={sent.seq}#message-{sent.pk}"
        )
    assert Amendment.objects.count() == 3


# They are refused


@pytest.mark.parametrize("name", VERBS)
def test_only_who_may_answer_the_ticket_may_change_its_messages(name: Any, anna: Any, sent: Any) -> None:
    boris = browser_of(factories.make_user("boris"))

    refused = post(boris, name, sent, **JSON)
    operations.set_status(sent.ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=anna)
    closed = post(browser_of(anna), name, sent, **JSON)

    assert (refused.status_code, closed.status_code) == (409, 409)
    assert refused.json()["error"] == "Anna has this ticket; only they can answer."
    assert closed.json()["error"] == "This ticket is closed. Reopen it to answer."
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("name", VERBS)
def test_who_is_not_signed_in_changes_nothing(name: Any, sent: Any) -> None:
    assert post(browser_of(None), name, sent, **JSON).status_code == 401
    assert post(browser_of(None), name, sent).status_code == 302
    assert browser_of(None).get(reverse("message-edit", args=[sent.pk]), **JSON).status_code == 401
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("name", VERBS)
def test_a_message_that_is_none_is_not_found(name: Any, browser: Any) -> None:
    assert browser.post(reverse(name, args=[999_999]), FORM).status_code == 404


@pytest.mark.parametrize("name", ["message-delete", "message-react"])
def test_looking_changes_nothing(name: Any, browser: Any, sent: Any) -> None:
    assert browser.get(reverse(name, args=[sent.pk])).status_code == 405


def test_the_clients_own_messages_are_neither_edited_nor_deleted(browser: Any, ticket: Any) -> None:
    theirs = ticket.messages.get()

    for name in ("message-edit", "message-delete"):
        answer = post(browser, name, theirs, **JSON)
        assert (answer.status_code, answer.json()["error"]) == (
            409,
            "Only messages of our side can be changed.",
        )


def test_a_message_that_has_not_arrived_can_not_be_changed(anna: Any, browser: Any, ticket: Any) -> None:
    waiting = factories.make_message(ticket, author=anna)

    for name in VERBS:
        assert post(browser, name, waiting, **JSON).json()["error"] == (
            "This message has not reached Telegram."
        )


def test_a_message_is_deleted_within_48_hours_of_its_arrival(browser: Any, sent: Any) -> None:
    before = timezone.now() - timedelta(hours=48, minutes=1)
    Message.objects.filter(pk=sent.pk).update(created_at=before)
    assert post(browser, "message-delete", sent, **JSON).status_code == 200, (
        "it waited long, and came just now"
    )

    TicketEvent.objects.filter(message=sent).update(created_at=before)
    answer = post(browser, "message-delete", sent, **JSON)

    assert answer.status_code == 409
    assert answer.json()["error"] == "Telegram lets a bot delete a message only within 48 hours."


@pytest.mark.parametrize("emoji", ["🧨", "ok", "👍👍", "<b>"])
def test_a_reaction_that_telegram_does_not_have_is_refused(emoji: Any, browser: Any, ticket: Any) -> None:
    answer = post(browser, "message-react", ticket.messages.get(), {"emoji": emoji}, **JSON)

    assert (answer.status_code, answer.json()["error"]) == (400, "Telegram has no such reaction.")


def test_a_refused_edit_without_scripts_keeps_what_was_typed(browser: Any, anna: Any, sent: Any) -> None:
    answer = post(browser, "message-edit", sent, {"text": "**Old** text", "format": "markup"})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was changed." in html
    assert "**Old** text</textarea>" in html
    assert f'action="/messages/{sent.pk}/edit/"' in html


# The page


def test_what_can_be_done_is_offered_without_scripts_by_who_may(browser: Any, ticket: Any, sent: Any) -> None:
    html = browser.get(f"/tickets/{ticket.pk}/?message={sent.pk}").content.decode()
    in_html = browser.get(f"/tickets/{ticket.pk}/?message={ticket.messages.first().pk}").content.decode()
    others = browser_of(factories.make_user("boris"))
    boris = others.get(f"/tickets/{ticket.pk}/?message={sent.pk}").content.decode()

    assert f'action="/messages/{sent.pk}/edit/"' in html
    assert "**Old** text</textarea>" in html
    assert f'action="/messages/{sent.pk}/delete/"' in html
    assert re.search(r'action="/messages/\d+/react/"', in_html)
    assert not re.search(r'action="/messages/\d+/(edit|delete)/"', in_html)
    assert not re.search(r'action="/messages/\d+/(edit|delete|react)/"', boris)


def test_a_message_of_another_client_is_not_offered(browser: Any, ticket: Any) -> None:
    other = factories.make_message(factories.make_ticket(), text="secret of another")

    html = browser.get(f"/tickets/{ticket.pk}/?message={other.pk}").content.decode()

    pane = html.partition('id="ticket-pane"')[2]  # the list beside it has everybody's
    assert pane
    assert "secret of another" not in pane


def test_the_menu_of_a_message_is_the_same_for_everybody_and_costs_no_query(
    browser: Any, ticket: Any, sent: Any
) -> None:
    def rows(user: Any) -> list[str]:
        html = user.get(f"/tickets/{ticket.pk}/").content.decode()
        return re.findall(r'<div class="message-actions">.*?</div>', html)

    boris = browser_of(factories.make_user("boris"))
    assert rows(browser) == rows(boris)
    assert len(rows(browser)) == 2
    bot_states.strip.forget()  # it looks once in a while, whatever page is drawn: here, both times
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/tickets/{ticket.pk}/")
    for _ in range(5):
        factories.make_message(ticket)
    bot_states.strip.forget()
    with CaptureQueriesContext(connection) as many:
        browser.get(f"/tickets/{ticket.pk}/")
    assert len(few) == len(many)


def test_the_reaction_of_our_side_is_known_to_the_menu(browser: Any, anna: Any, ticket: Any) -> None:
    message = ticket.messages.get()
    amendment = amendments.react(message, staff=anna, emoji="🔥")
    amendments.settle(amendment.pk, state=Amendment.State.DONE)

    html = browser.get(f"/tickets/{ticket.pk}/").content.decode()

    assert f'data-message-menu="{message.pk}" data-reaction="🔥"' in html


def test_a_message_that_waits_because_telegram_asked_says_until_when(
    browser: Any, anna: Any, ticket: Any
) -> None:
    message = factories.make_message(ticket, author=anna)
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    error: dict[str, object] = {"code": "rate_limited", "retry_at": "2026-11-24T10:00:00+00:00"}
    operations.settle_delivery(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery.QUEUED, error=error
    )

    html = browser.get(f"/tickets/{ticket.pk}/").content.decode()

    assert (
        '<span class="countdown" data-countdown hidden>Again in '
        '<time datetime="2026-11-24T10:00:00+00:00"></time></span>' in html
    )
