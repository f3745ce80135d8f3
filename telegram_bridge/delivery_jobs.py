"""Puts a message's delivery job into the queue. Knows the job by name only, so that a web process never
loads what sends it."""

from procrastinate.contrib.django import app

from tickets.models import Message

QUEUE = "delivery"
TASK = "telegram_bridge.deliver"


def lane(client_id: int) -> str:
    """The lock of a chat's jobs: they run in the order they were queued, one at a time."""
    return f"chat:{client_id}"


def queue_delivery(message: Message) -> None:
    """Adds the job to the current transaction: rolled back, it was never there."""
    job = app.configure_task(TASK, lock=lane(message.ticket.client_id), queue=QUEUE)
    job.defer(message_id=message.pk)
