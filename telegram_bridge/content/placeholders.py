"""Kinds of message that the desk has no form of its own for: a title and lines with what can be shown."""

from collections.abc import Callable
from typing import Any

from telegram_bridge.content.money import amount
from telegram_bridge.content.names import chat_name
from telegram_bridge.content.reading import Json, cleaned, part, parts, whole, words

# Every message may have these; what is left over names its kind.
ENVELOPE = frozenset(
    {
        "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat",
        "sender_boost_count", "sender_business_bot", "sender_tag", "date", "business_connection_id", "chat",
        "forward_origin", "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply",
        "quote", "reply_to_story", "reply_to_checklist_task_id", "reply_to_poll_option_id", "via_bot",
        "edit_date", "has_protected_content", "is_from_offline", "is_paid_post", "media_group_id",
        "author_signature", "paid_star_count", "link_preview_options", "suggested_post_info", "effect_id",
        "caption", "caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup",
        "entities", "text", "guest_query_id", "guest_bot_caller_user", "guest_bot_caller_chat",
        # Sent beside their successors: https://core.telegram.org/bots/api-changelog#december-29-2023
        "forward_from", "forward_from_chat", "forward_from_message_id", "forward_signature",
        "forward_sender_name", "forward_date", "user_shared",
    }
)  # fmt: skip
LONGEST_TITLE = 200
LONGEST_KIND = 100


def placeholder(message: Json) -> Json:
    """`type`, a one-line `title` and `lines` for a message of any kind, also of one that is yet to come."""
    kind = next((name for name in message if name not in ENVELOPE), "empty")
    value = message.get(kind)
    title = ""
    lines: list[str] = []
    if (describe := DESCRIPTIONS.get(kind)) and isinstance(value, dict):
        title, lines = describe(value)
    kind = cleaned(kind)[:LONGEST_KIND]
    title = title or kind.replace("_", " ").capitalize()
    return {"type": kind, "title": title[:LONGEST_TITLE], **({"lines": lines} if lines else {})}


def _invoice(invoice: Json) -> tuple[str, list[str]]:
    about = [words(invoice, "description")] if words(invoice, "description") else []
    return f"Invoice: {words(invoice, 'title')}, {amount(invoice)}", about


def _giveaway(giveaway: Json) -> tuple[str, list[str]]:
    chats = ", ".join(chat_name(chat) for chat in parts(giveaway, "chats"))
    return f"Giveaway: {_prize(giveaway)}", [f"For who joins {chats}"] if chats else []


def _giveaway_winners(giveaway: Json) -> tuple[str, list[str]]:
    return f"Giveaway winners: {_prize(giveaway)}", [f"By {chat_name(part(giveaway, 'chat'))}"]


def _prize(giveaway: Json) -> str:
    prize = words(giveaway, "prize_description")
    if stars := whole(giveaway, "prize_star_count"):
        prize = f"{stars} ⭐"
    elif months := whole(giveaway, "premium_subscription_month_count"):
        prize = f"Telegram Premium for {months} months"
    count = whole(giveaway, "winner_count") or 0
    return f"{prize or 'a prize'}, {count} winner{'' if count == 1 else 's'}"


Describe = Callable[[Any], tuple[str, list[str]]]
DESCRIPTIONS: dict[str, Describe] = {
    "invoice": _invoice,
    "giveaway": _giveaway,
    "giveaway_winners": _giveaway_winners,
}
