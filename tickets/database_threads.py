"""Database work of coroutines: in threads of our own, several at once.

`database_sync_to_async` shares one thread per process; ten sockets that read would wait for each other.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connections

P = ParamSpec("P")
R = TypeVar("R")

MOST_THREADS = 4

_executor = ThreadPoolExecutor(max_workers=MOST_THREADS, thread_name_prefix="database")


async def in_database_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What `function` returns. Its thread keeps its connection for the next call.

    When the connection turns out to be dead it is called once more on a new one: only for what reads.
    """

    def call() -> R:
        try:
            return function(*args, **kwargs)
        except (OperationalError, InterfaceError):
            connections.close_all()
            return function(*args, **kwargs)
        except BaseException:
            connections.close_all()
            raise

    return await asyncio.get_running_loop().run_in_executor(_executor, call)
