"""`make run`: the whole product on this machine, until Ctrl-C.

What DATABASE_URL, REDIS_URL and TELEGRAM_BOT_TOKEN don't name is brought: PostgreSQL, Valkey, and a
Telegram to play with. Everything started here is stopped here, in reverse order, and its data kept.
"""

import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import environ

from embedded import ports, reachable
from embedded.place import Place
from embedded.postgres import Postgres
from embedded.processes import StartFailed, short
from embedded.services import Program, Service, StopAsked, Supervisor
from embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parent.parent
SIMULATOR_PORT = 8081


@dataclass(frozen=True)
class Wishes:
    """What the environment and `.env` say; an empty value is none."""

    values: Mapping[str, str]

    @classmethod
    def read(cls) -> "Wishes":
        environ.Env.read_env(ROOT / ".env")
        return cls({name: value for name, value in os.environ.items() if value.strip()})

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def state(self) -> Path:
        return ROOT / (self["STATE_DIR"] or "var")

    @property
    def port(self) -> int:
        text = self["PORT"] or "8000"
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise StartFailed(f"PORT is “{text}”, which is no port: give it a number from 1 to 65535.")
        return int(text)


class Run:
    """One `make run`, from the claim of the state folder to the last process stopped."""

    def __init__(self, wishes: Wishes, place: Place, supervisor: Supervisor) -> None:
        self.wishes = wishes
        self.place = place
        self.supervisor = supervisor
        self.simulator_port = 0
        self.env = dict(wishes.values) | {"STATE_DIR": str(place.state), "PYTHONUNBUFFERED": "1"}

    def start(self) -> None:
        """Starts everything, each after what it needs is really ready. Raises StartFailed."""
        self._check_port()
        self._servers()
        self._secrets()
        self._prepare()
        self._simulator()
        port = str(self.wishes.port)
        web = ["-m", "helpdesk.server", "--host", ports.LOOPBACK, "--port", port]
        url = f"http://{ports.LOOPBACK}:{port}/healthz"
        self._program("web", "Web server", web, lambda _: reachable.over_http(url))
        self._program("bot", "Bot", ["manage.py", "runbot"], lambda output: "Ready" in output)

    def _check_port(self) -> None:
        port = self.wishes.port
        if port < 1024 and os.geteuid() != 0:
            raise StartFailed(f"PORT is {port}, which only root may use. Set PORT to one above 1023.")
        if not ports.is_free(port):
            raise StartFailed(
                f"Port {port} is taken by another program. Stop that one, or choose another port with the "
                "setting PORT, for example: PORT=8010 make run"
            )

    def _servers(self) -> None:
        if url := self.wishes["DATABASE_URL"]:
            reachable.postgres(url)
        else:
            postgres = Postgres(self.place)
            self.supervisor.start(
                Service("PostgreSQL", postgres.start, postgres.stop, lambda: postgres.child)
            )
            self.env["DATABASE_URL"] = postgres.url
        if url := self.wishes["REDIS_URL"]:
            reachable.redis(url)
        else:
            valkey = Valkey(self.place)
            self.supervisor.start(Service("Valkey", valkey.start, valkey.stop, lambda: valkey.child))
            self.env["REDIS_URL"] = valkey.url

    def _secrets(self) -> None:
        place, env = self.place, self.env
        env.setdefault("SECRET_KEY", self.wishes["SECRET_KEY"] or place.secret("secret-key", _long_secret))
        env.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1")
        env.setdefault("ADMIN_USERNAME", "admin")
        if "ADMIN_PASSWORD" not in env:
            env["ADMIN_PASSWORD"] = place.secret("admin-password", lambda: secrets.token_urlsafe(12))

    def _prepare(self) -> None:
        for name, label, arguments in (
            ("migrate", "Database up to date", ["migrate", "--noinput"]),
            ("collectstatic", "Static files", ["collectstatic", "--noinput"]),
            ("ensure-admin", "Administrator", ["ensure_admin"]),
        ):
            self.supervisor.run_once(self._make(name, label, ["manage.py", *arguments], lambda _: False))

    def _simulator(self) -> None:
        if self.wishes["TELEGRAM_BOT_TOKEN"]:
            return
        self.simulator_port = port = ports.preferably(SIMULATOR_PORT)
        token = self.place.secret("simulator-token", _simulator_token)
        self.env["TELEGRAM_BOT_TOKEN"] = token
        self.env["TELEGRAM_API_URL"] = f"http://{ports.LOOPBACK}:{port}"
        # It posts to webhooks beside it without a certificate.
        self.env.setdefault("PUBLIC_URL", f"http://{ports.LOOPBACK}:{self.wishes.port}")
        state = str(self.place.state / "simulator")
        command = ["-m", "telegram_simulator", "--port", str(port), "--state", state]
        self._program("simulator", "Telegram simulator", command, lambda _: ports.answers(port))

    def _program(self, name: str, label: str, arguments: list[str], ready: Callable[[str], bool]) -> None:
        program = self._make(name, label, arguments, ready)
        self.supervisor.start(Service(label, program.start, program.stop, lambda: program.child))

    def _make(self, name: str, label: str, arguments: list[str], ready: Callable[[str], bool]) -> Program:
        return Program(
            label,
            [sys.executable, *arguments],
            log=self.place.logs / f"{name}.log",
            env=self.env,
            cwd=ROOT,
            ready=ready,
            ledger=self.place.ledger,
            interrupted=self.supervisor.check_stop,
        )

    def summary(self) -> str:
        """What the person needs to begin: addresses, sign-in, where the logs are, how to stop."""
        wishes, state = self.wishes, short(self.place.state)
        made = f"{self.env['ADMIN_PASSWORD']}   (the first one; kept in {state}/admin-password)"
        simulator = f"http://127.0.0.1:{self.simulator_port}/   (a simulator: play the client there)"
        rows = [
            ("Staff desk", f"http://127.0.0.1:{wishes.port}/"),
            ("User name", self.env["ADMIN_USERNAME"]),
            ("Password", "the one in ADMIN_PASSWORD" if wishes["ADMIN_PASSWORD"] else made),
            ("Telegram", simulator if self.simulator_port else "the bot of TELEGRAM_BOT_TOKEN"),
            ("Logs", f"{state}/logs/"),
        ]
        lines = [f"  {name:<12}{value}" for name, value in rows]
        return "\n".join(["", *lines, "", "  Ctrl-C stops everything. The data stays.", ""])


def main() -> int:
    """The exit code: 0 after a stop that was asked for, 1 when something could not start."""
    supervisor = Supervisor(say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.ask_to_stop)
    began = time.monotonic()
    try:
        wishes = Wishes.read()
        with Place(wishes.state) as place:
            run = Run(wishes, place, supervisor)
            try:
                say("Starting the helpdesk …")
                run.start()
                say(f"Ready after {time.monotonic() - began:.0f} seconds.")
                say(run.summary())
                supervisor.watch()
            finally:
                supervisor.stop_all()
    except StopAsked:
        return 0
    except StartFailed as error:
        say(f"\n{error}\n")
        return 1
    return 0


def say(text: str) -> None:
    print(text, flush=True)


def _long_secret() -> str:
    return secrets.token_urlsafe(50)


def _simulator_token() -> str:
    return f"1000001:SIMULATOR-TOKEN-{secrets.token_hex(12)}"


if __name__ == "__main__":
    sys.exit(main())
