"""A bot's own picture, as Telegram has it: fetched when the bot is introduced, and followed at best."""

import logging
from pathlib import PurePath

from django.core.files.base import ContentFile

from telegram_bridge import profile_pictures
from telegram_bridge.bot_threads import in_bot_thread
from telegram_bridge.models import Bot

logger = logging.getLogger(__name__)

NAMES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png"}


async def follow(bot_id: int, token: str, telegram_id: int) -> None:
    """Keeps the bot's picture as it is at Telegram. Never raises: a card without a picture is a card."""
    try:
        size = await profile_pictures.current(token, telegram_id)
        if size is None:
            await in_bot_thread(_keep, bot_id, "", b"")
        elif not await in_bot_thread(_has, bot_id, size.file_unique_id):
            content = await profile_pictures.fetch(token, size)
            await in_bot_thread(_keep, bot_id, size.file_unique_id, content)
    except Exception as error:
        words = str(error).replace(token, "…")
        logger.info("The picture of bot %s was not fetched: %s", telegram_id, words)


def _has(bot_id: int, key: str) -> bool:
    kept = Bot.objects.values_list("avatar", flat=True).get(pk=bot_id)
    return PurePath(kept).name.startswith(key)


def _keep(bot_id: int, key: str, content: bytes) -> None:
    """The file is named after Telegram's key of the picture. No content: there is no picture (any more)."""
    bot = Bot.objects.get(pk=bot_id)
    old = bot.avatar.name
    ending = next((ending for start, ending in NAMES.items() if content.startswith(start)), "")
    if content and not ending:
        raise ValueError("it is no picture that pages can show")
    if content:
        bot.avatar.save(f"{key}{ending}", ContentFile(content), save=False)
    else:
        bot.avatar = ""
    bot.save(update_fields=["avatar"])
    if old:
        bot.avatar.storage.delete(old)
