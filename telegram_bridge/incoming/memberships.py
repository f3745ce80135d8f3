"""Chats that change: a client blocks the bot or takes it back, a group becomes a supergroup.

https://core.telegram.org/bots/api#chatmemberupdated
"""

from django.db.models import Exists, OuterRef

from telegram_bridge import hot_queries
from telegram_bridge.content.reading import Json, identifier, needed_id, needed_part, needed_words, words
from telegram_bridge.incoming.handling import Skipped, Source
from telegram_bridge.models import TelegramMessage
from tickets import steps
from tickets.journal import CLIENT, Change
from tickets.models import Client

AWAY = frozenset({"kicked", "left"})


def membership(change: Change, source: Source, body: Json) -> str:
    """The note of an applied `my_chat_member`: in a private chat the bot was blocked or taken back."""
    chat_type = words(needed_part(body, "chat"), "type")
    if chat_type != "private":
        return Skipped(f"Not a private chat: {chat_type}")
    reachable = needed_words(needed_part(body, "new_chat_member"), "status") not in AWAY
    client = (
        Client.objects.select_for_update(no_key=True)
        .filter(inbox=source.inbox_id, external_id=needed_id(needed_part(body, "from"), "id", of="from"))
        .first()
    )
    if client is None:
        return "Nobody we know."
    steps.mark_reachable(change, hot_queries.open_ticket(client), client, reachable=reachable, actor=CLIENT)
    return ""


def migrated(source: Source, message: Json) -> bool:
    """Whether `message` tells that a group became a supergroup, and something here followed it.

    Both chats tell of it, in their own lanes: whoever comes second finds nothing to do. The numbers of the
    supergroup's messages begin anew: where they meet, the group's message stays under its old chat.
    https://core.telegram.org/bots/api#message (migrate_to_chat_id, migrate_from_chat_id)
    """
    here = identifier(message.get("chat") or {}, "id")
    to, came_from = identifier(message, "migrate_to_chat_id"), identifier(message, "migrate_from_chat_id")
    old, new = (here, to) if to is not None else (came_from, here)
    if old is None or new is None or old == new:
        return False
    client = Client.objects.select_for_update(no_key=True).filter(inbox=source.inbox_id, external_id=old)
    taken = Client.objects.filter(inbox=source.inbox_id, external_id=new).exists()
    moved = 0
    if (group := client.first()) is not None and not taken:
        group.external_id = new
        group.save(update_fields=["external_id"])
        moved += 1
    there = TelegramMessage.objects.filter(
        bot=OuterRef("bot"), chat_id=new, telegram_id=OuterRef("telegram_id")
    )
    messages = TelegramMessage.objects.filter(bot=source.bot_id, chat_id=old)
    moved += messages.exclude(Exists(there)).update(chat_id=new)
    return bool(moved)
