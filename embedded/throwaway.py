"""PostgreSQL and Valkey for an hour: for a test run, for a check, for a measurement.

    python -m embedded.throwaway manage.py makemigrations --check

runs that Python command with DATABASE_URL and REDIS_URL naming servers of its own, and ends as it ends.
Servers of a run that was killed are stopped, and their folder removed, by the next run.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from embedded.place import Place
from embedded.postgres import Postgres
from embedded.processes import StartFailed
from embedded.valkey import Valkey

PREFIX = "helpdesk-throwaway-"


@contextlib.contextmanager
def servers(*, durable: bool = False) -> Iterator[tuple[Path, Postgres, Valkey]]:
    """Yields their folder and both servers, started. `durable` keeps fsync on, as a measurement may want."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # as root, the servers run as another user, who must reach it
    try:
        with Place(folder) as place, contextlib.ExitStack() as stack:
            postgres = Postgres(place, durable=durable)
            stack.callback(postgres.stop)
            postgres.start()
            valkey = Valkey(place)
            stack.callback(valkey.stop)
            valkey.start()
            yield folder, postgres, valkey
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError, StartFailed):  # StartFailed: another run is using it
            if left.is_symlink() or left.stat().st_uid != os.geteuid():
                continue
            with Place(left):
                pass
            shutil.rmtree(left, ignore_errors=True)


def main() -> int:
    with servers() as (folder, postgres, valkey):
        env = os.environ | {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "STATE_DIR": str(folder / "state"),
        }
        return subprocess.run([sys.executable, *sys.argv[1:]], env=env, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StartFailed as error:
        sys.exit(str(error))
