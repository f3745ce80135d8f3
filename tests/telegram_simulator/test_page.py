"""The messenger's page in a real browser: what a person does there reaches the bot, and back."""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator, running_simulator
from tests.conftest import CHROMIUM_ARGUMENTS, chromium
from tests.telegram_simulator.conftest import PNG
from tests.telegram_simulator.pages import ANNA, JOHN, anna, as_bot, chat, chosen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["anna", "chat"]  # fixtures
pytestmark = pytest.mark.browser
# What the attach menu has at hand, and the field in which the bot finds it.
PLAYTHINGS = {
    "covered_photo": "photo", "demo_voice": "voice", "audio": "audio", "video": "video",
    "video_note": "video_note", "animation": "animation", "sticker": "sticker", "sticker_animated": "sticker",
    "sticker_video": "sticker", "location": "location", "live_location": "location", "venue": "venue",
    "contact": "contact", "dice": "dice", "game": "game", "story": "story", "paid_media": "paid_media",
    "gift": "gift", "forwarded_post": "forward_origin",
}  # fmt: skip


def test_a_new_client_presses_start_writes_and_reads_the_answer(
    page: "Page", simulator: RunningSimulator
) -> None:
    page.goto(simulator.url)
    page.locator(f'[data-client-id="{JOHN}"]').click()
    assert not page.locator("#message-input").is_visible()
    page.locator("#start").click()
    page.locator('[data-message-id="1"][data-from="client"]').wait_for()
    page.locator("#message-input").fill("Hello <b>there</b>")
    page.locator("#send").click()
    page.get_by_text("Hello <b>there</b>").last.wait_for()
    as_bot(simulator, "sendChatAction", chat_id=JOHN, action="typing")
    page.get_by_text("typing …").wait_for()
    as_bot(simulator, "sendMessage", chat_id=JOHN, text="How can we help?")
    page.locator('[data-message-id="3"][data-from="bot"]').get_by_text("How can we help?").wait_for()
    texts = [update["message"]["text"] for update in as_bot(simulator, "getUpdates")]
    assert texts == ["/start", "Hello <b>there</b>"]


def test_a_person_is_added_with_name_and_language(page: "Page", simulator: RunningSimulator) -> None:
    page.goto(simulator.url)
    page.locator("#new-client").click()
    page.locator("#add-client [name=first_name]").fill("Zoë")
    page.locator("#add-client [name=username]").fill("7")
    page.locator("#add-client [name=language_code]").select_option("fr")
    page.locator("#add-client [type=submit]").click()
    page.get_by_text("A user name begins with a letter").wait_for()
    page.locator("#add-client [name=username]").fill("zoe_7")
    page.locator("#add-client [type=submit]").click()
    page.locator("#start").click()
    page.locator('[data-from="client"]').wait_for()
    sender = as_bot(simulator, "getUpdates")[0]["message"]["from"]
    assert (sender["first_name"], sender["username"], sender["language_code"]) == ("Zoë", "zoe_7", "fr")


def test_photos_go_as_an_album_and_a_file_beside_it(
    chat: "Page", simulator: RunningSimulator, anna: SimulatedClient
) -> None:
    files = [chosen(f"{number}.png", "image/png", PNG) for number in range(3)]
    files.append(chosen("invoice.pdf", "application/pdf", b"%PDF-1.7"))
    chat.locator("#file-input").set_input_files(files)
    chat.locator("#message-input").fill("What came")
    chat.locator("#send").click()
    chat.locator('[data-message-id="5"]').get_by_text("invoice.pdf").wait_for()
    assert chat.locator(".album .picture").count() == 3
    sent = [message.data for message in anna.messages()[1:]]
    assert [("photo" in each, "document" in each) for each in sent] == [(True, False)] * 3 + [(False, True)]
    assert len({each.get("media_group_id") for each in sent[:3]}) == 1
    assert [each.get("caption") for each in sent] == ["What came", None, None, None]
    assert sent[3]["document"]["file_name"] == "invoice.pdf"


def test_photos_go_as_files_when_asked(chat: "Page", anna: SimulatedClient) -> None:
    chat.locator("#file-input").set_input_files(chosen("scan.png", "image/png", PNG))
    chat.locator("#as-files").check()
    chat.locator("#send").click()
    chat.locator('[data-message-id="2"]').get_by_text("scan.png").wait_for()
    assert anna.messages()[-1].data["document"]["mime_type"] == "image/png"


def test_the_attach_menu_sends_things_to_play_with(chat: "Page", anna: SimulatedClient) -> None:
    for number, (item, field) in enumerate(PLAYTHINGS.items(), 2):
        chat.locator("#attach").click()
        chat.locator(f'[data-attach="{item}"]').click()
        chat.locator(f'[data-message-id="{number}"]').wait_for()
        assert field in anna.messages()[-1].data, item
    sent = {item: message.data for item, message in zip(PLAYTHINGS, anna.messages()[1:], strict=True)}
    assert sent["demo_voice"]["voice"]["duration"] > 1
    assert sent["covered_photo"]["has_media_spoiler"]
    assert sent["sticker_animated"]["sticker"]["is_animated"]
    assert sent["sticker_video"]["sticker"]["is_video"]
    assert sent["live_location"]["location"]["live_period"]
    assert sent["audio"]["audio"]["performer"]
    chat.locator(".hopping").wait_for()
    chat.locator(".cover").click()
    chat.locator(".cover").wait_for(state="detached")


def test_a_recorded_voice_message_is_opus_in_ogg(
    browser: "Browser", simulator: RunningSimulator, anna: SimulatedClient
) -> None:
    microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    recording = browser.browser_type.launch(
        executable_path=chromium(), args=[*CHROMIUM_ARGUMENTS, *microphone]
    )
    page = recording.new_page()
    page.goto(f"{simulator.url}/#{ANNA}")
    page.locator("#record").click()
    page.locator("#recording").wait_for()
    page.wait_for_timeout(1200)
    page.locator("#send").click()
    page.locator('[data-message-id="2"]').wait_for()
    recording.close()
    voice = anna.messages()[-1].data["voice"]
    assert voice["mime_type"] == "audio/ogg"
    content = anna.download(voice["file_id"])
    assert content.startswith(b"OggS")
    assert b"OpusHead" in content[:60]
    pages = [match.start() for match in re.finditer(b"OggS", content)]
    position = int.from_bytes(content[pages[-1] + 6 : pages[-1] + 14], "little")
    assert 0.8 < position / 48_000 < 3


def test_a_reply_an_edit_and_a_deletion(
    chat: "Page", simulator: RunningSimulator, anna: SimulatedClient
) -> None:
    as_bot(simulator, "sendMessage", chat_id=ANNA, text="Which order is it?")
    question = chat.locator('[data-message-id="2"]')
    question.hover()
    question.locator(".quick-reply").click()
    chat.locator("#message-input").fill("Number 17")
    chat.keyboard.press("Enter")
    chat.locator('[data-message-id="3"] .quote').get_by_text("Which order is it?").wait_for()
    assert anna.messages()[-1].reply_to == 2
    chat.locator('[data-message-id="3"] .text').click(button="right")
    chat.locator('[data-action="edit"]').click()
    chat.locator("#message-input").fill("Number 18")
    chat.locator("#send").click()
    chat.locator('[data-message-id="3"]').get_by_text("edited").wait_for()
    assert anna.messages()[-1].text == "Number 18"
    chat.locator('[data-message-id="3"] .text').click(button="right")
    chat.locator('[data-action="delete"]').click()
    chat.locator('[data-message-id="3"]').wait_for(state="detached")
    assert [message.id for message in anna.messages()] == [1, 2]


def test_blocking_takes_the_input_away_until_unblocking(chat: "Page", simulator: RunningSimulator) -> None:
    chat.locator("#block").click()
    chat.locator("#unblock").wait_for()
    assert not chat.locator("#message-input").is_visible()
    chat.locator("#unblock").click()
    chat.locator("#message-input").wait_for()
    statuses = [
        update["my_chat_member"]["new_chat_member"]["status"]
        for update in as_bot(simulator, "getUpdates")
        if "my_chat_member" in update
    ]
    assert statuses == ["kicked", "member"]


def test_what_another_client_gets_is_counted_until_it_is_read(
    chat: "Page", simulator: RunningSimulator
) -> None:
    with_john = simulator.client(JOHN, "John", last_name="Smith", language_code="en")
    with_john.start()
    for number in range(3):
        as_bot(simulator, "sendMessage", chat_id=JOHN, text=f"Message {number}")
    chat.locator(f'[data-client-id="{JOHN}"] [data-unread="3"]').wait_for()
    chat.locator(f'[data-client-id="{JOHN}"]').click()
    chat.get_by_text("Message 2").last.wait_for()
    chat.locator("[data-unread]").wait_for(state="detached")
    deadline = time.monotonic() + 10  # the page shows it before the server has heard of it
    while simulator.state()["chats"][-1]["unread"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert simulator.state()["chats"][-1]["unread"] == 0


def test_the_page_comes_back_by_itself_after_a_restart(page: "Page", tmp_path: Path) -> None:
    with running_simulator(state=tmp_path) as simulator:
        port = int(simulator.url.rsplit(":", 1)[1])
        anna = simulator.client(ANNA, "Anna")
        anna.send_text("before")
        page.goto(f"{simulator.url}/#{ANNA}")
        page.get_by_text("before").last.wait_for()
    page.locator("#connection").wait_for()
    with running_simulator(state=tmp_path, port=port) as simulator:
        simulator.client(ANNA, "Anna").send_text("after")
        page.locator('[data-message-id="2"]').get_by_text("after").wait_for()
        page.locator("#connection").wait_for(state="hidden")
        page.goto("about:blank")


def test_on_a_phone_in_russian_the_list_and_the_chat_take_turns(
    browser: "Browser", simulator: RunningSimulator, anna: SimulatedClient
) -> None:
    context = browser.new_context(locale="ru-RU", viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.goto(simulator.url)
    page.get_by_text("Симулятор Telegram").wait_for()
    page.locator(f'[data-client-id="{ANNA}"]').click()
    page.locator("#message-input").wait_for()
    assert not page.locator("#clients").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#back").click()
    page.locator("#clients").wait_for()
    context.close()
