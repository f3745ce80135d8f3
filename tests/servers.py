"""One throw-away PostgreSQL and Valkey for a whole test run, started once and shared by its workers.

The process that the person started owns them; xdist's workers find them by the environment. A run that
was killed leaves its folder behind: the next run stops what still runs there and removes it.
"""

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

from embedded import Place, Postgres, StartFailed, Valkey

PREFIX = "helpdesk-tests-"
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
    _sweep()
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    path.chmod(0o755)  # as root, the servers run as another user, who must reach it
    place = Place(path).claim()
    postgres = Postgres(place, durable=os.environ.get("TESTS_DURABLE") == "1")
    valkey = Valkey(place)

    def stop() -> None:
        valkey.stop()
        postgres.stop()
        place.release()
        shutil.rmtree(path, ignore_errors=True)

    atexit.register(stop)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    os.environ[FOLDER] = str(path)
    os.environ["DATABASE_URL"] = postgres.start()
    os.environ["REDIS_URL"] = valkey.start()


def _as_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt


def _sweep() -> None:
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if left.is_symlink() or left.stat().st_uid != os.geteuid():
            continue
        try:
            with Place(left):
                pass
        except StartFailed:
            continue  # another run is using it
        shutil.rmtree(left, ignore_errors=True)
