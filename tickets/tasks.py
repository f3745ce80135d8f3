"""This room's jobs."""

from django.db import InterfaceError, OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from tickets import bulk
from tickets.database_threads import in_database_thread

# While the database is away.
AGAIN = RetryStrategy(max_attempts=100, wait=2, retry_exceptions={OperationalError, InterfaceError})


@app.task(name=bulk.TASK, queue=bulk.QUEUE, pass_context=True, retry=AGAIN)
async def change_many(context: JobContext, bulk_id: int) -> None:
    while await in_database_thread(bulk.work_off, bulk_id):
        pass  # a worker that is told to stop does so between two
