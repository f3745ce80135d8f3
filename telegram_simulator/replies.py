"""Answering one message with another: the target must be there, a quote must be in it, word by word.

https://core.telegram.org/bots/api#replyparameters
"""

from typing import Any

from telegram_simulator.entities import Entity, utf16_length
from telegram_simulator.errors import bad_request
from telegram_simulator.parameters import Parameters
from telegram_simulator.world import Chat

MOST_QUOTE = 1024
NOT_FOUND = "message to be replied not found"
# The kinds that are kept in a quote and have to be the same in it. https://core.telegram.org/bots/api#textquote
QUOTED_KINDS = {"bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji"}


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
    return reply_to(
        target,
        quote=asked.get("quote"),
        position=asked.get("quote_position"),
        entities=asked.get("quote_entities") or [],
    )


def _target(chat: Chat, asked: dict[str, Any]) -> dict[str, Any] | None:
    if str(asked.get("chat_id") or chat.client_id) != str(chat.client_id):
        return None
    try:
        message = chat.messages.get(int(asked["message_id"]))
    except (TypeError, ValueError, OverflowError):
        return None
    return message.content if message else None


def reply_to(
    target: dict[str, Any], *, quote: Any = None, position: Any = None, entities: Any = None
) -> dict[str, Any]:
    """The fields of a message that answers `target`. Raises ApiError for a quote that isn't in it.

    `entities` of the quote: None takes those of the target, as a client's app does; a bot has to give them.
    """
    # A message in a message carries no further one: https://core.telegram.org/bots/api#message
    nested = {name: value for name, value in target.items() if name not in {"reply_to_message", "quote"}}
    fields: dict[str, Any] = {"reply_to_message": nested}
    if not quote:
        return fields
    text = target.get("text") or target.get("caption") or ""
    if not isinstance(quote, str) or quote not in text or utf16_length(quote) > MOST_QUOTE:
        raise bad_request("QUOTE_TEXT_INVALID")
    places = [utf16_length(text[:at]) for at in range(len(text)) if text.startswith(quote, at)]
    asked = position if isinstance(position, int) else 0
    length = utf16_length(quote)
    for place in sorted(places, key=lambda place: abs(place - asked)):
        there = _within(target, place, place + length)
        if entities is None or _plain(entities) == _plain(there):
            break
    else:
        raise bad_request("QUOTE_TEXT_INVALID")
    fields["quote"] = {"text": quote, "position": place, "is_manual": True}
    if there:
        fields["quote"]["entities"] = there
    return fields


def _within(target: dict[str, Any], begin: int, end: int) -> list[Entity]:
    """The target's entities in that stretch, cut to it, counted from its begin."""
    found = []
    for entity in target.get("entities") or target.get("caption_entities") or []:
        first = max(begin, entity["offset"])
        last = min(end, entity["offset"] + entity["length"])
        if entity["type"] in QUOTED_KINDS and first < last:
            found.append(entity | {"offset": first - begin, "length": last - first})
    return found


def _plain(entities: Any) -> set[tuple[Any, ...]]:
    """What is compared. Raises ApiError when these are no entities."""
    if not isinstance(entities, list) or not all(isinstance(each, dict) for each in entities):
        raise bad_request("can't parse quote entities JSON object")
    names = ("type", "offset", "length", "custom_emoji_id")
    return {
        tuple(str(entity.get(name)) for name in names)
        for entity in entities
        if entity.get("type") in QUOTED_KINDS
    }
