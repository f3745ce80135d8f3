"""What every way of receiving shares: calls to the Bot API, the bot's introduction, one state at a time.

Of python-telegram-bot only its HTTP request is used: its own Updater confirms before anything is stored, and
one update that it can't parse stops it for ever.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from django.conf import settings
from telegram.constants import UpdateType
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from telegram_bridge import receiving_words
from telegram_bridge.backing_off import BackOff
from telegram_bridge.models import Bot

logger = logging.getLogger(__name__)

State = Bot.State

# Said explicitly: left out, Telegram keeps what an earlier program asked for.
ALLOWED_UPDATES = json.dumps([kind.value for kind in UpdateType])
CALL_SECONDS = 15

Report = Callable[[Bot.State, str], Awaitable[None]]
Introduce = Callable[[dict[str, Any]], Awaitable[None]]


class KeepInfo(Protocol):
    """Writes down what getWebhookInfo said, and what was `found` in place of what is wanted, if anything."""

    async def __call__(self, info: Mapping[str, Any], found: str | None = None) -> None: ...


class Trouble(Exception):
    """A call brought nothing: the state to show, why in words, and how long Telegram asks to wait."""

    def __init__(self, state: Bot.State, words: str, *, wait: float = 0, status: int = 0) -> None:
        super().__init__(words)
        self.state = state
        self.wait = wait
        self.status = status  # of the HTTP answer; 0 when there was none


class Calls:
    """The Bot API for one bot, its answers as they came."""

    def __init__(self, token: str, request: HTTPXRequest) -> None:
        self._token = token
        self._request = request

    async def result(self, method: str, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The object that a method answers; empty when it answers something else. Raises Trouble."""
        body = await self.post(method, parameters)
        try:
            result = json.loads(body)["result"]
        except (ValueError, KeyError, TypeError, RecursionError):
            result = None
        return result if isinstance(result, dict) else {}

    async def post(
        self, method: str, parameters: Mapping[str, str] | None = None, *, seconds: float = CALL_SECONDS
    ) -> bytes:
        """The body of a successful answer. Raises Trouble with what went wrong."""
        url = f"{settings.TELEGRAM_API_URL}/bot{self._token}/{method}"
        if parameters:
            url += "?" + urlencode(parameters)
        try:
            status, body = await self._request.do_request(url, "POST", read_timeout=seconds)
        except NetworkError as error:
            words = str(error).replace(self._token, "…")[:300]
            raise Trouble(State.UNREACHABLE, f"Telegram can't be reached: {words}") from error
        if 200 <= status <= 299:
            return body
        if status in {401, 404}:
            raise Trouble(State.UNAUTHORIZED, receiving_words.REFUSED, status=status)
        if status == 409:
            raise Trouble(State.CONFLICT, receiving_words.ANOTHER_RECEIVER, status=status)
        description, wait = _refusal(body)
        words = f"Telegram answers {status} {description}".strip()
        raise Trouble(State.UNREACHABLE, words, wait=wait, status=status)

    async def webhook_info(self) -> dict[str, Any]:
        """https://core.telegram.org/bots/api#webhookinfo"""
        return await self.result("getWebhookInfo")

    async def remove_webhook(self) -> None:
        """What waits at Telegram is not dropped."""
        await self.post("deleteWebhook", {"drop_pending_updates": "false"})


class Receiver:
    """Receives for one bot, in rounds, until it is cancelled."""

    calls: Calls

    def __init__(self, bot: Bot, *, report: Report, introduce: Introduce) -> None:
        """`report` and `introduce` (the bot's own User object) keep the bot's row and never raise."""
        self.name = str(bot)
        self._token = bot.token
        self._report = report
        self._introduce = introduce
        self._state: State | None = None
        self._introduced = False
        self._back_off = BackOff()

    async def run(self) -> None:
        async with HTTPXRequest(connection_pool_size=2, connect_timeout=10, pool_timeout=5) as request:
            self.calls = Calls(self._token, request)
            while True:
                try:
                    await self._round()
                except Trouble as trouble:
                    await self._enter(trouble.state, str(trouble))
                    await asyncio.sleep(trouble.wait or self._back_off.next())

    async def _round(self) -> None:
        """What is done again and again. Raises Trouble."""
        raise NotImplementedError

    async def _introduce_once(self) -> None:
        if not self._introduced:
            await self._introduce(await self.calls.result("getMe"))
            self._introduced = True

    async def _enter(self, state: State, words: str) -> None:
        """One line in the log for each change of state, not for each try."""
        if state == self._state:
            return
        before, self._state = self._state, state
        if state == State.RUNNING:
            logger.info("%s: %s", self.name, "receiving" if before is None else "receiving again")
        elif state != State.STOPPED:
            logger.warning("%s: not receiving, trying again by itself: %s", self.name, words)
        await self._report(state, words)


def _refusal(body: bytes) -> tuple[str, float]:
    """What Telegram says, and for how many seconds it asks to wait (429)."""
    try:
        answer = json.loads(body)
        wait = (answer.get("parameters") or {}).get("retry_after") or 0
        return str(answer.get("description") or "")[:200], float(wait)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return "", 0
