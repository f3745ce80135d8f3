"""Voices recorded in the browser: Telegram is sent Ogg/Opus, whatever the browser gave."""

import asyncio
import io
from pathlib import Path
from typing import Any

import av
import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError

from staff.models import User
from telegram_bridge import voices
from telegram_bridge.models import Bot
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client, make_ticket, make_user
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.recordings import recording
from tests.telegram_bridge.working import settled, work_until
from tickets import operations
from tickets.content import Content, NewFile
from tickets.models import Attachment, Message, Status, Ticket


@pytest.fixture
def person(simulator: RunningSimulator, bot: Bot) -> SimulatedClient:
    client = simulator.client(first_name="Ann")
    client.start()
    return client


@pytest.fixture
def ticket(bot: Bot, person: SimulatedClient) -> Ticket:
    client = make_client(inbox=bot.inbox, external_id=person.id)
    return make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=make_user("anna"))


def answer(ticket: Ticket, text: str = "", *files: NewFile) -> Message:
    staff = ticket.assignee
    assert isinstance(staff, User)
    kind = "text" if not files else files[0].kind if len(files) == 1 else "album"
    content = Content(kind=kind, text=text, files=list(files))
    return operations.reply(ticket, staff=staff, content=content)


def spoken(body: bytes, mime_type: str, name: str = "voice.webm") -> NewFile:
    file = ContentFile(body, name=name)
    return NewFile(kind="voice", name=name, mime_type=mime_type, size=len(body), file=file)


@pytest.mark.parametrize(
    ("container", "codec", "mime_type"),
    [
        ("webm", "libopus", "audio/webm"),
        ("mp4", "aac", "audio/mp4"),
        ("ogg", "libopus", "audio/ogg"),
        ("wav", "pcm_s16le", "audio/wav"),
    ],
)
def test_what_a_browser_records_arrives_as_a_voice_message_with_its_length(  # noqa: PLR0917  (fixtures)
    container: str, codec: str, mime_type: str, ticket: Ticket, person: SimulatedClient, run: Run
) -> None:
    message = answer(ticket, "", spoken(recording(container, codec), mime_type))
    before = message.attachments.get().file.path
    run(work_until(settled))
    (seen,) = person.from_bot()
    voice = message.attachments.get()
    assert (voice.mime_type, voice.name, voice.duration) == ("audio/ogg", "voice.ogg", 2)
    assert seen.data["voice"]["duration"] == 2
    body = person.download(seen.data["voice"]["file_id"])
    assert (len(body), body) == (voice.size, Path(voice.file.path).read_bytes())
    with av.open(io.BytesIO(body)) as heard:
        assert (heard.format.name, heard.streams.audio[0].codec_context.name) == ("ogg", "opus")
    assert not Path(before).exists()


def test_what_is_written_after_a_voice_waits_for_it(
    ticket: Ticket, person: SimulatedClient, run: Run
) -> None:
    answer(ticket, "", spoken(recording("mp4", "aac"), "audio/mp4"))
    answer(ticket, "after it")
    run(work_until(settled))
    assert ["voice" in one.data for one in person.from_bot()] == [True, False]


def test_a_voice_among_other_files_is_converted_too(
    ticket: Ticket, person: SimulatedClient, run: Run
) -> None:
    letter = NewFile(name="a.txt", mime_type="text/plain", size=2, file=ContentFile(b"hi", name="a.txt"))
    answer(ticket, "Both", letter, spoken(recording("webm", "libopus"), "audio/webm"))
    run(work_until(settled))
    assert [sorted({"voice", "document"} & set(one.data)) for one in person.from_bot()] == [
        ["document"],
        ["voice"],
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"no sound at all" * 100,
        b"\x1a\x45\xdf\xa3" + bytes(5000),
        b"OggS" + b"\xff" * 5000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n",
        recording("webm", "libopus")[:300],
    ],
    ids=["text", "webm", "ogg", "playlist", "cut short"],
)
def test_what_is_no_sound_fails_with_words_and_is_kept(
    body: bytes, ticket: Ticket, person: SimulatedClient, run: Run
) -> None:
    message = answer(ticket, "", spoken(body, "audio/webm"))
    run(work_until(settled))
    message.refresh_from_db()
    assert (message.delivery, message.delivery_error["code"]) == ("failed", "voice_failed")
    assert Path(message.attachments.get().file.path).read_bytes() == body
    assert person.from_bot() == []


def test_it_fails_with_words_also_when_the_database_goes_away_in_between(
    ticket: Ticket, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, tries = operations.settle_delivery, []

    def away_once(*args: Any, **more: Any) -> Message | None:
        tries.append(args)
        if len(tries) == 1:
            raise OperationalError("the server closed the connection unexpectedly")
        return settle(*args, **more)

    monkeypatch.setattr(operations, "settle_delivery", away_once)
    message = answer(ticket, "", spoken(b"no sound", "audio/webm"))
    run(voices.convert(message.pk))
    message.refresh_from_db()
    assert (message.delivery, message.delivery_error["code"]) == ("failed", "voice_failed")


def test_a_converter_that_never_ends_is_ended(
    ticket: Ticket, person: SimulatedClient, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "SECONDS", 0.01)
    message = answer(ticket, "", spoken(recording("webm", "libopus"), "audio/webm"))
    run(work_until(settled))
    message.refresh_from_db()
    assert (message.delivery, message.delivery_error["code"]) == ("failed", "voice_failed")
    assert person.from_bot() == []


def test_a_conversion_that_runs_twice_changes_nothing(ticket: Ticket, run: Run) -> None:
    message = answer(ticket, "", spoken(recording("webm", "libopus"), "audio/webm"))
    run(voices.convert(message.pk))
    first = Attachment.objects.get(message=message)
    run(voices.convert(message.pk))
    assert Attachment.objects.get(message=message).file.name == first.file.name
    assert message.ticket.events.filter(kind="attachment_changed").count() == 1


def test_the_converter_knows_nothing_of_ours(
    ticket: Ticket, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.create_subprocess_exec
    environments = []

    async def begin(*args: object, **more: object) -> object:
        environments.append(more["env"])
        return await begun(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", begin)
    message = answer(ticket, "", spoken(recording("webm", "libopus"), "audio/webm"))
    run(voices.convert(message.pk))
    assert environments == [{}]
