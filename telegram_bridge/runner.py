"""The bot's process: receives for every bot, ingests, delivers, until it is told to stop.

Its parts know nothing of each other; each waits out what it needs (Telegram, the database) by itself, and
one that breaks all the same is begun anew.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.utils import timezone

from telegram_bridge import bots, chat_actions, database_faults, downloads, storing
from telegram_bridge.backing_off import BackOff
from telegram_bridge.bot_threads import close_connections, in_bot_thread, persistently
from telegram_bridge.lanes import Ingester
from telegram_bridge.models import Bot
from telegram_bridge.polling import Poller
from telegram_bridge.sending_bots import close_bots
from telegram_bridge.storing import Raw
from telegram_bridge.worker import Worker

logger = logging.getLogger(__name__)

LOOK_FOR_BOTS_SECONDS = 5.0
READY = "Ready: receiving and delivering."
UNREADABLE_TOKEN = "The token was saved under another SECRET_KEY; enter it again."  # noqa: S105  (words)


class Runner:
    """All that one process does for Telegram."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._ingester = Ingester()
        # Per bot: the token it receives with, and the task.
        self._receiving: dict[int, tuple[str | None, asyncio.Task[None] | None]] = {}

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        downloads.remove_leftovers()
        self._ingester.start()
        worker = Worker()
        working = asyncio.create_task(self._supervised("delivering", worker.run))
        keeping = asyncio.create_task(self._supervised("looking for bots", self._keep_bots))
        typing = asyncio.create_task(self._supervised("showing who types", chat_actions.show_typing))
        logger.info(READY)
        await self._stop.wait()
        logger.info("Stopping: what is being sent is finished first")
        keeping.cancel()
        typing.cancel()
        worker.stop()
        await self._stop_receiving()
        await asyncio.to_thread(self._ingester.stop)
        await asyncio.gather(working, keeping, typing, return_exceptions=True)
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
        """Receives for the bots that are in the database, with the tokens they have there now."""
        while True:
            found = await persistently(bots.all_bots)
            for bot in found:
                await self._keep(bot)
            for bot_id in set(self._receiving) - {bot.pk for bot in found}:
                await self._end(bot_id)
            await persistently(bots.show_life, list(self._receiving))
            await asyncio.sleep(LOOK_FOR_BOTS_SECONDS)

    async def _keep(self, bot: Bot) -> None:
        token = bots.readable_token(bot)
        if bot.pk in self._receiving and self._receiving[bot.pk][0] == token:
            return
        await self._end(bot.pk)
        if token is None:
            self._receiving[bot.pk] = (None, None)
            logger.error("%s: %s", bot, UNREADABLE_TOKEN)
            await _quietly(bots.enter_state, bot.pk, Bot.State.UNAUTHORIZED, UNREADABLE_TOKEN)
            return
        await _quietly(bots.enter_state, bot.pk, Bot.State.STARTING, "")
        poller = Poller(
            bot,
            store=partial(self._store, bot.pk),
            report=partial(_quietly, bots.enter_state, bot.pk),
            introduce=partial(_quietly, bots.introduce, bot.pk),
        )
        task = asyncio.create_task(self._supervised(f"receiving for {bot}", poller.run))
        self._receiving[bot.pk] = (token, task)

    async def _store(self, bot_id: int, updates: list[Raw]) -> None:
        """Returns once they are committed; ingest hears of them at once."""
        await persistently(self._store_and_wake, bot_id, updates)

    def _store_and_wake(self, bot_id: int, updates: list[Raw]) -> None:
        # In the storing thread: ingest begins while the loop is still on its way to the next poll.
        self._ingester.wake(storing.store(bot_id, updates, now=timezone.now()))

    async def _end(self, bot_id: int) -> None:
        _token, task = self._receiving.pop(bot_id, (None, None))
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _stop_receiving(self) -> None:
        self._stopped = list(self._receiving)
        for bot_id in self._stopped:
            await self._end(bot_id)

    async def _say_goodbye(self) -> None:
        for bot_id in self._stopped:
            await _quietly(bots.enter_state, bot_id, Bot.State.STOPPED, "")


async def _quietly(function: Callable[..., None], *args: Any) -> None:
    """Keeps a bot's row. It only tells people how things are: nothing waits for it, nothing fails by it."""
    try:
        await in_bot_thread(function, *args)
    except Exception as error:
        logger.warning("The bot's state could not be written down: %s", str(error).strip())
