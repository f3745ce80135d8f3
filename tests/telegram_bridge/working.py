"""A worker for a test: runs the queued jobs until something is true."""

import asyncio
from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob

from telegram_bridge.worker import Worker
from tickets.database_threads import in_database_thread
from tickets.models import Message


async def work_until(true: Callable[[], Any], *, seconds: float = 30) -> None:
    """A worker, until `true` (which may ask the database) says so."""
    working = Worker()
    task = asyncio.create_task(working.run())
    try:
        async with asyncio.timeout(seconds):
            while not await in_database_thread(true):
                assert not task.done(), task.result()
                await asyncio.sleep(0.02)
    finally:
        working.stop()
        await task


def settled() -> bool:
    """Nothing is on its way and no job is left."""
    return not on_its_way() and not ProcrastinateJob.objects.exists()


def on_its_way() -> bool:
    return Message.objects.filter(delivery__in=["queued", "sending"]).exists()
