"""The bot's process: receives for every bot, ingests, delivers, until it is told to stop.

Its parts know nothing of each other; each waits out what it needs (Telegram, the database) by itself, and
one that breaks all the same is begun anew.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils import timezone

from telegram_bridge import bot_pictures, bots, channels, chat_actions, database_faults, storing
from telegram_bridge.announcements import Listener, lane_of
from telegram_bridge.backing_off import BackOff
from telegram_bridge.bot_threads import close_connections, in_bot_thread, persistently
from telegram_bridge.lanes import Ingester
from telegram_bridge.models import Bot
from telegram_bridge.polling import Poller
from telegram_bridge.receiving_words import UNREADABLE_TOKEN
from telegram_bridge.sending_bots import close_bots
from telegram_bridge.storing import Raw
from telegram_bridge.webhooks import PollingCheck, Resting, WebhookReceiver
from telegram_bridge.worker import Worker
from tickets import arriving_files

logger = logging.getLogger(__name__)

LOOK_FOR_BOTS_SECONDS = 5.0
READY = "Ready: receiving and delivering."


@dataclass(frozen=True)
class Wanted:
    """All that receiving for a bot depends on: when it changes, receiving begins anew."""

    token: str | None
    mode: str
    secret: str
    is_enabled: bool


class Runner:
    """All that one process does for Telegram."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._look = asyncio.Event()
        self._ingester = Ingester()
        # Per bot: what it receives with, and the tasks.
        self._receiving: dict[int, tuple[Wanted, list[asyncio.Task[None]]]] = {}
        self._pictures: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        arriving_files.remove_leftovers()
        self._ingester.start()
        typing = chat_actions.Typing()
        listener = Listener(
            {
                channels.UPDATES: lambda said: self._ingester.wake([lane_of(said)]),
                channels.BOTS: lambda said: loop.call_soon_threadsafe(self._look.set),
                channels.TYPING: lambda said: loop.call_soon_threadsafe(typing.hear, said),
            }
        )
        listener.start()
        worker = Worker()
        working = asyncio.create_task(self._supervised("delivering", worker.run))
        keeping = asyncio.create_task(self._supervised("looking for bots", self._keep_bots))
        logger.info(READY)
        await self._stop.wait()
        logger.info("Stopping: what is being sent is finished first")
        keeping.cancel()
        worker.stop()
        await self._stop_receiving()
        await asyncio.to_thread(listener.stop)
        await typing.stop()
        await asyncio.to_thread(self._ingester.stop)
        await asyncio.gather(working, keeping, return_exceptions=True)
        await self._say_goodbye()
        await close_bots()
        await close_connections()

    async def _supervised(self, what: str, part: Callable[[], Awaitable[None]]) -> None:
        """Begins `part` anew when it breaks, a little later each time."""
        back_off = BackOff()
        while not self._stop.is_set():
            try:
                await part()
            except Exception as error:
                if self._stop.is_set():
                    return
                if database_faults.passes(error):
                    logger.warning("Beginning again with %s: %s", what, str(error).strip())
                else:
                    logger.exception("Beginning again with %s, which broke", what)
                await asyncio.sleep(back_off.next())

    async def _keep_bots(self) -> None:
        """Receives for the bots that are in the database, as it says there now."""
        while True:
            self._look.clear()
            found = await persistently(bots.all_bots)
            for bot in found:
                await self._keep(bot)
            for bot_id in set(self._receiving) - {bot.pk for bot in found}:
                await self._end(bot_id)
            await persistently(bots.show_life, list(self._receiving))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_FOR_BOTS_SECONDS):
                    await self._look.wait()

    async def _keep(self, bot: Bot) -> None:
        wanted = Wanted(bots.readable_token(bot), bot.mode, bot.webhook_secret, bot.is_enabled)
        before = self._receiving.get(bot.pk)
        if before is not None and before[0] == wanted:
            return
        await self._end(bot.pk)
        if wanted.token is None:
            self._receiving[bot.pk] = (wanted, [])
            logger.error("%s: %s", bot, UNREADABLE_TOKEN)
            await _quietly(bots.enter_state, bot.pk, Bot.State.UNAUTHORIZED, UNREADABLE_TOKEN)
            return
        switches = before is not None and (before[0].mode, before[0].is_enabled) != (bot.mode, bot.is_enabled)
        state = Bot.State.SWITCHING if switches else Bot.State.STARTING
        await _quietly(bots.enter_state, bot.pk, state, "")
        tasks = [
            asyncio.create_task(self._supervised(f"{what} {bot}", part)) for what, part in self._parts(bot)
        ]
        self._receiving[bot.pk] = (wanted, tasks)

    def _parts(self, bot: Bot) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        """What runs for a bot, as it is set: of two ways to receive only one at a time."""
        report = partial(_quietly, bots.enter_state, bot.pk)
        introduce = partial(self._introduce, bot)
        keep_info = partial(_quietly, bots.keep_webhook_info, bot.pk)
        if not bot.is_enabled:
            resting = Resting(bot, report=report, introduce=introduce, keep_info=keep_info)
            return [("resting of", resting.run)]
        if bot.mode == Bot.Mode.WEBHOOK:
            keeper = WebhookReceiver(bot, report=report, introduce=introduce, keep_info=keep_info)
            return [("keeping the webhook of", keeper.run)]
        store = partial(self._store, bot.pk)
        poller = Poller(bot, store=store, report=report, introduce=introduce, keep_info=keep_info)
        check = PollingCheck(bot, keep_info=keep_info)
        return [("receiving for", poller.run), ("checking", check.run)]

    async def _introduce(self, bot: Bot, user: dict[str, Any]) -> None:
        await _quietly(bots.introduce, bot.pk, user)
        # Nothing waits for the picture.
        task = asyncio.create_task(bot_pictures.follow(bot.pk, bot.token, bot.telegram_id))
        self._pictures.add(task)
        task.add_done_callback(self._pictures.discard)

    async def _store(self, bot_id: int, updates: list[Raw]) -> None:
        """Returns once they are committed; ingest hears of them at once."""
        await persistently(self._store_and_wake, bot_id, updates)

    def _store_and_wake(self, bot_id: int, updates: list[Raw]) -> None:
        # In the storing thread: ingest begins while the loop is still on its way to the next poll.
        self._ingester.wake(storing.store(bot_id, updates, now=timezone.now()))

    async def _end(self, bot_id: int) -> None:
        _wanted, tasks = self._receiving.pop(bot_id, (None, []))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _stop_receiving(self) -> None:
        self._stopped = list(self._receiving)
        for bot_id in self._stopped:
            await self._end(bot_id)
        for task in self._pictures:
            task.cancel()

    async def _say_goodbye(self) -> None:
        for bot_id in self._stopped:
            await _quietly(bots.enter_state, bot_id, Bot.State.STOPPED, "")


async def _quietly(function: Callable[..., None], *args: Any, **named: Any) -> None:
    """Keeps a bot's row. It only tells people how things are: nothing waits for it, nothing fails by it."""
    try:
        await in_bot_thread(function, *args, **named)
    except Exception as error:
        logger.warning("The bot's state could not be written down: %s", str(error).strip())
