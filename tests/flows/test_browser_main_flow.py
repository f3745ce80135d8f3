"""The main job, end to end: a client writes in Telegram, staff answer live in the browser. Two windows, every
process real: the simulator with its page, the bot, the web server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from staff.models import User
from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.processes import Processes, Running
from tests.tickets.cast import PNG
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECONDS = 40_000  # milliseconds: five processes and two windows on two cores


@pytest.fixture
def anna(live_database: str) -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def simulator(processes: Processes) -> Running:
    return processes.simulator()


@pytest.fixture
def desk(processes: Processes, simulator: Running) -> Running:
    """The web server, with the bot beside it."""
    web = processes.web()
    processes.bot(simulator)
    return web


@pytest.fixture
def client(browser: Any, simulator: Running) -> Iterator[Any]:
    """The window of a client: a chat with the bot on the simulator's page."""
    page = browser.new_context(base_url=simulator.url, locale="en-US").new_page()
    page.set_default_timeout(SECONDS)
    page.goto("/")
    page.locator("#clients > *").first.click()
    yield page
    page.context.close()


@pytest.fixture
def staff(browser: Any, desk: Running, anna: User) -> Iterator[Any]:
    """The window of an employee."""
    page = window_of(browser, anna, desk.url)
    page.set_default_timeout(SECONDS)
    errors = errors_of(page)
    yield page
    page.context.close()
    assert errors == []


def say(client: Any, text: str) -> None:
    if client.locator("#start").is_visible():
        client.locator("#start").click()
    client.locator("#message-input").fill(text)
    client.locator("#send").click()


def test_a_client_writes_and_staff_take_answer_and_close_live_and_the_next_message_is_a_new_ticket(
    client: Any, staff: Any
) -> None:
    staff.goto("/tickets/")
    staff.evaluate("window.same = true")
    say(client, "My order has not arrived")

    row = staff.get_by_text("My order has not arrived")
    expect(row).to_be_visible(timeout=SECONDS)
    assert staff.evaluate("window.same"), "the list was reloaded"
    row.click()
    expect(staff.locator('.message[data-direction="in"]')).to_contain_text("My order has not arrived")

    staff.get_by_role("button", name="Take", exact=True).click()
    expect(staff.locator("#ticket-summary")).to_contain_text("In progress")
    staff.evaluate("window.same = true")
    staff.get_by_label("Write a message").fill("It is on its way, see the receipt")
    receipt = {"name": "receipt.png", "mimeType": "image/png", "buffer": PNG}
    staff.locator("input[type=file]").set_input_files(receipt)
    staff.get_by_role("button", name="Send", exact=True).click()

    answer = staff.locator('.message[data-direction="out"]')
    expect(answer).to_have_attribute("data-delivery", "sent", timeout=SECONDS)
    expect(client.locator("#messages")).to_contain_text("It is on its way, see the receipt", timeout=SECONDS)
    expect(client.locator("#messages img").last).to_be_visible()

    say(client, "Thank you!")
    expect(staff.locator('.message[data-direction="in"]').last).to_contain_text("Thank you!", timeout=SECONDS)
    staff.get_by_role("button", name="Close", exact=True).click()
    expect(staff.locator("#composer-state")).to_have_attribute("data-state", "closed")
    assert staff.evaluate("window.same"), "the ticket was reloaded"

    first = Ticket.objects.get()
    say(client, "One more question")
    expect(staff.get_by_text("One more question")).to_be_visible(timeout=SECONDS)
    second = Ticket.objects.exclude(pk=first.pk).get()
    assert second.client_id == first.client_id
    assert (first.closed_at is None, second.closed_at is None) == (False, True)
    staff.get_by_text("One more question").click()
    expect(staff).to_have_url(re.compile(rf"/tickets/{second.pk}/"))
    expect(staff.locator("#ticket-facts")).to_contain_text(f"#{first.pk}")
