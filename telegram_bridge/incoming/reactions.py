"""The client's reactions below a message, of either side: set, changed, taken back.

They go to the message's own ticket, which may be closed, and open or reopen none.
https://core.telegram.org/bots/api#messagereactionupdated
"""

from telegram_bridge.content.reading import Json, needed_part, part, parts, words
from telegram_bridge.incoming.handling import Skipped, Source
from telegram_bridge.incoming.known_messages import known, parts_of, place_of
from tickets import amendment_steps, operations
from tickets.journal import CLIENT, Change
from tickets.models import Message

NOT_THE_CLIENT = "Reacted in the name of a chat, or with none."
SIDE = "client"
# What a reaction of each type is told apart by: https://core.telegram.org/bots/api#reactiontype
TELLING = {"emoji": "emoji", "custom_emoji": "custom_emoji_id", "paid": ""}


def reacted(change: Change, source: Source, body: Json) -> str:
    """The note of an applied `message_reaction`."""
    chat_type = words(needed_part(body, "chat"), "type")
    if chat_type != "private":
        return Skipped(f"Not a private chat: {chat_type}")
    if part(body, "user").get("is_bot") is True or not part(body, "user"):
        return Skipped(NOT_THE_CLIENT)
    row = known(source, *place_of(body)).first()
    if row is None:
        return "A reaction to a message that is not known here."
    message = operations.locked_message(row.message_id)
    now = _now_shown(message, _reactions(body, "old_reaction"), _reactions(body, "new_reaction"))
    if not amendment_steps.set_reactions(change, message, SIDE, now, actor=CLIENT):
        return "The reactions are as they were."
    return ""


def _now_shown(message: Message, old: list[Json], new: list[Json]) -> list[Json]:
    """What is below the message now. One that is several messages in Telegram (an album, a long text) has
    the reactions of all: Telegram tells of each alone."""
    shown = message.reactions.get(SIDE, [])
    if not shown or parts_of(message).count() == 1:
        return new
    kept = [one for one in shown if one not in old and one not in new]
    return kept + new


def _reactions(body: Json, name: str) -> list[Json]:
    """ReactionType objects, each with what tells it apart; of a type that is new the type alone."""
    found: list[Json] = []
    for one in parts(body, name):
        kind = words(one, "type", most=32)
        telling = TELLING.get(kind, "")
        what = words(one, telling, most=64) if telling else ""
        if kind and (what or not telling):
            found.append({"type": kind, telling: what} if telling else {"type": kind})
    return found
