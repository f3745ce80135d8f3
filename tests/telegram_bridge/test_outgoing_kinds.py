"""Every kind of file that staff send arrives as that kind, whole, with its words below it."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from telegram_bridge.delivery import deliver
from telegram_bridge.models import Bot
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client, make_ticket, make_user
from tests.telegram_bridge.conftest import Run
from tickets import operations
from tickets.content import Content, NewFile
from tickets.file_types import kind_of_upload
from tickets.models import Status

PICTURE = (Path(__file__).parent / "picture.png").read_bytes()


@pytest.mark.parametrize(
    ("kind", "name", "mime_type", "body"),
    [
        ("photo", "a.png", "image/png", PICTURE),
        ("video", "a.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(100)),
        ("animation", "a.gif", "image/gif", b"GIF89a\x01\x00\x01\x00" + bytes(100)),
        ("audio", "a.mp3", "audio/mpeg", b"ID3" + bytes(100)),
        ("document", "bill.pdf", "application/pdf", b"%PDF-1.4"),
    ],
)
def test_each_kind_of_file_arrives_as_what_it_is(
    *, bot: Bot, simulator: RunningSimulator, run: Run, kind: str, name: str, mime_type: str, body: bytes
) -> None:
    person, anna = simulator.client(), make_user("anna")
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id)
    ticket = make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=anna)
    found, _size = kind_of_upload(BytesIO(body), mime_type=mime_type, size=len(body))
    upload = ContentFile(body, name)
    file = NewFile(kind=found, name=name, mime_type=mime_type, size=len(body), file=upload)

    content = Content(kind=found, text="Here it is", files=[file])
    message = operations.reply(ticket, staff=anna, content=content)
    run(deliver(message.pk, attempts=0))

    message.refresh_from_db()
    (seen,) = person.from_bot()
    assert (message.delivery, found, seen.text) == ("sent", kind, "Here it is")
    arrived = seen.data["photo"][-1] if kind == "photo" else seen.data[kind]
    assert person.download(arrived["file_id"]) == body


@pytest.mark.parametrize("name", ["text.png", "text.jpg", "text.gif"])
def test_a_picture_that_is_none_goes_as_a_file(name: str) -> None:
    mime_type = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}[name.rpartition(".")[2]]
    kind, size = kind_of_upload(BytesIO(b"only words"), mime_type=mime_type, size=10)
    assert (kind, size) == ("document", None)
