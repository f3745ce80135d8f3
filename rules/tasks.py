"""This room's jobs."""

from typing import Any

from django.db import InterfaceError, OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from rules import schedules, timers, webhooks
from tickets.database_threads import in_database_thread

# While the database is away.
AGAIN = RetryStrategy(max_attempts=1000, wait=5, retry_exceptions={OperationalError, InterfaceError})


@app.task(name=webhooks.TASK, queue=webhooks.QUEUE, pass_context=True, retry=AGAIN)
async def call(context: JobContext, call_id: int) -> None:
    await in_database_thread(webhooks.send, call_id)


@app.task(name=timers.TASK, queue=timers.QUEUE, pass_context=True, retry=AGAIN)
async def look(context: JobContext, rule_id: int, ticket_id: int, seq: int) -> None:
    await in_database_thread(timers.look, rule_id, ticket_id, seq)


@app.task(name=schedules.TASK, queue=schedules.QUEUE, pass_context=True, retry=AGAIN)
async def walk(context: JobContext, inbox_id: int, rules: list[Any], after: int) -> None:
    await in_database_thread(schedules.walk, inbox_id, rules, after)
