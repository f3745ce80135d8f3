"""Files go both ways, byte for byte, under the limits and the names that Telegram gives them."""

import io
from pathlib import Path

import httpx
import pytest
import telegram
from telegram.error import BadRequest, NetworkError

from telegram_simulator.client import FileToSend, SimulatedClient
from telegram_simulator.testing import RunningSimulator

from .conftest import PNG, VOICE, bot_of, news

MEGABYTE = 1024 * 1024


def large(folder: Path, megabytes: int) -> Path:
    """A file of that size which takes no room on the disk."""
    path = folder / f"{megabytes}.bin"
    with path.open("wb") as file:
        file.write(b"begin")
        file.truncate(megabytes * MEGABYTE)
    return path


async def test_a_photo_of_the_bot_comes_in_sizes_the_largest_last(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_photo(anna.id, PNG, caption="Our shop")
    sizes = [(size.width, size.height) for size in sent.photo]
    assert sizes == sorted(sizes)
    assert len(sizes) > 1
    assert sizes[-1] == (800, 600)
    assert sent.caption == "Our shop"
    (seen,) = anna.from_bot()
    assert anna.download(seen.data["photo"][-1]["file_id"]) == PNG


@pytest.mark.parametrize(
    "kind", ["video", "animation", "audio", "voice", "video_note", "sticker", "document"]
)
async def test_every_kind_of_file_goes_out_as_what_it_is(
    bot: telegram.Bot, anna: SimulatedClient, kind: str
) -> None:
    content = VOICE if kind == "voice" else b"some bytes"
    sent = await getattr(bot, f"send_{kind}")(anna.id, content)
    attachment = getattr(sent, kind)
    assert attachment.file_size == len(content)
    assert (await (await bot.get_file(attachment.file_id)).download_as_bytearray()) == content
    assert (sent.document is not None) == (kind in {"document", "animation"})


async def test_a_document_keeps_its_name_and_type(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_document(anna.id, b"%PDF-", filename="Счёт № 5.pdf", caption="Here it is")
    assert sent.document is not None
    assert sent.document.file_name == "Счёт № 5.pdf"
    assert sent.document.mime_type == "application/pdf"


async def test_a_file_is_sent_again_by_its_id_but_not_by_another_bot(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    first = await bot.send_document(anna.id, b"contract", filename="contract.txt")
    assert first.document is not None
    again = await bot.send_document(anna.id, first.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == first.document.file_unique_id
    simulator.add_bot("2000002:SECOND")
    simulator.client(anna.id, "Anna", bot=2000002).start()
    async with bot_of(simulator, "2000002:SECOND") as other:
        with pytest.raises(BadRequest, match="Wrong file identifier"):
            await other.send_document(anna.id, first.document.file_id)
        with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
            await other.get_file(first.document.file_id)


async def test_the_same_content_has_the_same_unique_id(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.send_file("document", b"one", "a.txt")
    anna.send_file("document", b"one", "a.txt")
    anna.send_file("document", b"two", "a.txt")
    documents = [update.message.document for update in await news(bot) if update.message]
    unique = [document.file_unique_id for document in documents if document]
    assert unique[0] == unique[1] != unique[2]


@pytest.mark.parametrize(
    ("kind", "name", "mime"),
    [
        ("document", "Отчёт.pdf", "application/pdf"),
        ("voice", "", "audio/ogg"),
        ("audio", "song.mp3", "audio/mpeg"),
        ("video", "film.mp4", "video/mp4"),
        ("video_note", "", ""),
        ("sticker", "", ""),
        ("animation", "cat.mp4", "video/mp4"),
    ],
)
async def test_a_clients_file_of_any_kind_reaches_the_bot(
    bot: telegram.Bot, anna: SimulatedClient, kind: str, name: str, mime: str
) -> None:
    content = b"the content of " + kind.encode()
    anna.send_file(kind, content, name, mime)
    (update,) = await news(bot)
    assert update.message is not None
    attachment = getattr(update.message, kind)
    assert attachment.file_size == len(content)
    if name:
        assert (attachment.file_name, attachment.mime_type) == (name, mime)
    file = await bot.get_file(attachment.file_id)
    assert await file.download_as_bytearray() == content


async def test_an_album_of_a_client_is_one_update_for_each_item(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.send_album(
        [FileToSend("photo", PNG), FileToSend("video", b"film"), FileToSend("photo", PNG)], "Trip"
    )
    messages = [update.message for update in await news(bot) if update.message]
    assert len({message.media_group_id for message in messages}) == 1
    assert messages[0].media_group_id
    assert [message.caption for message in messages] == ["Trip", None, None]
    assert [bool(message.photo) for message in messages] == [True, False, True]


async def test_an_album_of_the_bot_arrives_whole(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_media_group(
        anna.id,
        [
            telegram.InputMediaDocument(b"one", filename="one.txt"),
            telegram.InputMediaDocument(b"two", filename="two.txt"),
        ],
        caption="Both",
    )
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.document.file_name for message in sent if message.document] == ["one.txt", "two.txt"]
    assert [message.text for message in anna.from_bot()] == ["Both", ""]


@pytest.mark.parametrize(
    "media",
    [
        [telegram.InputMediaPhoto(PNG)],
        [telegram.InputMediaPhoto(PNG)] * 11,
        [telegram.InputMediaPhoto(PNG), telegram.InputMediaDocument(b"x")],
        [telegram.InputMediaAudio(b"x"), telegram.InputMediaVideo(b"x")],
        [telegram.InputMediaPhoto(PNG), telegram.InputMediaPhoto(b"no picture")],
    ],
    ids=["one", "eleven", "photo and document", "audio and video", "one bad picture"],
)
async def test_what_is_no_album_is_refused_as_a_whole(
    bot: telegram.Bot,
    anna: SimulatedClient,
    media: list[telegram.InputMediaPhoto | telegram.InputMediaDocument],
) -> None:
    with pytest.raises(BadRequest):
        await bot.send_media_group(anna.id, media)
    assert anna.from_bot() == []


async def test_a_caption_has_1024_characters_at_most(bot: telegram.Bot, anna: SimulatedClient) -> None:
    await bot.send_document(anna.id, b"x", caption="я" * 1024)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(anna.id, b"x", caption="я" * 1025)


async def test_a_caption_is_edited(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_photo(anna.id, PNG, caption="Our shop")
    await bot.edit_message_caption(anna.id, sent.message_id, caption="Our new shop")
    assert [message.text for message in anna.from_bot()] == ["Our new shop"]
    with pytest.raises(BadRequest):
        await bot.edit_message_text("text", anna.id, sent.message_id)


async def test_fifty_megabytes_go_up_and_no_more(
    bot: telegram.Bot, anna: SimulatedClient, tmp_path: Path
) -> None:
    with large(tmp_path, 50).open("rb") as file:
        sent = await bot.send_document(anna.id, telegram.InputFile(file, read_file_handle=False))
    assert sent.document is not None
    assert sent.document.file_size == 50 * MEGABYTE
    with (
        large(tmp_path, 51).open("rb") as file,
        pytest.raises(NetworkError, match="Request Entity Too Large"),
    ):
        await bot.send_document(anna.id, telegram.InputFile(file, read_file_handle=False))
    assert len(anna.from_bot()) == 1


async def test_a_photo_has_ten_megabytes_at_most(
    bot: telegram.Bot, anna: SimulatedClient, tmp_path: Path
) -> None:
    photo = io.BytesIO(PNG + bytes(10 * MEGABYTE))
    with pytest.raises(BadRequest, match="too big for a photo"):
        await bot.send_photo(anna.id, photo)


@pytest.mark.parametrize(("width", "height"), [(9000, 1001), (2100, 100)])
async def test_a_photo_has_sides_that_a_screen_can_show(
    bot: telegram.Bot, anna: SimulatedClient, width: int, height: int
) -> None:
    picture = PNG[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PNG[24:]
    with pytest.raises(BadRequest, match=r"(?i)photo_invalid_dimensions"):
        await bot.send_photo(anna.id, picture)
    await bot.send_document(anna.id, picture)


async def test_twenty_megabytes_come_down_and_no_more(
    bot: telegram.Bot, anna: SimulatedClient, tmp_path: Path
) -> None:
    anna.send_file("document", large(tmp_path, 20), "small.bin")
    anna.send_file("document", large(tmp_path, 21), "large.bin")
    small, too_large = [update.message.document for update in await news(bot) if update.message]
    assert small is not None
    assert too_large is not None
    assert too_large.file_size == 21 * MEGABYTE
    path = await (await bot.get_file(small.file_id)).download_to_drive(tmp_path / "fetched")
    assert path.stat().st_size == 20 * MEGABYTE
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(too_large.file_id)


def test_a_wrong_path_or_a_foreign_token_fetches_nothing(simulator: RunningSimulator) -> None:
    for path in ("documents/file_99.txt", "../state.sqlite3", "%2e%2e/state.sqlite3"):
        answer = httpx.get(f"{simulator.url}/file/bot{simulator.token}/{path}")
        assert answer.status_code == 404
    assert httpx.get(f"{simulator.url}/file/bot99:abcdef/documents/file_0.txt").status_code == 401


async def test_a_profile_photo_is_found_and_fetched(bot: telegram.Bot, anna: SimulatedClient) -> None:
    anna.set_photo(PNG)
    photos = await bot.get_user_profile_photos(anna.id)
    assert photos.total_count == 1
    chat = await bot.get_chat(anna.id)
    assert chat.photo is not None
    assert await (await chat.photo.get_big_file()).download_as_bytearray() == PNG
