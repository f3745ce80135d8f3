"""The network at its worst, on demand: random faults, limits, updates late, twice or in another order."""

import asyncio
import time

import pytest
import telegram
from telegram.error import RetryAfter, TelegramError

from telegram_simulator.client import FileToSend, Refusal, SimulatedClient
from telegram_simulator.testing import RunningSimulator

from .conftest import PNG, news

RATES = {"sendMessage": {"drop_before": 0.2, "drop_after": 0.2, "429": 0.1, "502": 0.1}}


async def outcomes(bot: telegram.Bot, anna: SimulatedClient, number: int) -> list[str]:
    made = []
    for each in range(number):
        try:
            await bot.send_message(anna.id, f"message {each}")
            made.append("sent")
        except TelegramError as error:
            made.append(type(error).__name__)
    return made


async def test_chaos_is_the_same_for_the_same_seed_and_ends(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.chaos(RATES, seed=7)
    first = await outcomes(bot, anna, 40)
    met = simulator.end_chaos()
    arrived = len(anna.from_bot())
    assert set(met) == {"drop_before", "drop_after", "429", "502"}
    assert arrived == 40 - met["drop_before"] - met["429"] - met["502"]
    assert first.count("sent") == arrived - met["drop_after"]
    simulator.chaos(RATES, seed=7)
    assert await outcomes(bot, anna, 40) == first
    simulator.end_chaos()
    assert await outcomes(bot, anna, 5) == ["sent"] * 5
    with pytest.raises(Refusal, match="not earthquake"):
        simulator.chaos({"*": {"earthquake": 1}})
    with pytest.raises(Refusal, match="from 0 to 1"):
        simulator.chaos({"*": {"delay": 2}})


async def test_a_limit_in_a_chat_is_told_with_its_wait_and_leaves_others_alone(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient, stranger: SimulatedClient
) -> None:
    stranger.start()
    simulator.limit(chat=1, burst=2, retry_after=1)
    await bot.send_message(anna.id, "one")
    await bot.send_message(anna.id, "two")
    with pytest.raises(RetryAfter):
        await bot.send_message(anna.id, "three")
    await bot.send_chat_action(anna.id, "typing")
    await bot.send_message(stranger.id, "hello")
    await asyncio.sleep(1.3)
    await bot.send_message(anna.id, "four")
    assert [message.text for message in anna.from_bot()] == ["one", "two", "four"]
    assert simulator.ask("GET", "limits")["refused"] == 1
    simulator.limit()
    for _ in range(5):
        await bot.send_message(anna.id, "five")


async def test_a_limit_of_the_bot_counts_all_chats(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient, stranger: SimulatedClient
) -> None:
    stranger.start()
    simulator.limit(bot=2, retry_after=30)
    await bot.send_message(anna.id, "one")
    await bot.send_message(stranger.id, "two")
    for person in (anna, stranger):
        with pytest.raises(RetryAfter):
            await bot.send_message(person.id, "three")
    with pytest.raises(Refusal, match="limit is a number"):
        simulator.limit(moon=1)


async def test_an_albums_part_may_come_late(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.late_update(skip=1, seconds=0.5)
    begun = time.monotonic()
    anna.send_album([FileToSend("photo", PNG)] * 3)
    anna.send_text("Do you see them?")
    early = [update.message for update in await news(bot) if update.message]
    assert [message.message_id for message in early] == [2, 4, 5]
    (late,) = await bot.get_updates(timeout=20)
    assert time.monotonic() - begun > 0.4
    assert late.message is not None
    assert late.message.message_id == 3
    assert late.message.media_group_id == early[0].media_group_id


async def test_a_late_update_waits_for_its_release_and_is_as_it_was(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.late_update()
    sent = anna.send_text("before")
    anna.edit(sent["message_id"], "after")
    (edit,) = await news(bot)
    assert edit.edited_message is not None
    simulator.release()
    (late,) = await news(bot)
    assert late.update_id > edit.update_id
    assert late.message is not None
    assert late.message.text == "before"


async def test_shuffled_updates_come_together_in_another_order(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.shuffle_updates(4, seed=3)
    for number in range(3):
        anna.send_text(f"message {number}")
    assert await news(bot) == []
    anna.send_text("message 3")
    anna.send_text("message 4")
    updates = await news(bot)
    numbers = [update.update_id for update in updates]
    assert numbers == sorted(numbers)
    texts = [str(update.message.text) for update in updates if update.message]
    assert sorted(texts[:4]) != texts[:4]
    assert sorted(texts) == [f"message {number}" for number in range(5)]
    assert texts[4] == "message 4"
