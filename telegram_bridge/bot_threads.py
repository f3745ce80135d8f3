"""Database work of the bot's coroutines: a few threads that keep their connections, since each reply waits
for several short calls."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

from telegram_bridge import database_faults
from telegram_bridge.backing_off import BackOff

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4

_executor = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="bot-database")


async def in_bot_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `function` returns. After an error the thread gets a new connection."""

    def call() -> R:
        try:
            return function(*args, **kwargs)
        except BaseException:
            connections.close_all()
            raise

    return await asyncio.get_running_loop().run_in_executor(_executor, call)


async def persistently(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """As `in_bot_thread`, again and again while the database is away. `function` may so run twice."""
    back_off = BackOff(first=0.1, cap=5)
    waiting = False
    while True:
        try:
            result = await in_bot_thread(function, *args, **kwargs)
        except Exception as error:
            if not database_faults.passes(error):
                raise
            if not waiting:
                logger.warning("Waiting for the database: %s", str(error).strip())
            waiting = True
            await asyncio.sleep(back_off.next())
        else:
            return result


async def close_connections() -> None:
    """Gives the connections of all threads back; a later call opens new ones."""
    loop = asyncio.get_running_loop()
    # Each thread waits for the others, so that each gets exactly one of these calls.
    everybody = threading.Barrier(THREADS)

    def close() -> None:
        everybody.wait(timeout=10)
        connections.close_all()

    await asyncio.gather(*(loop.run_in_executor(_executor, close) for _ in range(THREADS)))
