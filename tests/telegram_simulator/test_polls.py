"""Polls and quizzes of both sides: votes count, end, and are told as Telegram tells them."""

from typing import Any

import pytest
import telegram
from telegram.error import BadRequest

from telegram_simulator.client import Refusal, SimulatedClient

from .conftest import news


async def test_votes_in_a_poll_of_the_bot_are_told(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_poll(anna.id, "Which?", ["Red", "Blue"], is_anonymous=False)
    assert sent.poll is not None
    assert not sent.poll.is_anonymous
    anna.vote(sent.message_id, 1)
    poll, answer = await news(bot)
    assert poll.poll is not None
    assert (poll.poll.id, poll.poll.total_voter_count) == (sent.poll.id, 1)
    assert [option.voter_count for option in poll.poll.options] == [0, 1]
    assert answer.poll_answer is not None
    assert answer.poll_answer.user is not None
    assert (answer.poll_answer.user.id, answer.poll_answer.option_ids) == (anna.id, (1,))
    anna.vote(sent.message_id, 0)
    anna.vote(sent.message_id)
    changed = [update.poll.total_voter_count for update in await news(bot) if update.poll]
    assert changed == [1, 0]


async def test_an_anonymous_poll_tells_its_numbers_only(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_poll(anna.id, "Which?", ["Red", "Blue"], allows_multiple_answers=True)
    anna.vote(sent.message_id, 0, 1)
    (update,) = await news(bot)
    assert update.poll is not None
    assert [option.voter_count for option in update.poll.options] == [1, 1]
    assert update.poll.total_voter_count == 1
    assert anna.messages()[-1].votes == (0, 1)


async def test_a_quiz_takes_one_vote_for_good(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_poll(
        anna.id, "2 + 2?", ["3", "4"], type="quiz", correct_option_ids=[1], explanation="Count!"
    )
    assert sent.poll is not None
    assert (sent.poll.type, sent.poll.correct_option_ids, sent.poll.explanation) == ("quiz", (1,), "Count!")
    anna.vote(sent.message_id, 0)
    with pytest.raises(Refusal, match="final"):
        anna.vote(sent.message_id, 1)
    with pytest.raises(Refusal, match="no such answer"):
        anna.vote(sent.message_id, 7)


async def test_a_stopped_poll_is_over(bot: telegram.Bot, anna: SimulatedClient) -> None:
    sent = await bot.send_poll(anna.id, "Which?", ["Red", "Blue"])
    stopped = await bot.stop_poll(anna.id, sent.message_id)
    assert stopped.is_closed
    (update,) = await news(bot)
    assert update.poll is not None
    assert update.poll.is_closed
    with pytest.raises(BadRequest, match="Poll has already been closed"):
        await bot.stop_poll(anna.id, sent.message_id)
    with pytest.raises(BadRequest, match="poll to stop not found"):
        await bot.stop_poll(anna.id, 777)
    with pytest.raises(Refusal, match="over"):
        anna.vote(sent.message_id, 0)


async def test_a_poll_of_the_client_is_told_when_it_comes_and_when_it_ends(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = anna.send_poll("When?", ["Monday", "Friday"])
    (update,) = await news(bot)
    assert update.message is not None
    assert update.message.poll is not None
    assert [option.text for option in update.message.poll.options] == ["Monday", "Friday"]
    anna.vote(sent["message_id"], 0)
    assert await news(bot) == []
    anna.close_poll(sent["message_id"])
    (ended,) = await news(bot)
    assert ended.poll is not None
    assert ended.poll.is_closed
    assert ended.poll.options[0].voter_count == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"question": "x" * 301}, "question length must not exceed 300"),
        ({"question": " "}, "question must be non-empty"),
        ({"options": ["x"] * 13}, "can't have more than 12 options"),
        ({"options": []}, "at least 1 option"),
        ({"options": ["x" * 101, "y"]}, "options length must not exceed 100"),
        ({"options": ["", "y"]}, "options must be non-empty"),
        ({"type": "quiz"}, "[Ww]rong correct option"),
        ({"type": "quiz", "correct_option_ids": [2]}, "[Ww]rong correct option"),
        ({"open_period": 2}, "[Ww]rong open_period"),
    ],
)
async def test_what_is_no_poll_is_refused(
    bot: telegram.Bot, anna: SimulatedClient, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        await bot.send_poll(anna.id, **{"question": "Which?", "options": ["Red", "Blue"]} | asked)
    assert anna.from_bot() == []
