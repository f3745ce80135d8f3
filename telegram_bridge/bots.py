"""The bots' rows: made from the token in the settings, and kept true by the process that receives."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from telegram_bridge.models import Bot
from telegram_bridge.secret_text import Unreadable
from tickets.content import storable
from tickets.models import Inbox

State = Bot.State

TOKEN = re.compile(r"(\d{1,18}):[A-Za-z0-9_-]+")
# https://core.telegram.org/bots/api#webhookinfo: what is kept of it.
NUMBERS_OF_INFO = (
    "pending_update_count",
    "last_error_date",
    "last_synchronization_error_date",
    "max_connections",
)
TEXTS_OF_INFO = ("url", "ip_address", "last_error_message")


class WrongToken(Exception):
    """The text is no bot token; says so to the person who set it."""


def ensure_bot(token: str) -> Bot:
    """The bot of `token`, which TELEGRAM_BOT_TOKEN says, made with an inbox of its own when it is new.

    A new token of a known bot replaces the old one in place; clients and tickets stay. One that was taken
    before doesn't: the token entered on the page since is the newer one. Raises WrongToken.
    """
    found = TOKEN.fullmatch(token)
    if found is None:
        raise WrongToken(
            "TELEGRAM_BOT_TOKEN is no bot token: it looks like 123456789:AAE… (from @BotFather)."
        )
    telegram_id = int(found[1])
    digest = salted_hmac("telegram_bridge.settings_token", token, algorithm="sha256").hexdigest()
    with transaction.atomic(durable=True):
        bot = Bot.objects.select_for_update().filter(telegram_id=telegram_id).first()
        if bot is None:
            bot = Bot(inbox=Inbox.objects.create(name=f"Bot {telegram_id}"), telegram_id=telegram_id)
        if bot.settings_token_digest != digest or readable_token(bot) is None:
            if not bot.encrypted_token or readable_token(bot) != token:
                bot.token = token
            bot.settings_token_digest = digest
            bot.save()
    return bot


def readable_token(bot: Bot) -> str | None:
    """The bot's token; None when it was saved under another SECRET_KEY."""
    try:
        return bot.token
    except Unreadable:
        return None


def all_bots() -> list[Bot]:
    return list(Bot.objects.order_by("pk"))


def enter_state(bot_id: int, state: Bot.State, words: str) -> None:
    now = timezone.now()
    Bot.objects.filter(pk=bot_id).update(
        state=state, state_error=storable(words)[:500], state_changed_at=now, seen_at=now
    )


def show_life(bot_ids: list[int]) -> None:
    """The process that receives for these bots lives."""
    Bot.objects.filter(pk__in=bot_ids).update(seen_at=timezone.now())


def introduce(bot_id: int, user: dict[str, Any]) -> None:
    """Keeps the bot's names as Telegram has them; an inbox that nobody has renamed takes the bot's name."""
    username, name = storable(str(user.get("username") or "")), storable(str(user.get("first_name") or ""))
    with transaction.atomic(durable=True):
        bot = Bot.objects.select_for_update(of=("self",)).select_related("inbox").get(pk=bot_id)
        bot.username, bot.name = username[:64], name[:255]
        bot.save(update_fields=["username", "name"])
        if bot.inbox.name == f"Bot {bot.telegram_id}" and name:
            bot.inbox.name = name[:120]
            bot.inbox.save(update_fields=["name"])


def keep_webhook_info(bot_id: int, said: Mapping[str, Any], found: str | None = None) -> None:
    """Keeps what getWebhookInfo said. `found`: the address of somebody's webhook (empty: none) that was there
    in place of what is wanted, and has been put right."""
    now = timezone.now()
    info: dict[str, Any] = {name: int(said[name]) for name in NUMBERS_OF_INFO if said.get(name)}
    info |= {name: storable(str(said[name]))[:500] for name in TEXTS_OF_INFO if said.get(name)}
    with transaction.atomic(durable=True):
        bot = Bot.objects.select_for_update().only("webhook_info").filter(pk=bot_id).first()
        if bot is None:
            return
        before = bot.webhook_info
        # Whether what waits at Telegram grows (bot_states.py).
        info["pending_before"] = before.get("pending_update_count", 0)
        if found is not None:
            info["repair"] = {"at": now.isoformat(), "found": storable(found)[:500]}
        elif "repair" in before:
            info["repair"] = before["repair"]
        bot.webhook_info, bot.webhook_checked_at = info, now
        bot.save(update_fields=["webhook_info", "webhook_checked_at"])
