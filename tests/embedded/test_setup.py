"""`make setup` on machines that lack something: it is named, with what brings it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing installed, in a folder with a space in its name."""
    folder = tmp_path / "a checkout"
    (folder / "embedded").mkdir(parents=True)
    shutil.copy(ROOT / "embedded/setup.sh", folder / "embedded")
    for name in ("requirements.txt", "requirements-local.txt", "requirements-dev.txt", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def setup(checkout: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs it as make does."""
    command = ["embedded/setup.sh", "requirements-local.txt"]
    env = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, check=False)


def python_that(folder: Path, script: str) -> str:
    """A program that answers as some Python would."""
    folder.mkdir(exist_ok=True)
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


TOO_OLD = 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac'
WITHOUT_VENV = 'case "$*" in --version) echo "Python 3.11.2";; *ensurepip*) exit 1;; esac'


def test_an_old_python_is_refused_naming_which_is_needed(checkout: Path) -> None:
    done = setup(checkout, PYTHON=python_that(checkout / "bin", TOO_OLD))
    assert done.returncode == 1
    assert "Python 3.9.2), and Python 3.11 or newer is needed" in done.stderr


def test_a_machine_with_only_an_old_python_is_told_what_to_do(checkout: Path) -> None:
    python_that(checkout / "bin", TOO_OLD)
    for tool in ("sh", "dirname", "cat"):
        (checkout / "bin" / tool).symlink_to(shutil.which(tool) or "")
    done = setup(checkout, PATH=str(checkout / "bin"))
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "PYTHON=/path/to/python3.12" in done.stderr


def test_a_missing_venv_module_is_named_with_the_command_that_brings_it(checkout: Path) -> None:
    done = setup(checkout, PYTHON=python_that(checkout / "bin", WITHOUT_VENV))
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_not_there_is_named(checkout: Path) -> None:
    done = setup(checkout, PYTHON="/nowhere/python")
    assert "PYTHON names /nowhere/python, which is not there" in done.stderr


def test_it_installs_again_only_when_the_requirements_changed(checkout: Path) -> None:
    """A virtual environment whose pip writes down that it was called."""
    (checkout / ".venv/bin").mkdir(parents=True)
    pip = 'case "$*" in "-m pip"*) echo "$*" >> pip.log;; *) exec "$REAL" "$@";; esac'
    python_that(checkout / ".venv/bin", pip)
    (checkout / ".venv/bin/python3").rename(checkout / ".venv/bin/python")

    def calls() -> int:
        done = setup(checkout, REAL=sys.executable)
        assert done.returncode == 0, done.stderr
        return len((checkout / "pip.log").read_text().splitlines())

    assert calls() == 1
    assert calls() == 1
    (checkout / "constraints.txt").write_text("# changed\n")
    assert calls() == 2
