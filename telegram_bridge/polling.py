"""Long polling by hand: what Telegram sends is committed before the next call confirms it.

https://core.telegram.org/bots/api#getupdates
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram_bridge.models import Bot
from telegram_bridge.public_address import webhook_address
from telegram_bridge.receiving import ALLOWED_UPDATES, Introduce, KeepInfo, Receiver, Report, Trouble
from telegram_bridge.receiving_words import WEBHOOK_REMOVED
from telegram_bridge.storing import Batch, Raw, Unreadable, read_batch, salvage

logger = logging.getLogger(__name__)

State = Bot.State

LONG_POLL_SECONDS = 30
MOST_UPDATES = 100
BREATH_SECONDS = 0.005


class Poller(Receiver):
    """Asks for updates for one bot until it is cancelled."""

    def __init__(
        self,
        bot: Bot,
        *,
        store: Callable[[list[Raw]], Awaitable[None]],
        report: Report,
        introduce: Introduce,
        keep_info: KeepInfo | None = None,
    ) -> None:
        """`store` returns once the updates are committed."""
        super().__init__(bot, report=report, introduce=introduce)
        self._store = store
        self._keep_info = keep_info
        # This bot has had a webhook of ours: taking it down is no conflict, it is the switch.
        self._leaves_webhook = webhook_address(bot.telegram_id) if bot.webhook_secret else ""
        self._offset: int | None = None
        self._limit = MOST_UPDATES

    async def _round(self) -> None:
        """One call, and what it brought is stored. Raises Trouble."""
        if not self._introduced:
            await self._leave_webhook()
            await self._introduce_once()
            # Receiving is shown as soon as Telegram knows us, not only after the first long poll.
            await self._enter(State.RUNNING, "")
        batch = await self._get_updates()
        if batch.updates:
            await self._store(batch.updates)
            # Ingest has begun; the next request would be made in the same interpreter at the same time.
            await asyncio.sleep(BREATH_SECONDS)
        self._back_off_when_stuck(batch)
        self._offset = batch.offset
        await self._enter(State.RUNNING, "")

    async def _leave_webhook(self) -> None:
        if self._leaves_webhook and (await self.calls.webhook_info()).get("url") == self._leaves_webhook:
            await self.calls.remove_webhook()
            logger.info("%s: our webhook is removed, updates are asked for from now on", self.name)

    def _back_off_when_stuck(self, batch: Batch) -> None:
        if batch.updates and batch.offset is None:
            raise Trouble(
                State.UNREACHABLE, "Telegram sends updates without numbers; they are kept as failed"
            )
        self._back_off.reset()

    async def _get_updates(self) -> Batch:
        parameters = {
            "timeout": str(LONG_POLL_SECONDS),
            "limit": str(self._limit),
            "allowed_updates": ALLOWED_UPDATES,
        }
        if self._offset is not None:
            # Confirms what is stored. Sent until it was answered, then no more: numbers may begin anew.
            parameters["offset"] = str(self._offset)
        try:
            body = await self.calls.post("getUpdates", parameters, seconds=LONG_POLL_SECONDS + 5)
        except Trouble as trouble:
            raise await self._conflict(trouble) from trouble
        try:
            batch = read_batch(body)
        except Unreadable as error:
            return self._isolate(body, error)
        self._limit = MOST_UPDATES
        return batch

    def _isolate(self, body: bytes, error: Unreadable) -> Batch:
        """After an answer that can't be read: the next call asks for one update; that one is kept as text."""
        words = f"Telegram's answer can't be read ({error}): {body[:200]!r}"
        if self._limit > 1:
            self._limit = 1
            raise Trouble(State.UNREACHABLE, words, wait=0.1)
        try:
            batch = salvage(body)
        except Unreadable:
            raise Trouble(State.UNREACHABLE, words) from None
        logger.error("%s: %s. Kept as a failed update, receiving goes on", self.name, words)
        return batch

    async def _conflict(self, trouble: Trouble) -> Trouble:
        """Of a 409: another receiver, or a webhook, which this bot (in polling mode) has no use for."""
        if trouble.state != State.CONFLICT:
            return trouble
        try:
            info = await self.calls.webhook_info()
            if not (url := info.get("url")):
                return trouble
            await self.calls.remove_webhook()
        except Trouble as another:
            return another
        if self._keep_info:
            await self._keep_info(info | {"url": ""}, found=str(url))
        return Trouble(State.CONFLICT, WEBHOOK_REMOVED, wait=0.2)
