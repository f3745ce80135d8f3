"""Puts the bridge's other jobs into the queue, by name, in the current transaction."""

from procrastinate.contrib.django import app

from telegram_bridge.delivery_jobs import AUTOMATIC, QUEUE, lane
from tickets.models import Client

FILES_QUEUE = "files"
GREET = "telegram_bridge.greet"
ANSWER_CALLBACK = "telegram_bridge.answer_callback"
FETCH_FILE = "telegram_bridge.fetch_file"
AMEND = "telegram_bridge.amend"
FETCH_AVATAR = "telegram_bridge.fetch_avatar"


def queue_greeting(bot_id: int, client: Client) -> None:
    """In the chat's lane: what was sent to the client by itself before is sent before."""
    job = app.configure_task(GREET, lock=lane(client.pk), queue=QUEUE, priority=AUTOMATIC)
    job.defer(bot_id=bot_id, client_id=client.pk)


def queue_callback_answer(bot_id: int, callback_query_id: str) -> None:
    """Telegram's button shows that it waits until the press is answered."""
    app.configure_task(ANSWER_CALLBACK, queue=QUEUE).defer(bot_id=bot_id, callback_query_id=callback_query_id)


def queue_file(attachment_id: int) -> None:
    """In a queue of its own and without the chat's lock: files never delay a reply."""
    app.configure_task(FETCH_FILE, queue=FILES_QUEUE).defer(attachment_id=attachment_id)


def queue_avatar(client_id: int) -> None:
    """Behind the files: whether a client has a (new) profile picture can wait, and after a quiet night all
    who write are looked at."""
    app.configure_task(FETCH_AVATAR, queue=FILES_QUEUE, priority=AUTOMATIC).defer(client_id=client_id)


def queue_amendment(amendment_id: int, client_id: int) -> None:
    """In the chat's lane: an edit never overtakes the message that it is about."""
    app.configure_task(AMEND, lock=lane(client_id), queue=QUEUE).defer(amendment_id=amendment_id)
