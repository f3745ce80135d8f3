"""A simulator of its own for each test, the real `telegram.Bot` on it, and Anna, who has pressed Start."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import telegram

import telegram_simulator
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator, running_simulator

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x03\x20\x00\x00\x02\x58\x08\x02\x00\x00\x00"  # 800 × 600
    b"\x00\x00\x00\x00\x00\x00\x00\x00IEND\xaeB`\x82"
)
DEMO = Path(telegram_simulator.__file__).parent / "static" / "demo"
VOICE = (DEMO / "voice.oga").read_bytes()


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
async def bot(simulator: RunningSimulator) -> AsyncIterator[telegram.Bot]:
    async with bot_of(simulator) as bot:
        yield bot


@pytest.fixture
def stranger(simulator: RunningSimulator) -> SimulatedClient:
    """Somebody who has never written to the bot."""
    return simulator.client(first_name="Boris", language_code="ru")


@pytest.fixture
async def anna(simulator: RunningSimulator, bot: telegram.Bot) -> SimulatedClient:
    """Her `/start` is confirmed already: nothing waits for the bot."""
    client = simulator.client(first_name="Anna", last_name="Petrova", username="anna_p", language_code="ru")
    client.start()
    (update,) = await bot.get_updates()
    await bot.get_updates(offset=update.update_id + 1)
    return client


def bot_of(simulator: RunningSimulator, token: str = "") -> telegram.Bot:
    return telegram.Bot(
        token or simulator.token, base_url=f"{simulator.url}/bot", base_file_url=f"{simulator.url}/file/bot"
    )


async def news(bot: telegram.Bot, *, kinds: list[str] | None = None) -> list[telegram.Update]:
    """What waits for the bot, confirmed."""
    updates = await bot.get_updates(allowed_updates=kinds)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return list(updates)
