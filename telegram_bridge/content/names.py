"""What people and chats of Telegram are called here, and where in Telegram a chat's message or story lies."""

import re
import unicodedata

from telegram_bridge.content.reading import Json, identifier, part, words

LONGEST_NAME = 255
# The user names that Telegram gives; anything else must not become a part of a link.
USERNAME = re.compile(r"\w{3,64}", re.ASCII)
# Letters by their category, and nothing to see: Hangul fillers, the empty Braille pattern.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Ids of channels and supergroups are written as -100…, their links without it.
CHANNEL_PREFIX = "-100"


def full_name(user: Json) -> str:
    """First and last name of a Telegram user, their user name or id when nothing of it can be seen."""
    names = (words(user, name).strip() for name in ("first_name", "last_name"))
    name = " ".join(part for part in names if part)[:LONGEST_NAME]
    if _is_visible(name):
        return name
    return words(user, "username", most=LONGEST_NAME) or str(identifier(user, "id") or "?")


def chat_name(chat: Json) -> str:
    """The title of a group or channel, the name of a person."""
    title = words(chat, "title", most=LONGEST_NAME)
    return title if _is_visible(title) else full_name(chat)


def _is_visible(name: str) -> bool:
    """Whether there is anything to see: zero-width characters alone make a name that looks like none."""
    return any(unicodedata.category(one)[0] in "LNPS" and one not in BLANKS for one in name)


def message_link(chat: Json, message_id: int | None) -> str:
    """The address of a channel's message; empty for a chat without one.

    https://core.telegram.org/api/links#message-links
    """
    if message_id is None:
        return ""
    if username := username_of(chat):
        return f"https://t.me/{username}/{message_id}"
    chat_id = str(identifier(chat, "id") or "")
    if chat_id.startswith(CHANNEL_PREFIX):
        return f"https://t.me/c/{chat_id.removeprefix(CHANNEL_PREFIX)}/{message_id}"
    return ""


def story_link(chat: Json, story_id: int | None) -> str:
    """https://core.telegram.org/api/links#story-links"""
    username = username_of(chat)
    return f"https://t.me/{username}/s/{story_id}" if username and story_id is not None else ""


def username_of(chat: Json) -> str:
    """The user name of a person or chat, fit for a link; empty when there is none."""
    username = words(chat, "username")
    return username if USERNAME.fullmatch(username) else ""


def by_whom(holder: Json, user: str, chat: str) -> str:
    """Who did it: a person or, in its own name, a chat. Empty when neither is there."""
    if who := part(holder, user):
        return full_name(who)
    return chat_name(part(holder, chat)) if part(holder, chat) else ""
