"""Puts a message's delivery job into the queue. Knows the job by name only, so that a web process never
loads what sends it."""

from procrastinate.contrib.django import app

from tickets.models import Attachment, Message

QUEUE = "delivery"
TASK = "telegram_bridge.deliver"
# Sound is converted beside the deliveries, in the lane of its chat: what is written after it waits for it.
CONVERTING_QUEUE = "voices"
CONVERT = "telegram_bridge.convert_voice"

# A chat's jobs run in the order they were queued; a higher priority goes first, also before what waits for
# its time. A message that is half sent is finished before anything else.
AUTOMATIC, TYPED, BEGUN = -10, 0, 10

MAY_BE_VOICE = frozenset({Message.Kind.VOICE, Message.Kind.ALBUM})


def lane(client_id: int) -> str:
    """The lock of a chat's jobs: they run in the order they were queued, one at a time."""
    return f"chat:{client_id}"


def queue_delivery(message: Message, *, priority: int = TYPED) -> None:
    """Adds the job to the current transaction: rolled back, it was never there. A recorded voice that
    Telegram would not take is converted by a job before it."""
    chat = lane(message.ticket.client_id)
    if message.kind in MAY_BE_VOICE and unready_voices(message.pk):
        converting = app.configure_task(CONVERT, lock=chat, queue=CONVERTING_QUEUE, priority=priority)
        converting.defer(message_id=message.pk)
    job = app.configure_task(TASK, lock=chat, queue=QUEUE, priority=priority)
    job.defer(message_id=message.pk)


def unready_voices(message_id: int) -> list[Attachment]:
    """Recorded voices that are not yet known to be what Telegram plays as one: Ogg, with a known length."""
    voices = Attachment.objects.filter(message=message_id, kind=Message.Kind.VOICE)
    return [one for one in voices if one.mime_type != "audio/ogg" or one.duration is None]
