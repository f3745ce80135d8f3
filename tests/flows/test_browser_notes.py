"""A note in the browser: on a colleague's ticket, with a colleague called as one types."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket
from tickets.models import Mention, Message, Status

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
