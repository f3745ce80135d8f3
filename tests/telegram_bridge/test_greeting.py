"""What the bot says by itself."""

import time

import pytest

from telegram_bridge.delivery import PutOff
from telegram_bridge.delivery_jobs import lane
from telegram_bridge.greeting import answer_callback, greet, greeting
from telegram_bridge.models import Bot
from telegram_bridge.pacing import Pacer
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client
from tests.telegram_bridge.conftest import Run


@pytest.mark.parametrize("code", ["en", "en-GB", "", "xx", "../ru"])
def test_the_greeting_is_english_unless_the_client_reads_russian(code: str) -> None:
    assert greeting(code).startswith("Hello!")


@pytest.mark.parametrize("code", ["ru", "ru-RU", "RU"])
def test_a_client_who_reads_russian_is_greeted_in_russian(
    bot: Bot, simulator: RunningSimulator, run: Run, code: str
) -> None:
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id, language_code=code)
    run(greet(bot.pk, client.pk, attempts=0))
    assert [message.text[:12] for message in person.from_bot()] == ["Здравствуйте"]


def test_a_client_is_greeted_once(bot: Bot, simulator: RunningSimulator, run: Run) -> None:
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id)
    run(greet(bot.pk, client.pk, attempts=0))
    assert [message.text for message in person.from_bot()] == [greeting("en")]


def test_a_greeting_whose_answer_never_came_is_not_repeated(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    person = simulator.client()
    person.start()
    simulator.fault("drop_after", method="sendMessage")
    run(greet(bot.pk, make_client(inbox=bot.inbox, external_id=person.id).pk, attempts=0))
    assert len(person.from_bot()) == 1


def test_a_greeting_waits_when_telegram_asks_for_it(bot: Bot, simulator: RunningSimulator, run: Run) -> None:
    person = simulator.client()
    person.start()
    simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 3})
    with pytest.raises(PutOff):
        run(greet(bot.pk, make_client(inbox=bot.inbox, external_id=person.id).pk, attempts=0))


def test_greetings_keep_the_pace_of_the_bot(
    bot: Bot, simulator: RunningSimulator, run: Run, pacer: Pacer
) -> None:
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id)
    for number in range(10):  # as after a crowd has pressed Start
        pacer.take(bot.pk, f"{number}", 10, time.monotonic(), patience=1000)
    with pytest.raises(PutOff):
        run(greet(bot.pk, client.pk, attempts=0))
    assert person.from_bot() == []


def test_a_greeting_that_has_to_wait_holds_back_what_follows_in_its_chat(
    bot: Bot, simulator: RunningSimulator, run: Run, pacer: Pacer
) -> None:
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id)
    simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 30})
    with pytest.raises(PutOff):
        run(greet(bot.pk, client.pk, attempts=0))
    assert pacer.wait(lane(client.pk), time.monotonic()) > 20


def test_the_press_of_a_button_is_answered_even_too_late(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    run(answer_callback(bot.pk, "123", attempts=0))
    assert simulator.calls("answerCallbackQuery")
