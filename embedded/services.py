"""What `make run` keeps alive: started in order, restarted with back-off, stopped in reverse order."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embedded.processes import Child, Ledger, StartFailed

READY_SECONDS = 90  # a slow machine's first start
LOOK_EVERY = 0.2  # seconds
STEADY_AFTER = 60  # seconds of running after which a service's earlier falls are forgotten
LONGEST_PAUSE = 30  # seconds


class StopAsked(Exception):
    """Ctrl-C or SIGTERM came: everything is to stop, cleanly."""


class Program:
    """One of the product's own processes: `start` returns when `ready(what it wrote so far)`."""

    def __init__(
        self,
        label: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        ready: Callable[[str], bool],
        ledger: Ledger,
        interrupted: Callable[[], None],
    ) -> None:
        self.child = Child(label, command, log=log, env=env, cwd=cwd, ledger=ledger)
        self.ready = ready
        self.interrupted = interrupted

    def start(self) -> None:
        """Raises StartFailed when it doesn't get ready, StopAsked when a stop came in between."""
        self.child.start()
        self._wait(lambda: self.ready(self.child.output()))

    def stop(self) -> None:
        self.child.stop()

    def finish(self) -> None:
        """Runs it to its end. Raises StartFailed when that is a bad one."""
        self.child.start()
        try:
            self._wait(lambda: self.child.exit_code == 0)
        finally:
            self.child.stop()

    def _wait(self, ready: Callable[[], bool]) -> None:
        def ready_or_interrupted() -> bool:
            self.interrupted()
            return ready()

        try:
            self.child.wait_until(ready_or_interrupted, seconds=READY_SECONDS)
        except (StartFailed, StopAsked):
            self.child.stop()
            raise


@dataclass
class Service:
    """Something to keep alive. `child` is its process once started."""

    label: str
    start: Callable[[], object]
    stop: Callable[[], None]
    child: Callable[[], Child | None]
    falls: int = 0
    started: float = 0.0
    again_at: float | None = field(default=None)


class Supervisor:
    """Keeps services alive until a stop is asked for."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.services: list[Service] = []
        self._stop_asked = False

    def ask_to_stop(self, *_: object) -> None:
        """The signal handler: only a note, which everything that waits looks at."""
        self._stop_asked = True

    def check_stop(self) -> None:
        """Raises StopAsked when a stop was asked for."""
        if self._stop_asked:
            raise StopAsked

    def start(self, service: Service) -> None:
        """Starts it and keeps it from now on. Raises StartFailed: the first start must succeed."""
        self.check_stop()
        began = time.monotonic()
        self.services.append(service)  # also when it fails half-way: then there is something to stop
        service.start()
        service.started = time.monotonic()
        self.say(f"  {service.label:<22}{service.started - began:5.1f} s")

    def run_once(self, program: Program) -> None:
        """Runs a program that ends by itself."""
        self.check_stop()
        began = time.monotonic()
        program.finish()
        self.say(f"  {program.child.name:<22}{time.monotonic() - began:5.1f} s")

    def watch(self) -> None:
        """Returns when a stop is asked for; until then whatever falls is named and started again."""
        while not self._stop_asked:
            for service in self.services:
                self._look_after(service)
            time.sleep(LOOK_EVERY)

    def stop_all(self) -> None:
        """Stops everything, the last started first, so that each finishes while what it needs still runs."""
        if self.services:
            self.say("\nStopping …")
        failures = []
        for service in reversed(self.services):
            try:
                service.stop()
            except Exception as error:  # whatever it is, the others have to be stopped, too
                failures.append(f"{service.label} could not be stopped properly: {error}")
        if self.services:
            self.say("\n".join(failures) if failures else "Stopped. All data is kept.")
        self.services = []

    def _look_after(self, service: Service) -> None:
        now = time.monotonic()
        child = service.child()
        if service.again_at is None:
            if child is None or child.running:
                return
            if now - service.started > STEADY_AFTER:
                service.falls = 0
            self._fell(service, f"stopped by itself (exit code {child.exit_code}).{child.said()}")
        elif now >= service.again_at:
            service.again_at = None
            try:
                service.start()
            except StopAsked:
                return
            except StartFailed as error:
                self._fell(service, f"did not start. {error}")
            else:
                service.started = time.monotonic()
                self.say(f"{service.label} runs again.")

    def _fell(self, service: Service, what: str) -> None:
        service.falls += 1
        pause = min(2 ** (service.falls - 1), LONGEST_PAUSE)
        service.again_at = time.monotonic() + pause
        self.say(f"\n{service.label} {what}\n  Trying again in {pause} s.")
