"""A note in the browser: on a colleague's ticket, with a colleague called as one types."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket
from tickets import canned
from tickets.models import Attachment, Mention, Message, Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_note_calls_a_colleague_on_a_ticket_one_may_not_answer(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    boris = factories.make_user("boris", first_name="Boris")
    ticket = factories.make_ticket(text="Hello", assignee=boris, status=Status.IN_PROGRESS_ID)
    page = window_of(browser, anna, processes.web().url)
    errors = errors_of(page)
    open_ticket(page, ticket)
    expect(page.get_by_role("radio", name="Reply")).to_be_disabled()
    expect(page.get_by_role("radio", name="Note")).to_be_checked()

    text = page.get_by_label("Write a note for your colleagues")
    text.press_sequentially("Ask @bo")
    expect(page.locator("#composer-mentions [role=option]")).to_have_count(1)
    text.press("Enter")
    expect(text).to_have_value("Ask @boris ")
    text.press("Enter")

    note = page.locator('.message[data-direction="note"]')
    expect(note.locator(".staff-mention")).to_have_text("@boris")
    expect(text).to_have_value("")
    assert Mention.objects.get().staff == boris
    assert not Message.objects.filter(direction="out").exists()
    page.context.close()
    assert errors == []


def test_a_slash_brings_a_canned_reply_with_the_clients_name(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    client = factories.make_client(name="Maria Lopez")
    ticket = factories.make_ticket(client=client, text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)
    for shortcut, words in (("hello", "Hello {{ client.first_name }}!"), ("help", "How can I help?")):
        files = [SimpleUploadedFile("Prices.txt", b"one, two")] if shortcut == "hello" else []
        fields: Any = {"title": "", "text": words, "audience": "own", "team": None, "files": files}
        canned.save_canned(anna, None, shortcut=shortcut, **fields)
    page = window_of(browser, anna, processes.web().url)
    errors = errors_of(page)
    open_ticket(page, ticket)
    text = page.get_by_label("Write a message")
    text.press_sequentially("/he")
    options = page.locator("#composer-canned [role=option]")
    expect(options).to_have_count(2)
    text.press_sequentially("llo")
    expect(options).to_have_count(1)
    text.press("Enter")
    expect(text).to_have_value("Hello Maria!")
    expect(page.locator("#composer-files")).to_contain_text("Prices.txt")
    text.press_sequentially(" 1/2 and/or")  # no shortcut: it stands within a word
    expect(page.locator("#composer-canned")).to_be_hidden()
    text.press("Enter")
    expect(page.locator('.message[data-direction="out"]')).to_contain_text("Hello Maria! 1/2 and/or")
    sent = Attachment.objects.get()
    with sent.file.open() as file:
        assert (sent.name, file.read()) == ("Prices.txt", b"one, two")
    page.context.close()
    assert errors == []
