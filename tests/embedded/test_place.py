"""A state folder is one process's at a time, and a killed owner leaves nothing that the next can't clear."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from embedded import Place, StartFailed, Valkey
from embedded.place import AlreadyRunning, keep_secret
from embedded.processes import Child
from tests.embedded.conftest import AS_ROOT
from tests.processes import ROOT


def test_a_second_claim_names_the_first_one(state: Path) -> None:
    with Place(state):
        code = f"import pathlib, embedded; embedded.Place(pathlib.Path({str(state)!r})).claim()"
        second = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert "AlreadyRunning" in second.stderr
        assert f"already running on {state} (process {psutil.Process().pid})" in second.stderr
    with Place(state):
        pass


def test_a_claim_stops_what_a_killed_owner_left_and_nothing_else(state: Path) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    first = Place(state).claim()
    log = first.logs / "x.log"
    left = Child("sleeper", ["sleep", "60"], log=log, env={}, cwd=state, ledger=first.ledger).start()
    # The same pid at another time is another process: this entry must not cost the bystander its life.
    first.ledger._write({**first.ledger._read(), "old": [bystander.pid, 1.0]})
    first.release()  # as the kernel does when the owner is killed
    with Place(state):
        assert not left.running
        assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_valkey_of_a_killed_owner_gives_its_port_back(state: Path) -> None:
    first = Place(state).claim()
    valkey = Valkey(first)
    valkey.start()
    first.release()
    with Place(state) as place:
        again = Valkey(place)
        assert again.start() == valkey.url
        assert valkey.child is not None
        assert not valkey.child.running
        again.stop()


def test_secrets_are_made_once_and_closed_to_others(place: Place) -> None:
    assert place.secret("key", lambda: "first") == "first"
    assert place.secret("key", lambda: "second") == "first"
    assert (place.state / "key").stat().st_mode & 0o777 == 0o600


def test_a_secret_replaces_a_file_that_was_open_to_all(state: Path) -> None:
    state.mkdir()
    path = state / "key"
    path.write_text("old")
    path.chmod(0o644)
    keep_secret(path, "new")
    assert path.stat().st_mode & 0o777 == 0o600


@AS_ROOT
def test_a_folder_that_another_user_made_is_refused_with_both_names(place: Place) -> None:
    folder = place.folder("postgres")
    os.chown(folder, 54321, -1)
    with pytest.raises(StartFailed, match="belongs to user 54321, and the server would run as nobody"):
        place.folder("postgres")


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartFailed, match="Set STATE_DIR to a folder"):
        Place(tmp_path / "file" / "var").claim()


@AS_ROOT
def test_a_copy_of_a_closed_checkout_does_not_take_the_originals_database(closed_home: Path) -> None:
    with Place(closed_home / "var"):
        pass
    shutil.copytree(closed_home / "var", closed_home / "copy")
    with pytest.raises(StartFailed, match="is a copy of"):
        Place(closed_home / "copy").claim()
    (closed_home / "copy" / "servers-live-in").unlink()  # the fixture removes the original's


@AS_ROOT
def test_a_checkout_that_was_moved_finds_its_database_again(closed_home: Path) -> None:
    with Place(closed_home / "var") as place:
        home = place.home
    (closed_home / "var").rename(closed_home / "moved")
    with Place(closed_home / "moved") as place:
        assert place.home == home
    (closed_home / "moved").rename(closed_home / "var")


@AS_ROOT
def test_a_home_that_is_gone_is_said_instead_of_an_empty_database(closed_home: Path) -> None:
    with Place(closed_home / "var") as place:
        home = place.home
    shutil.rmtree(home)
    with pytest.raises(StartFailed, match="which is gone"):
        Place(closed_home / "var").claim()
    home.mkdir()  # for the fixture to remove


def test_the_error_of_a_claim_knows_the_holders_pid(state: Path) -> None:
    with Place(state), pytest.raises(AlreadyRunning) as caught:
        Place(state).claim()
    assert caught.value.pid == psutil.Process().pid
