"""What odd and hostile input becomes: each has one outcome, and it is shown to people.

The list is in docs/telegram.md, with the tests of other parts (what is no JSON, ranges of files, uploads).
"""

import gzip
import logging
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db.models import Max, Min
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from telegram_bridge import ingest, storing
from telegram_bridge.downloads import fetch_file
from telegram_bridge.lanes import Ingester
from telegram_bridge.models import Bot, TelegramFile, Update
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_bot, make_message, make_ticket, make_user
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.test_fuzz import COUNT
from tests.telegram_bridge.updates import CLIENT, Inbound, Json, file, message, photo, text, user
from tests.tickets.cast import browser_of
from tickets.content import Content, NewFile
from tickets.models import Attachment, Client, Message, Ticket

RLO, ZERO_WIDTH = "\u202e", "\u200b\u200d\u2060\ufeff"


@pytest.fixture
def inbound(db: None) -> Inbound:
    return Inbound(make_bot())


@pytest.fixture
def staff(db: None) -> Browser:
    return browser_of(make_user("anna"))


def received(inbound: Inbound, body: Json) -> Message:
    update = inbound.apply(body)
    assert update.state == "done", update.error
    return Message.objects.latest("pk")


def page_of(staff: Browser, ticket: Ticket) -> str:
    answer = staff.get(reverse("ticket", args=[ticket.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


class TestTexts:
    def test_unknown_fields_anywhere_change_nothing_and_are_kept_in_the_update(
        self, inbound: Inbound, staff: Browser
    ) -> None:
        entity = {"type": "shimmer", "offset": 0, "length": 2, "depth": [1]}
        sender = user() | {"is_hologram": True}
        update = inbound.apply(text("Hi!", sender=sender, entities=[entity], flavour={"a": [None]}))
        assert (update.state, '"flavour"' in update.raw) == ("done", True)
        assert "Hi!" in page_of(staff, Ticket.objects.get())

    @pytest.mark.parametrize("field", ["message_id", "chat", "date", "from"])
    def test_an_update_without_what_is_essential_fails_alone_and_names_it(
        self, inbound: Inbound, field: str
    ) -> None:
        body = text("x")
        del body[field]
        update = inbound.apply(body)
        assert (update.state, field in update.error) == ("failed", True)
        assert received(inbound, text("after")).text == "after"

    def test_a_message_without_any_content_is_shown_as_an_empty_one(
        self, inbound: Inbound, staff: Browser
    ) -> None:
        got = received(inbound, message())
        assert got.preview == "Empty"
        assert f'id="message-{got.pk}"' in page_of(staff, got.ticket)

    def test_a_text_of_a_megabyte_is_kept_whole_and_shown(self, inbound: Inbound, staff: Browser) -> None:
        words = "a long story " * 80_000
        got = received(inbound, text(words))
        assert got.text == words
        assert words.strip()[-1000:] in page_of(staff, got.ticket)

    def test_entities_out_of_range_are_kept_and_leave_the_text_as_it_is(
        self, inbound: Inbound, staff: Browser
    ) -> None:
        ranges = [(-5, 3), (2, -1), (0, 10**6), (10**6, 1), (2**40, 2**40), (1, 0)]
        entities = [{"type": "bold", "offset": start, "length": length} for start, length in ranges]
        got = received(inbound, text("plain & simple", entities=entities))
        assert got.entities == entities
        shown = page_of(staff, got.ticket)
        assert "plain &amp; simple" in shown.replace("<strong>", "").replace("</strong>", "")

    def test_half_characters_become_the_replacement_character_wherever_they_are(
        self, inbound: Inbound, staff: Browser
    ) -> None:
        half = "\ud83d"
        bodies = [
            text(f"text{half}"),
            message(photo=photo(), caption=f"caption{half}"),
            message(document=file(file_name=f"name{half}.pdf", mime_type=f"a/{half}")),
            message(contact={"phone_number": f"+1{half}", "first_name": f"contact{half}"}),
            text("x", sender=user(first_name=f"sender{half}", username=f"u{half}")),
        ]
        for body in bodies:
            shown = page_of(staff, received(inbound, body).ticket)
        for words in ("text", "caption", "name", "contact", "sender"):
            assert f"{words}\ufffd" in shown


class TestNames:
    @pytest.mark.parametrize(
        "blank", [ZERO_WIDTH, "\u2800", "\u3164", "\u00ad", " \u200f\u200e ", "\U000e0020"]
    )
    def test_a_client_whose_name_cannot_be_seen_is_shown_all_the_same(
        self, inbound: Inbound, staff: Browser, blank: str
    ) -> None:
        received(inbound, text("x", sender=user(first_name=blank, last_name="", username="ann_lee")))
        assert Client.objects.get().name == "ann_lee"
        received(inbound, text("y", sender=user(first_name=blank, last_name="")))
        client = Client.objects.get()
        assert client.name == str(CLIENT)
        for address in (reverse("ticket-list"), reverse("ticket", args=[Ticket.objects.get().pk])):
            assert str(CLIENT) in staff.get(address).content.decode()

    def test_marks_that_turn_the_writing_round_turn_nothing_but_their_own_line(
        self, inbound: Inbound, staff: Browser
    ) -> None:
        sender = user(first_name=f"{RLO}nnA", last_name="")
        received(
            inbound, message(document=file(file_name=f"{RLO}gpj.exe"), caption=f"{RLO}txet", sender=sender)
        )
        got = received(inbound, text("x", reply_to_message=text(f"{RLO}reilrae"), sender=sender))
        for address in (reverse("ticket-list"), reverse("ticket", args=[got.ticket.pk])):
            assert outside_of_isolation(staff.get(address).content.decode()) == []

    def test_a_files_name_keeps_no_mark_that_hides_what_it_is(self, inbound: Inbound, staff: Browser) -> None:
        attachment = received(inbound, message(document=file(file_name=f"cv{RLO}fdp.exe"))).attachments.get()
        attachment.file.save("x", _content(b"MZ"), save=False)
        attachment.state = Attachment.State.READY
        attachment.save()
        answer = staff.get(reverse("file", args=[attachment.pk]))
        answer.close()
        assert answer["Content-Disposition"] == 'attachment; filename="cvfdp.exe"'


class Isolation(HTMLParser):
    """Texts with a mark that turns the writing round, outside of any element that keeps it to itself."""

    VOID = {"input", "br", "img", "meta", "link", "hr", "source", "path"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            # Options and titles are drawn by the browser itself, each for itself.
            own = tag in {"bdi", "title", "option", "textarea"} or "dir" in dict(attrs)
            self.open.append((tag, own and tag != "html"))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if RLO in data and not any(own for _tag, own in self.open):
            self.found.append(data.strip())


def outside_of_isolation(html: str) -> list[str]:
    parser = Isolation()
    parser.feed(html)
    return parser.found


def _content(body: bytes) -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(body)


class TestFiles:
    def fetched(self, bot: Bot, simulator: RunningSimulator, run: Run, body: bytes, **new: Any) -> Attachment:
        """A client's file, after the job that fetches it."""
        sent = simulator.client().send_file("document", body, name="a.bin")
        content = Content(kind=new.get("kind", "document"), files=[NewFile(**new)])
        attachment = make_message(make_ticket(), content=content).attachments.get()
        TelegramFile.objects.create(attachment=attachment, bot=bot, file_id=sent["document"]["file_id"])
        run(fetch_file(attachment.pk, attempts=0))
        attachment.refresh_from_db()
        return attachment

    def served(self, attachment: Attachment) -> tuple[Any, bytes]:
        answer: Any = browser_of(make_user()).get(reverse("file", args=[attachment.pk]))
        return answer, b"".join(answer.streaming_content)

    @pytest.mark.parametrize(
        "name", ["../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "..", "a/../../b.pdf", "\x00.pdf"]
    )
    def test_a_name_with_a_path_leads_nowhere(
        self, bot: Bot, simulator: RunningSimulator, run: Run, name: str
    ) -> None:
        body = message(document=file(file_name=name))
        inbound = Inbound(bot)
        assert inbound.apply(body).state == "done"
        stated = Message.objects.get().attachments.get().name
        attachment = self.fetched(bot, simulator, run, b"harmless", name=stated)
        folder = Path(project.MEDIA_ROOT).resolve() / "attachments"
        assert attachment.state == "ready"
        assert Path(attachment.file.path).resolve().is_relative_to(folder)
        answer, served = self.served(attachment)
        assert served == b"harmless"
        assert not {"/", "\\", "\x00"} & set(answer["Content-Disposition"].partition("filename")[2])

    def test_an_empty_file_is_a_file_without_bytes(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        simulator.fault("raw", method="download", code=200, body="")
        attachment = self.fetched(bot, simulator, run, b"x", name="nothing.txt", mime_type="text/plain")
        assert (attachment.state, attachment.size) == ("ready", 0)
        assert self.served(attachment)[1] == b""
        assert "nothing.txt" in page_of(browser_of(make_user()), attachment.message.ticket)

    def test_a_picture_that_is_none_is_served_as_one_and_can_not_be_taken_for_a_page(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        attachment = self.fetched(
            bot, simulator, run, b"<script>alert(1)</script>", kind="photo", mime_type="image/jpeg"
        )
        answer, _ = self.served(attachment)
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
        assert "sandbox" in answer["Content-Security-Policy"]
        page_of(browser_of(make_user()), attachment.message.ticket)

    def test_a_sticker_that_would_unpack_to_a_gigabyte_is_never_unpacked_here(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        layer = gzip.compress(bytes(16 * 1024 * 1024))
        bomb = layer * 64  # gzip members one after the other unpack to one gigabyte
        began = time.monotonic()
        attachment = self.fetched(
            bot, simulator, run, bomb, kind="sticker", mime_type="application/x-tgsticker"
        )
        page_of(browser_of(make_user()), attachment.message.ticket)
        answer, served = self.served(attachment)
        assert served == bomb
        assert "Content-Encoding" not in answer
        assert time.monotonic() - began < 20


FLOOD = 10_000 if COUNT >= 20_000 else 500  # FUZZ=20000 makes the flood a full one


@pytest.mark.django_db(transaction=True)
def test_a_flood_in_one_chat_keeps_its_order_and_starves_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="telegram_bridge.ingest")
    bot = make_bot()
    raws = [
        storing.read_update({"update_id": number, "message": text(f"{number}", CLIENT)})
        for number in range(FLOOD)
    ]
    for at in range(0, FLOOD, 100):
        storing.store(bot.pk, raws[at : at + 100], now=timezone.now())
    others = [
        storing.read_update({"update_id": FLOOD + number, "message": text("me too", CLIENT + number)})
        for number in range(1, 11)
    ]
    storing.store(bot.pk, others, now=timezone.now())
    ingester = Ingester()
    ingester.start()
    try:
        ingester.wake(ingest.waiting_lanes())
        deadline = time.monotonic() + 30 + FLOOD / 20
        while Update.objects.filter(state=Update.State.STORED).exists():
            assert time.monotonic() < deadline, "it never ends"
            time.sleep(0.1)
    finally:
        ingester.stop()
    flood = Message.objects.filter(ticket__client__external_id=CLIENT).order_by("seq")
    assert list(flood.values_list("text", flat=True)) == [f"{number}" for number in range(FLOOD)]
    assert Message.objects.filter(text="me too").count() == 10
    done = Update.objects.filter(state=Update.State.DONE)
    of_others = done.filter(update_id__gt=FLOOD).aggregate(last=Max("done_at"))
    of_flood = done.filter(update_id__lt=FLOOD).aggregate(first=Min("done_at"), last=Max("done_at"))
    a_tenth = (of_flood["last"] - of_flood["first"]) / 10
    assert of_others["last"] < of_flood["first"] + a_tenth
