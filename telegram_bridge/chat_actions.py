"""“typing…” and “sending a photo…” in the client's chat. A courtesy: whatever goes wrong, nothing waits for
it and nothing is tried again. Telegram shows each for five seconds, or until the message comes.

https://core.telegram.org/bots/api#sendchataction
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator

import telegram
from django.utils import timezone
from telegram.constants import ChatAction
from telegram.error import TelegramError

from telegram_bridge.bot_threads import in_bot_thread
from telegram_bridge.bots import readable_token
from telegram_bridge.models import Bot
from telegram_bridge.sending_bots import sending_bot
from tickets.models import Message

logger = logging.getLogger(__name__)

Kind = Message.Kind

TYPING_SECONDS = 5.0
UPLOADING_SECONDS = 4.0
# So many are shown at once; more are left out, since the bot's connections are there for messages.
MOST_AT_ONCE = 4

UPLOADING: dict[str, ChatAction] = {
    Kind.PHOTO: ChatAction.UPLOAD_PHOTO,
    Kind.VIDEO: ChatAction.UPLOAD_VIDEO,
    Kind.ANIMATION: ChatAction.UPLOAD_VIDEO,
    Kind.VOICE: ChatAction.UPLOAD_VOICE,
    Kind.VIDEO_NOTE: ChatAction.UPLOAD_VIDEO_NOTE,
}


@contextlib.asynccontextmanager
async def uploading(bot: telegram.Bot, chat_id: int, kind: str) -> AsyncIterator[None]:
    """Shows what is on its way as long as the block runs."""
    action = UPLOADING.get(kind, ChatAction.UPLOAD_DOCUMENT)

    async def show() -> None:
        with contextlib.suppress(TelegramError):
            while True:
                await bot.send_chat_action(chat_id, action)
                await asyncio.sleep(UPLOADING_SECONDS)

    showing = asyncio.create_task(show())
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


class Typing:
    """Shows the clients who types, as web processes announce it (telegram_bridge/receivers.py)."""

    def __init__(self) -> None:
        self._shown: dict[tuple[int, int], float] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def hear(self, said: str) -> None:
        """An announcement, in the loop of the bot's process."""
        chat, now = _chat(said), time.monotonic()
        if chat is None or len(self._under_way) >= MOST_AT_ONCE:
            return
        self._shown = {one: at for one, at in self._shown.items() if now < at + TYPING_SECONDS}
        if chat in self._shown:
            return
        self._shown[chat] = now
        task = asyncio.get_running_loop().create_task(_show_typing(*chat))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        """What is being shown is shown no longer."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


def _chat(payload: str) -> tuple[int, int] | None:
    """(bot, chat) that an announcement names; None for what is none."""
    try:
        named = json.loads(payload)
        return int(named["bot"]), int(named["chat"])
    except (ValueError, TypeError, KeyError):
        return None


async def _show_typing(bot_id: int, chat_id: int) -> None:
    try:
        token = await in_bot_thread(_token, bot_id)
        if token is not None:
            await sending_bot(token).send_chat_action(chat_id, ChatAction.TYPING)
    except Exception as error:
        logger.debug("Typing was not shown in chat %s: %s", chat_id, error)


def _token(bot_id: int) -> str | None:
    """None as well while Telegram has the bot wait: a courtesy is the last thing it wants then."""
    bot = Bot.objects.filter(pk=bot_id).exclude(paused_until__gt=timezone.now()).first()
    return readable_token(bot) if bot is not None else None
