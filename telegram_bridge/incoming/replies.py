"""What a client's message answers: a message of ours, words that we don't know, something of another chat.

https://core.telegram.org/bots/api#message (reply_to_message, external_reply, quote, reply_to_story)
"""

from dataclasses import dataclass, field

from telegram_bridge.content.names import by_whom, chat_name
from telegram_bridge.content.origins import written_by
from telegram_bridge.content.reading import Json, part, parts, words
from telegram_bridge.incoming.handling import Source
from telegram_bridge.incoming.known_messages import named_in, place_of
from tickets.models import Message

LONGEST_QUOTE = 1024  # https://core.telegram.org/bots/api#textquote


@dataclass(frozen=True)
class Answered:
    """Our message, when it is one, and the quoted words; `details` say who wrote what is not ours."""

    target: Message | None = None
    quote: str = ""
    details: Json = field(default_factory=dict)


NOTHING = Answered()


def answered(source: Source, message: Json) -> Answered:
    """What `message` answers; most messages answer nothing."""
    quote = words(part(message, "quote"), "text", most=LONGEST_QUOTE)
    if target := part(message, "reply_to_message"):
        if message.get("is_topic_message") is True and "forum_topic_created" in target:
            return NOTHING  # written in a topic, which Telegram tells as an answer to the topic's beginning
        return _of_this_chat(source, message, target, quote or _item(message, target))
    if external := part(message, "external_reply"):
        return _of_another_chat(source, message, external, quote)
    if story := part(message, "reply_to_story"):
        return Answered(details={"reply_from": chat_name(part(story, "chat")), "reply_kind": "story"})
    return NOTHING


def _of_this_chat(source: Source, message: Json, target: Json, quote: str) -> Answered:
    chat_id, _ = place_of(message)
    if found := named_in(source, chat_id, target):
        return Answered(found.message, quote)
    quote = quote or words(target, "text", most=LONGEST_QUOTE) or words(target, "caption", most=LONGEST_QUOTE)
    return Answered(quote=quote, details=_from(by_whom(target, "from", "sender_chat")))


def _of_another_chat(source: Source, message: Json, external: Json, quote: str) -> Answered:
    chat_id, _ = place_of(message)
    if part(external, "chat").get("id") == chat_id and (found := named_in(source, chat_id, external)):
        return Answered(found.message, quote)
    chat = part(external, "chat")
    who = written_by(part(external, "origin")) or (chat_name(chat) if chat else "")
    return Answered(quote=quote, details=_from(who))


def _from(who: str) -> Json:
    return {"reply_from": who} if who else {}


def _item(message: Json, target: Json) -> str:
    """The task of a checklist or the answer of a poll, when it is that alone which is answered."""
    tasks, options = part(target, "checklist"), part(target, "poll")
    for holder, rows, key, number in (
        (tasks, "tasks", "id", message.get("reply_to_checklist_task_id")),
        (options, "options", "persistent_id", message.get("reply_to_poll_option_id")),
    ):
        for one in parts(holder, rows) if number is not None else []:
            if one.get(key) == number:
                return words(one, "text", most=LONGEST_QUOTE)
    return ""
