"""Canned replies: who may use and change which, what is refused in words, and the variables."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile

from staff.models import Team, User
from staff.roles import Role
from tests import factories
from tests.tickets.cast import browser_of
from tickets.models import CannedFile, CannedReply, Ticket
from tickets.sendable import LONGEST_REPLY

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def ticket() -> Ticket:
    return factories.make_ticket(client=factories.make_client(name='Maria "M" Lopez'), text="Hello")


def save(user: User, shortcut: str = "/Thanks", text: str = "Thank you!", **form: Any) -> str:
    """What the page says afterwards."""
    data = {"shortcut": shortcut, "text": text, "audience": "own", **form}
    return browser_of(user).post("/canned/", data, follow=True).content.decode()


def offered(user: User, ticket: Ticket, typed: str = "") -> str:
    return browser_of(user).get(f"/tickets/{ticket.pk}/canned/", {"q": typed}).content.decode()


def test_a_reply_is_offered_by_its_shortcut_and_title_with_this_tickets_names(
    anna: User, ticket: Ticket
) -> None:
    text = "Dear {{client.first_name}} ({{ client.name }}), ticket {{ ticket.number }}. {{ me.name }}"
    assert "Saved." in save(anna, text=text, title="Say thanks")
    assert CannedReply.objects.get().shortcut == "thanks"
    words = f"Dear Maria (Maria &quot;M&quot; Lopez), ticket {ticket.pk}. Anna"
    for typed in ("", "th", "TH", "say"):
        assert f'data-text="{words}"' in offered(anna, ticket, typed), typed
    assert "data-text" not in offered(anna, ticket, "x")
    assert "data-text" not in offered(factories.make_user(), ticket)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": " "}, "needs a text or a file"),
        ({"text": "x" * (LONGEST_REPLY + 1)}, "too long"),
        ({"text": "{{ client.password }}"}, "no variable “client.password”"),
        ({"shortcut": "two words"}, "one word"),
        ({"shortcut": ""}, "one word"),
        ({"audience": "cats"}, "whom it is for"),
        ({"audience": "all"}, "Only a supervisor"),
        ({"audience": "team:999"}, "member of"),
    ],
)
def test_what_makes_no_sense_is_told_and_what_was_typed_stays(
    anna: User, form: dict[str, str], words: str
) -> None:
    page = save(anna, title="Kept title", **form)
    assert words in page
    assert 'value="Kept title"' in page
    assert not CannedReply.objects.exists()


def test_a_shortcut_is_once_each_persons(anna: User) -> None:
    save(anna)
    assert "You have a canned reply with this shortcut" in save(anna)
    assert "Saved." in save(factories.make_user())


def test_a_teams_are_for_its_members_and_all_are_kept_by_supervisors(anna: User, ticket: Ticket) -> None:
    boris, vera = factories.make_user("boris"), factories.make_user("vera")
    team = Team.objects.create(name="Billing")
    team.members.add(anna, boris)
    save(anna, audience=f"team:{team.pk}")
    reply = CannedReply.objects.get()
    assert "data-text" in offered(boris, ticket)
    assert "data-text" not in offered(vera, ticket)
    address = f"/canned/{reply.pk}/"
    form = {"shortcut": "x", "text": "changed", "audience": "own"}
    assert "can change it" in browser_of(boris).post(address, form, follow=True).content.decode()
    assert browser_of(vera).post(address, form).status_code == 404
    boris.set_role(Role.SUPERVISOR)
    boris = User.objects.get(pk=boris.pk)
    browser_of(boris).post(address, form | {"audience": "all", "act": "save"})
    assert "data-text" in offered(vera, ticket)
    browser_of(boris).post(address, {"act": "delete"})
    assert not CannedReply.objects.exists()


def test_who_only_reads_along_has_none(ticket: Ticket) -> None:
    viewer = factories.make_user("viewer")
    viewer.groups.set([Group.objects.get(name="viewer")])
    assert browser_of(viewer).get("/canned/").status_code == 403
    assert "/canned/" not in browser_of(viewer).get("/tickets/").content.decode()


# Files


def upload(name: str = "Price list.pdf", body: bytes = b"%PDF") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, "application/pdf")


def test_its_files_come_along_and_go_with_it(
    anna: User, ticket: Ticket, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    save(anna, text="", files=[upload(), upload("Map.png", b"x")])
    reply = CannedReply.objects.get()
    first, second = reply.files.all()
    assert (first.name, first.mime_type, first.size) == ("Price list.pdf", "application/pdf", 4)
    page = offered(anna, ticket)
    assert f'href="/canned/files/{first.pk}/" data-canned-file="Price list.pdf"' in page
    answer: Any = browser_of(anna).get(f"/canned/files/{first.pk}/")
    assert b"".join(answer.streaming_content) == b"%PDF"
    assert answer["Content-Disposition"].startswith("attachment")
    assert browser_of(factories.make_user()).get(f"/canned/files/{first.pk}/").status_code == 404

    path = Path(first.file.path)
    form = {"act": "save", "shortcut": "thanks", "text": "x", "audience": "own", "drop": [first.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        browser_of(anna).post(f"/canned/{reply.pk}/", {**form, "files": [upload("New.pdf")]})
    assert [file.name for file in reply.files.all()] == ["Map.png", "New.pdf"]
    assert not path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        browser_of(anna).post(f"/canned/{reply.pk}/", {"act": "delete"})
    assert not CannedFile.objects.exists()
    assert not Path(second.file.path).exists()


def test_what_telegram_would_not_take_is_refused_at_once(anna: User, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert "is empty" in save(anna, files=[upload(body=b"")])
    settings.TELEGRAM_UPLOAD_LIMIT = 3
    assert "too large for Telegram" in save(anna, files=[upload()])
    settings.TELEGRAM_UPLOAD_LIMIT, settings.MAX_FILES_PER_REPLY = 100, 1
    assert "A reply takes 1 files." in save(anna, files=[upload(), upload()])
    assert not CannedReply.objects.exists()
