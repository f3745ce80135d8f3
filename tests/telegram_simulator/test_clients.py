"""What a client does in the messenger comes to the bot as the real Telegram would tell it."""

import pytest
import telegram

from telegram_simulator.client import Refusal, SimulatedClient
from telegram_simulator.testing import RunningSimulator

from .conftest import PNG, news


async def test_start_comes_as_a_command_with_its_payload(
    bot: telegram.Bot, stranger: SimulatedClient
) -> None:
    stranger.start("invoice-7")
    (update,) = await news(bot)
    assert update.message is not None
    assert update.message.text == "/start invoice-7"
    assert [(each.type, each.offset, each.length) for each in update.message.entities] == [
        ("bot_command", 0, 6)
    ]
    assert update.message.from_user is not None
    assert (update.message.from_user.first_name, update.message.from_user.language_code) == ("Boris", "ru")


async def test_a_formatted_text_keeps_its_entities(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_text("🙂 very urgent", entities=[{"type": "bold", "offset": 3, "length": 4}])
    (update,) = await news(bot)
    assert update.message is not None
    (entity,) = update.message.entities
    assert update.message.parse_entity(entity) == "very"


async def test_a_clients_reply_carries_the_message_and_the_quote(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_message(anna.id, "Size and colour, please")
    anna.send_text("Blue", reply_to=sent.message_id, quote="colour")
    (update,) = await news(bot)
    assert update.message is not None
    assert update.message.reply_to_message is not None
    assert update.message.reply_to_message.message_id == sent.message_id
    assert update.message.quote is not None
    assert update.message.quote.text == "colour"


async def test_a_reply_to_a_reply_is_nested_only_once(bot: telegram.Bot, anna: SimulatedClient) -> None:
    first = anna.send_text("one")
    second = anna.send_text("two", reply_to=first["message_id"])
    anna.send_text("three", reply_to=second["message_id"])
    third = (await news(bot))[-1].message
    assert third is not None
    assert third.reply_to_message is not None
    assert third.reply_to_message.reply_to_message is None


async def test_an_edit_comes_as_an_edited_message_with_its_time(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = anna.send_text("Order 12")
    picture = anna.send_file("photo", PNG, caption="befor")
    await news(bot)
    anna.edit(sent["message_id"], "Order 21")
    anna.edit(picture["message_id"], "before")
    text, caption = [update.edited_message for update in await news(bot)]
    assert text is not None
    assert (text.message_id, text.text) == (sent["message_id"], "Order 21")
    assert text.edit_date is not None
    assert caption is not None
    assert caption.caption == "before"


async def test_a_deletion_is_not_told_to_the_bot(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_text("oops")
    await news(bot)
    anna.delete(sent["message_id"])
    assert await news(bot) == []
    assert sent["message_id"] not in [message.id for message in anna.messages()]


async def test_blocking_and_unblocking_come_as_my_chat_member(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.block()
    anna.unblock()
    changes = [update.my_chat_member for update in await news(bot)]
    assert [
        (change.old_chat_member.status, change.new_chat_member.status) for change in changes if change
    ] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_a_place_a_contact_and_a_forwarded_text_arrive(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.send_location(59.94, 30.31)
    anna.send_contact("+79991112233", "Boris")
    anna.send_text("They promised", forward_origin={"type": "hidden_user", "sender_user_name": "Shop"})
    place, person, forwarded = [update.message for update in await news(bot)]
    assert place is not None
    assert place.location is not None
    assert (place.location.latitude, place.location.longitude) == (59.94, 30.31)
    assert person is not None
    assert person.contact is not None
    assert person.contact.phone_number == "+79991112233"
    assert forwarded is not None
    assert isinstance(forwarded.forward_origin, telegram.MessageOriginHiddenUser)


def test_what_a_person_could_not_do_is_refused_in_words(simulator: RunningSimulator) -> None:
    anna = simulator.client(first_name="Anna")
    with pytest.raises(Refusal, match="text is empty"):
        anna.send_text(" ")
    with pytest.raises(Refusal, match="no message 7"):
        anna.edit(7, "text")
    sent = anna.send_text("Question")
    with pytest.raises(Refusal, match=r"(?i)quote"):
        anna.send_text("Answer", reply_to=sent["message_id"], quote="not there")
    with pytest.raises(Refusal, match="no such button"):
        anna.press(sent["message_id"], "yes")
    anna.block()
    with pytest.raises(Refusal, match="blocked"):
        anna.send_text("Hello?")
    with pytest.raises(Refusal, match="first name"):
        simulator.client(first_name=" ")


def test_two_people_wait_on_the_first_day_and_have_not_written(simulator: RunningSimulator) -> None:
    state = simulator.state()
    people = [
        (each["id"], each["first_name"], each["last_name"], each["username"], each["language_code"])
        for each in state["clients"]
    ]
    assert people == [
        (5_000_000_001, "Anna", "Petrova", "anna", "ru"),
        (5_000_000_002, "John", "Smith", "john", "en"),
    ]
    assert not any(chat["started"] for chat in state["chats"])


def test_a_reset_brings_the_first_day_back(simulator: RunningSimulator) -> None:
    begun = simulator.state()
    anna = simulator.client(first_name="Clara")
    anna.send_file("photo", PNG)
    simulator.fault("error", method="getMe", code=500)
    simulator.reset()
    assert simulator.state() == begun
    assert simulator.calls() == []
    assert simulator.ask("GET", "faults") == []
