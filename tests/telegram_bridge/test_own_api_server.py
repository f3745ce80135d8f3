"""A Bot API server of one's own, started with --local: it names files on its disk, and takes larger ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from telegram_bridge.downloads import fetch_file
from telegram_bridge.models import Bot, TelegramFile
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_message, make_ticket
from tests.processes import ROOT
from tests.telegram_bridge.conftest import Run
from tickets.arriving_files import temporary_folder
from tickets.content import Content, NewFile
from tickets.models import Attachment

BODY = bytes(range(256)) * 4000
MB = 1024 * 1024


@pytest.fixture(autouse=True)
def _local(settings: Settings) -> None:
    settings.TELEGRAM_LOCAL = True


@pytest.fixture
def attachment(bot: Bot, simulator: RunningSimulator) -> Attachment:
    sent = simulator.client().send_file("document", BODY, name="a.bin")
    content = Content(kind="document", files=[NewFile(name="a.bin", mime_type="application/pdf")])
    made = make_message(make_ticket(), content=content).attachments.get()
    TelegramFile.objects.create(attachment=made, bot=bot, file_id=sent["document"]["file_id"])
    return made


def names_its_disk(simulator: RunningSimulator, path: str) -> None:
    """The next getFile is answered as a server with --local would."""
    answer = {"ok": True, "result": {"file_id": "x", "file_unique_id": "y", "file_path": path}}
    simulator.fault("raw", method="getFile", code=200, body=json.dumps(answer))


def test_a_file_on_a_disk_that_both_see_is_read_from_there(
    attachment: Attachment, simulator: RunningSimulator, run: Run, tmp_path: Path
) -> None:
    theirs = tmp_path / "file_0.bin"
    theirs.write_bytes(BODY)
    names_its_disk(simulator, str(theirs))
    run(fetch_file(attachment.pk, attempts=0))
    attachment.refresh_from_db()
    assert (attachment.state, attachment.size) == ("ready", len(BODY))
    assert Path(attachment.file.path).read_bytes() == BODY
    assert theirs.exists()
    assert list(temporary_folder().iterdir()) == []
    assert not simulator.calls("download")


def test_a_file_on_a_disk_that_we_do_not_see_is_fetched_by_http(
    attachment: Attachment, simulator: RunningSimulator, run: Run
) -> None:
    names_its_disk(simulator, f"/var/lib/telegram-bot-api/{simulator.token}/documents/file_0.bin")
    run(fetch_file(attachment.pk, attempts=0))
    attachment.refresh_from_db()
    assert attachment.state == "ready"
    (fetched,) = simulator.calls("download")
    assert fetched["parameters"]["path"] == "documents/file_0.bin"


def test_without_the_setting_no_path_is_read_from_our_disk(
    attachment: Attachment, simulator: RunningSimulator, run: Run, tmp_path: Path, settings: Settings
) -> None:
    settings.TELEGRAM_LOCAL = False
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    names_its_disk(simulator, str(secret))
    run(fetch_file_until_settled(attachment))
    attachment.refresh_from_db()
    assert (attachment.state, bool(attachment.file)) == ("failed", False)


async def fetch_file_until_settled(attachment: Attachment) -> None:
    await fetch_file(attachment.pk, attempts=99)


@pytest.mark.parametrize(
    ("local", "limits"),
    [("False", [50 * MB, 20 * MB, 501 * MB]), ("True", [2000 * MB, 4000 * MB, 2001 * MB])],
)
def test_the_limits_are_those_of_the_server(local: str, limits: list[int]) -> None:
    asks = (
        "from helpdesk import settings as s; "
        "print([s.TELEGRAM_UPLOAD_LIMIT, s.TELEGRAM_DOWNLOAD_LIMIT, s.MAX_REQUEST_BYTES])"
    )
    env = os.environ | {"TELEGRAM_LOCAL": local}
    said = subprocess.run(
        [sys.executable, "-c", asks], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(said.stdout) == limits
