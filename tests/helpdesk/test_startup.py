"""A process with an unsafe or senseless setting does not start: one line says which setting it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

SAFE = {
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
    "ALLOWED_HOSTS": "desk.example.com",
    "DEBUG": "False",
    "TIME_ZONE": "UTC",
}
WEB = ["-m", "helpdesk.server", "--port", "0"]
BOT = ["manage.py", "runbot"]


@pytest.mark.parametrize("command", [WEB, BOT], ids=["web", "bot"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "changeme"),
        ("SECRET_KEY", "django-insecure-" + "x" * 40),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///desk.sqlite3"),
        ("DEBUG", "True"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../../etc/passwd"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_and_nothing_starts(
    command: list[str], name: str, value: str, tmp_path: Path
) -> None:
    env = {"PATH": os.environ["PATH"], "STATE_DIR": str(tmp_path), **SAFE, name: value}
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    [line] = ended.stderr.strip().splitlines()
    assert name in line
