"""Long polling by hand: what Telegram sends is committed before the next call confirms it.

python-telegram-bot's Updater confirms before anything is stored, and one update that it can't parse stops
it for ever; so only its HTTP request is used. https://core.telegram.org/bots/api#getupdates
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from telegram.constants import UpdateType
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from telegram_bridge.backing_off import BackOff
from telegram_bridge.models import Bot
from telegram_bridge.storing import Batch, Raw, Unreadable, read_batch, salvage

logger = logging.getLogger(__name__)

State = Bot.State

LONG_POLL_SECONDS = 30
MOST_UPDATES = 100
# Said explicitly: left out, Telegram keeps what an earlier program asked for.
ALLOWED_UPDATES = json.dumps([kind.value for kind in UpdateType])
CALL_SECONDS = 15

ANOTHER_RECEIVER = "another program receives for this bot with the same token (409)"
WEBHOOK_REMOVED = "a webhook was set for this bot; it has been removed, nothing that waits is dropped"
REFUSED_WORDS = "Telegram refuses the token; enter a valid one (@BotFather gives it)"


class Trouble(Exception):
    """A call brought nothing: the state to show, why in words, and how long Telegram asks to wait."""

    def __init__(self, state: Bot.State, words: str, *, wait: float = 0) -> None:
        super().__init__(words)
        self.state = state
        self.wait = wait


class Poller:
    """Receives for one bot until it is cancelled."""

    def __init__(
        self,
        bot: Bot,
        *,
        store: Callable[[list[Raw]], Awaitable[None]],
        report: Callable[[Bot.State, str], Awaitable[None]],
        introduce: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        """`store` returns once the updates are committed; `report` and `introduce` (the bot's own User
        object) keep the bot's row and never raise."""
        self.name = str(bot)
        self._token = bot.token
        self._store = store
        self._report = report
        self._introduce = introduce
        self._state: State | None = None
        self._introduced = False
        self._offset: int | None = None
        self._limit = MOST_UPDATES
        self._back_off = BackOff()

    async def run(self) -> None:
        async with HTTPXRequest(connection_pool_size=2, connect_timeout=10, pool_timeout=5) as request:
            self._request = request
            while True:
                try:
                    await self._round()
                except Trouble as trouble:
                    await self._enter(trouble.state, str(trouble))
                    await asyncio.sleep(trouble.wait or self._back_off.next())

    async def _round(self) -> None:
        """One call, and what it brought is stored. Raises Trouble."""
        if not self._introduced:
            await self._introduce(await self._call("getMe"))
            self._introduced = True
            # Receiving is shown as soon as Telegram knows us, not only after the first long poll.
            await self._enter(State.RUNNING, "")
        batch = await self._get_updates()
        if batch.updates:
            await self._store(batch.updates)
        self._back_off_when_stuck(batch)
        self._offset = batch.offset
        await self._enter(State.RUNNING, "")

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
        body = await self._post("getUpdates", parameters, seconds=LONG_POLL_SECONDS + 5)
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

    async def _call(self, method: str) -> dict[str, Any]:
        body = await self._post(method, {}, seconds=CALL_SECONDS)
        try:
            result = json.loads(body)["result"]
        except (ValueError, KeyError, TypeError):
            result = None
        return result if isinstance(result, dict) else {}

    async def _post(self, method: str, parameters: dict[str, str], *, seconds: float) -> bytes:
        """The body of a successful answer. Raises Trouble with what went wrong."""
        url = f"{settings.TELEGRAM_API_URL}/bot{self._token}/{method}"
        if parameters:
            url += "?" + urlencode(parameters)
        try:
            status, body = await self._request.do_request(url, "POST", read_timeout=seconds)
        except NetworkError as error:
            raise Trouble(State.UNREACHABLE, f"Telegram can't be reached: {self._clean(error)}") from error
        if 200 <= status <= 299:
            return body
        if status in {401, 404}:
            raise Trouble(State.UNAUTHORIZED, REFUSED_WORDS)
        if status == 409:
            raise await self._conflict()
        description, wait = _refusal(body)
        raise Trouble(State.UNREACHABLE, f"Telegram answers {status} {description}".strip(), wait=wait)

    async def _conflict(self) -> Trouble:
        """409: another receiver, or a webhook, which this bot (in polling mode) has no use for."""
        try:
            if (await self._call("getWebhookInfo")).get("url"):
                await self._post("deleteWebhook", {"drop_pending_updates": "false"}, seconds=CALL_SECONDS)
                return Trouble(State.CONFLICT, WEBHOOK_REMOVED, wait=0.2)
        except Trouble as trouble:
            return trouble
        return Trouble(State.CONFLICT, ANOTHER_RECEIVER)

    async def _enter(self, state: State, words: str) -> None:
        """One line in the log for each change of state, not for each try."""
        if state == self._state:
            return
        before, self._state = self._state, state
        if state == State.RUNNING:
            logger.info("%s: %s", self.name, "receiving" if before is None else "receiving again")
        else:
            logger.warning("%s: not receiving, trying again by itself: %s", self.name, words)
        await self._report(state, words)

    def _clean(self, error: Exception) -> str:
        return str(error).replace(self._token, "…")[:300]


def _refusal(body: bytes) -> tuple[str, float]:
    """What Telegram says, and for how many seconds it asks to wait (429)."""
    try:
        answer = json.loads(body)
        wait = (answer.get("parameters") or {}).get("retry_after") or 0
        return str(answer.get("description") or "")[:200], float(wait)
    except (ValueError, AttributeError, TypeError):
        return "", 0
