"""What did not reach a client, on an open page: said with what to do, and sent again all at once."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tickets import operations
from tickets.models import Message, Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fails(message: Message, code: str) -> None:
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    operations.settle_delivery(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery.FAILED, error={"code": code}
    )


def test_failures_appear_with_advice_and_all_are_sent_again_at_once(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    client = factories.make_client(name="Maria")
    ticket = factories.make_ticket(client=client, text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)
    page = window_of(browser, anna, processes.web().url)
    errors = errors_of(page)
    with page.expect_websocket():
        page.goto(f"/tickets/{ticket.pk}/")
    card = page.locator("#client-card")
    again = card.get_by_role("button", name="Send all again")
    expect(again).to_have_count(0)
    for text, code in (("one", "blocked"), ("two", "formatting")):
        fails(factories.make_message(ticket, text=text, author=anna), code)
    expect(page.locator("#conversation")).to_contain_text("Write it anew without the formatting.")
    expect(card).to_contain_text("2 messages did not reach them")
    again.click()
    expect(again).to_have_count(0)
    expect(page.locator('.message[data-delivery="queued"]')).to_have_count(2)
    assert errors == []
    page.context.close()
