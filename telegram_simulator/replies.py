"""Answering one message with another: the target must be there, a quote must be in it, word by word.

https://core.telegram.org/bots/api#replyparameters
"""

from typing import Any

from telegram_simulator.entities import utf16_length
from telegram_simulator.errors import bad_request
from telegram_simulator.parameters import Parameters
from telegram_simulator.world import Chat

MOST_QUOTE = 1024
NOT_FOUND = "message to be replied not found"


def reply_fields(chat: Chat, parameters: Parameters) -> dict[str, Any]:
    """`reply_to_message` and `quote`, or nothing. Takes the older parameters too. Raises ApiError."""
    asked = parameters.json("reply_parameters")
    if asked is None:
        asked = {
            "message_id": parameters.values.get("reply_to_message_id"),
            "allow_sending_without_reply": parameters.boolean("allow_sending_without_reply"),
        }
    if not isinstance(asked, dict):
        raise bad_request("can't parse reply parameters JSON object")
    if not asked.get("message_id"):
        return {}
    target = _target(chat, asked)
    if target is None:
        if str(asked.get("allow_sending_without_reply", "")).lower() in {"true", "1"}:
            return {}
        raise bad_request(NOT_FOUND)
    return reply_to(target, quote=asked.get("quote"), position=asked.get("quote_position"))


def _target(chat: Chat, asked: dict[str, Any]) -> dict[str, Any] | None:
    if str(asked.get("chat_id") or chat.client_id) != str(chat.client_id):
        return None
    try:
        message = chat.messages.get(int(asked["message_id"]))
    except (TypeError, ValueError, OverflowError):
        return None
    return message.content if message else None


def reply_to(target: dict[str, Any], *, quote: Any = None, position: Any = None) -> dict[str, Any]:
    """The fields of a message that answers `target`. Raises ApiError for a quote that isn't in it."""
    # A message in a message carries no further one: https://core.telegram.org/bots/api#message
    nested = {name: value for name, value in target.items() if name not in {"reply_to_message", "quote"}}
    fields: dict[str, Any] = {"reply_to_message": nested}
    if quote:
        text = target.get("text") or target.get("caption") or ""
        if not isinstance(quote, str) or quote not in text or utf16_length(quote) > MOST_QUOTE:
            raise bad_request("QUOTE_TEXT_INVALID")
        places = [utf16_length(text[:at]) for at in range(len(text)) if text.startswith(quote, at)]
        asked = position if isinstance(position, int) else 0
        nearest = min(places, key=lambda place: abs(place - asked))
        fields["quote"] = {"text": quote, "position": nearest, "is_manual": True}
    return fields
