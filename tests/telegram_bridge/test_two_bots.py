"""Two bots have chats and messages with the same numbers: nothing of one is ever taken for the other's."""

import pytest

from telegram_bridge.amending import amend
from telegram_bridge.models import Bot, TelegramMessage
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_bot, make_user
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.updates import Inbound, photo, text
from tickets import amendments, operations
from tickets.models import Client, Message, Ticket

SECOND_TOKEN = "1000002:SECOND-BOT-OF-THE-TESTS"


class Pair:
    """Two bots, and the one person who writes to both."""

    def __init__(self) -> None:
        self.help, self.sales = Inbound(make_bot()), Inbound(make_bot())

    def message_of(self, inbound: Inbound, telegram_id: int) -> Message:
        return TelegramMessage.objects.get(bot=inbound.bot, telegram_id=telegram_id).message


@pytest.fixture
def pair(db: None) -> Pair:
    return Pair()


def test_the_same_message_number_in_the_same_chat_is_two_messages_of_two_clients(pair: Pair) -> None:
    for inbound, words in ((pair.help, "help"), (pair.sales, "buy")):
        assert inbound.apply(text(words, message_id=1)).state == "done"
    assert sorted(Message.objects.values_list("text", flat=True)) == ["buy", "help"]
    assert (Client.objects.count(), Ticket.objects.count()) == (2, 2)


def test_an_edit_changes_the_message_of_its_own_bot(pair: Pair) -> None:
    for inbound in (pair.help, pair.sales):
        inbound.apply(text("before", message_id=1))
    pair.sales.apply(text("after", message_id=1, edit_date=1_700_000_100), "edited_message")
    assert pair.message_of(pair.sales, 1).text == "after"
    assert pair.message_of(pair.help, 1).text == "before"
    assert pair.message_of(pair.help, 1).edited_at is None


def test_parts_of_albums_with_the_same_number_join_their_own(pair: Pair) -> None:
    for part in (1, 2):
        for inbound in (pair.help, pair.sales):
            body = text("", message_id=part, photo=photo(), media_group_id="77")
            del body["text"]
            assert inbound.apply(body).state == "done"
    for inbound in (pair.help, pair.sales):
        albums = Message.objects.filter(ticket__client__inbox=inbound.bot.inbox)
        assert [album.attachments.count() for album in albums] == [2]


def test_an_answer_points_to_the_message_of_its_own_bot(pair: Pair) -> None:
    for inbound in (pair.help, pair.sales):
        inbound.apply(text("first", message_id=1))
    target = {"message_id": 1, "date": 1, "text": "first"}
    pair.sales.apply(text("second", message_id=2, reply_to_message=target))
    assert pair.message_of(pair.sales, 2).reply_to == pair.message_of(pair.sales, 1)


def test_what_only_the_other_bot_knows_is_unknown(pair: Pair) -> None:
    pair.help.apply(text("first", message_id=1))
    target = {"message_id": 1, "date": 1, "text": "first"}
    pair.sales.apply(text("second", message_id=2, reply_to_message=target))
    assert pair.message_of(pair.sales, 2).reply_to is None


def test_a_reaction_goes_out_by_the_bot_that_got_the_message(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    simulator.add_bot(SECOND_TOKEN)
    sales = make_bot(SECOND_TOKEN)
    anna = make_user("anna")
    first_chat = simulator.client(first_name="Ann")
    second_chat = simulator.client(first_chat.id, "Ann", bot=1000002)
    for chat, receiving in ((first_chat, bot), (second_chat, sales)):
        number = chat.send_text("hello")["message_id"]
        Inbound(receiving).apply(text("hello", chat.id, message_id=number))
    message = Message.objects.get(ticket__client__inbox=sales.inbox)
    operations.take(message.ticket, staff=anna)
    message.refresh_from_db()
    wanted = amendments.react(message, staff=anna, emoji="👍")
    run(amend(wanted.pk, attempts=0))
    (call,) = simulator.calls("setMessageReaction")
    assert call["bot_id"] == 1000002
    assert [each.bot_reaction for each in second_chat.messages()] == ["👍"]
    assert [each.bot_reaction for each in first_chat.messages()] == [""]
