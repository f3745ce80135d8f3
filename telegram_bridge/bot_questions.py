"""What a web process asks Telegram while a person waits: a few seconds at most, errors in words.

By plain httpx: python-telegram-bot's types would cost the web process their memory.
"""

import json
import logging
from typing import Any

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from tickets.errors import OperationRefused

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(8, connect=5)


def who_is(token: str) -> dict[str, Any]:
    """The bot's own User object, by https://core.telegram.org/bots/api#getme. Raises OperationRefused."""
    try:
        answer = _ask(token, "getMe")
    except httpx.HTTPError as error:
        logger.warning("getMe for a token that was entered: %s", type(error).__name__)
        raise OperationRefused(
            _("Telegram can't be reached from this server. Nothing was changed; try again in a moment.")
        ) from None
    if answer.status_code in {401, 404}:
        raise OperationRefused(_("Telegram doesn't know this token. Copy it again from @BotFather."))
    said = _object(answer)
    user = said.get("result")
    if answer.is_success and isinstance(user, dict) and token.startswith(f"{user.get('id')}:"):
        return user
    description = str(said.get("description") or answer.reason_phrase)[:200]
    words = _("Telegram answered %(status)s %(description)s. Nothing was changed; try again in a moment.")
    raise OperationRefused(words % {"status": answer.status_code, "description": description})


def take_down_webhook(token: str) -> None:
    """Of a bot that leaves. If it can't be done, Telegram's requests are refused by us for ever: no harm."""
    try:
        _ask(token, "deleteWebhook")
    except httpx.HTTPError as error:
        logger.warning("The webhook of a removed bot could not be taken down: %s", type(error).__name__)


def _ask(token: str, method: str) -> httpx.Response:
    return httpx.post(f"{settings.TELEGRAM_API_URL}/bot{token}/{method}", timeout=TIMEOUT)


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = json.loads(answer.content)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}
