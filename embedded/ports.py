"""TCP ports on loopback: free ones, and who asked for one that is taken."""

import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        # As servers do: connections that an ended server left in TIME_WAIT don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen()
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def any_free() -> int:
    """A port that nobody uses at this moment; somebody may by the time it is used."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def kept_in(path: Path) -> int:
    """The port named by the file, while it is free; otherwise a new one, which the file names from now on."""
    text = path.read_text().strip() if path.exists() else ""
    if text.isdigit() and is_free(int(text)):
        return int(text)
    port = any_free()
    path.write_text(f"{port}\n")
    return port


def preferably(port: int) -> int:
    """The port, or any other when it is taken."""
    return port if is_free(port) else any_free()
