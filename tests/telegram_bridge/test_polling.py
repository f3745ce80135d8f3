"""Receiving: stored before it is confirmed, and never a crash loop."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from telegram.constants import UpdateType

from telegram_bridge import backing_off, polling
from telegram_bridge.models import Bot
from telegram_bridge.polling import Poller
from telegram_bridge.storing import Raw
from telegram_simulator.testing import RunningSimulator
from tests.telegram_bridge.conftest import Run

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of milliseconds and a long poll of a second."""
    monkeypatch.setattr(polling, "LONG_POLL_SECONDS", 1)
    next_pause = backing_off.BackOff.next
    monkeypatch.setattr(backing_off.BackOff, "next", lambda self: next_pause(self) / 50)


class Office:
    """What a poller reports to, and what it stored."""

    def __init__(self, bot: Bot, *, store: Callable[[list[Raw]], Awaitable[None]] | None = None) -> None:
        self.stored: list[Raw] = []
        self.states: list[tuple[str, str]] = []
        self.names: dict[str, Any] = {}
        self.poller = Poller(bot, store=store or self.store, report=self.report, introduce=self.introduce)

    async def store(self, updates: list[Raw]) -> None:
        self.stored += updates

    async def report(self, state: Bot.State, words: str) -> None:
        self.states.append((str(state), words))

    async def introduce(self, user: dict[str, Any]) -> None:
        self.names = user

    async def until(self, true: Callable[[], Any], *, seconds: float = 30) -> None:
        """Polls until `true` says so."""
        task = asyncio.create_task(self.poller.run())
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    assert not task.done(), task.result()
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def texts(self) -> list[str]:
        return [json.loads(raw.raw)["message"]["text"] for raw in self.stored]


def asked_offsets(simulator: RunningSimulator) -> list[int]:
    calls = simulator.calls("getUpdates")
    return [int(call["parameters"].get("offset") or 0) for call in calls]


def test_updates_are_stored_in_their_order_and_then_confirmed(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    person = simulator.client()
    for number in range(5):
        person.send_text(f"{number}")
    office = Office(bot)
    run(office.until(lambda: len(office.stored) == 5 and asked_offsets(simulator)[-1] > 0))
    assert office.texts == ["0", "1", "2", "3", "4"]
    assert office.names["username"]
    assert office.states[0] == ("running", "")
    assert asked_offsets(simulator)[1] == office.stored[-1].update_id + 1


def test_everything_documented_is_asked_for(bot: Bot, simulator: RunningSimulator, run: Run) -> None:
    run(Office(bot).until(lambda: simulator.calls("getUpdates")))
    asked = simulator.calls("getUpdates")[0]["parameters"]["allowed_updates"]
    names = json.loads(asked) if isinstance(asked, str) else asked
    assert set(names) == {kind.value for kind in UpdateType}
    assert {"message_reaction", "my_chat_member", "edited_message", "callback_query"} <= set(names)


def test_nothing_is_confirmed_before_it_is_stored(bot: Bot, simulator: RunningSimulator, run: Run) -> None:
    simulator.client().send_text("precious")
    began: list[float] = []

    async def store_for_ever(updates: list[Raw]) -> None:
        began.append(time.monotonic())
        await asyncio.sleep(60)

    office = Office(bot, store=store_for_ever)
    run(office.until(lambda: began and time.monotonic() > began[0] + 0.5))
    assert asked_offsets(simulator) == [0]
    again = Office(bot)
    run(again.until(lambda: again.stored))
    assert again.texts == ["precious"]


def test_an_answered_offset_is_not_asked_for_again(bot: Bot, simulator: RunningSimulator, run: Run) -> None:
    # After a quiet week Telegram's numbers may begin anew, below the last one.
    simulator.client().send_text("one")
    run(Office(bot).until(lambda: len(asked_offsets(simulator)) >= 3))
    first, second, third = asked_offsets(simulator)[:3]
    assert (first, third) == (0, 0)
    assert second > 0


def test_an_update_nobody_can_read_stops_nothing(bot: Bot, simulator: RunningSimulator, run: Run) -> None:
    person = simulator.client()
    person.send_text("before")
    person.send_raw_update({"message": "not an object"})
    person.send_raw_update('{"update_id": $UPDATE_ID, "message": {"text": "\\ud83d \\u0000"}}')
    person.send_text("after")
    office = Office(bot)
    run(office.until(lambda: len(office.stored) == 4))
    assert [json.loads(raw.raw)["update_id"] for raw in office.stored] == [
        raw.update_id for raw in office.stored
    ]


def test_a_body_that_is_no_json_is_kept_as_failed_and_receiving_goes_on(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    broken = '{"ok":true,"result":[{"update_id":900000001,"message":{"text":"oops'
    for _ in range(2):  # the whole batch, and then the one update it is narrowed down to
        simulator.fault("raw", method="getUpdates", code=200, body=broken)
    office = Office(bot)
    run(office.until(lambda: office.stored and office.states[-1][0] == "running"))
    (kept,) = office.stored
    assert (kept.update_id, bool(kept.error)) == (900000001, True)
    assert "oops" in kept.raw


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (401, "unauthorized", "refuses the token"),
        (404, "unauthorized", "refuses the token"),
        (409, "conflict", "another program receives"),
        (500, "unreachable", "Telegram answers 500"),
        (502, "unreachable", "Telegram answers 502"),
        (429, "unreachable", "Telegram answers 429"),
    ],
)
def test_an_error_is_one_line_and_one_state_and_it_recovers_by_itself(
    *,
    bot: Bot,
    simulator: RunningSimulator,
    run: Run,
    caplog: pytest.LogCaptureFixture,
    code: int,
    state: str,
    words: str,
) -> None:
    simulator.fault("error", method="getUpdates", code=code, times=3)
    person = simulator.client()
    office = Office(bot)
    with caplog.at_level(logging.INFO, logger="telegram_bridge.polling"):
        run(office.until(lambda: len(asked_offsets(simulator)) >= 3))
        person.send_text("at last")
        run(office.until(lambda: office.stored and office.states[-1][0] == "running"))
    states = [name for name, _words in office.states]
    assert states.count(state) == 1
    assert words in dict(office.states)[state]
    assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1
    assert simulator.token not in caplog.text


def test_a_webhook_that_is_set_is_removed_and_nothing_dropped(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    httpx.post(f"{simulator.url}/bot{simulator.token}/setWebhook", json={"url": "https://example.org/x"})
    simulator.client().send_text("kept")
    office = Office(bot)
    run(office.until(lambda: office.stored))
    assert office.texts == ["kept"]
    assert "webhook" in dict(office.states)["conflict"]


def test_a_telegram_that_is_away_is_waited_for(
    bot: Bot, simulator: RunningSimulator, settings: Any, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    url = settings.TELEGRAM_API_URL
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    office = Office(bot)

    async def away_and_back() -> None:
        await office.until(lambda: office.states)
        settings.TELEGRAM_API_URL = url
        simulator.client().send_text("hello")
        await office.until(lambda: office.stored)

    run(away_and_back())
    assert [name for name, _words in office.states] == ["unreachable", "running"]
    assert simulator.token not in caplog.text


def test_pauses_grow_to_a_minute_and_differ() -> None:
    back_off = backing_off.BackOff()
    pauses = [back_off.next() * 50 for _ in range(12)]
    assert 0.75 <= pauses[0] <= 1.25
    assert 30 < pauses[-1] <= 60
    assert len(set(pauses)) > 5
    back_off.reset()
    assert back_off.next() * 50 <= 1.25


def test_the_libraries_that_log_addresses_with_the_token_are_quiet() -> None:
    for name in ("httpx", "httpcore"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
