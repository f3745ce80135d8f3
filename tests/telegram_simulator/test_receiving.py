"""Updates are kept until a higher offset confirms them, and only one receives at a time."""

import asyncio
import time

import httpx
import pytest
import telegram
from telegram.error import Conflict

from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator

from .conftest import bot_of, news


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.send_text("first")
    anna.send_text("second")
    first, second = await bot.get_updates()
    assert second.update_id == first.update_id + 1
    assert [each.update_id for each in await bot.get_updates(offset=first.update_id)] == [
        first.update_id,
        second.update_id,
    ]
    (left,) = await bot.get_updates(offset=second.update_id)
    assert left.message is not None
    assert left.message.text == "second"
    assert await bot.get_updates(offset=second.update_id + 1) == ()
    assert await bot.get_updates() == ()


async def test_a_long_poll_answers_as_soon_as_the_client_writes(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    assert not poll.done()
    begun = time.monotonic()
    await asyncio.to_thread(anna.send_text, "here I am")
    (update,) = await poll
    assert time.monotonic() - begun < 3
    assert update.message is not None
    assert update.message.text == "here I am"


async def test_a_long_poll_without_news_ends_empty_after_its_time_out(bot: telegram.Bot) -> None:
    begun = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < time.monotonic() - begun < 4


async def test_at_most_a_hundred_updates_come_at_once(bot: telegram.Bot, anna: SimulatedClient) -> None:
    for number in range(105):
        anna.send_text(f"message {number}")
    updates = await bot.get_updates()
    assert len(updates) == 100
    assert len(await bot.get_updates(limit=3)) == 3
    assert len(await bot.get_updates(offset=updates[-1].update_id + 1)) == 5


async def test_the_older_of_two_polls_is_told_of_the_newer_one(
    simulator: RunningSimulator, bot: telegram.Bot
) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    async with bot_of(simulator) as newer:
        assert await newer.get_updates() == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older


async def test_kinds_that_were_not_asked_for_do_not_come(bot: telegram.Bot, anna: SimulatedClient) -> None:
    await bot.get_updates(allowed_updates=["message"])
    sent = anna.send_text("before")
    anna.edit(sent["message_id"], "after")
    anna.block()
    assert [update.message is not None for update in await news(bot)] == [True]


async def test_reactions_come_only_when_asked_for(bot: telegram.Bot, anna: SimulatedClient) -> None:
    message = await bot.send_message(anna.id, "Do you like it?")
    anna.react(message.message_id, "👎")
    assert await news(bot, kinds=["message", "message_reaction"]) == []
    anna.react(message.message_id, "👍")
    (update,) = await news(bot)
    assert update.message_reaction is not None
    assert update.message_reaction.old_reaction == (telegram.ReactionTypeEmoji("👎"),)
    assert update.message_reaction.new_reaction == (telegram.ReactionTypeEmoji("👍"),)


async def test_duplicates_on_demand_come_twice_with_one_number(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.duplicate_updates(1)
    anna.send_text("once")
    (first,) = await bot.get_updates()
    (again,) = await bot.get_updates(offset=first.update_id + 1)
    assert again.update_id == first.update_id
    assert await bot.get_updates(offset=first.update_id + 1) == ()


def test_an_update_may_be_anything_even_what_no_program_can_read(simulator: RunningSimulator) -> None:
    number = simulator.send_raw_update({"message": "no message at all"})
    broken = simulator.send_raw_update('{"update_id": $UPDATE_ID, "message": {')
    assert broken == number + 1
    address = f"{simulator.url}/bot{simulator.token}/getUpdates"
    answer = httpx.get(address, params={"limit": 1})
    assert answer.json()["result"] == [{"update_id": number, "message": "no message at all"}]
    assert f'{{"update_id": {broken}, "message": {{' in httpx.get(address).text
    assert httpx.get(address, params={"offset": broken + 1}).json()["result"] == []


async def test_thousands_of_updates_come_in_their_order(
    simulator: RunningSimulator, bot: telegram.Bot
) -> None:
    texts = [f'{{"update_id": $UPDATE_ID, "hologram": {number}}}' for number in range(1200)]
    numbers = simulator.send_raw_updates(texts)
    assert numbers == list(range(numbers[0], numbers[0] + 1200))
    updates = await bot.get_updates()
    assert [update.api_kwargs["hologram"] for update in updates] == list(range(100))


@pytest.mark.parametrize(
    ("address", "status", "description"),
    [
        ("bot{token}x/getMe", 401, "Unauthorized"),
        ("bot99:abcdefgh/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
        ("bot{token}/getNothing", 404, "Not Found"),
    ],
)
def test_an_unknown_bot_or_method_is_refused(
    simulator: RunningSimulator, address: str, status: int, description: str
) -> None:
    answer = httpx.get(f"{simulator.url}/{address.format(token=simulator.token)}")
    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": description}


def test_parameters_come_by_query_form_json_or_multipart_alike(simulator: RunningSimulator) -> None:
    anna = simulator.client(first_name="Anna")
    anna.start()
    address = f"{simulator.url}/bot{simulator.token}/sendMessage"
    said = {"chat_id": str(anna.id), "text": "Здравствуйте 🙂"}
    answers = [
        httpx.get(address, params=said),
        httpx.post(address, data=said),
        httpx.post(address, json={"chat_id": anna.id, "text": said["text"]}),
        httpx.post(address, files={name: (None, value) for name, value in said.items()}),
        httpx.post(address.replace("sendMessage", "SENDMESSAGE"), data=said),
    ]
    assert [answer.json()["result"]["text"] for answer in answers] == [said["text"]] * 5
    assert [message.text for message in anna.from_bot()] == [said["text"]] * 5


def test_half_a_character_is_refused_in_words(simulator: RunningSimulator) -> None:
    anna = simulator.client(first_name="Anna")
    anna.start()
    answer = httpx.post(
        f"{simulator.url}/bot{simulator.token}/sendMessage",
        content=f'{{"chat_id": {anna.id}, "text": "a\\ud83db"}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"
    assert anna.from_bot() == []


@pytest.mark.parametrize(
    "odd",
    [
        '"message_id": 1e400',
        '"message_id": {}',
        '"reply_parameters": 5',
        '"reply_parameters": {"message_id": 1e400}',
        '"entities": [{"type": [], "offset": 0, "length": 1}]',
        '"entities": {"type": "bold"}',
        '"reply_markup": {"inline_keyboard": [[5]]}',
        '"chat_id": 1e400',
        '"text": ["a", "list"]',
        '"text": "not closed',
    ],
)
def test_odd_parameters_are_answered_in_words(simulator: RunningSimulator, odd: str) -> None:
    anna = simulator.client(first_name="Anna")
    anna.start()
    body = f'{{"chat_id": {anna.id}, "text": "Hello", {odd}}}'
    headers = {"Content-Type": "application/json"}
    for method in ("sendMessage", "editMessageText", "getUpdates"):
        answer = httpx.post(
            f"{simulator.url}/bot{simulator.token}/{method}", content=body.encode(), headers=headers
        )
        assert answer.status_code in {200, 400}
        assert answer.json()["ok"] == (answer.status_code == 200)
