"""Kinds of message that the desk has no form of its own for: a title and lines with what can be shown."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

# Every message has these; what is left over names its kind.
ENVELOPE = frozenset(
    {
        "message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat",
        "sender_boost_count", "sender_business_bot", "date", "business_connection_id", "chat",
        "forward_origin", "is_topic_message",
        "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
        "reply_to_checklist_task_id", "via_bot", "edit_date", "has_protected_content", "is_from_offline",
        "is_paid_post", "media_group_id", "author_signature", "paid_star_count", "link_preview_options",
        "suggested_post_info", "effect_id", "caption", "caption_entities", "show_caption_above_media",
        "has_media_spoiler", "reply_markup", "entities", "text",
    }
)  # fmt: skip
LONGEST_TITLE = 200


def placeholder(message: Json) -> Json:
    """`type`, a one-line `title` and `lines` for a message of any kind, also of one that is yet to come."""
    kind = next((name for name in message if name not in ENVELOPE), "empty")
    value = message.get(kind)
    lines: list[str] = []
    title = ""
    if (describe := DESCRIPTIONS.get(kind)) and isinstance(value, dict):
        title, lines = describe(value)
    title = title or kind.replace("_", " ").capitalize()
    return {"type": kind, "title": title[:LONGEST_TITLE], **({"lines": lines} if lines else {})}


def _poll(poll: Json) -> tuple[str, list[str]]:
    return f"Poll: {poll['question']}", [option["text"] for option in poll["options"]]


def _checklist(checklist: Json) -> tuple[str, list[str]]:
    return f"Checklist: {checklist['title']}", [task["text"] for task in checklist["tasks"]]


def _invoice(invoice: Json) -> tuple[str, list[str]]:
    amount = f"{invoice['total_amount'] / 100:.2f} {invoice['currency']}"
    return f"Invoice: {invoice['title']}, {amount}", [invoice["description"]]


def _payment(payment: Json) -> tuple[str, list[str]]:
    return f"Payment: {payment['total_amount'] / 100:.2f} {payment['currency']}", []


def _game(game: Json) -> tuple[str, list[str]]:
    return f"Game: {game['title']}", [game["description"]]


def _dice(dice: Json) -> tuple[str, list[str]]:
    return f"{dice['emoji']} {dice['value']}", []


def _story(story: Json) -> tuple[str, list[str]]:
    chat = story["chat"]
    return f"Story of {chat.get('title') or chat.get('first_name') or chat['id']}", []


def _paid_media(paid: Json) -> tuple[str, list[str]]:
    return f"Paid media: {paid['star_count']} ⭐", [item["type"] for item in paid["paid_media"]]


def _gift(gift: Json) -> tuple[str, list[str]]:
    return "Gift", [gift["text"]] if gift.get("text") else []


def _web_app_data(data: Json) -> tuple[str, list[str]]:
    return f"Form: {data['button_text']}", [data["data"]]


def _users_shared(shared: Json) -> tuple[str, list[str]]:
    return "Users shared", [str(user["user_id"]) for user in shared["users"]]


def _chat_shared(shared: Json) -> tuple[str, list[str]]:
    return "Chat shared", [str(shared.get("title") or shared["chat_id"])]


DESCRIPTIONS: dict[str, Callable[[Json], tuple[str, list[str]]]] = {
    "poll": _poll,
    "checklist": _checklist,
    "invoice": _invoice,
    "successful_payment": _payment,
    "refunded_payment": _payment,
    "game": _game,
    "dice": _dice,
    "story": _story,
    "paid_media": _paid_media,
    "gift": _gift,
    "web_app_data": _web_app_data,
    "users_shared": _users_shared,
    "chat_shared": _chat_shared,
}
