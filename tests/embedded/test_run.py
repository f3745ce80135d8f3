"""`python -m embedded.run`, as `make run` calls it: what it refuses, and the words it says."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from embedded import Place, ports, reachable
from embedded.place import Account
from embedded.processes import Child
from tests.processes import ROOT

SERVERS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "MEDIA_ROOT")


def settings_for(state: Path, port: int | str) -> dict[str, str]:
    """The environment of a person who set STATE_DIR and PORT and nothing else."""
    env = {name: value for name, value in os.environ.items() if name not in SERVERS}
    return env | {"STATE_DIR": str(state), "PORT": str(port)}


def run(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "embedded.run"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_named_with_its_setting_before_anything_starts(state: Path, taken_port: int) -> None:
    done = run(settings_for(state, taken_port))
    assert done.returncode == 1
    assert f"Port {taken_port} is taken by another program" in done.stdout
    assert "PORT" in done.stdout
    assert not (state / "postgres").exists()


def test_a_second_run_says_that_one_is_running(state: Path) -> None:
    with Place(state):
        done = run(settings_for(state, ports.any_free()))
    assert done.returncode == 1
    assert f"already running on {state} (process {os.getpid()})" in done.stdout


def test_a_port_that_is_no_number_is_named(state: Path) -> None:
    done = run(settings_for(state, "http"))
    assert done.returncode == 1
    assert "PORT is “http”, which is no port" in done.stdout


def test_a_database_that_is_not_there_is_named_with_its_setting(state: Path) -> None:
    env = settings_for(state, ports.any_free())
    env |= {"DATABASE_URL": f"postgres://a:b@127.0.0.1:{ports.any_free()}/c"}
    done = run(env)
    assert done.returncode == 1
    assert "DATABASE_URL names a database that can't be used" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_redis_that_is_not_there_is_named_with_its_setting(state: Path) -> None:
    env = settings_for(state, ports.any_free())
    env |= {
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": f"redis://127.0.0.1:{ports.any_free()}/0",
    }
    done = run(env)
    assert done.returncode == 1
    assert "REDIS_URL names a server that can't be used" in done.stdout


def test_an_account_can_only_what_the_kernel_lets_it(tmp_path: Path) -> None:
    ours = Account(os.geteuid(), os.getegid())
    assert ours.can("r", tmp_path)
    assert not ours.can("r", tmp_path / "missing")


@pytest.fixture
def make_run(state: Path) -> Iterator[Callable[[], Child]]:
    """Starts `make run` on a free port, again too, and returns it when it has said that all is up."""
    port = ports.any_free()
    child = Child(
        "make run",
        [sys.executable, "-m", "embedded.run"],
        log=state.parent / "run.log",
        env=settings_for(state, port),
        cwd=ROOT,
    )

    def start() -> Child:
        return child.start().wait_until(lambda: "Ctrl-C stops everything" in child.output(), seconds=120)

    yield start
    child.stop(patience=60)


@pytest.mark.crash
def test_everything_starts_stops_with_ctrl_c_and_is_found_again(
    state: Path, make_run: Callable[[], Child]
) -> None:
    running = make_run()
    password = (state / "admin-password").read_text().strip()
    assert password in running.output()
    assert (state / "admin-password").stat().st_mode & 0o777 == 0o600
    desk = re.search(r"Staff desk +(http://\S+)", running.output())
    simulator = re.search(r"Telegram +(http://\S+)", running.output())
    assert desk is not None
    assert simulator is not None
    assert reachable.over_http(f"{desk.group(1)}accounts/login/")
    assert reachable.over_http(simulator.group(1))
    entries = json.loads((state / "processes.json").read_text())
    started = [psutil.Process(int(pid)) for pid, _ in entries.values()]
    assert set(entries) == {"PostgreSQL", "Valkey", "Telegram simulator", "Web server", "Bot"}
    assert "already running" in run(running.env).stdout

    running.stop(signal.SIGINT, patience=60)
    assert running.exit_code == 0
    assert not any(process.is_running() for process in started)

    assert password in make_run().output()
    running.kill()  # as a crash would: the next start clears what is left
    make_run()
    running.stop(signal.SIGTERM, patience=60)
    assert running.exit_code == 0
