"""Where the servers keep their data, and as which user they run.

A server started by root runs as `nobody` (PostgreSQL refuses to be root). That user must be able to reach
its data and its binaries. Below a folder closed to it, say a 0700 home, it can't: then both live in
`/var/lib/helpdesk/<hash>`, and a file in the state folder names that place. The permissions of anything
that isn't ours stay as they are, which is why the wheel's own launcher is not used: it opens every parent.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.processes import Ledger, StartFailed, short

SYSTEM_HOME = Path("/var/lib/helpdesk")
POINTER = "servers-live-in"  # a file of the state folder: the path of a home outside it
OWNER = "belongs-to"  # the same seen from that home


@dataclass(frozen=True)
class Account:
    """The unprivileged user that servers run as when we are root."""

    uid: int
    gid: int

    def can(self, test: str, path: Path) -> bool:
        """Whether `test -x path` (or -r, -w) holds for that user: the kernel is asked, no mode is read."""
        command = ["/bin/sh", "-c", 'test "$1" "$2"', "sh", f"-{test}", str(path)]
        return subprocess.run(command, check=False, cwd="/", **self.identity()).returncode == 0

    def identity(self) -> dict[str, Any]:
        """What makes `subprocess` start a child as this user and nobody else."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Hands a folder of ours, and what is in it, to this user."""
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


class AlreadyRunning(StartFailed):
    """Another process holds this state folder. `pid` is 0 when it could not be read."""

    def __init__(self, state: Path, pid: int) -> None:
        super().__init__(
            f"It is already running on {short(state)} (process {pid or 'unknown'}). Stop that one with "
            "Ctrl-C in its terminal; or, to run another beside it, set STATE_DIR and PORT for it."
        )
        self.pid = pid


class Place:
    """A state folder claimed by this process: `state` for us, `home` for the servers' data.

    One process at a time: the claim is a lock on a file, which the kernel drops when the process ends
    however it ends. What an earlier owner left running (it was killed) is stopped by `claim`.
    """

    def __init__(self, state: Path) -> None:
        self.state = state.absolute()
        self.account = _unprivileged() if os.geteuid() == 0 else None
        self.logs = self.state / "logs"
        self.ledger = Ledger(self.state / "processes.json")
        self._lock: int | None = None

    def claim(self) -> "Place":
        """Makes the folders and takes the lock. Raises AlreadyRunning, or StartFailed."""
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StartFailed(
                f"The state folder {self.state} can't be used: {error.strerror}. Set STATE_DIR to a "
                f"folder that {_user_name(os.geteuid())} may write to."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode().strip()
            os.close(lock)
            raise AlreadyRunning(self.state, int(holder) if holder.isdigit() else 0) from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock
        try:
            self.logs.mkdir(mode=0o700, exist_ok=True)
            self.ledger.stop_leftovers()
            self.home = self._find_home()
        except BaseException:
            self.release()
            raise
        return self

    def release(self) -> None:
        """Gives the lock back; the folder's next claim, by anybody, succeeds."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> "Place":
        return self.claim()

    def __exit__(self, *_: object) -> None:
        self.release()

    def folder(self, name: str) -> Path:
        """A folder in `home` that belongs to the servers' user alone; made when missing."""
        folder = self.home / name
        if not folder.exists():
            folder.mkdir(mode=0o700)
            if self.account:
                self.account.own(folder)
        user = self.account.uid if self.account else os.geteuid()
        if folder.stat().st_uid != user:
            raise StartFailed(
                f"{folder} belongs to {_user_name(folder.stat().st_uid)}, and the server would run as "
                f"{_user_name(user)}: it was made when somebody else started this. Start it as the same user "
                "again, or set STATE_DIR to a folder of your own."
            )
        return folder

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """The text in the state folder's file `name`, readable by its owner only; `make()` the first time."""
        path = self.state / name
        if not path.exists():
            keep_secret(path, make())
        return path.read_text().strip()

    def binaries(self, *roots: Path, probe: Path) -> Path:
        """The folder that holds `roots` for the servers' user: their own parent, or a copy in `home`.

        `probe` is the program, below that parent, which the user must be able to run.
        """
        parent = roots[0].parent
        if self.account is None or self.account.can("x", parent / probe):
            return parent
        marker = "-".join(str(int((parent / probe).stat().st_mtime)) + root.name for root in roots)
        copy = self.home / f"programs-{hashlib.sha256(marker.encode()).hexdigest()[:12]}"
        if not copy.exists():
            half = copy.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            for root in roots:
                shutil.copytree(
                    root, half / root.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
                )
            _open_to_read(half)
            half.rename(copy)
        return copy

    def _find_home(self) -> Path:
        pointer = self.state / POINTER
        if pointer.exists():
            return self._home_named_by(pointer)
        if self.account is None or self.account.can("x", self.state):
            return self.state
        name = hashlib.sha256(str(self.state.resolve()).encode()).hexdigest()[:16]
        home, number = SYSTEM_HOME / name, 1
        while home.exists():  # of a state folder that was deleted: its data may still be wanted
            number += 1
            home = SYSTEM_HOME / f"{name}-{number}"
        for folder in (SYSTEM_HOME, home):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)  # whatever our umask
        (home / OWNER).write_text(f"{self.state.resolve()}\n")
        pointer.write_text(f"{home}\n")
        return home

    def _home_named_by(self, pointer: Path) -> Path:
        home = Path(pointer.read_text().strip())
        if not home.is_dir():
            raise StartFailed(
                f"{pointer} says that the database lives in {home}, which is gone. Bring it back; or, to "
                f"begin with an empty database, delete {pointer}."
            )
        owner = Path((home / OWNER).read_text().strip()) if (home / OWNER).exists() else self.state
        if owner.resolve() != self.state.resolve() and (owner / POINTER).exists():
            raise StartFailed(
                f"{self.state} is a copy of {owner}, and the database in {home} stays with the original. To "
                f"begin with an empty database here, delete {pointer}."
            )
        (home / OWNER).write_text(f"{self.state.resolve()}\n")
        return home


def keep_secret(path: Path, text: str) -> None:
    """Writes a file that only its owner can read, at every moment."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    half.replace(path)


def _open_to_read(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _unprivileged() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StartFailed(
            "PostgreSQL doesn't run as root, and this system has no user `nobody` to run it as. Start this "
            "as a normal user, or set DATABASE_URL to a PostgreSQL server."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)
