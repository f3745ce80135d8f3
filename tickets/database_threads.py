"""Database work of coroutines: in threads of our own, several at once.

`database_sync_to_async` shares one thread per process; ten sockets that read would wait for each other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
R = TypeVar("R")

MOST_THREADS = 4

_executor = ThreadPoolExecutor(max_workers=MOST_THREADS, thread_name_prefix="database")


async def in_database_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `function` returns, called in a thread that gives its connection back to the pool afterwards."""

    def call() -> R:
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_executor, call)
