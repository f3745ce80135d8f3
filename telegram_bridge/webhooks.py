"""Webhooks at Telegram: set, looked at every minute, and set again when somebody changed them.

What Telegram posts to them is received by the web process (telegram_bridge/webhook_views.py).
https://core.telegram.org/bots/api#setwebhook
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from telegram.request import HTTPXRequest

from telegram_bridge.models import Bot
from telegram_bridge.public_address import webhook_address, why_no_webhook
from telegram_bridge.receiving import (
    ALLOWED_UPDATES,
    Calls,
    Introduce,
    KeepInfo,
    Receiver,
    Report,
    Trouble,
)

logger = logging.getLogger(__name__)

State = Bot.State

CHECK_SECONDS = 60.0
# Side by side at most: the web process has 20 connections to the database, and pages need some.
MOST_CONNECTIONS = 10
# A webhook that was set with another secret looks like ours; that our answers are 403 gives it away. Once an
# hour at most, since a firewall in front of us may be what says 403.
SECRET_SECONDS = 3600.0

Agreed = tuple[str, list[str], Any]


class WebhookReceiver(Receiver):
    """Sees to it that Telegram posts to our address."""

    def __init__(self, bot: Bot, *, report: Report, introduce: Introduce, keep_info: KeepInfo) -> None:
        super().__init__(bot, report=report, introduce=introduce)
        self._keep_info = keep_info
        self._address = webhook_address(bot.telegram_id)
        self._secret = bot.webhook_secret
        # What Telegram made of what we asked for: an older server leaves out kinds that it doesn't know.
        self._agreed: Agreed | None = None
        self._set_at = 0.0
        self._blamed_secret_at = 0.0

    async def _round(self) -> None:
        await self._introduce_once()
        found: str | None = None
        if self._agreed is None:
            # At each start too, as the secret can't be asked for.
            info = await self._set()
        else:
            info = await self.calls.webhook_info()
            found = self._found(info)
            if found is not None:
                logger.warning(
                    "%s: the webhook was changed (%s); it is set again", self.name, found or "removed"
                )
                info = await self._set()
        await self._keep_info(info, found=found)
        self._back_off.reset()
        await self._enter(State.RUNNING, "")
        await asyncio.sleep(CHECK_SECONDS)

    async def _set(self) -> dict[str, Any]:
        """Sets it, without dropping what waits; what Telegram says about it then. Raises Trouble."""
        with translation.override("en"):  # translated where it is shown
            words = why_no_webhook()
        if words:
            raise Trouble(State.NO_WEBHOOK, words, wait=5)
        wanted = {
            "url": self._address,
            "secret_token": self._secret,
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": str(MOST_CONNECTIONS),
            "drop_pending_updates": "false",
        }
        try:
            await self.calls.post("setWebhook", wanted)
        except Trouble as trouble:
            if trouble.status == 400:
                raise Trouble(State.NO_WEBHOOK, str(trouble)) from trouble
            raise
        self._set_at = time.time()
        info = await self.calls.webhook_info()
        self._agreed = _essence(info)
        return info

    def _found(self, info: Mapping[str, Any]) -> str | None:
        """What is there in place of our webhook; None when ours is."""
        if _essence(info) != self._agreed:
            return str(info.get("url") or "")
        now, error_at = time.time(), info.get("last_error_date") or 0
        refused = "403" in str(info.get("last_error_message")) and error_at > self._set_at
        if refused and now - self._blamed_secret_at > SECRET_SECONDS:
            self._blamed_secret_at = now
            return self._address
        return None


def _essence(info: Mapping[str, Any]) -> Agreed:
    kinds = info.get("allowed_updates")
    kinds = sorted(str(kind) for kind in kinds) if isinstance(kinds, list) else []
    return str(info.get("url") or ""), kinds, info.get("max_connections")


class Resting(Receiver):
    """Of a bot that receives nothing for now: our webhook is taken down, so that messages wait at Telegram.

    Somebody else's stays: that may be why the bot rests here.
    """

    def __init__(self, bot: Bot, *, report: Report, introduce: Introduce, keep_info: KeepInfo) -> None:
        super().__init__(bot, report=report, introduce=introduce)
        self._keep_info = keep_info
        self._address = webhook_address(bot.telegram_id)

    async def _round(self) -> None:
        info = await self.calls.webhook_info()
        if info.get("url") == self._address:
            await self.calls.remove_webhook()
            info = await self.calls.webhook_info()
        await self._keep_info(info)
        await self._enter(State.STOPPED, "")
        await asyncio.sleep(CHECK_SECONDS)


class PollingCheck:
    """Beside a poller: how much waits at Telegram, and no webhook that would take it away."""

    def __init__(self, bot: Bot, *, keep_info: KeepInfo) -> None:
        self.name = str(bot)
        self._token = bot.token
        self._keep_info = keep_info
        self._address = webhook_address(bot.telegram_id)

    async def run(self) -> None:
        async with HTTPXRequest(connection_pool_size=1, connect_timeout=10, pool_timeout=5) as request:
            calls = Calls(self._token, request)
            while True:
                # Telegram that is away is the poller's to tell.
                try:
                    await self._look(calls)
                except Trouble as trouble:
                    logger.debug("%s: not checked: %s", self.name, trouble)
                await asyncio.sleep(CHECK_SECONDS)

    async def _look(self, calls: Calls) -> None:
        info = await calls.webhook_info()
        url = str(info.get("url") or "")
        if url:
            await calls.remove_webhook()
        found = url if url and url != self._address else None
        await self._keep_info(info | {"url": ""}, found=found)
