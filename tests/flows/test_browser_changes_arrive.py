"""What staff do to a text and to a message in the browser arrives in Telegram; every process is real."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from telegram_simulator.client import Simulator
from tests import factories
from tests.flows.composing import menu_of, open_ticket, select, until
from tests.flows.staff_browser import errors_of, window_of
from tickets import operations
from tickets.models import Message, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(live_database: Any) -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def simulator(processes: Any) -> Any:
    return processes.simulator()


@pytest.fixture
def desk(processes: Any, simulator: Any) -> Any:
    web = processes.web()
    processes.bot(simulator)
    return web


@pytest.fixture
def maria(simulator: Any, desk: Any) -> Iterator[Any]:
    """A client in Telegram, who has written."""
    with Simulator(simulator.url) as control:
        person = control.client(first_name="Maria")
        person.send_text("My order number 4711 has not arrived")
        yield person
        person.close()


@pytest.fixture
def ticket(maria: Any, anna: Any) -> Any:
    return operations.take(until(Ticket.objects.first), staff=anna)


@pytest.fixture
def page(browser: Any, desk: Any, anna: Any) -> Iterator[Any]:
    window = window_of(browser, anna, desk.url)
    errors = errors_of(window)
    yield window
    window.context.close()
    assert errors == []


def answered(page: Any, person: Any, words: str) -> tuple[Any, Any]:
    """A reply, sent: its element on the page, and what the client sees."""
    page.get_by_label("Write a message").fill(words)
    page.keyboard.press("Enter")
    message = page.locator('.message[data-direction="out"]').last
    expect(message).to_have_attribute("data-delivery", "sent", timeout=60_000)
    return message, person.wait_for(words)


def kinds(content: Any) -> list[tuple[str, str]]:
    """(type, words) of a message's entities; all these characters are one unit each."""
    return [
        (one["type"], content["text"][one["offset"] : one["offset"] + one["length"]])
        for one in content["entities"]
    ]


def test_formatting_by_buttons_and_by_keys_arrives_and_looks_the_same_on_both_sides(
    page: Any, ticket: Any, maria: Any
) -> None:
    text = open_ticket(page, ticket)
    text.fill("It comes today, at noon or later, see the map. Secret")
    select(text, "today")
    page.get_by_role("button", name="Bold").click()
    select(text, "noon")
    page.keyboard.press("Control+i")
    select(text, "later")
    page.keyboard.press("Control+Shift+x")
    select(text, "Secret")
    page.keyboard.press("Control+Shift+p")
    select(text, "the map")
    page.keyboard.press("Control+k")
    page.get_by_label("Address", exact=True).fill("example.com/map")
    page.keyboard.press("Enter")
    expect(text).to_have_value(
        "It comes **today**, at __noon__ or ~~later~~, see [the map](https://example.com/map). ||Secret||"
    )
    page.get_by_role("button", name="Preview").click()
    preview = page.locator("#composer-preview .message-text")
    expect(preview.locator("strong")).to_have_text("today")
    shown = preview.inner_html()
    text.focus()
    page.keyboard.press("Enter")

    seen = maria.wait_for("It comes today, at noon or later, see the map. Secret")
    assert kinds(seen.data) == [
        ("bold", "today"),
        ("italic", "noon"),
        ("strikethrough", "later"),
        ("text_link", "the map"),
        ("spoiler", "Secret"),
    ]
    assert page.locator('.message[data-direction="out"] .message-text').inner_html() == shown


def test_a_sent_message_is_edited_with_its_formatting_and_what_was_being_written_waits(
    page: Any, ticket: Any, maria: Any
) -> None:
    text = open_ticket(page, ticket)
    message, seen = answered(page, maria, "Tomorow")
    text.fill("half a sentence")
    menu_of(page, message).get_by_role("button", name="Edit").click()
    expect(text).to_have_value("Tomorow")
    page.reload()
    expect(text).to_have_value("Tomorow")
    expect(page.locator("#composer-quote")).to_contain_text("Editing")
    text.fill("**Tomorrow**")
    page.keyboard.press("Enter")

    edited = maria.wait_for(lambda one: one.id == seen.id and one.edited)
    assert (edited.text, kinds(edited.data)) == ("Tomorrow", [("bold", "Tomorrow")])
    expect(message.locator(".message-text strong").first).to_have_text("Tomorrow")
    expect(text).to_have_value("half a sentence")
    expect(page.locator("#composer-quote")).to_be_hidden()
    assert Message.objects.filter(direction="out").count() == 1


def test_a_message_is_deleted_for_both_sides_after_a_question(page: Any, ticket: Any, maria: Any) -> None:
    open_ticket(page, ticket)
    message, seen = answered(page, maria, "For another client")
    menu_of(page, message).get_by_role("button", name="Delete").click()
    dialog = page.locator("#delete-dialog")
    expect(dialog).to_contain_text("For another client")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()

    menu_of(page, message).get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()

    until(lambda: seen.id not in [one.id for one in maria.messages()])
    until(lambda: Message.objects.get(direction="out").deleted_at)


def test_a_reaction_is_chosen_by_keys_and_taken_back(page: Any, ticket: Any, maria: Any) -> None:
    open_ticket(page, ticket)
    message = page.locator('.message[data-direction="in"]').first
    message.get_by_label("What can be done with this message").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="React with 👍", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    until(lambda: maria.messages()[0].bot_reaction == "❤")
    expect(message.locator("[data-reaction]")).to_have_attribute("data-reaction", "❤")

    menu = menu_of(page, message)
    menu.get_by_role("button", name="More reactions").click()
    menu.get_by_role("button", name="React with 👻", exact=True).click()
    until(lambda: maria.messages()[0].bot_reaction == "👻")
    expect(message.locator("[data-reaction]")).to_have_attribute("data-reaction", "👻")
    menu_of(page, message).get_by_role("button", name="Take the reaction back").click()
    until(lambda: not maria.messages()[0].bot_reaction)
