"""The bridge's jobs. Also loaded by the web process, which only queues them: `telegram` is imported by the
jobs themselves."""

from datetime import datetime

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from telegram_bridge import delivery_jobs, jobs


class AsAsked(BaseRetryStrategy):
    """A job that put itself off runs again at the time it named; it keeps its lock, and so its place. One
    that has sent a part of its message lets nothing go between the parts."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        until = getattr(exception, "until", None)
        if not isinstance(until, datetime):
            return None
        begun = getattr(exception, "begun", False)
        return RetryDecision(retry_at=until, priority=delivery_jobs.BEGUN if begun else None)


@app.task(name=delivery_jobs.TASK, queue=delivery_jobs.QUEUE, pass_context=True, retry=AsAsked())
async def deliver(context: JobContext, message_id: int) -> None:
    from telegram_bridge import delivery

    await delivery.deliver(message_id, attempts=context.job.attempts, lane=context.job.lock or "")


@app.task(
    name=delivery_jobs.CONVERT, queue=delivery_jobs.CONVERTING_QUEUE, pass_context=True, retry=AsAsked()
)
async def convert_voice(context: JobContext, message_id: int) -> None:
    from telegram_bridge import voices

    await voices.convert(message_id)


@app.task(name=jobs.GREET, queue=delivery_jobs.QUEUE, pass_context=True, retry=AsAsked())
async def greet(context: JobContext, bot_id: int, client_id: int) -> None:
    from telegram_bridge import greeting

    await greeting.greet(bot_id, client_id, attempts=context.job.attempts)


@app.task(name=jobs.ANSWER_CALLBACK, queue=delivery_jobs.QUEUE, pass_context=True, retry=AsAsked())
async def answer_callback(context: JobContext, bot_id: int, callback_query_id: str) -> None:
    from telegram_bridge import greeting

    await greeting.answer_callback(bot_id, callback_query_id, attempts=context.job.attempts)


@app.task(name=jobs.AMEND, queue=delivery_jobs.QUEUE, pass_context=True, retry=AsAsked())
async def amend(context: JobContext, amendment_id: int) -> None:
    from telegram_bridge import amending

    await amending.amend(amendment_id, attempts=context.job.attempts)


@app.task(name=jobs.FETCH_FILE, queue=jobs.FILES_QUEUE, pass_context=True, retry=AsAsked())
async def fetch_file(context: JobContext, attachment_id: int) -> None:
    from telegram_bridge import downloads

    await downloads.fetch_file(attachment_id, attempts=context.job.attempts)


@app.task(name=jobs.FETCH_AVATAR, queue=jobs.FILES_QUEUE, pass_context=True, retry=AsAsked())
async def fetch_avatar(context: JobContext, client_id: int) -> None:
    from telegram_bridge import avatars

    await avatars.fetch_avatar(client_id, attempts=context.job.attempts)
