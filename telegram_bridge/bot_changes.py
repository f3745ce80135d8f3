"""What administrators do to bots. The bots' process hears of it at once and acts on it.

Each is a verb in the sense of tickets/operations.py: one transaction, refusals in words, no network in it.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from telegram_bridge.bots import TOKEN
from telegram_bridge.channels import BOTS
from telegram_bridge.models import Bot, Update
from telegram_bridge.public_address import why_no_webhook
from tickets.content import storable
from tickets.errors import OperationRefused
from tickets.models import Client, Inbox

State = Bot.State
Mode = Bot.Mode


def id_in(token: str) -> int:
    """The bot's Telegram id, which its token begins with. Raises OperationRefused."""
    found = TOKEN.fullmatch(token)
    if found is None:
        raise OperationRefused(_("This is no bot token. It looks like 123456789:AAE…"))
    return int(found[1])


def add(token: str, user: Mapping[str, Any]) -> Bot:
    """The new bot of `token`, with an inbox named after it. `user`: what getMe said. Raises
    OperationRefused."""
    telegram_id = id_in(token)
    name = storable(str(user.get("first_name") or f"Bot {telegram_id}"))
    try:
        with _heard():
            bot = Bot(
                telegram_id=telegram_id,
                inbox=Inbox.objects.create(name=name[:120]),
                name=name[:255],
                username=storable(str(user.get("username") or ""))[:64],
                state=State.STARTING,
                state_changed_at=timezone.now(),
            )
            bot.token = token
            bot.save(force_insert=True)
    except IntegrityError:
        raise OperationRefused(_("This bot is here already.")) from None
    return bot


def require_same_bot(bot: Bot, token: str) -> None:
    """Raises OperationRefused when `token` is none, or another bot's."""
    if (telegram_id := id_in(token)) != bot.telegram_id:
        words = _("This is the token of another bot (%(id)s). Add that bot instead.")
        raise OperationRefused(words % {"id": telegram_id})


def replace_token(bot: Bot, token: str) -> None:
    """Another token of the same bot: clients, tickets and what waits stay. Raises OperationRefused."""
    require_same_bot(bot, token)
    with _heard():
        bot.token = token
        bot.state, bot.state_error, bot.state_changed_at = State.STARTING, "", timezone.now()
        bot.save(update_fields=["encrypted_token", "state", "state_error", "state_changed_at"])


def set_mode(bot: Bot, mode: str) -> None:
    """How it receives from now on; the bots' process switches without losing anything. Raises
    OperationRefused."""
    if mode not in Mode:
        raise OperationRefused(_("A bot receives by long polling or by a webhook."))
    if mode == Mode.WEBHOOK and (words := why_no_webhook()):
        raise OperationRefused(words)
    if mode == bot.mode:
        return
    with _heard():
        bot.mode = Mode(mode)
        if bot.mode == Mode.WEBHOOK:
            bot.webhook_secret = secrets.token_urlsafe(32)
        bot.webhook_info, bot.webhook_checked_at = {}, None
        bot.state, bot.state_error, bot.state_changed_at = State.SWITCHING, "", timezone.now()
        fields = ["mode", "webhook_secret", "webhook_info", "webhook_checked_at"]
        bot.save(update_fields=[*fields, "state", "state_error", "state_changed_at"])


def set_enabled(bot: Bot, *, enabled: bool) -> None:
    """Off: nothing is received, messages wait at Telegram (24 hours at most); replies still go out."""
    with _heard():
        bot.is_enabled = enabled
        bot.state = State.STARTING if enabled else State.SWITCHING
        bot.state_error, bot.state_changed_at = "", timezone.now()
        bot.save(update_fields=["is_enabled", "state", "state_error", "state_changed_at"])


def remove(bot: Bot) -> None:
    """Takes a bot that nobody has written to out of the desk, and its inbox. Raises OperationRefused."""
    if settings.TELEGRAM_BOT_TOKEN.startswith(f"{bot.telegram_id}:"):
        raise OperationRefused(
            _("This bot comes from the setting TELEGRAM_BOT_TOKEN; take it out there first.")
        )
    clients = _("Clients have written to this bot: their tickets need it. Stop receiving instead.")
    # What was received and has made no client (yet): somebody's message.
    kept = Update.objects.filter(bot=bot, state__in=[Update.State.STORED, Update.State.FAILED])
    if Client.objects.filter(inbox=bot.inbox_id).exists() or kept.exists():
        raise OperationRefused(clients)
    try:
        with _heard():
            inbox = bot.inbox
            bot.delete()
            inbox.delete()
    except (ProtectedError, IntegrityError):
        raise OperationRefused(clients) from None  # somebody wrote at this moment


@contextmanager
def _heard() -> Iterator[None]:
    """A transaction of which the bots' process hears when it is committed."""
    with transaction.atomic(durable=True):
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [BOTS])
