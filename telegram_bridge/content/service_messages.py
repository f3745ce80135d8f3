"""What Telegram itself tells in a chat, as one English line: "Pinned a message: hello".

The desk's page may put the line into its reader's language by the name of its kind, which is kept as `type`.
https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable
from typing import Any

from telegram_bridge.content import group_service_messages
from telegram_bridge.content.group_service_messages import excerpt, names
from telegram_bridge.content.money import amount
from telegram_bridge.content.names import chat_name, full_name
from telegram_bridge.content.reading import Json, identifier, numbers, part, parts, whole, words

LONGEST_TITLE = 200
# What the client did and may want an answer to; the others never open a ticket for a client who has one.
ASKS_FOR_ANSWER = frozenset(
    {"successful_payment", "refunded_payment", "users_shared", "chat_shared", "web_app_data", "passport_data"}
)
DAY, HOUR, MINUTE = 86_400, 3_600, 60


def service(message: Json) -> Json | None:
    """`type`, `title` and, for some, `lines`; None when it is no service message that we know."""
    name = next((name for name in message if name in SENTENCES), None)
    if name is None:
        return None
    value = message[name]
    # Some are objects without a field; others are lists, a text, a number or just true.
    told = SENTENCES[name](value if isinstance(value, dict) else {name: value})
    title, *lines = [told] if isinstance(told, str) else told
    return {"type": name, "title": title[:LONGEST_TITLE], **({"lines": lines} if lines else {})}


def _timer(body: Json) -> str:
    seconds = whole(body, "message_auto_delete_time") or 0
    if not seconds:
        return "Messages no longer delete themselves"
    for size, unit in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second")):
        if seconds % size == 0:
            count = seconds // size
            return f"Messages delete themselves after {count} {unit}{'' if count == 1 else 's'}"
    raise AssertionError("unreachable: every number of seconds is one of seconds")


def _pinned(body: Json) -> str:
    said = excerpt(words(body, "text") or words(body, "caption"))
    return f"Pinned a message: {said}" if said else "Pinned a message"


def _users_shared(body: Json) -> list[str]:
    people = [one | {"id": one.get("user_id")} for one in parts(body, "users")]
    return ["Shared users", *(full_name(one) for one in people)]


def _chat_shared(body: Json) -> str:
    return f"Shared a chat: {chat_name(body | {'id': body.get('chat_id')})}"


def _tasks_done(body: Json) -> list[str]:
    tasks = {identifier(one, "id"): words(one, "text") for one in _tasks(body)}
    lines = [
        f"{mark} {excerpt(tasks.get(number) or f'#{number}')}"
        for mark, name in (("✓", "marked_as_done_task_ids"), ("○", "marked_as_not_done_task_ids"))
        for number in numbers(body, name)
    ]
    return [f"Checklist changed{_of_checklist(body)}", *lines]


def _tasks_added(body: Json) -> list[str]:
    tasks = [excerpt(words(one, "text")) for one in parts(body, "tasks")]
    return [f"Tasks added{_of_checklist(body)}", *tasks]


def _tasks(body: Json) -> list[Json]:
    return parts(part(part(body, "checklist_message"), "checklist"), "tasks")


def _of_checklist(body: Json) -> str:
    title = words(part(part(body, "checklist_message"), "checklist"), "title")
    return f": {excerpt(title)}" if title else ""


def _write_access(body: Json) -> str:
    app = words(body, "web_app_name")
    return f"Allowed the bot to write, in {app}" if app else "Allowed the bot to write"


def _proximity(body: Json) -> str:
    who, whom = full_name(part(body, "traveler")), full_name(part(body, "watcher"))
    return f"{who} is within {whole(body, 'distance') or 0} m of {whom}"


def _option(what: str) -> Callable[[Json], str]:
    return lambda body: f"{what}: {excerpt(words(body, 'option_text'))}"


def _form(body: Json) -> list[str]:
    return [f"Form: {words(body, 'button_text')}", words(body, "data")]


def _boost(body: Json) -> str:
    count = whole(body, "boost_count") or 0
    return f"Boosted the chat {count} time{'' if count == 1 else 's'}"


SENTENCES: dict[str, Callable[[Any], str | list[str]]] = {
    "pinned_message": _pinned,
    "message_auto_delete_timer_changed": _timer,
    "chat_background_set": lambda body: "Changed the chat's background",
    "successful_payment": lambda body: f"Paid: {amount(body)}",
    "refunded_payment": lambda body: f"Refunded: {amount(body)}",
    "users_shared": _users_shared,
    "chat_shared": _chat_shared,
    "connected_website": lambda body: f"Signed in on {excerpt(words(body, 'connected_website'))}",
    "write_access_allowed": _write_access,
    "passport_data": lambda body: "Sent Telegram Passport data",
    "proximity_alert_triggered": _proximity,
    "web_app_data": _form,
    "checklist_tasks_done": _tasks_done,
    "checklist_tasks_added": _tasks_added,
    "poll_option_added": _option("Added an answer to a poll"),
    "poll_option_deleted": _option("Removed an answer from a poll"),
    "managed_bot_created": lambda body: f"Created a bot: {names([part(body, 'bot')])}",
    "boost_added": _boost,
    **group_service_messages.SENTENCES,
}
