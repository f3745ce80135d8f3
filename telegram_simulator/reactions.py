"""Reactions: which there are, and who may give how many.

https://core.telegram.org/bots/api#reactiontype
"""

from typing import Any

from telegram_simulator.errors import bad_request

Reaction = dict[str, Any]
MOST_BY_CLIENT = 3  # with a paid account; one without it. A bot gives one.
# The emoji that may be reactions. https://core.telegram.org/bots/api#reactiontypeemoji
_EMOJI = """
    ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡
    🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈
    😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿
    🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
EMOJI = tuple(_EMOJI.split())
_ALLOWED = set(EMOJI)


def checked(wanted: Any, *, by_bot: bool) -> list[Reaction]:
    """The reactions as they are kept. An emoji alone stands for its object. Raises ApiError."""
    if not isinstance(wanted, list):
        raise bad_request("can't parse reaction types: expected an Array of ReactionType")
    reactions = [_one(each, by_bot=by_bot) for each in wanted]
    if len(reactions) > (1 if by_bot else MOST_BY_CLIENT):
        raise bad_request("REACTIONS_TOO_MANY")
    if any(each in reactions[:at] for at, each in enumerate(reactions)):
        raise bad_request("REACTION_INVALID")
    return reactions


def _one(wanted: Any, *, by_bot: bool) -> Reaction:
    if isinstance(wanted, str):
        wanted = {"type": "emoji", "emoji": wanted}
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "emoji":
        # With or without the mark that asks for the coloured look: the same reaction.
        if str(wanted.get("emoji")).replace("\ufe0f", "") not in _ALLOWED:
            raise bad_request("REACTION_INVALID")
        return {"type": "emoji", "emoji": wanted["emoji"]}
    if kind == "custom_emoji" and str(wanted.get("custom_emoji_id") or "").isdigit():
        return {"type": "custom_emoji", "custom_emoji_id": str(wanted["custom_emoji_id"])}
    if kind == "paid":
        if by_bot:  # https://core.telegram.org/bots/api#setmessagereaction
            raise bad_request("bots can't use paid reactions")
        return {"type": "paid"}
    raise bad_request("REACTION_INVALID" if kind else "can't parse reaction types: type is missing")


def first_emoji(reactions: list[Reaction]) -> str:
    return next((str(each["emoji"]) for each in reactions if each["type"] == "emoji"), "")
