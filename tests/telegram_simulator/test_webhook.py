"""A webhook gets every update with its secret, in order within a chat, again until it says yes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import telegram
from aiohttp import web
from telegram.error import BadRequest, Conflict

from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator


@dataclass
class Receiver:
    """Whoever listens at `url`: refuses the first `refusals` calls of a chat named in it."""

    url: str = ""
    refusals: dict[int, int] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    taken: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.calls.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        chat = update["message"]["chat"]["id"]
        if self.refusals.get(chat):
            self.refusals[chat] -= 1
            return web.Response(status=503)
        self.taken.put_nowait(update["message"]["text"])
        return web.Response()

    async def texts(self, number: int) -> list[str]:
        """The next ones that were taken, in the order of their arrival."""
        async with asyncio.timeout(10):
            return [await self.taken.get() for _ in range(number)]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook/", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/"
    yield receiver
    await runner.cleanup()


async def test_updates_come_with_the_secret_and_in_order(
    bot: telegram.Bot, anna: SimulatedClient, receiver: Receiver
) -> None:
    anna.send_text("waited")
    await bot.set_webhook(receiver.url, secret_token="a-Secret_1")
    await asyncio.to_thread(anna.send_text, "one")
    await asyncio.to_thread(anna.send_text, "two")
    assert await receiver.texts(3) == ["waited", "one", "two"]
    assert set(receiver.secrets) == {"a-Secret_1"}
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == (receiver.url, 0)


async def test_a_refused_update_comes_again_and_holds_back_its_own_chat_only(
    bot: telegram.Bot, anna: SimulatedClient, stranger: SimulatedClient, receiver: Receiver
) -> None:
    receiver.refusals[anna.id] = 2
    await bot.set_webhook(receiver.url)
    await asyncio.to_thread(anna.send_text, "one")
    await asyncio.to_thread(anna.send_text, "two")
    await asyncio.to_thread(stranger.send_text, "hello")
    assert await receiver.texts(3) == ["hello", "one", "two"]
    assert [each["update_id"] for each in receiver.calls].count(receiver.calls[0]["update_id"]) == 3
    info = await bot.get_webhook_info()
    assert info.last_error_message is not None
    assert "503" in info.last_error_message


async def test_a_duplicate_comes_again_with_the_same_number(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url)
    simulator.duplicate_updates(1)
    await asyncio.to_thread(anna.send_text, "one")
    await asyncio.to_thread(anna.send_text, "two")
    assert await receiver.texts(3) == ["one", "one", "two"]
    assert receiver.calls[0] == receiver.calls[1]


async def test_a_webhook_and_polling_exclude_each_other(
    bot: telegram.Bot, anna: SimulatedClient, receiver: Receiver
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    anna.send_text("by polling again")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "by polling again"
    assert receiver.calls == []


async def test_what_waits_survives_the_deletion_of_a_webhook_unless_dropped(
    bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.send_text("one")
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_an_address_without_tls_or_an_odd_secret_is_refused(simulator: RunningSimulator) -> None:
    async with telegram.Bot(simulator.token, base_url=f"{simulator.url}/bot") as bot:
        with pytest.raises(BadRequest, match="https url must be provided"):
            await bot.set_webhook("http://example.org/hook/")
        with pytest.raises(BadRequest, match="unallowed characters"):
            await bot.set_webhook("https://example.org/hook/", secret_token="a b")
        with pytest.raises(BadRequest, match="ports 80, 88, 443 or 8443"):
            await bot.set_webhook("https://example.org:8000/hook/")
        assert (await bot.get_webhook_info()).url == ""


async def test_webhook_info_tells_everything_that_was_set(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    anna.send_text("waits")
    await bot.set_webhook(
        "http://127.0.0.1:9/hook/",
        certificate=b"-----BEGIN CERTIFICATE-----",
        max_connections=7,
        allowed_updates=["message", "message_reaction"],
        ip_address="127.0.0.1",
    )
    for _ in range(200):
        info = await bot.get_webhook_info()
        if info.last_error_date:
            break
        await asyncio.sleep(0.05)
    assert (info.ip_address, info.max_connections, info.has_custom_certificate) == ("127.0.0.1", 7, True)
    assert info.allowed_updates == ("message", "message_reaction")
    assert info.pending_update_count == 1
    await bot.set_webhook("http://127.0.0.1:9/hook/", drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0
