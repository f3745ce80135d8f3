"""Tasks of a checklist that were done, undone or added: the checklist's own message shows them, if known.

https://core.telegram.org/bots/api#checklisttasksdone
"""

from telegram_bridge.content.kind_details import task
from telegram_bridge.content.names import by_whom
from telegram_bridge.content.reading import Json, numbers, part, parts
from telegram_bridge.incoming.handling import Source
from telegram_bridge.incoming.known_messages import named_in
from tickets import amendment_steps, operations
from tickets.journal import CLIENT, Change
from tickets.models import Message

Kind = Message.Kind


def follow(change: Change, source: Source, chat_id: int, message: Json) -> None:
    """What the service message `message` tells is shown on the checklist too."""
    done, added = part(message, "checklist_tasks_done"), part(message, "checklist_tasks_added")
    row = named_in(source, chat_id, part(done or added, "checklist_message"))
    if row is None:
        return
    ours = operations.locked_message(row.message_id)
    if ours.kind != Kind.CHECKLIST:
        return
    tasks = [_marked(one, done, by_whom(message, "from", "sender_chat")) for one in ours.details["tasks"]]
    known = {one.get("id") for one in tasks}
    tasks += [task(one) for one in parts(added, "tasks") if one.get("id") not in known]
    amendment_steps.renew_details(change, ours, {**ours.details, "tasks": tasks}, actor=CLIENT)


def _marked(one: Json, done: Json, who: str) -> Json:
    number = one.get("id")
    if number is not None and number in numbers(done, "marked_as_done_task_ids"):
        return {**one, "done": True, "by": who}
    if number is not None and number in numbers(done, "marked_as_not_done_task_ids"):
        return {key: value for key, value in one.items() if key != "by"} | {"done": False}
    return one
