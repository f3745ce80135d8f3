"""What the bot says by itself."""

import pytest

from telegram_bridge.delivery import PutOff
from telegram_bridge.greeting import answer_callback, greet, greeting
from telegram_bridge.models import Bot
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


def test_the_press_of_a_button_is_answered_even_too_late(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    run(answer_callback(bot.pk, "123", attempts=0))
    assert simulator.calls("answerCallbackQuery")
