"""Presses of buttons below our messages. Each is answered, so that no button waits; each that is ours is a
row in the journal. A client's program may send any data: only a button that is there counts.

https://core.telegram.org/bots/api#callbackquery
"""

import re

from telegram_bridge.content.reading import BIGGEST_ID, Json, identifier, part, words
from telegram_bridge.incoming.handling import Skipped, Source
from telegram_bridge.incoming.known_messages import named_in
from telegram_bridge.jobs import queue_callback_answer
from tickets import amendment_steps, operations, rating_steps
from tickets.journal import Change
from tickets.models import Message

# The message's number here, and which of its buttons (telegram_bridge puts it below when it sends).
DATA = re.compile(r"answer:(\d{1,19}):(\d{1,2}):(\d{1,2})", re.ASCII)
STRANGE = "Not the press of a button of ours; it was answered all the same."
GONE = "The press of a button that is not there (any more); it was answered all the same."
OF_ANOTHER = "A press below a message of somebody else; it was answered all the same."


def pressed(change: Change, source: Source, query: Json) -> str:
    """The note of an applied `callback_query`."""
    if query_id := words(query, "id"):
        queue_callback_answer(source.bot_id, query_id)
    below = part(query, "message")
    chat_type = words(part(below, "chat"), "type")
    if below and chat_type != "private":
        return Skipped(f"Not a private chat: {chat_type}")
    found = DATA.fullmatch(words(query, "data"))
    if found is None or not below:
        return STRANGE  # of an inline message, a game, or another program that had this bot before
    message_id, row, column = map(int, found.groups())
    client_id = identifier(part(query, "from"), "id")
    if client_id is None or message_id > BIGGEST_ID or not _is_below(source, below, client_id, message_id):
        return OF_ANOTHER
    message = operations.locked_message(message_id)
    button = _button(message, row, column)
    if button is None:
        return GONE
    if (score := rating_steps.rating_of(button)) is not None:
        rating_steps.rate(change, message, score, thumbs=button.get("thumbs") is True)
        return ""
    amendment_steps.press_button(
        change, message, text=button.get("text", ""), answer=button.get("answer", "")
    )
    return ""


def _is_below(source: Source, below: Json, client_id: int, message_id: int) -> bool:
    """Whether the press came from the chat that our message was written to, and from below that message."""
    chat_id = identifier(part(below, "chat"), "id")
    ours = Message.objects.filter(
        pk=message_id,
        direction=Message.Direction.OUT,
        ticket__client__inbox=source.inbox_id,
        ticket__client__external_id=client_id,
    )
    if chat_id != client_id or not ours.exists():
        return False
    # Not known when the answer to its sending never came; then the press itself shows that it arrived.
    row = named_in(source, client_id, below)
    return row is None or row.message_id == message_id


def _button(message: Message, row: int, column: int) -> Json | None:
    rows = message.buttons
    if row >= len(rows) or column >= len(rows[row]) or "answer" not in rows[row][column]:
        return None
    button: Json = rows[row][column]
    return button
