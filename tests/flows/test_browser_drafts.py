"""Drafts in real browsers: begun on one device, finished on another."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.composing import until
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket
from tickets import operations
from tickets.models import Draft, Message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_answer_is_begun_on_one_device_and_sent_from_another(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    ticket = factories.make_ticket(text="Hello")
    operations.take(ticket, staff=anna)
    server = processes.web()
    desk, phone = window_of(browser, anna, server.url), window_of(browser, anna, server.url)
    errors = [errors_of(desk), errors_of(phone)]
    open_ticket(desk, ticket)
    desk.locator("textarea.composer-text").press_sequentially("Half an ans")
    until(lambda: Draft.objects.filter(text="Half an ans").exists())

    open_ticket(phone, ticket)
    text = phone.locator("textarea.composer-text")
    expect(text).to_have_value("Half an ans")
    text.press("End")
    text.press_sequentially("wer")
    until(lambda: Draft.objects.filter(text="Half an answer").exists())
    # The desk's tab has the older one of its own; what was written later is what it shows.
    desk.reload()
    expect(desk.locator("textarea.composer-text")).to_have_value("Half an answer")

    text.press("Enter")
    until(lambda: Message.objects.filter(direction="out", text="Half an answer").exists())
    until(lambda: not Draft.objects.exclude(text="").exists())
    phone.reload()
    expect(phone.locator("textarea.composer-text")).to_have_value("")
    for window in (desk, phone):
        window.context.close()
    assert errors == [[], []]
