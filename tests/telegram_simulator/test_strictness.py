"""What Telegram would refuse or cut is refused or cut here: a wrong call fails in a test."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
from telegram.error import BadRequest

from telegram_simulator.client import FileToSend, Refusal, SimulatedClient
from telegram_simulator.testing import RunningSimulator

from .conftest import PNG, VOICE, news

HOUR = 3600
Span = tuple[str, int, int]
TEXT = "0123456789"


def buttons(**action: Any) -> telegram.InlineKeyboardMarkup:
    return telegram.InlineKeyboardMarkup.from_button(telegram.InlineKeyboardButton("Open", **action))


def sparse(path: Path, size: int) -> Path:
    """A file of that size which takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def size_of(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([("bold", 0, 10), ("italic", 3, 4)], [("bold", 0, 10), ("italic", 3, 4)]),
        ([("bold", 0, 5), ("italic", 3, 5)], [("bold", 0, 5), ("italic", 3, 2), ("italic", 5, 3)]),
        ([("bold", 0, 3), ("bold", 3, 3)], [("bold", 0, 6)]),
        ([("pre", 2, 6), ("bold", 0, 4)], [("bold", 0, 2), ("pre", 2, 6)]),
        ([("code", 0, 6), ("italic", 1, 2)], [("code", 0, 6)]),
        ([("code", 0, 6), ("pre", 3, 6)], [("code", 0, 6)]),
        ([("blockquote", 0, 8), ("blockquote", 2, 2)], [("blockquote", 0, 8)]),
        ([("blockquote", 0, 5), ("code", 3, 5)], [("blockquote", 0, 5)]),
        ([("blockquote", 2, 4), ("bold", 0, 4)], [("bold", 0, 2), ("blockquote", 2, 4), ("bold", 2, 2)]),
    ],
)
async def test_entities_that_cross_are_cut_and_code_holds_nothing(
    bot: telegram.Bot,
    anna: SimulatedClient,
    given: list[Span],
    kept: list[Span],
) -> None:
    entities = [telegram.MessageEntity(*each) for each in given]
    sent = await bot.send_message(anna.id, TEXT, entities=entities)
    assert [(each.type, each.offset, each.length) for each in sent.entities] == kept


async def test_a_link_that_leads_nowhere_stays_text(bot: telegram.Bot, anna: SimulatedClient) -> None:
    links = ["https://example.org/a?b=c:d", "example.org", "javascript:alert(1)", "https://"]
    kept = []
    for address in links:
        entity = telegram.MessageEntity("text_link", 0, 4, url=address)
        sent = await bot.send_message(anna.id, "here it is", entities=[entity])
        kept += [each.url for each in sent.entities]
    assert kept == links[:2]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://localhost:8000/x", "wrong http url"),
        ("javascript:alert(1)", "unsupported url protocol"),
        ("", "must be non-empty"),
    ],
)
async def test_a_button_leads_to_an_address(
    bot: telegram.Bot, anna: SimulatedClient, address: str, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.send_message(anna.id, "Look", reply_markup=buttons(url=address))
    for good in (
        "https://example.org/a",
        "example.org",
        "tg://resolve?domain=bot",
        "http://127.0.0.1:8000/x",
    ):
        await bot.send_message(anna.id, "Look", reply_markup=buttons(url=good))


async def test_a_quote_has_the_formatting_of_what_it_quotes(bot: telegram.Bot, anna: SimulatedClient) -> None:
    bold = {"type": "bold", "offset": 4, "length": 4}
    asked = anna.send_text("The blue sofa", entities=[bold])
    plain = telegram.ReplyParameters(asked["message_id"], quote="blue sofa")
    with pytest.raises(BadRequest, match=r"(?i)quote_text_invalid"):
        await bot.send_message(anna.id, "Yes", reply_parameters=plain)
    same = telegram.ReplyParameters(
        asked["message_id"], quote="blue sofa", quote_entities=[telegram.MessageEntity("bold", 0, 4)]
    )
    sent = await bot.send_message(anna.id, "Yes", reply_parameters=same)
    assert sent.quote is not None
    assert [each.type for each in sent.quote.entities or ()] == ["bold"]
    long = anna.send_text("x" * 1025)
    too_long = telegram.ReplyParameters(long["message_id"], quote="x" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)quote_text_invalid"):
        await bot.send_message(anna.id, "Yes", reply_parameters=too_long)


async def test_a_voice_message_is_opus_in_ogg_unless_told_otherwise(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_voice(anna.id, VOICE)
    assert sent.voice is not None
    with pytest.raises(BadRequest, match="Wrong file type"):
        await bot.send_voice(anna.id, b"RIFF....WAVE")
    with pytest.raises(BadRequest, match="non-empty"):
        await bot.send_voice(anna.id, b"")
    simulator.set(strict=False)
    await bot.send_voice(anna.id, b"RIFF....WAVE")
    with pytest.raises(Refusal, match="no setting"):
        simulator.set(gravity=9)


async def test_an_album_has_no_buttons(simulator: RunningSimulator, anna: SimulatedClient) -> None:
    item = '{"type": "document", "media": "attach://a"}'
    fields = {"chat_id": anna.id, "media": f"[{item},{item}]", "reply_markup": '{"inline_keyboard": []}'}
    address = f"{simulator.url}/bot{simulator.token}/sendMediaGroup"
    answer = await asyncio.to_thread(httpx.post, address, data=fields, files={"a": ("a.txt", b"a")})
    assert "reply_markup" in answer.json()["description"]
    assert anna.from_bot() == []


async def test_a_message_is_deleted_within_48_hours(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    first = await bot.send_message(anna.id, "one")
    second = anna.send_text("two")
    dice = await bot.send_dice(anna.id)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(anna.id, dice.message_id)
    simulator.set(ahead=47 * HOUR)
    assert await bot.delete_message(anna.id, first.message_id)
    assert await bot.delete_message(anna.id, dice.message_id)
    simulator.set(ahead=49 * HOUR)
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(anna.id, second["message_id"])
    fresh = await bot.send_message(anna.id, "three")
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_messages(anna.id, [fresh.message_id, second["message_id"]])
    assert await bot.delete_messages(anna.id, [fresh.message_id, 777])
    assert anna.from_bot() == []


async def test_what_cannot_be_edited_says_why(bot: telegram.Bot, anna: SimulatedClient) -> None:
    own = anna.send_text("mine")
    text = await bot.send_message(anna.id, "text")
    photo = await bot.send_photo(anna.id, PNG)
    sticker = await bot.send_sticker(anna.id, b"sticker")
    for number, words in (
        (own["message_id"], "Message can't be edited"),
        (photo.message_id, "There is no text in the message to edit"),
        (777, "Message to edit not found"),
    ):
        with pytest.raises(BadRequest, match=words):
            await bot.edit_message_text("new", anna.id, number)
    for number in (text.message_id, sticker.message_id):
        with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
            await bot.edit_message_caption(anna.id, number, caption="new")


async def test_an_edit_takes_the_buttons_away_unless_they_come_again(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    keyboard = buttons(callback_data="yes")
    sent = await bot.send_message(anna.id, "one", reply_markup=keyboard)
    await bot.edit_message_text("two", anna.id, sent.message_id, reply_markup=keyboard)
    assert "reply_markup" in anna.from_bot()[0].data
    await bot.edit_message_reply_markup(anna.id, sent.message_id, reply_markup=None)
    assert "reply_markup" not in anna.from_bot()[0].data
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(anna.id, sent.message_id)


async def test_a_file_is_exchanged_within_what_an_album_allows(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    photo = await bot.send_photo(anna.id, PNG, caption="one", has_spoiler=True)
    assert photo.has_media_spoiler
    bill = telegram.InputMediaDocument(b"%PDF", filename="bill.pdf", caption="two")
    edited = await bot.edit_message_media(bill, anna.id, photo.message_id)
    assert isinstance(edited, telegram.Message)
    assert (edited.photo, edited.has_media_spoiler, edited.caption) == ((), None, "two")
    album = await bot.send_media_group(anna.id, [telegram.InputMediaPhoto(PNG)] * 2)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_media(bill, anna.id, album[0].message_id)


async def test_a_live_location_of_the_bot_moves_and_ends(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_location(anna.id, 59.94, 30.31, live_period=900)
    await bot.edit_message_live_location(anna.id, sent.message_id, latitude=59.95, longitude=30.31)
    assert anna.from_bot()[0].data["location"]["latitude"] == 59.95
    await bot.stop_message_live_location(anna.id, sent.message_id)
    assert "live_period" not in anna.from_bot()[0].data["location"]
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.stop_message_live_location(anna.id, sent.message_id)


async def test_a_bot_gives_one_reaction_and_none_that_costs(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = anna.send_text("Thank you!")
    for wrong in (["👍", "🔥"], [telegram.ReactionTypePaid()], ["🪑"]):
        with pytest.raises(BadRequest):
            await bot.set_message_reaction(anna.id, sent["message_id"], wrong)
    await bot.set_message_reaction(anna.id, sent["message_id"], "❤️‍🔥")
    service = anna.send_raw({"delete_chat_photo": True})
    with pytest.raises(BadRequest, match="can't be reacted"):
        await bot.set_message_reaction(anna.id, service["message_id"], "👍")
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(anna.id, 777, "👍")
    assert anna.messages()[1].bot_reactions == ({"type": "emoji", "emoji": "❤️‍🔥"},)


async def test_options_of_a_message_are_seen_by_tests(bot: telegram.Bot, anna: SimulatedClient) -> None:
    await bot.send_message(
        anna.id,
        "https://example.org",
        disable_notification=True,
        protect_content=True,
        link_preview_options=telegram.LinkPreviewOptions(is_disabled=True),
    )
    (seen,) = anna.from_bot()
    assert seen.silent
    assert seen.data["has_protected_content"]
    assert seen.data["link_preview_options"] == {"is_disabled": True}


async def test_messages_are_copied_and_forwarded(bot: telegram.Bot, anna: SimulatedClient) -> None:
    picture = anna.send_file("photo", PNG, caption="Broken")
    service = anna.send_raw({"delete_chat_photo": True})
    forwarded = await bot.forward_message(anna.id, anna.id, picture["message_id"])
    assert isinstance(forwarded.forward_origin, telegram.MessageOriginUser)
    assert forwarded.forward_origin.sender_user.id == anna.id
    await bot.copy_message(anna.id, anna.id, picture["message_id"], caption="Mended")
    assert [(seen.text, "forward_origin" in seen.data) for seen in anna.from_bot()] == [
        ("Broken", True),
        ("Mended", False),
    ]
    with pytest.raises(BadRequest, match="can't be forwarded"):
        await bot.forward_message(anna.id, anna.id, service["message_id"])
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await bot.copy_message(anna.id, anna.id, 777)


async def test_a_press_is_answered_once_and_not_for_ever(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_message(anna.id, "Solved?", reply_markup=buttons(callback_data="yes"))
    first, second = anna.press(sent.message_id, "yes"), anna.press(sent.message_id, "yes")
    assert not any(press["answered"] for press in anna.presses())
    await bot.answer_callback_query(first, "Thank you", show_alert=True)
    answer = anna.wait_for_answer(first)
    assert (answer["data"], answer["text"], answer["alert"]) == ("yes", "Thank you", True)
    simulator.set(ahead=HOUR)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(second)
    assert [update.callback_query is not None for update in await news(bot)] == [True, True]


async def test_a_server_of_ones_own_gives_files_by_their_path(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient, tmp_path: Path
) -> None:
    simulator.set(local=True)
    large = sparse(tmp_path / "large.bin", 60 * 1024 * 1024)
    with large.open("rb") as file:
        sent = await bot.send_document(anna.id, telegram.InputFile(file, read_file_handle=False))
    assert sent.document is not None
    found = await bot.get_file(sent.document.file_id)
    assert found.file_path is not None
    path = Path(found.file_path)
    assert (path.is_absolute(), path.suffix) == (True, ".bin")
    assert size_of(path) == size_of(large)
    address = f"{simulator.url}/file/bot{simulator.token}/documents/file_0.bin"
    assert (await asyncio.to_thread(httpx.get, address)).status_code == 404
    async with telegram.Bot(simulator.token, base_url=f"{simulator.url}/bot", local_mode=True) as own:
        by_path = await own.send_document(anna.id, large)
    assert by_path.document is not None
    assert by_path.document.file_unique_id == sent.document.file_unique_id
    anna.send_album([FileToSend("document", large)])
    simulator.set(local=False)
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(anna.messages()[-1].data["document"]["file_id"])


async def test_bots_and_clients_have_pictures_that_come_and_go(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.set_bot_photo(PNG)
    own = await bot.get_user_profile_photos(bot.id)
    assert own.total_count == 1
    assert await (await own.photos[0][-1].get_file()).download_as_bytearray() == PNG
    anna.set_photo(PNG)
    assert (await bot.get_user_profile_photos(anna.id)).total_count == 1
    anna.remove_photo()
    assert (await bot.get_user_profile_photos(anna.id)).total_count == 0
    with pytest.raises(Refusal, match="picture"):
        simulator.set_bot_photo(b"no picture")
