"""Where a message comes from that was not written here: who wrote it first, when, and where to read it.

https://core.telegram.org/bots/api#messageorigin
"""

from telegram_bridge.content.names import chat_name, full_name, message_link
from telegram_bridge.content.reading import Json, moment, part, whole, words


def forwarded(message: Json) -> Json:
    """Details of a forwarded message: `forwarded_from`, `forwarded_at`, `forwarded_url` as far as known."""
    origin = part(message, "forward_origin")
    if not origin:
        return {}
    written_at = moment(origin, "date")
    found = {
        "forwarded_from": written_by(origin),
        "forwarded_at": written_at.isoformat() if written_at else "",
        "forwarded_url": message_link(part(origin, "chat"), whole(origin, "message_id")),
    }
    return {name: value for name, value in found.items() if value}


def written_by(origin: Json) -> str:
    """The person, the name of one who hides, the group or the channel (with who signed)."""
    if user := part(origin, "sender_user"):
        return full_name(user)
    if hidden := words(origin, "sender_user_name", most=255):
        return hidden
    chat = part(origin, "sender_chat") or part(origin, "chat")
    if not chat:
        return ""
    signature = words(origin, "author_signature", most=255)
    return f"{chat_name(chat)} ({signature})" if signature else chat_name(chat)
