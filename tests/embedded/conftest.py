"""Folders of the kind people have: reachable by the servers' user, or closed to it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import Place


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder that the servers' user can reach (pytest's own tmp_path is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-embedded-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def closed_home() -> Iterator[Path]:
    """A 0700 folder with a checkout in it, as root's home is."""
    home = Path(tempfile.mkdtemp(prefix="helpdesk-home-"))
    checkout = home / "a checkout"
    checkout.mkdir()
    yield checkout
    pointer = checkout / "var" / "servers-live-in"
    if pointer.exists():
        shutil.rmtree(pointer.read_text().strip())
    shutil.rmtree(home)


@pytest.fixture
def place(state: Path) -> Iterator[Place]:
    with Place(state) as claimed:
        yield claimed


AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
