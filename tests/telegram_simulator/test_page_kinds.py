"""On the page: polls, checklists, buttons with their answers, reactions, several bots, any message."""

from typing import TYPE_CHECKING

import pytest

from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.telegram_simulator.pages import ANNA, anna, as_bot, chat, chosen

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["anna", "chat"]  # fixtures
pytestmark = pytest.mark.browser
OPEN = '{"inline_keyboard": [[{"text": "Solved", "callback_data": "s"}], [{"text": "Help", "url": "https://example.org"}]]}'


def menu(chat: "Page", number: int, action: str) -> None:
    chat.locator(f'[data-message-id="{number}"]').click(button="right", position={"x": 30, "y": 12})
    chat.locator(f'#message-menu [data-action="{action}"]').click()


def test_a_poll_of_the_bot_is_voted_in_and_taken_back(chat: "Page", simulator: RunningSimulator) -> None:
    as_bot(simulator, "sendPoll", chat_id=ANNA, question="Which?", options=["Red", "Blue"])
    poll = chat.locator('[data-message-id="2"] .poll')
    poll.locator('[data-option="1"]').click()
    poll.get_by_text("1 vote").wait_for()
    assert poll.locator('[data-option="1"] .share').text_content() == "100%"
    menu(chat, 2, "retract")
    poll.locator("button.option").first.wait_for()
    counts = [
        [option["voter_count"] for option in update["poll"]["options"]]
        for update in as_bot(simulator, "getUpdates")
        if "poll" in update
    ]
    assert counts == [[0, 1], [0, 0]]


def test_several_answers_are_chosen_before_they_are_sent(
    chat: "Page", simulator: RunningSimulator, anna: SimulatedClient
) -> None:
    as_bot(
        simulator,
        "sendPoll",
        chat_id=ANNA,
        question="Which?",
        options=["A", "B", "C"],
        allows_multiple_answers=True,
    )
    poll = chat.locator('[data-message-id="2"] .poll')
    assert poll.locator(".vote").is_disabled()
    poll.locator('[data-option="0"]').click()
    poll.locator('[data-option="2"]').click()
    poll.locator(".vote").click()
    poll.locator(".shown").first.wait_for()
    assert anna.messages()[-1].votes == (0, 2)


def test_a_poll_and_a_checklist_are_written_in_a_dialog(chat: "Page", anna: SimulatedClient) -> None:
    chat.locator("#attach").click()
    chat.locator('[data-attach="poll"]').click()
    form = chat.locator("#kind-form")
    form.locator("[name=question]").fill("When?")
    form.locator("[name=options]").fill("Monday\n\nFriday")
    form.locator("[name=quiz]").check()
    form.locator("[type=submit]").click()
    chat.locator('[data-message-id="2"] .poll').get_by_text("When?").wait_for()
    poll = anna.messages()[-1].data["poll"]
    assert [option["text"] for option in poll["options"]] == ["Monday", "Friday"]
    assert (poll["type"], poll["correct_option_ids"]) == ("quiz", [0])
    menu(chat, 2, "close_poll")
    chat.get_by_text("Final results").wait_for()
    chat.locator("#attach").click()
    chat.locator('[data-attach="checklist"]').click()
    form.locator("[name=title]").fill("Move")
    form.locator("[name=tasks]").fill("Pack\nDrive")
    form.locator("[type=submit]").click()
    chat.locator('[data-message-id="3"] [data-task="2"]').check()
    chat.locator(".service").get_by_text("Tasks changed: ✓ 2").wait_for()


def test_any_message_is_sent_by_its_fields_and_what_cannot_be_is_said(
    chat: "Page", anna: SimulatedClient
) -> None:
    chat.locator("#attach").click()
    chat.locator('[data-attach="raw"]').click()
    form = chat.locator("#kind-form")
    form.locator("[name=fields]").fill("{not json")
    form.locator("[type=submit]").click()
    form.get_by_text("JSON").last.wait_for()
    form.locator("[name=fields]").fill('{"hologram": {"depth": 3}}')
    form.locator("[type=submit]").click()
    chat.locator(".service").get_by_text("hologram").wait_for()
    assert anna.messages()[-1].data["hologram"] == {"depth": 3}


def test_a_button_turns_until_it_is_answered(chat: "Page", simulator: RunningSimulator) -> None:
    as_bot(simulator, "sendMessage", chat_id=ANNA, text="Is it solved?", reply_markup=OPEN)
    keyboard = chat.locator('[data-message-id="2"] .keyboard')
    assert keyboard.get_by_text("Help").get_attribute("href") == "https://example.org"
    for alert in (False, True):
        keyboard.locator("button").click()
        keyboard.locator('[aria-busy="true"]').wait_for()
        chat.wait_for_timeout(300)
        assert keyboard.locator('[aria-busy="true"]').count() == 1
        query = as_bot(simulator, "getUpdates", offset=-1)[0]["callback_query"]
        as_bot(
            simulator,
            "answerCallbackQuery",
            callback_query_id=query["id"],
            text="Thank you",
            show_alert=alert,
        )
        keyboard.locator('[aria-busy="true"]').wait_for(state="detached")
        chat.locator("#alert" if alert else "#toast").get_by_text("Thank you").wait_for()


def test_reactions_are_picked_added_and_taken_back(
    chat: "Page", simulator: RunningSimulator, anna: SimulatedClient
) -> None:
    as_bot(simulator, "sendMessage", chat_id=ANNA, text="How do you like it?")
    chat.locator('[data-message-id="2"] .text').click(button="right")
    chat.locator("#message-menu .reactions button").nth(2).click()
    chat.locator('[data-message-id="2"] .reactions-given button').wait_for()
    chat.locator('[data-message-id="2"] .text').click(button="right")
    chat.locator("#message-menu .more").click()
    chat.locator("#message-menu .all-reactions button").first.click()
    chat.locator('[data-message-id="2"] .reactions-given button').nth(1).wait_for()
    assert [each["type"] for each in anna.messages()[-1].client_reactions] == ["emoji", "custom_emoji"]
    chat.locator('[data-message-id="2"] .reactions-given button').first.click()
    chat.locator('[data-message-id="2"] .reactions-given button').nth(1).wait_for(state="detached")
    as_bot(
        simulator,
        "setMessageReaction",
        chat_id=ANNA,
        message_id=1,
        reaction=[{"type": "emoji", "emoji": "👍"}],
    )
    chat.locator('[data-message-id="1"] .reactions-given span').wait_for()


def test_a_live_location_moves_and_a_file_is_exchanged(chat: "Page", anna: SimulatedClient) -> None:
    place = anna.send_live_location(59.94, 30.31)
    chat.locator('[data-message-id="2"]').wait_for()
    menu(chat, 2, "move")
    chat.locator('[data-message-id="2"]').get_by_text("edited").wait_for()
    assert anna.messages()[-1].data["location"]["latitude"] != place["location"]["latitude"]
    menu(chat, 2, "stop_location")
    chat.locator('[data-message-id="2"] .live').wait_for(state="detached")
    anna.send_file("document", b"first", "first.txt", caption="The bill")
    chat.locator('[data-message-id="3"]').wait_for()
    with chat.expect_file_chooser() as choosing:
        menu(chat, 3, "replace")
    choosing.value.set_files(chosen("second.txt", "text/plain", b"second"))
    chat.locator('[data-message-id="3"]').get_by_text("second.txt").wait_for()
    assert anna.messages()[-1].text == "The bill"


def test_another_bot_has_its_own_chats(chat: "Page", simulator: RunningSimulator) -> None:
    simulator.add_bot("2000002:SECOND", first_name="Shop", username="shop_bot")
    chat.locator("#bot").select_option("2000002")
    chat.locator("#bot-name").get_by_text("Shop").wait_for()
    chat.locator("#start").click()
    chat.locator('[data-message-id="1"]').wait_for()
    assert len(as_bot(simulator, "getUpdates")) == 1
    chat.locator("#bot").select_option(str(simulator.state()["bots"][0]["id"]))
    chat.locator("#bot-name").get_by_text("Helpdesk").wait_for()
