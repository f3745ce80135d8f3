"""What Telegram posts: the raw update is committed, then Telegram is told 200. Everything else comes later.

Whoever knows the bot's secret is Telegram; the address it comes from says nothing (a proxy, a Bot API server
of one's own). Anything but 2xx makes Telegram try the same update again and hold back its chat meanwhile, so
only what may succeed later is refused: a body that can't be read will never be readable, and is kept instead.
https://core.telegram.org/bots/api#setwebhook
"""

import hmac
import logging
import secrets

from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from telegram_bridge import database_faults, storing
from telegram_bridge.models import Bot

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
# Compared with when there is no such bot: who guesses can't tell the difference.
NOBODYS_SECRET = secrets.token_urlsafe(32)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, telegram_id: int) -> HttpResponse:
    """200 once the update is committed; 403 to everybody who is not Telegram."""
    try:
        bots = Bot.objects.filter(telegram_id=telegram_id, is_enabled=True).exclude(webhook_secret="")
        bot_id, secret = bots.values_list("pk", "webhook_secret").first() or (0, NOBODYS_SECRET)
        said = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(said.encode(), secret.encode()) or not bot_id:
            return _plain("Forbidden", 403)
        storing.store(bot_id, [storing.read_posted(request.body)], now=timezone.now(), announce=True)
    except RequestDataTooBig:
        return _plain("Content Too Large", 413)
    except UnreadablePostError:
        return _plain("Bad Request", 400)  # its sender has gone in the middle of it
    except Error as error:
        if not database_faults.passes(error):
            raise
        logger.warning("An update could not be stored, Telegram will send it again: %s", str(error).strip())
        return _plain("Service Unavailable", 503)
    return _plain("", 200)


def _plain(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain")
