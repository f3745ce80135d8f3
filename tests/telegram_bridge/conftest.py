"""The bridge against the Telegram simulator, in the test's own process."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from pytest_django.fixtures import Settings

from telegram_bridge import bots, waits
from telegram_bridge.bot_threads import close_connections
from telegram_bridge.models import Bot
from telegram_bridge.pacing import Pacer
from telegram_bridge.sending_bots import close_bots
from telegram_simulator.testing import RunningSimulator, running_simulator
from tests.factories import make_bot
from tests.telegram_bridge.updates import Inbound

R = TypeVar("R")


@pytest.fixture(autouse=True)
def pacer(monkeypatch: pytest.MonkeyPatch) -> Pacer:
    """As in a process that has just begun: nothing was sent yet, nobody was told to wait."""
    fresh = Pacer()
    monkeypatch.setattr(waits, "pacer", fresh)
    return fresh


Run = Callable[[Awaitable[Any]], Any]


@pytest.fixture
def simulator(settings: Settings) -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        settings.TELEGRAM_API_URL = running.url
        yield running


@pytest.fixture
def bot(transactional_db: None, simulator: RunningSimulator) -> Bot:
    """The simulator's bot, as the bot's process makes it."""
    return bots.ensure_bot(simulator.token)


@pytest.fixture
def inbound(db: None) -> Inbound:
    """A bot, and updates of its clients that begin at the stored row."""
    return Inbound(make_bot())


@pytest.fixture
def run() -> Run:
    """Runs a coroutine of the bridge; afterwards nothing of it is left open."""

    def run_to_its_end(work: Awaitable[R]) -> R:
        async def all_of_it() -> R:
            try:
                return await work
            finally:
                await close_bots()
                await close_connections()

        return asyncio.run(all_of_it())

    return run_to_its_end
