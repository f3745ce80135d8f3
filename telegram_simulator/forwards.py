"""Where a forwarded message came from, and what an answer to a message of another chat shows.

https://core.telegram.org/bots/api#messageorigin https://core.telegram.org/bots/api#externalreplyinfo
"""

from typing import Any

from telegram_simulator.errors import Refused
from telegram_simulator.world import Bot, Client, Message

# What each of the four kinds of origin has to tell besides its date.
ORIGINS = {
    "user": {"sender_user"},
    "hidden_user": {"sender_user_name"},
    "chat": {"sender_chat"},
    "channel": {"chat", "message_id"},
}
# What does not go along with a message to another chat.
LEFT_BEHIND = {
    "message_id", "from", "chat", "date", "edit_date", "reply_to_message", "external_reply", "quote",
    "reply_to_story", "media_group_id", "forward_origin", "has_protected_content",
}  # fmt: skip
# A message with one of these is a message to a person; anything else is a service message.
CONTENT = {
    "text", "photo", "video", "animation", "document", "audio", "voice", "video_note", "sticker", "location",
    "venue", "contact", "poll", "dice", "game", "story", "paid_media", "checklist",
}  # fmt: skip


def checked_origin(origin: dict[str, Any], *, date: int) -> dict[str, Any]:
    """The origin with its date. Raises Refused when it is none."""
    needed = ORIGINS.get(str(origin.get("type")))
    if needed is None or not needed <= set(origin):
        raise Refused(
            "A forwarded message's origin is of type user (sender_user), hidden_user (sender_user_name), "
            "chat (sender_chat) or channel (chat, message_id)."
        )
    return {"date": date} | origin


def origin_of(message: Message, author: Bot | Client) -> dict[str, Any]:
    """Of a message in one of our chats: its own origin, or the person who wrote it."""
    known = message.content.get("forward_origin")
    return known or {"type": "user", "date": message.content["date"], "sender_user": author.user}


def content_of(message: Message) -> dict[str, Any] | None:
    """What goes to another chat; None for a service message, which can't."""
    if not CONTENT & set(message.content):
        return None
    return {name: value for name, value in message.content.items() if name not in LEFT_BEHIND}


def external_reply(said: dict[str, Any], *, date: int) -> dict[str, Any]:
    """Raises Refused without an origin."""
    origin = said.get("origin")
    if not isinstance(origin, dict):
        raise Refused("An answer to another chat's message needs its origin.")
    return said | {"origin": checked_origin(origin, date=date)}
