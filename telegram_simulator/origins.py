"""Where a forwarded message came from, for `send_text(…, forward_origin=…)`. A missing date is added.

https://core.telegram.org/bots/api#messageorigin
"""

from typing import Any

Origin = dict[str, Any]
CHANNEL = -1001000000001
GROUP = -1001000000002


def from_user(first_name: str, user_id: int = 7_000_000_001, **more: Any) -> Origin:
    """Of a person who lets it be known. `more`: last_name, username."""
    return {"type": "user", "sender_user": {"id": user_id, "is_bot": False, "first_name": first_name} | more}


def from_hidden_user(name: str) -> Origin:
    """Of a person who doesn't: only the name is told."""
    return {"type": "hidden_user", "sender_user_name": name}


def from_chat(title: str, chat_id: int = GROUP, **more: Any) -> Origin:
    """Of somebody who speaks for a group. `more`: author_signature."""
    return {"type": "chat", "sender_chat": {"id": chat_id, "type": "supergroup", "title": title}} | more


def from_channel(title: str, message_id: int = 1, *, username: str = "", **more: Any) -> Origin:
    """Of a channel. With a `username` the post has an address: t.me/<username>/<message_id>."""
    chat = {"id": CHANNEL, "type": "channel", "title": title} | ({"username": username} if username else {})
    return {"type": "channel", "chat": chat, "message_id": message_id} | more
