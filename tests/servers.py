"""One throw-away PostgreSQL and Valkey for a whole test run, shared by its workers.

The process that the person started owns them; xdist's workers find them by the environment.
"""

import atexit
import os
import signal
from pathlib import Path

from embedded import throwaway

FOLDER = "HELPDESK_TESTS_FOLDER"  # the environment's name for this run's folder


def worker_number() -> int:
    """0 for the process that the person started, 1 … for xdist's workers gw0 …"""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


def folder() -> Path:
    """This run's own folder: logs, static files, media. Gone when the run ends."""
    return Path(os.environ[FOLDER])


def start() -> None:
    """Starts both servers and names them in the environment. `TESTS_DURABLE=1` keeps fsync on."""
    running = throwaway.servers(durable=os.environ.get("TESTS_DURABLE") == "1")
    path, postgres, valkey = running.__enter__()
    atexit.register(running.__exit__, None, None, None)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    os.environ.update({FOLDER: str(path), "DATABASE_URL": postgres.url, "REDIS_URL": valkey.url})


def _as_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt
