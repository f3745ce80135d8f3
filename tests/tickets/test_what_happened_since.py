"""What happened to a message since it was written: reactions, presses, deletion, changes, what it answers."""

import re
from typing import Any

import pytest

from tests import factories
from tests.tickets.cast import browser_of, receive
from tests.tickets.looking import delivered_reply, locked, on_page
from tickets import amendment_steps, amendments, conversation
from tickets.content import Content
from tickets.journal import CLIENT, change
from tickets.models import Amendment, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


@pytest.fixture
def ticket(anna: Any) -> Any:
    client = factories.make_client(name="Maria")
    return factories.make_ticket(client=client, text="Hi", assignee=anna, status=Status.IN_PROGRESS_ID)


def test_reactions_of_both_sides_are_shown_once_each_and_say_whose_they_are(
    anna: Any, browser: Any, ticket: Any
) -> None:
    message = delivered_reply(ticket, anna)
    heart = {"type": "emoji", "emoji": "❤"}
    custom, paid = {"type": "custom_emoji", "custom_emoji_id": "5"}, {"type": "paid"}
    with change() as opened:
        held = locked(message)
        amendment_steps.set_reactions(opened, held, "client", [heart, custom, paid], actor=CLIENT)
        amendment_steps.set_reactions(opened, held, "staff", [heart], actor=CLIENT)

    html = on_page(browser, message)

    assert re.findall(r'<li class="chip"[^>]*title="([^"]*)"', html) == [
        "❤: Maria, the bot",
        "Custom emoji: Maria",
        "Paid reaction: Maria",
    ]
    assert html.count("data-ours") == 1
    # It is no line of its own.
    frame = conversation.frame_since(ticket.pk, after=message.seq, language="en")
    assert frame is not None
    assert 'class="event"' not in frame.html


def test_buttons_stand_below_the_message_and_a_press_is_a_line(anna: Any, browser: Any, ticket: Any) -> None:
    rows = [[{"text": "Solved", "answer": "y"}], [{"text": "Help", "url": "https://example.org/help"}]]
    message = delivered_reply(ticket, anna, buttons=rows)
    with change() as opened:
        amendment_steps.press_button(opened, locked(message), text='100% <b>"Solved"', answer="y")

    html = on_page(browser, message)

    assert '<span class="answer-button" dir="auto">Solved</span>' in html
    assert '<a class="answer-button" href="https://example.org/help" target="_blank"' in html
    frame = conversation.frame_since(ticket.pk, after=message.seq, language="en")
    assert frame is not None
    assert "The client pressed “100% &lt;b&gt;&quot;Solved&quot;”" in frame.html


def test_a_deleted_message_is_struck_and_can_still_be_read(anna: Any, browser: Any, ticket: Any) -> None:
    message = delivered_reply(ticket, anna, text="A wrong **price**")
    asked = amendments.delete(message, staff=anna)
    assert "The deletion is on its way to Telegram." in on_page(browser, message)

    amendments.settle(asked.pk, state=Amendment.State.DONE)

    html = on_page(browser, message)
    assert re.search(
        r'<details class="deleted"><summary>.*<s dir="auto">A wrong \*\*price\*\*</s> '
        r'<span class="deleted-mark">deleted</span>',
        html,
    )
    assert '<div class="message-text" dir="auto">A wrong **price**</div>' in html
    assert "on its way" not in html


def test_a_refused_change_is_said_with_its_reason_until_another_of_its_kind_is_asked_for(
    anna: Any, browser: Any, ticket: Any
) -> None:
    message = delivered_reply(ticket, anna)
    asked = amendments.edit(message, staff=anna, text="New")
    amendments.settle(asked.pk, state=Amendment.State.FAILED, error={"code": "blocked"})
    html = on_page(browser, message)
    assert "The edit was refused. The client has blocked the bot." in html
    assert 'data-change-kind="edit" data-state="failed"' in html

    asked = amendments.edit(message, staff=anna, text="Newer")
    html = on_page(browser, message)
    assert "The edit was refused" not in html
    assert "The edit is on its way to Telegram." in html

    amendments.settle(asked.pk, state=Amendment.State.DONE)
    assert "data-change-kind" not in on_page(browser, message)


def test_a_quote_of_something_unknown_is_shown_without_a_link(browser: Any, ticket: Any) -> None:
    content = Content(text="I mean this", details={"reply_from": "News"})
    html = on_page(browser, receive(ticket, content, quote="We open at nine"))

    assert re.search(r'<div class="quote quote-unknown">.*News.*We open at nine', html, re.DOTALL)
    assert "data-jump" not in html
    html = on_page(browser, receive(ticket, Content(text="And this"), quote="Words"))
    assert "Another message" in html


def test_what_is_answered_is_read_at_once_and_without_its_index(
    ticket: Any, django_assert_num_queries: Any
) -> None:
    first = ticket.messages.get()
    answer = receive(ticket, Content(text="I mean this"), reply_to=first)

    with django_assert_num_queries(2) as read:  # the journal, and what is answered with its author
        frame = conversation.frame_since(ticket.pk, after=answer.seq - 1, language="en")

    assert frame is not None
    assert f'data-jump="{first.pk}"' in frame.html
    assert not any('"search"' in query["sql"] for query in read.captured_queries)
