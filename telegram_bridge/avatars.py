"""A client's profile picture: looked for when they write, kept small, removed when they removed it.

It is only to know people by: what fails for long is left until the next day.
"""

import logging

import httpx
from django.utils import timezone
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from telegram_bridge import outcomes, profile_pictures
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.models import Bot
from telegram_bridge.waits import PutOff
from tickets import avatars
from tickets.models import Client

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5


async def fetch_avatar(client_id: int, *, attempts: int) -> None:
    """Looks once. Raises PutOff when Telegram has to be asked again."""
    found = await persistently(_find, client_id)
    if found is None:
        return
    client, token = found
    try:
        await _look(client, token)
    except (BadRequest, Forbidden, InvalidToken, ValueError) as error:
        logger.info("The picture of client %s can't be had: %s", client_id, error)
    except (TelegramError, httpx.HTTPError, OSError) as error:
        if attempts >= MOST_ATTEMPTS:
            # Its words may hold the address, and with it the token.
            logger.info("The picture of client %s was not fetched: %s", client_id, type(error).__name__)
            return
        until = outcomes.of_error(error, now=timezone.now(), attempts=attempts).retry_at
        raise PutOff(until or timezone.now() + outcomes.pause(attempts)) from error


def _find(client_id: int) -> tuple[Client, str] | None:
    client = Client.objects.filter(pk=client_id).first()
    bot = Bot.objects.filter(inbox=client.inbox_id).first() if client is not None else None
    token = readable_token(bot) if bot is not None else None
    return (client, token) if client is not None and token is not None else None


async def _look(client: Client, token: str) -> None:
    size = await profile_pictures.current(token, client.external_id)
    if size is None:
        await persistently(avatars.remove_avatar, client.pk)
    elif not client.avatar or client.avatar_key != size.file_unique_id:
        picture = await profile_pictures.fetch(token, size)
        await persistently(avatars.keep_avatar, client.pk, key=size.file_unique_id, picture=picture)
