"""Clients' files: fetched to disk, or settled with a reason."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from telegram_bridge.delivery import PutOff
from telegram_bridge.downloads import MOST_ATTEMPTS, fetch_file
from telegram_bridge.models import Bot, TelegramFile
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_message, make_ticket
from tests.telegram_bridge.conftest import Run
from tickets.arriving_files import remove_leftovers, temporary_folder
from tickets.content import Content, NewFile
from tickets.models import Attachment

BODY = bytes(range(256)) * 4000


@pytest.fixture
def attachment(bot: Bot, simulator: RunningSimulator) -> Attachment:
    sent = simulator.client().send_file("document", BODY, name="a.bin")
    content = Content(kind="document", files=[NewFile(name="my file.PDF", mime_type="application/pdf")])
    made = make_message(make_ticket(), content=content).attachments.get()
    TelegramFile.objects.create(attachment=made, bot=bot, file_id=sent["document"]["file_id"])
    return made


def state(attachment: Attachment) -> tuple[str, str]:
    attachment.refresh_from_db()
    return attachment.state, attachment.error


def test_a_file_is_fetched_and_keeps_the_name_and_type_of_the_message(
    attachment: Attachment, run: Run
) -> None:
    run(fetch_file(attachment.pk, attempts=0))
    assert state(attachment) == ("ready", "")
    assert Path(attachment.file.path).read_bytes() == BODY
    assert (attachment.name, attachment.mime_type, attachment.size) == (
        "my file.PDF",
        "application/pdf",
        len(BODY),
    )
    assert attachment.file.path.endswith(".pdf")
    assert Path(attachment.file.path).stat().st_mode & 0o777 == settings.FILE_UPLOAD_PERMISSIONS
    assert list(temporary_folder().iterdir()) == []
    assert attachment.message.ticket.events.filter(kind="attachment_changed").count() == 1


def test_a_job_that_runs_twice_does_no_harm(attachment: Attachment, run: Run) -> None:
    run(fetch_file(attachment.pk, attempts=0))
    attachment.refresh_from_db()
    path = attachment.file.path
    run(fetch_file(attachment.pk, attempts=0))
    attachment.refresh_from_db()
    assert attachment.file.path == path


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("drop_before", {"method": "download"}),
        ("drop_before", {"method": "getFile"}),
        ("error", {"method": "getFile", "code": 502}),
        ("error", {"method": "getFile", "code": 429, "parameters": {"retry_after": 5}}),
    ],
)
def test_what_passes_is_tried_again(
    *, attachment: Attachment, simulator: RunningSimulator, run: Run, fault: str, more: dict[str, object]
) -> None:
    simulator.fault(fault, **more)
    with pytest.raises(PutOff):
        run(fetch_file(attachment.pk, attempts=0))
    assert state(attachment) == ("waiting", "")
    run(fetch_file(attachment.pk, attempts=1))
    assert state(attachment) == ("ready", "")
    assert list(temporary_folder().iterdir()) == []


def test_after_many_tries_it_is_settled_with_words(
    attachment: Attachment, simulator: RunningSimulator, run: Run
) -> None:
    simulator.fault("error", method="getFile", code=502)
    run(fetch_file(attachment.pk, attempts=MOST_ATTEMPTS))
    assert state(attachment) == ("failed", "Telegram could not be reached for too long.")


@pytest.mark.parametrize(
    ("code", "description", "result"),
    [
        (400, "Bad Request: file is too big", ("too_big", "")),
        (400, "Bad Request: invalid file_id", ("failed", "Telegram no longer gives this file.")),
        (
            401,
            "Unauthorized",
            ("failed", "Telegram refused the bot's token when the file was to be fetched."),
        ),
    ],
)
def test_what_stays_is_settled_at_once(
    *,
    attachment: Attachment,
    simulator: RunningSimulator,
    run: Run,
    code: int,
    description: str,
    result: tuple[str, str],
) -> None:
    simulator.fault("error", method="getFile", code=code, description=description)
    run(fetch_file(attachment.pk, attempts=0))
    assert state(attachment) == result


def test_leftovers_of_a_crash_are_removed_and_what_is_under_way_stays() -> None:
    old, new = temporary_folder() / "old", temporary_folder() / "new"
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (1, 1))
    remove_leftovers()
    assert (old.exists(), new.exists()) == (False, True)
    new.unlink()
