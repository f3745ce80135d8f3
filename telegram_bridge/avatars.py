"""A client's profile picture: looked for when they write, kept small, removed when they removed it.

It is only to know people by: what fails for long is left until the next day.
https://core.telegram.org/bots/api#getuserprofilephotos
"""

import logging
import secrets

import httpx
from django.utils import timezone
from telegram import PhotoSize
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from telegram_bridge import outcomes
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.delivery import PutOff, sending_bot
from telegram_bridge.downloads import bring, temporary_folder
from telegram_bridge.models import Bot
from tickets import avatars
from tickets.models import Client

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
# The page shows it with 80 pixels at most, on screens with two of them for each.
WANTED_PIXELS = 160
LARGEST = 1024 * 1024  # bytes; the size that is wanted has some ten thousand


async def fetch_avatar(client_id: int, *, attempts: int) -> None:
    """Looks once. Raises PutOff when Telegram has to be asked again."""
    found = await persistently(_find, client_id)
    if found is None:
        return
    client, token = found
    try:
        await _look(client, token)
    except (BadRequest, Forbidden, InvalidToken) as error:
        logger.info("The picture of client %s can't be had: %s", client_id, error)
    except (TelegramError, httpx.HTTPError, OSError) as error:
        if attempts >= MOST_ATTEMPTS:
            logger.info("The picture of client %s was not fetched: %s", client_id, error)
            return
        until = outcomes.of_error(error, now=timezone.now(), attempts=attempts).retry_at
        raise PutOff(until or timezone.now() + outcomes.pause(attempts)) from error


def _find(client_id: int) -> tuple[Client, str] | None:
    client = Client.objects.filter(pk=client_id).first()
    bot = Bot.objects.filter(inbox=client.inbox_id).first() if client is not None else None
    token = readable_token(bot) if bot is not None else None
    return (client, token) if client is not None and token is not None else None


async def _look(client: Client, token: str) -> None:
    bot = sending_bot(token)
    photos = (await bot.get_user_profile_photos(client.external_id, limit=1)).photos
    size = fitting_size(list(photos[0])) if photos and photos[0] else None
    if size is None or (size.file_size or 0) > LARGEST:
        await persistently(avatars.remove_avatar, client.pk)
        return
    if client.avatar and client.avatar_key == size.file_unique_id:
        return
    at_telegram = await bot.get_file(size.file_id)
    path = temporary_folder() / secrets.token_hex(16)
    try:
        await bring(str(at_telegram.file_path), token, path)
        picture = path.read_bytes()  # small, so that it can be kept again after the database was away
    finally:
        path.unlink(missing_ok=True)
    await persistently(avatars.keep_avatar, client.pk, key=size.file_unique_id, picture=picture)


def fitting_size(sizes: list[PhotoSize]) -> PhotoSize:
    """The smallest that is large enough, or the largest of those that are not."""
    by_side = sorted(sizes, key=lambda size: min(size.width, size.height))
    return next((one for one in by_side if min(one.width, one.height) >= WANTED_PIXELS), by_side[-1])
