"""What the bot says by itself: the greeting after /start, and the end of a button's waiting."""

import logging

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from telegram.error import RetryAfter, TelegramError

from telegram_bridge import outcomes, waits
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.delivery_jobs import lane as lane_of
from telegram_bridge.models import Bot
from telegram_bridge.sending_bots import sending_bot
from telegram_bridge.waits import PutOff
from tickets.models import Client

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
LANGUAGES = {"ru", "en"}


def greeting(language_code: str) -> str:
    """In the client's language as Telegram names it ("ru", "en-GB"); in English when we don't speak it."""
    language = language_code.partition("-")[0].lower()
    with translation.override(language if language in LANGUAGES else "en"):
        return _("Hello! Write your question here, and we will answer you in this chat.")


async def greet(bot_id: int, client_id: int, *, attempts: int) -> None:
    """Sends the greeting once, at the pace of all messages. Raises PutOff when it surely wasn't sent and has
    to wait."""
    found = await persistently(_addressee, bot_id, client_id)
    if found is None:
        return
    token, chat_id, text = found
    lane = lane_of(client_id)
    until = await waits.take_turn(bot_id, lane, 1)
    if until is not None:
        raise PutOff(until)
    try:
        await _politely(sending_bot(token).send_message(chat_id, text), attempts)
    except PutOff as put_off:
        if isinstance(put_off.__cause__, RetryAfter):
            await waits.told_to_wait(bot_id, lane, put_off.until)
        raise


async def answer_callback(bot_id: int, callback_query_id: str, *, attempts: int) -> None:
    """https://core.telegram.org/bots/api#answercallbackquery"""
    token = await persistently(_token, bot_id)
    if token is not None:
        await _politely(sending_bot(token).answer_callback_query(callback_query_id), attempts)


async def _politely(request: object, attempts: int) -> None:
    try:
        await request  # type: ignore[misc]  # a coroutine of the bot's
    except TelegramError as error:
        outcome = outcomes.of_error(error, now=timezone.now(), attempts=attempts)
        if outcome.retry_at is not None and attempts < MOST_ATTEMPTS:
            raise PutOff(outcome.retry_at) from error
        logger.info("An automatic answer was not delivered: %s", error)


def _token(bot_id: int) -> str | None:
    bot = Bot.objects.filter(pk=bot_id).first()
    if bot is None:
        return None
    waits.hear_of_bot(bot.pk, bot.paused_until)
    return readable_token(bot)


def _addressee(bot_id: int, client_id: int) -> tuple[str, int, str] | None:
    token = _token(bot_id)
    client = Client.objects.filter(pk=client_id).first()
    if token is None or client is None or client.is_banned:
        return None
    return token, client.external_id, greeting(client.language_code)
