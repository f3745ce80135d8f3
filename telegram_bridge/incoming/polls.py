"""Votes of a poll that a message shows. Telegram tells of them by the poll's id alone, in no chat's order.

So what is about one poll is applied one after the other, by a lock on its id, which is taken before the lock
of any ticket. https://core.telegram.org/bots/api#update (poll, poll_answer)
"""

import json

from django.db import connection

from telegram_bridge.content import kind_details
from telegram_bridge.content.reading import Json, needed_words, numbers, part, parts, words
from telegram_bridge.incoming.handling import Source
from telegram_bridge.models import TelegramPoll, Update
from tickets import amendment_steps, operations
from tickets.journal import CLIENT, SYSTEM, Change
from tickets.models import Message

UNKNOWN = "A poll that no message here shows."
AS_IT_WAS = "The poll is as it was."
LONGEST_ID = 64


def lock(source: Source, message: Json) -> None:
    """Before a message with a poll locks its ticket."""
    if poll_id := words(part(message, "poll"), "id"):
        _lock(source, poll_id)


def _lock(source: Source, poll_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"poll:{source.bot_id}:{poll_id}"]
        )


def watch(change: Change, source: Source, message: Message) -> None:
    """`message` shows a poll: votes are followed from now on. Votes that overtook it are counted too."""
    poll_id = message.details["poll_id"]
    if len(poll_id) > LONGEST_ID:
        return  # none of Telegram's
    # Shown twice, the later one is followed.
    TelegramPoll.objects.update_or_create(
        bot_id=source.bot_id, poll_id=poll_id, defaults={"message": message}
    )
    later = Update.objects.filter(
        bot=source.bot_id, kind="poll", state=Update.State.DONE, pk__gt=source.update_id or 0
    )
    news = [json.loads(raw)["poll"] for raw in later.order_by("pk").values_list("raw", flat=True)]
    for poll in reversed(news):
        if words(poll, "id") == poll_id:
            _renew(change, message, poll)
            return


def counted(change: Change, source: Source, poll: Json) -> str:
    """The note of an applied `poll`: votes came or went, or it was closed."""
    message = _message(source, needed_words(poll, "id"))
    if message is None:
        return UNKNOWN
    return "" if _renew(change, message, poll) else AS_IT_WAS


def chosen(change: Change, source: Source, answer: Json) -> str:
    """The note of an applied `poll_answer`: what the client voted for, in a poll that tells."""
    message = _message(source, needed_words(answer, "poll_id"))
    if message is None:
        return UNKNOWN
    if message.ticket.client.external_id != part(answer, "user").get("id"):
        return "Somebody else voted."
    details = {**message.details, "chosen": numbers(answer, "option_ids")}
    return "" if amendment_steps.renew_details(change, message, details, actor=CLIENT) else AS_IT_WAS


def _message(source: Source, poll_id: str) -> Message | None:
    """The message that shows the poll, locked."""
    _lock(source, poll_id)
    row = TelegramPoll.objects.filter(bot=source.bot_id, poll_id=poll_id).first()
    return operations.locked_message(row.message_id) if row is not None else None


def _renew(change: Change, message: Message, poll: Json) -> bool:
    details = kind_details.poll(poll)
    if not parts(poll, "options"):
        details["options"] = message.details["options"]
    kept = {name: value for name, value in message.details.items() if name not in details}
    return amendment_steps.renew_details(change, message, {**kept, **details}, actor=SYSTEM)
