"""What keeps services alive: readiness, falls, back-off, the order of the end."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from embedded import StartFailed
from embedded.processes import Ledger
from embedded.services import Program, Service, StopAsked, Supervisor

# Says that it is ready, and ends well on SIGTERM.
LONG = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print('up', flush=True)
time.sleep(60)
"""


class Stage:
    """A supervisor, what it said, and programs for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append)
        self.stopped: list[str] = []

    def program(self, label: str, code: str) -> Program:
        return Program(
            label,
            [sys.executable, "-c", code],
            log=self.folder / f"{label}.log",
            env=dict(os.environ),
            cwd=self.folder,
            ready=lambda output: "up" in output,
            ledger=Ledger(self.folder / "ledger"),
            interrupted=self.supervisor.check_stop,
        )

    def service(self, label: str, code: str = LONG) -> Program:
        """Starts it under the supervisor."""
        program = self.program(label, code)

        def stop() -> None:
            self.stopped.append(label)
            program.stop()

        self.supervisor.start(Service(label, program.start, stop, lambda: program.child))
        return program

    def watch_until(self, done: Callable[[], bool]) -> None:
        """Lets the supervisor watch until something is true, then asks it to stop."""

        def ask() -> None:
            deadline = time.monotonic() + 15
            while not done() and time.monotonic() < deadline:
                time.sleep(0.02)
            self.supervisor.ask_to_stop()

        asking = threading.Thread(target=ask)
        asking.start()
        self.supervisor.watch()
        asking.join()
        assert done(), self.said

    @property
    def words(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_services_stop_in_reverse_order(stage: Stage) -> None:
    first, second = stage.service("first"), stage.service("second")
    stage.supervisor.stop_all()
    assert stage.stopped == ["second", "first"]
    assert (first.child.exit_code, second.child.exit_code) == (0, 0)


def test_one_that_cannot_be_stopped_keeps_no_other_from_it(stage: Stage) -> None:
    first = stage.service("first")

    def broken() -> None:
        raise OSError("the disk is gone")

    stage.supervisor.start(Service("second", lambda: None, broken, lambda: None))
    stage.supervisor.stop_all()
    assert not first.child.running
    assert "second could not be stopped properly: the disk is gone" in stage.words


def test_a_service_that_is_killed_is_named_and_runs_again(stage: Stage) -> None:
    program = stage.service("worker")
    before = program.child.pid
    os.kill(before, signal.SIGKILL)
    stage.watch_until(lambda: "worker runs again." in stage.said)
    assert "worker stopped by itself (exit code -9)" in stage.words
    assert "Trying again in 1 s." in stage.words
    assert program.child.running
    assert program.child.pid != before
    stage.supervisor.stop_all()


def test_a_service_that_keeps_falling_is_tried_less_and_less_often(stage: Stage) -> None:
    marker = stage.folder / "started"
    code = (
        f"import pathlib, time; p = pathlib.Path({str(marker)!r}); first = not p.exists(); p.touch()\n"
        "print('up' if first else 'no database', flush=True); time.sleep(0.2 if first else 0)"
    )
    stage.service("worker", code)
    stage.watch_until(lambda: "Trying again in 2 s." in stage.words)
    assert "no database" in stage.words
    stage.supervisor.stop_all()


def test_a_first_start_that_fails_says_the_last_words(stage: Stage) -> None:
    with pytest.raises(StartFailed, match=r"worker stopped at once \(exit code 3\)(.|\n)*no database"):
        stage.service("worker", "import sys; print('no database'); sys.exit(3)")


def test_a_stop_asked_for_during_a_start_is_obeyed_at_once(stage: Stage) -> None:
    program = stage.program("slow", "import time; time.sleep(60)")
    threading.Timer(0.3, stage.supervisor.ask_to_stop).start()
    began = time.monotonic()
    with pytest.raises(StopAsked):
        stage.supervisor.run_once(program)
    assert time.monotonic() - began < 5
    assert not program.child.running


def test_a_program_that_ignores_the_request_to_stop_is_killed_with_its_children(stage: Stage) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(15, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "print('up', child.pid, flush=True); time.sleep(60)"
    )
    program = stage.service("stubborn", code)
    grandchild = int(program.child.output().split()[1])
    program.child.stop(patience=0.2)
    assert program.child.exit_code == -signal.SIGKILL
    deadline = time.monotonic() + 30
    while _lives(grandchild):
        assert time.monotonic() < deadline, "the grandchild still runs"
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_in_the_terminal_does_not_reach_a_service_before_us(stage: Stage) -> None:
    program = stage.service("worker")
    assert os.getsid(program.child.pid) == program.child.pid
    stage.supervisor.stop_all()
