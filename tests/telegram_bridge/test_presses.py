"""Presses of buttons: always answered; in the journal only when the button is there and the client has it."""

import pytest

from telegram_bridge.models import TelegramMessage, Update
from tests.factories import make_bot, make_user
from tests.telegram_bridge.updates import CLIENT, Inbound, Json, close, jobs, last_row, received, text, user
from tickets import operations
from tickets.content import Content
from tickets.models import Message, TicketEvent

pytestmark = pytest.mark.django_db

BUTTONS = [
    [{"text": "Our site", "url": "https://example.com"}, {"text": "Solved", "answer": "solved"}],
    [{"text": "Still open", "answer": "open"}],
]
SENT = 9_000_001  # the number of our message in the chat


@pytest.fixture
def ours(inbound: Inbound) -> Message:
    """A reply with buttons that has reached the client."""
    ticket, anna = received(inbound, text("Hello")).ticket, make_user()
    operations.take(ticket, staff=anna)
    content = Content(text="Is it solved?", buttons=BUTTONS)
    reply = operations.reply(ticket, staff=anna, content=content)
    TelegramMessage.objects.create(bot=inbound.bot, chat_id=CLIENT, telegram_id=SENT, message=reply)
    return reply


def press(data: str, **fields: object) -> Json:
    below = {
        "message_id": SENT,
        "chat": {"id": CLIENT, "type": "private"},
        "date": 1,
        "from": user(1, is_bot=True),
    }
    return {"id": "77", "from": user(), "chat_instance": "1", "message": below, "data": data} | fields


def pressed(inbound: Inbound, body: Json) -> Update:
    update = inbound.apply(body, "callback_query")
    assert jobs("answer_callback") == [{"bot_id": inbound.bot.pk, "callback_query_id": "77"}]
    return update


def rows(message: Message) -> list[Json]:
    found = TicketEvent.objects.filter(kind=TicketEvent.Kind.BUTTON_PRESSED, message=message)
    return [row.data for row in found]


def test_a_press_is_a_row_in_the_journal_and_answered(inbound: Inbound, ours: Message) -> None:
    update = pressed(inbound, press(f"answer:{ours.pk}:0:1"))
    assert (update.state, update.error) == ("done", "")
    assert rows(ours) == [{"text": "Solved", "answer": "solved", "update": update.pk}]
    assert last_row(ours).actor == "client"


def test_in_a_closed_ticket_it_is_told_there_and_reopens_nothing(inbound: Inbound, ours: Message) -> None:
    close(ours.ticket)
    pressed(inbound, press(f"answer:{ours.pk}:1:0"))
    ours.ticket.refresh_from_db()
    assert (ours.ticket.is_closed, len(rows(ours))) == (True, 1)


def test_a_press_below_a_message_that_was_deleted_meanwhile_counts(inbound: Inbound, ours: Message) -> None:
    gone = {"message_id": SENT, "chat": {"id": CLIENT, "type": "private"}, "date": 0}
    pressed(inbound, press(f"answer:{ours.pk}:1:0", message=gone))
    assert len(rows(ours)) == 1


def test_a_press_counts_also_when_the_answer_to_the_sending_never_came(
    inbound: Inbound, ours: Message
) -> None:
    TelegramMessage.objects.filter(message=ours).delete()
    pressed(inbound, press(f"answer:{ours.pk}:1:0"))
    assert len(rows(ours)) == 1


@pytest.mark.parametrize(
    "data", ["answer:{pk}:0:0", "answer:{pk}:0:2", "answer:{pk}:2:0", "answer:{pk}:99:99"]
)
def test_a_button_that_is_not_there_or_only_a_link_is_noted(
    inbound: Inbound, ours: Message, data: str
) -> None:
    assert "not there" in pressed(inbound, press(data.format(pk=ours.pk))).error
    assert rows(ours) == []


@pytest.mark.parametrize(
    "data",
    ["", "solved", "answer:1", "answer:{pk}:0:1:2", "answer:-1:0:0", "answer:{pk}:a:b", "answer:{pk}:٠:١"],
)
def test_data_of_another_program_is_noted(inbound: Inbound, ours: Message, data: str) -> None:
    update = pressed(inbound, press(data.format(pk=ours.pk)))
    assert (update.state, rows(ours)) == ("done", [])
    assert update.error.startswith("Not the press of a button of ours")


@pytest.mark.parametrize("number", ["9" * 19, "1", "0"])
def test_a_message_that_is_not_there_is_noted(inbound: Inbound, ours: Message, number: str) -> None:
    number = number if number != str(ours.pk) else "0"
    assert "somebody else" in pressed(inbound, press(f"answer:{number}:0:1")).error


def test_nobody_can_press_the_button_of_another_client(inbound: Inbound, ours: Message) -> None:
    other = user(CLIENT + 1)
    below = {"message_id": 5, "chat": {"id": CLIENT + 1, "type": "private"}, "date": 1}
    body = press(f"answer:{ours.pk}:0:1", message=below) | {"from": other}
    assert "somebody else" in pressed(inbound, body).error
    assert rows(ours) == []


def test_a_press_that_claims_the_chat_of_another_client_counts_nothing(
    inbound: Inbound, ours: Message
) -> None:
    body = press(f"answer:{ours.pk}:0:1") | {"from": user(CLIENT + 1)}
    pressed(inbound, body)
    assert rows(ours) == []


def test_the_same_person_at_another_bot_presses_nothing_here(inbound: Inbound, ours: Message) -> None:
    other = Inbound(make_bot())
    other.apply(press(f"answer:{ours.pk}:0:1"), "callback_query")
    assert rows(ours) == []
    assert jobs("answer_callback") == [{"bot_id": other.bot.pk, "callback_query_id": "77"}]


def test_a_press_below_another_message_counts_nothing(inbound: Inbound, ours: Message) -> None:
    hello = TelegramMessage.objects.get(message__direction="in")
    below = {"message_id": hello.telegram_id, "chat": {"id": CLIENT, "type": "private"}, "date": 1}
    pressed(inbound, press(f"answer:{ours.pk}:0:1", message=below))
    assert rows(ours) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"message": None, "inline_message_id": "abc"},
        {"message": None, "data": None, "game_short_name": "chess"},
        {"from": None},
        {"data": {"a": 1}},
        {"message": "x"},
    ],
)
def test_a_strange_press_is_answered_all_the_same(inbound: Inbound, ours: Message, fields: Json) -> None:
    update = pressed(inbound, press(f"answer:{ours.pk}:0:1") | fields)
    assert (update.state, rows(ours)) == ("done", [])


def test_a_press_in_a_group_is_answered_and_not_handled(inbound: Inbound, ours: Message) -> None:
    below = {"message_id": SENT, "chat": {"id": -5, "type": "group", "title": "G"}, "date": 1}
    update = pressed(inbound, press(f"answer:{ours.pk}:0:1", message=below))
    assert (update.state, rows(ours)) == ("skipped", [])
