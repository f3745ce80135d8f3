"""The composer in a browser: marks, quotes, buttons, options, files; and the menu of a message."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.flows.composing import menu_of, open_ticket, select, until
from tests.flows.staff_browser import errors_of, window_of
from tests.tickets.cast import PNG
from tickets import operations
from tickets.content import Content
from tickets.models import Message, Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A_PNG: Any = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}


@pytest.fixture
def anna(live_database: Any) -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def ticket(anna: Any) -> Any:
    client = factories.make_client(name="Maria")
    text = "My order number 4711 has not arrived"
    return factories.make_ticket(client=client, text=text, assignee=anna, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def desk(processes: Any) -> Any:
    return processes.web()


@pytest.fixture
def page(browser: Any, desk: Any, anna: Any) -> Iterator[Any]:
    window = window_of(browser, anna, desk.url)
    errors = errors_of(window)
    yield window
    window.context.close()
    assert errors == []


def reply() -> Message:
    """What was sent."""
    return until(Message.objects.filter(direction="out").first)  # type: ignore[no-any-return]


def test_a_mark_comes_off_again_by_the_same_key_and_an_undo_brings_the_text_back(
    page: Any, ticket: Any
) -> None:
    text = open_ticket(page, ticket)
    text.fill("One two three")
    select(text, "two ")
    page.keyboard.press("Control+b")
    expect(text).to_have_value("One **two** three")
    page.keyboard.press("Control+b")
    expect(text).to_have_value("One two three")
    page.keyboard.press("Control+z")
    expect(text).to_have_value("One **two** three")


def test_formatting_that_is_switched_off_stays_off_and_marks_are_only_characters(
    page: Any, ticket: Any
) -> None:
    open_ticket(page, ticket)
    page.get_by_role("checkbox", name="Formatting").uncheck()
    expect(page.get_by_role("button", name="Bold")).to_be_disabled()

    text = open_ticket(page, ticket)
    expect(page.get_by_role("checkbox", name="Formatting")).not_to_be_checked()
    text.fill("f(**x**)")
    page.keyboard.press("Enter")

    message = reply()
    assert (message.text, message.entities) == ("f(**x**)", [])


def test_exactly_the_selected_words_are_quoted(page: Any, ticket: Any) -> None:
    text = open_ticket(page, ticket)
    first = ticket.messages.get()
    page.evaluate(
        "id => { const node = document.querySelector(`#message-${id} .message-text`).firstChild;"
        " getSelection().setBaseAndExtent(node, 3, node, 20); }",
        first.pk,
    )
    page.locator("#quote-selection").click()
    expect(page.locator("#composer-quote")).to_contain_text("“order number 4711”")
    text.fill("That one?")
    page.keyboard.press("Enter")

    message = reply()
    assert (message.reply_to, message.quote) == (first, "order number 4711")


def test_a_part_is_quoted_by_keys_alone(page: Any, ticket: Any) -> None:
    text = open_ticket(page, ticket)
    menu_of(page, page.locator('.message[data-direction="in"]')).get_by_role(
        "button", name="Quote a part"
    ).click()
    select(page.get_by_label("Select what to quote"), "4711")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    text.fill("This?")
    page.keyboard.press("Enter")

    assert reply().quote == "4711"


def test_buttons_and_options_go_with_the_message_and_are_kept_over_a_reload(page: Any, ticket: Any) -> None:
    text = open_ticket(page, ticket)
    page.get_by_role("button", name="Buttons below the message").click()
    page.get_by_role("button", name="“Solved” and “Still open”").click()
    dialog = page.locator("#buttons-dialog")
    dialog.get_by_label("Words").fill("Track it")
    page.get_by_label("Address it opens").fill("no address")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("The address begins with")
    page.get_by_label("Address it opens").fill("https://example.com/")
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("checkbox", name="Send without a sound").check()
    page.reload()
    expect(page.locator("#composer-buttons .button-chip")).to_have_count(3)
    page.get_by_role("button", name="Remove: Still open").first.click()
    text.fill("Well?")
    page.keyboard.press("Enter")

    message = reply()
    assert message.options == {"silent": True}
    assert message.buttons == [
        [{"text": "Solved", "answer": "solved"}],
        [{"text": "Track it", "url": "https://example.com/"}],
    ]
    expect(page.locator("#composer-buttons")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Send without a sound")).not_to_be_checked()


def test_one_picture_of_two_goes_as_a_file(page: Any, ticket: Any) -> None:
    open_ticket(page, ticket)
    page.locator("input[type=file]").set_input_files([A_PNG, A_PNG | {"name": "b.png"}])
    page.locator("#composer-files li", has_text="b.png").get_by_role("button", name="Send as a file").click()
    page.get_by_role("button", name="Send", exact=True).click()

    assert [file.kind for file in reply().attachments.all()] == ["photo", "document"]


def test_only_who_has_the_ticket_is_offered_what_only_they_may(
    browser: Any, desk: Any, page: Any, ticket: Any
) -> None:
    open_ticket(page, ticket)
    sent = operations.reply(ticket, staff=ticket.assignee, content=Content(text="Hello"))
    operations.begin_delivery(sent.pk, claim=factories.CLAIM)
    operations.settle_delivery(sent.pk, claim=factories.CLAIM, delivery=Message.Delivery.SENT)
    message = page.locator('.message[data-direction="out"][data-delivery="sent"]')
    boris = window_of(browser, factories.make_user("boris"), desk.url)
    open_ticket(boris, ticket)

    menu = menu_of(boris, boris.locator('.message[data-direction="out"]'))

    expect(menu.get_by_role("button", name="Copy the text")).to_be_visible()
    for name in ("Edit", "Delete", "React with 👍"):
        expect(menu.get_by_role("button", name=name)).to_have_count(0)
    boris.context.close()
    expect(menu_of(page, message).get_by_role("button", name="Edit")).to_be_visible()


def test_the_client_sees_that_an_answer_is_typed(page: Any, ticket: Any) -> None:
    text = open_ticket(page, ticket)

    with page.expect_response(re.compile(r"/typing/$")) as answered:
        text.press_sequentially("Dear")

    assert answered.value.status == 204
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/typing/" in request.url else None)
    text.press_sequentially(" Maria")
    assert asked == [], "not again within four seconds"


def test_a_countdown_ticks_while_a_message_waits_because_telegram_asked_to(page: Any, ticket: Any) -> None:
    open_ticket(page, ticket)
    message = operations.reply(ticket, staff=ticket.assignee, content=Content(text="Soon"))
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    error: dict[str, object] = {"code": "rate_limited"}
    error["retry_at"] = (timezone.now() + timedelta(seconds=50)).isoformat()
    operations.settle_delivery(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery.QUEUED, error=error
    )

    countdown = page.locator(".countdown time")
    expect(countdown).to_have_text(re.compile(r"^0:[0-5]\d$"))
    before = countdown.inner_text()
    expect(countdown).not_to_have_text(before)
