"""A bot's own picture, as Telegram has it: fetched when the bot is introduced, and followed at best.

https://core.telegram.org/bots/api#getuserprofilephotos
"""

import logging
from pathlib import PurePath

import httpx
from django.core.files.base import ContentFile

from telegram_bridge.bot_threads import in_bot_thread
from telegram_bridge.delivery import sending_bot
from telegram_bridge.models import Bot

logger = logging.getLogger(__name__)

WIDTH = 160  # pixels: enough for a card on a sharp screen
MOST_BYTES = 1024 * 1024
TIMEOUT = httpx.Timeout(20, connect=10)
NAMES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png"}


async def follow(bot_id: int, token: str, telegram_id: int) -> None:
    """Keeps the bot's picture as it is at Telegram. Never raises: a card without a picture is a card."""
    try:
        bot = sending_bot(token)
        photos = (await bot.get_user_profile_photos(telegram_id, limit=1)).photos
        if not photos:
            await in_bot_thread(_keep, bot_id, "", b"")
            return
        large = [size for size in photos[0] if size.width >= WIDTH]
        size = min(large, key=lambda one: one.width) if large else photos[0][-1]
        if await in_bot_thread(_has, bot_id, size.file_unique_id):
            return
        file = await bot.get_file(size.file_id)
        content = await _fetch(str(file.file_path))
        await in_bot_thread(_keep, bot_id, size.file_unique_id, content)
    except Exception as error:
        words = str(error).replace(token, "…")
        logger.info("The picture of bot %s was not fetched: %s", telegram_id, words)


async def _fetch(url: str) -> bytes:
    content = b""
    async with httpx.AsyncClient(timeout=TIMEOUT) as client, client.stream("GET", url) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise ValueError("it is larger than a profile picture can be")
    return content


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
