"""What a bot sends reaches the chat, and what Telegram would refuse is refused with its words."""

import time

import pytest
import telegram
from telegram.error import BadRequest, Forbidden

from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator

from .conftest import bot_of, news

SMILE = "\N{SMILING FACE WITH SUNGLASSES}"  # two UTF-16 units


async def test_a_message_is_in_the_chat_with_the_next_number(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    begun = int(time.time())
    sent = await bot.send_message(anna.id, "Good day")
    assert sent.message_id == 2  # the first one was /start
    assert sent.chat.id == anna.id
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert begun <= sent.date.timestamp() <= time.time() + 1
    (seen,) = anna.from_bot()
    assert (seen.id, seen.text) == (2, "Good day")


async def test_entities_arrive_as_they_were_sent(bot: telegram.Bot, anna: SimulatedClient) -> None:
    bold = telegram.MessageEntity("bold", offset=3, length=4)
    sent = await bot.send_message(anna.id, f"{SMILE} good", entities=[bold])
    assert list(sent.entities) == [bold]


async def test_links_and_commands_become_entities_by_themselves(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_message(anna.id, f"{SMILE} https://example.org/a?b=1. /help me@example.org")
    assert [(each.type, sent.parse_entity(each)) for each in sent.entities] == [
        ("url", "https://example.org/a?b=1"),
        ("bot_command", "/help"),
        ("email", "me@example.org"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Message text is empty"),
        ("  \n ", "Message text is empty"),
        ("x" * 4097, "Message is too long"),
        (SMILE * 2049, "Message is too long"),
    ],
)
async def test_a_text_may_neither_be_empty_nor_too_long(
    bot: telegram.Bot, anna: SimulatedClient, text: str, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(anna.id, text)
    assert anna.from_bot() == []


@pytest.mark.parametrize("text", ["x" * 4096, SMILE * 2048])
async def test_the_longest_text_counts_utf_16_units(
    bot: telegram.Bot, anna: SimulatedClient, text: str
) -> None:
    assert (await bot.send_message(anna.id, text)).text == text


@pytest.mark.parametrize(("offset", "length"), [(0, 99), (1, 1), (0, 1), (-1, 2)])
async def test_entities_have_to_lie_in_the_text_and_cut_no_character(
    bot: telegram.Bot, anna: SimulatedClient, offset: int, length: int
) -> None:
    entity = telegram.MessageEntity("bold", offset=offset, length=length)
    with pytest.raises(BadRequest, match=r"(?i)entity"):
        await bot.send_message(anna.id, f"{SMILE} ok", entities=[entity])


async def test_a_reply_shows_its_target_and_the_quote(bot: telegram.Bot, anna: SimulatedClient) -> None:
    question = anna.send_text(f"{SMILE} When do you open tomorrow?")
    reply = telegram.ReplyParameters(question["message_id"], quote="tomorrow")
    sent = await bot.send_message(anna.id, "At nine", reply_parameters=reply)
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == question["text"]
    assert sent.quote is not None
    assert (sent.quote.text, sent.quote.position) == ("tomorrow", 20)
    assert sent.quote.is_manual


async def test_a_quote_that_is_not_in_the_target_is_refused(bot: telegram.Bot, anna: SimulatedClient) -> None:
    question = anna.send_text("When do you open?")
    reply = telegram.ReplyParameters(question["message_id"], quote="when do")
    with pytest.raises(BadRequest, match=r"(?i)quote"):
        await bot.send_message(anna.id, "At nine", reply_parameters=reply)
    assert anna.from_bot() == []


async def test_a_reply_to_nothing_is_refused_unless_allowed(bot: telegram.Bot, anna: SimulatedClient) -> None:
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(anna.id, "At nine", reply_parameters=telegram.ReplyParameters(777))
    lenient = telegram.ReplyParameters(777, allow_sending_without_reply=True)
    sent = await bot.send_message(anna.id, "At nine", reply_parameters=lenient)
    assert sent.reply_to_message is None


async def test_nobody_is_written_to_who_has_not_written_first(
    bot: telegram.Bot, anna: SimulatedClient, stranger: SimulatedClient
) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "Hello")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "Hello")


async def test_who_blocked_the_bot_gets_nothing_until_unblocking(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "Are you there?")
    anna.unblock()
    await bot.send_message(anna.id, "Welcome back")
    assert [message.text for message in anna.from_bot()] == ["Welcome back"]


async def test_an_edit_replaces_the_text_and_the_same_text_is_refused(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_message(anna.id, "At nine")
    edited = await bot.edit_message_text("At ten", anna.id, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date is not None
    assert [(message.text, message.edited) for message in anna.from_bot()] == [("At ten", True)]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("At ten", anna.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("At ten", anna.id, 777)


async def test_a_deleted_message_is_gone_from_the_chat(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_message(anna.id, "At nine")
    assert await bot.delete_message(anna.id, sent.message_id)
    assert anna.from_bot() == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(anna.id, sent.message_id)


async def test_a_reaction_of_the_bot_is_seen_by_the_client(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_text("Thank you!")
    await bot.set_message_reaction(anna.id, sent["message_id"], "❤")
    assert [message.bot_reaction for message in anna.messages()] == ["", "❤"]
    await bot.set_message_reaction(anna.id, sent["message_id"])
    assert [message.bot_reaction for message in anna.messages()] == ["", ""]
    with pytest.raises(BadRequest, match=r"(?i)reaction"):
        await bot.set_message_reaction(anna.id, sent["message_id"], "🪑")


async def test_a_pressed_button_is_answered_once(bot: telegram.Bot, anna: SimulatedClient) -> None:
    buttons = telegram.InlineKeyboardMarkup.from_button(
        telegram.InlineKeyboardButton("Yes", callback_data="yes")
    )
    sent = await bot.send_message(anna.id, "Solved?", reply_markup=buttons)
    anna.press(sent.message_id, "yes")
    (update,) = await news(bot)
    assert update.callback_query is not None
    assert update.callback_query.data == "yes"
    assert await update.callback_query.answer("Thank you")
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer("Thank you")


async def test_a_button_holds_64_bytes_of_data(bot: telegram.Bot, anna: SimulatedClient) -> None:
    def buttons(data: str) -> telegram.InlineKeyboardMarkup:
        return telegram.InlineKeyboardMarkup.from_button(
            telegram.InlineKeyboardButton("Yes", callback_data=data)
        )

    await bot.send_message(anna.id, "Solved?", reply_markup=buttons("я" * 32))
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(anna.id, "Solved?", reply_markup=buttons("я" * 33))


async def test_a_place_a_contact_and_typing_are_sent(bot: telegram.Bot, anna: SimulatedClient) -> None:
    place = await bot.send_location(anna.id, latitude=55.75, longitude=37.62)
    assert place.location is not None
    assert (place.location.latitude, place.location.longitude) == (55.75, 37.62)
    person = await bot.send_contact(anna.id, phone_number="+79990000000", first_name="Boris")
    assert person.contact is not None
    assert person.contact.phone_number == "+79990000000"
    assert await bot.send_chat_action(anna.id, "typing")
    with pytest.raises(BadRequest):
        await bot.send_location(anna.id, latitude=91, longitude=0)
    with pytest.raises(BadRequest):
        await bot.send_chat_action(anna.id, "dancing")


async def test_two_bots_have_chats_of_their_own(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    second = simulator.add_bot("2000002:SECOND", first_name="Shop", username="shop_bot")
    anna_at_the_shop = simulator.client(anna.id, "Anna", bot=second["id"])
    async with bot_of(simulator, "2000002:SECOND") as shop:
        assert shop.username == "shop_bot"
        with pytest.raises(Forbidden):
            await shop.send_message(anna.id, "Hello")
        anna_at_the_shop.start()
        await shop.send_message(anna.id, "Hello from the shop")
        assert len(await news(shop)) == 1
    assert await news(bot) == []
    assert [message.text for message in anna_at_the_shop.from_bot()] == ["Hello from the shop"]
    assert anna.from_bot() == []


async def test_get_chat_tells_who_the_client_is(bot: telegram.Bot, anna: SimulatedClient) -> None:
    chat = await bot.get_chat(anna.id)
    assert (chat.first_name, chat.last_name, chat.username) == ("Anna", "Petrova", "anna_p")
    assert chat.type == "private"
    assert (await bot.get_user_profile_photos(anna.id)).total_count == 0
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat(404)
