"""Two colleagues at one ticket, in two browsers: what is unread, who is there, and who was quicker."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.composing import until
from tests.flows.staff_browser import errors_of, window_of
from tests.tickets.cast import receive
from tickets import operations, reading
from tickets.content import Content
from tickets.models import Message, ReadMark, Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_colleagues_at_one_ticket(browser: Any, processes: Any, live_database: Any) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    boris = factories.make_user("boris", first_name="Boris")
    ticket = factories.make_ticket(text="The first", assignee=boris, status=Status.IN_PROGRESS_ID)
    for number in range(30):
        receive(ticket, Content(text=f"Known {number}"))
    reading.mark_read(boris.pk, ticket.pk, 10_000)
    first = receive(ticket, Content(text="New to Boris"))
    last = first
    for number in range(40):
        last = receive(ticket, Content(text=f"New too {number}"))
    url = processes.web().url
    hers, his = window_of(browser, anna, url), window_of(browser, boris, url)
    errors = errors_of(hers) + errors_of(his)

    # The list says what is unread, the page opens where that begins, and only what was in sight is read.
    his.goto("/tickets/")
    expect(his.locator(f"#ticket-{ticket.pk} .row-unread")).to_contain_text("41")
    expect(his).to_have_title(re.compile(r"^\(1\) "))
    his.goto(f"/tickets/{ticket.pk}/")
    expect(his.locator("#first-unread")).to_be_in_viewport()
    expect(his.locator(f"#message-{first.pk}")).to_be_in_viewport()
    expect(his.locator(f"#message-{last.pk}")).not_to_be_in_viewport()
    his.bring_to_front()
    mark = until(lambda: ReadMark.objects.filter(staff=boris, seq__gte=first.seq).first())
    assert mark.seq < last.seq

    # Down at the end nothing is unread any more, and his list beside it says so by itself.
    his.locator("#conversation").evaluate("box => { box.scrollTop = box.scrollHeight; }")
    until(lambda: ReadMark.objects.filter(staff=boris, seq__gte=last.seq).first())
    expect(his.locator(f"#ticket-{ticket.pk} .row-unread")).to_have_count(0)

    # Each sees the other there; typing shows.
    hers.goto(f"/tickets/{ticket.pk}/")
    expect(his.locator("#presence")).to_contain_text("Anna is looking")
    expect(hers.locator("#presence")).to_contain_text("Boris is looking")
    text = his.locator("textarea.composer-text")
    text.press_sequentially("An ans")
    expect(hers.locator("#presence")).to_contain_text("Boris is typing an answer…")

    # What the client and a colleague say meanwhile is told, and sending asks before there are two answers.
    receive(ticket, Content(text="Hello?"))
    expect(his.locator("#composer-newer")).to_contain_text("1 newer message arrived while you typed.")
    operations.assign(ticket, assignee=anna, staff=boris)
    factories.make_message(ticket, text="Anna was quicker", author=anna)
    operations.assign(ticket, assignee=boris, staff=anna)
    expect(his.locator("#composer-newer")).to_contain_text("2 newer messages arrived while you typed.")
    expect(his.locator("#composer-state")).to_have_attribute("data-state", "ready")
    text.press("Enter")
    expect(his.locator("#composer-error")).to_contain_text("Anna answered while you typed")
    expect(text).to_have_value("An ans")
    assert not Message.objects.filter(author=boris).exists()
    his.get_by_role("button", name="Send anyway").click()
    expect(text).to_have_value("")
    assert until(Message.objects.filter(author=boris).first).text == "An ans"
    expect(his.locator("#composer-newer")).to_be_hidden()

    hers.close()
    expect(his.locator("#presence")).to_be_hidden()
    for window in (hers, his):
        window.context.close()
    assert errors == []
