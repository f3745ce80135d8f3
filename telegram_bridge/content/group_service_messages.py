"""Service messages of groups and channels, as one English line. Such chats are no inboxes yet, but people
forward from them, and Telegram may send any of these anywhere."""

from collections.abc import Callable
from typing import Any

from telegram_bridge.content.money import STARS, amount
from telegram_bridge.content.names import full_name
from telegram_bridge.content.reading import Json, part, parts, whole, words

LONGEST_EXCERPT = 120


def excerpt(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return f"{line[:LONGEST_EXCERPT]}…" if len(line) > LONGEST_EXCERPT else line


def names(people: list[Json]) -> str:
    return ", ".join(full_name(one) for one in people if one)


def _topic(what: str) -> Callable[[Json], str]:
    return lambda body: f"{what}: {excerpt(words(body, 'name'))}" if words(body, "name") else what


def _video_chat_ended(body: Json) -> str:
    minutes, seconds = divmod(whole(body, "duration") or 0, 60)
    return f"Video chat ended, {minutes}:{seconds:02} min"


def _giveaway_completed(body: Json) -> str:
    count = whole(body, "winner_count") or 0
    return f"Giveaway completed: {count} winner{'' if count == 1 else 's'}"


def _owner(what: str) -> Callable[[Json], str]:
    def told(body: Json) -> str:
        new = part(body, "new_owner")
        return f"{what}: {full_name(new)}" if new else what

    return told


def _stars(what: str, field: str) -> Callable[[Json], str]:
    return lambda body: f"{what}: {whole(body, field) or 0} ⭐"


def _post_paid(body: Json) -> str:
    if stars := whole(part(body, "star_amount"), "amount"):
        body = {"currency": STARS, "amount": stars}
    return f"Suggested post paid: {amount(body, field='amount')}"


def _declined(body: Json) -> str:
    comment = excerpt(words(body, "comment"))
    return f"Suggested post declined: {comment}" if comment else "Suggested post declined"


def _direct_messages(body: Json) -> str:
    if body.get("are_direct_messages_enabled") is not True:
        return "Direct messages switched off"
    return f"Direct messages switched on: {whole(body, 'direct_message_star_count') or 0} ⭐ each"


SENTENCES: dict[str, Callable[[Any], str | list[str]]] = {
    "new_chat_members": lambda body: f"Joined: {names(parts(body, 'new_chat_members'))}",
    "left_chat_member": lambda body: f"Left: {names([body])}",
    "new_chat_title": lambda body: f"Renamed the chat: {excerpt(words(body, 'new_chat_title'))}",
    "new_chat_photo": lambda body: "Changed the chat's picture",
    "delete_chat_photo": lambda body: "Removed the chat's picture",
    "group_chat_created": lambda body: "Created the group",
    "supergroup_chat_created": lambda body: "Created the supergroup",
    "channel_chat_created": lambda body: "Created the channel",
    "migrate_to_chat_id": lambda body: "The group became a supergroup",
    "migrate_from_chat_id": lambda body: "The group became a supergroup",
    "chat_owner_changed": _owner("The chat has another owner"),
    "chat_owner_left": _owner("The chat's owner left"),
    "forum_topic_created": _topic("Created a topic"),
    "forum_topic_edited": _topic("Changed a topic"),
    "forum_topic_closed": lambda body: "Closed a topic",
    "forum_topic_reopened": lambda body: "Reopened a topic",
    "general_forum_topic_hidden": lambda body: "Hid the general topic",
    "general_forum_topic_unhidden": lambda body: "Showed the general topic again",
    "video_chat_scheduled": lambda body: "Scheduled a video chat",
    "video_chat_started": lambda body: "Video chat started",
    "video_chat_ended": _video_chat_ended,
    "video_chat_participants_invited": lambda body: f"Invited to a video chat: {names(parts(body, 'users'))}",
    "giveaway_created": lambda body: "Started a giveaway",
    "giveaway_completed": _giveaway_completed,
    "paid_message_price_changed": _stars("Price of a message", "paid_message_star_count"),
    "direct_message_price_changed": _direct_messages,
    "suggested_post_approved": lambda body: "Suggested post approved",
    "suggested_post_approval_failed": lambda body: "Suggested post could not be approved: it was not paid",
    "suggested_post_declined": _declined,
    "suggested_post_paid": _post_paid,
    "suggested_post_refunded": lambda body: "Suggested post refunded",
}
