"""Child processes: started in a session of their own, logged to a file, stopped by the pid that we started.

A session of its own keeps the terminal's Ctrl-C from a child, so that we stop things in our order.
The ledger remembers pids on disk: when we are killed, the next start stops what we left, and nothing else.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

LONGEST_LOG = 5 * 1024 * 1024  # bytes; a longer one is put aside at the next start


class StartFailed(Exception):
    """Something can't start; the text says why, and what to do, to the person who typed the command."""


class Child:
    """One process: `start`, `stop`, `kill`, and the last lines it wrote."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        identity: Mapping[str, object] | None = None,
        ledger: "Ledger | None" = None,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.env = dict(env)
        self.cwd = cwd
        self.identity: Mapping[str, Any] = identity or {}
        self.ledger = ledger
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        return self._started().pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and before it was started."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, *, text: bytes = b"") -> "Child":
        """Starts it; `text` is its standard input."""
        _put_aside(self.log)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                start_new_session=True,
                **self.identity,
            )
        self._process = process
        if process.stdin:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(text)
                process.stdin.close()
        if self.ledger:
            self.ledger.add(self.name, self.pid)
        return self

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> "Child":
        """Returns when `ready()`. Raises StartFailed, with its last words, when it ends or takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running and not ready():  # it may have ended well in between
                raise StartFailed(f"{self.name} stopped at once (exit code {self.exit_code}).{self.said()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} did not get ready within {seconds:.0f} seconds.{self.said()}")
            time.sleep(0.03)
        return self

    def stop(self, number: int = signal.SIGTERM, *, patience: float = 15) -> None:
        """Asks it to end with the signal `number`, and after `patience` seconds makes it."""
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(number)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process.wait()
        if self.ledger:
            self.ledger.remove(self.name)

    def kill(self) -> None:
        """kill -9, for it and what it started."""
        process = self._started()
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process

    def output(self) -> str:
        """What it wrote since its last start."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def said(self, lines: int = 15) -> str:
        """The last lines it wrote, as the end of an error message; nothing when it wrote nothing."""
        last = self.output().strip().splitlines()[-lines:]
        if not last:
            return f" It wrote nothing to {short(self.log)}."
        return f" Its last words (all of them: {short(self.log)}):\n" + "\n".join(
            f"    {line}" for line in last
        )


class Ledger:
    """A file with the pids of running children and when each began, as a pid alone may be used again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, name: str, pid: int) -> None:
        with contextlib.suppress(psutil.Error):
            self._write({**self._read(), name: [pid, psutil.Process(pid).create_time()]})

    def remove(self, name: str) -> None:
        self._write({key: value for key, value in self._read().items() if key != name})

    def stop_leftovers(self) -> None:
        """Stops what an earlier owner of the ledger left running: the last started first, servers at last."""
        for name, (pid, began) in reversed(self._read().items()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                if abs(process.create_time() - began) < 2:
                    # SIGINT is PostgreSQL's fast stop: SIGTERM would wait for every client to leave.
                    process.send_signal(signal.SIGINT if name == "PostgreSQL" else signal.SIGTERM)
                    _wait_or_kill(process)
        self._write({})

    def _read(self) -> dict[str, list[float]]:
        try:
            entries: dict[str, list[float]] = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return entries

    def _write(self, entries: dict[str, list[float]]) -> None:
        half = self.path.with_suffix(".half")
        half.write_text(json.dumps(entries))
        half.replace(self.path)


def _wait_or_kill(process: psutil.Process) -> None:
    if not _gone_within(15, process):
        process.kill()
        _gone_within(5, process)


def _gone_within(seconds: float, process: psutil.Process) -> bool:
    """A zombie is gone, too: orphans stay that where no init collects them, as in many a container."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


def short(path: Path) -> str:
    """The path as seen from where the person is, when it lies below."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _put_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
