"""What a worker that died has left: its jobs hold their chats' locks, its messages say “sending” for ever.

A message that was being sent becomes unknown; it is never sent again without a person's decision. What can be
done twice without harm (a file, a picture, a conversion, a change of a message or of many tickets, the answer
to a press) is simply done again.
"""

import logging
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from telegram_bridge import delivery_jobs, jobs
from telegram_bridge.bot_threads import in_bot_thread
from tickets import bulk, operations
from tickets.models import Amendment, Message

logger = logging.getLogger(__name__)

Delivery = Message.Delivery

# Messages on their way without a job that works on it: there should be none.
ORPHANS = """
SELECT message.id FROM tickets_message AS message
WHERE message.delivery IN ('queued', 'sending') AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs AS job
    WHERE job.task_name = %s AND (job.args ->> 'message_id')::bigint = message.id
    AND (job.status = 'doing' OR (job.status = 'todo' AND message.delivery = 'queued'))
)
ORDER BY message.id
"""
ORPHAN_AMENDMENTS = """
SELECT amendment.id, ticket.client_id FROM tickets_amendment AS amendment
JOIN tickets_message AS message ON message.id = amendment.message_id
JOIN tickets_ticket AS ticket ON ticket.id = message.ticket_id
WHERE amendment.state = 'queued' AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs AS job
    WHERE job.task_name = %s AND (job.args ->> 'amendment_id')::bigint = amendment.id
    AND job.status IN ('todo', 'doing')
)
ORDER BY amendment.id
"""
DONE_AGAIN = frozenset(
    {jobs.FETCH_FILE, jobs.FETCH_AVATAR, jobs.ANSWER_CALLBACK, delivery_jobs.CONVERT, bulk.TASK}
)
# Jobs of the room beside this one say themselves what they have done.
OTHER_ROOMS = "rules."
HOURS_KEPT = 72


async def settle_stalled(manager: JobManager, *, dead_seconds: float) -> None:
    """Settles every job whose worker has been silent for `dead_seconds`, so that its chat goes on."""
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=dead_seconds):
        logger.warning("Settling %s, which a dead worker has left", job.call_string)
        again = await in_bot_thread(_again_at, job)
        if again is not None:
            await manager.retry_job(job, retry_at=again)
        else:
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)


def _again_at(job: Job) -> datetime | None:
    """When the job may run again; None when it must not, since what it sends may have arrived."""
    if job.task_name in DONE_AGAIN or job.task_name.startswith(OTHER_ROOMS):
        return timezone.now()
    if job.task_name == jobs.AMEND:
        amendment_id = int(job.task_kwargs["amendment_id"])  # type: ignore[arg-type]  # JSON, written by us
        amendment = Amendment.objects.filter(pk=amendment_id).first()
        return _waited_for(amendment.error) if amendment is not None else None
    if job.task_name != delivery_jobs.TASK:
        return None
    message_id = int(job.task_kwargs["message_id"])  # type: ignore[arg-type]  # JSON, written by us
    message = Message.objects.filter(pk=message_id).first()
    if message is None or operations.settle_abandoned(message_id):
        return None
    message.refresh_from_db(fields=["delivery", "delivery_error"])
    if message.delivery != Delivery.QUEUED:
        return None
    return _waited_for(message.delivery_error)


def _waited_for(error: dict[str, Any]) -> datetime:
    """A wait that Telegram asked for holds across a crash."""
    return datetime.fromisoformat(str(error.get("retry_at") or timezone.now().isoformat()))


async def clear_away(manager: JobManager) -> None:
    """Removes old rows of workers and failed jobs that nothing waits for any more."""
    await manager.prune_stalled_workers(HOURS_KEPT * 3600)
    await manager.delete_old_jobs(
        HOURS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


async def settle_orphans() -> None:
    """Gives a queued message or change without a job one, and settles a message that nobody is sending any
    more."""
    for message_id in await in_bot_thread(_orphans):
        logger.error("Message %s was on its way without a job", message_id)
        await in_bot_thread(_adopt, message_id)
    for amendment_id, client_id in await in_bot_thread(_orphan_amendments):
        logger.error("Change %s of a message was on its way without a job", amendment_id)
        await in_bot_thread(jobs.queue_amendment, amendment_id, client_id)


def _orphans() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(ORPHANS, [delivery_jobs.TASK])
        return [pk for (pk,) in cursor.fetchall()]


def _orphan_amendments() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(ORPHAN_AMENDMENTS, [jobs.AMEND])
        return [(amendment_id, client_id) for amendment_id, client_id in cursor.fetchall()]


def _adopt(message_id: int) -> None:
    if operations.settle_abandoned(message_id):
        return
    with transaction.atomic(durable=True):
        message = Message.objects.select_related("ticket").get(pk=message_id)
        if message.delivery == Delivery.QUEUED:
            by_person = message.author_id is not None
            priority = delivery_jobs.TYPED if by_person else delivery_jobs.AUTOMATIC
            delivery_jobs.queue_delivery(message, priority=priority)
