"""The product's real processes for a test: start, stop, kill -9, start again, and what they wrote.

server = processes.web()            # helpdesk.server at server.url: one for all tests of a worker
server = processes.web(own=True)    # … for this test alone
simulator = processes.simulator()   # the Telegram simulator: simulator.url, simulator.token
bot = processes.bot(simulator)      # manage.py runbot, talking to that simulator
bot.kill(); bot.start()             # a crash, and the start after it
"""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from embedded import Postgres, StartFailed, Valkey, ports, reachable
from embedded.processes import Child
from tests import servers

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "1000001:SIMULATOR-TOKEN-FOR-THE-TESTS-0000000000"
READY_SECONDS = 40  # two cores, and several of these at once
BOT_READY = "Ready"  # what runbot logs once it receives and delivers


class Running:
    """One process of the product."""

    def __init__(self, child: Child, ready: Callable[["Running"], bool], *, port: int = 0) -> None:
        self.child = child
        self.port = port
        self._ready = ready

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """The bot token that the simulator takes."""
        return TOKEN

    @property
    def pid(self) -> int:
        return self.child.pid

    @property
    def output(self) -> str:
        """What it wrote since its last start."""
        return self.child.output()

    def start(self, *, wait: bool = True) -> "Running":
        """Starts it, again too; returns when it is ready, or at once with `wait=False`."""
        self.child.start()
        return self.wait() if wait else self

    def wait(self) -> "Running":
        self.child.wait_until(lambda: self._ready(self), seconds=READY_SECONDS)
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Asks it to end, waits, and returns its exit code."""
        self.child.stop(number)
        return self.child.exit_code or 0

    def kill(self) -> None:
        """kill -9: it gets no chance to do anything."""
        self.child.kill()

    def wait_for(self, words: str, *, seconds: float = 30) -> None:
        """Returns when it has written `words`."""
        deadline = time.monotonic() + seconds
        while words not in self.output:
            assert time.monotonic() < deadline, f"{self.child.name} never wrote “{words}”.{self.child.said()}"
            time.sleep(0.05)


class Processes:
    """Starts processes that share one database, one Redis database and one media folder."""

    def __init__(
        self, folder: Path, *, database_url: str, redis_url: str, lasting: "Processes | None" = None
    ) -> None:
        """`lasting`: whose web process serves this test too, and runs on after it."""
        self.lasting = lasting
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.env = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "default",
        }
        for name in [name for name in self.env if name.startswith(("PYTEST_", "COV_"))]:
            del self.env[name]
        self.env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        self.running: list[Running] = []

    def web(self, *, own: bool = False, start: bool = True, **env: str) -> Running:
        """The web server, with static files as in production. `env` adds settings."""
        if self.lasting and not (own or env) and start:
            alive = [one for one in self.lasting.running if one.child.exit_code is None]
            return alive[0] if alive else self.lasting.web()
        _collect_static(self.env)
        port = ports.any_free()
        command = ["-m", "helpdesk.server", "--host", "127.0.0.1", "--port", str(port)]
        return self._add(
            "web", command, env, lambda one: reachable.over_http(f"{one.url}/healthz"), port, start
        )

    def bot(self, simulator: Running | None = None, *, start: bool = True, **env: str) -> Running:
        """`manage.py runbot`, talking to `simulator` or to what `env` names."""
        if simulator:
            env = {"TELEGRAM_API_URL": simulator.url, "TELEGRAM_BOT_TOKEN": simulator.token, **env}
        return self._add("bot", ["manage.py", "runbot"], env, lambda one: BOT_READY in one.output, 0, start)

    def simulator(self, *, start: bool = True) -> Running:
        """The Telegram simulator, with a state of its own that it keeps from one start to the next."""
        port = ports.any_free()
        state = self.folder / f"simulator-{len(self.running)}"
        command = ["-m", "telegram_simulator", "--port", str(port), "--state", str(state)]
        return self._add(
            "simulator",
            command,
            {"TELEGRAM_BOT_TOKEN": TOKEN},
            lambda one: ports.answers(one.port),
            port,
            start,
        )

    def manage(self, *arguments: str) -> str:
        """Runs `manage.py …` to its end and returns what it wrote. Raises StartFailed at a bad end."""
        child = Child(
            f"manage.py {arguments[0]}",
            [sys.executable, "manage.py", *arguments],
            log=self.folder / f"manage-{arguments[0]}.log",
            env=self.env,
            cwd=ROOT,
        )
        return child.start().wait_until(lambda: child.exit_code == 0, seconds=120).output()

    def stop(self) -> None:
        """Stops what still runs, the last started first."""
        for one in reversed(self.running):
            one.stop()

    def _add(  # noqa: PLR0917  (private, and each caller is one line above)
        self,
        name: str,
        arguments: list[str],
        env: dict[str, str],
        ready: Callable[[Running], bool],
        port: int,
        start: bool,
    ) -> Running:
        number = len(self.running)
        child = Child(
            f"{name} {number}",
            [sys.executable, *arguments],
            log=self.folder / f"{name}-{number}.log",
            env=self.env | env,
            cwd=ROOT,
        )
        one = Running(child, ready, port=port)
        self.running.append(one)
        return one.start() if start else one


@dataclass(frozen=True)
class OwnServers:
    """Servers of one test (`postgres.kill()`, `postgres.start()` …) and the processes on them."""

    postgres: Postgres
    valkey: Valkey
    processes: Processes

    def query(self, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """The rows that the statement returns; none for one that returns nothing."""
        with psycopg.connect(self.postgres.url) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []


def _collect_static(env: dict[str, str]) -> None:
    """Once for all workers of a run."""
    done = servers.folder() / "static-collected"
    with (servers.folder() / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return
        command = [sys.executable, "manage.py", "collectstatic", "--noinput"]
        child = Child("collectstatic", command, log=servers.folder() / "static.log", env=env, cwd=ROOT)
        child.start().wait_until(lambda: child.exit_code == 0, seconds=120)
        done.touch()


__all__ = ["TOKEN", "OwnServers", "Processes", "Running", "StartFailed"]
