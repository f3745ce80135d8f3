"""A contact as a vCard, and clients' pictures: for employees only, and nothing in them can run."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.tickets.cast import PNG, browser_of, receive
from tests.tickets.kinds import contents
from tickets import vcard
from tickets.content import Content
from tickets.models import Client, Message
from tickets.rows import ICONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


def contact(**details: Any) -> Any:
    message = receive(factories.make_ticket(), Content(kind="contact", details=details))
    return f"/messages/{message.pk}/contact.vcf"


def unfolded(card: str) -> list[str]:
    assert card.endswith("\r\n")
    return card.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


# vCards


def test_a_contact_is_saved_as_a_vcard_of_its_name_and_number(browser: Any) -> None:
    answer = browser.get(contact(first_name="Ivan", last_name="Petrov", phone_number="+7 916 1"))

    assert answer.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Ivan Petrov.vcf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert unfolded(answer.content.decode()) == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "FN:Ivan Petrov",
        "N:Petrov;Ivan;;;",
        "TEL:+7 916 1",
        "END:VCARD",
    ]


def test_the_vcard_that_came_with_a_contact_is_kept(browser: Any) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ivan\nEMAIL:i@example.org\nEND:VCARD\n"

    answer = browser.get(contact(first_name="Ivan", phone_number="1", vcard=card))

    assert answer.content.decode() == card.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "card", ["<script>", "BEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nFN:x\nEND:VCARD", 5, "BEGIN:VCARD"]
)
def test_what_is_no_vcard_is_not_taken_for_one(card: Any) -> None:
    assert "FN:Ivan" in vcard.of_contact({"first_name": "Ivan", "vcard": card})


def test_a_name_can_not_add_lines_of_its_own() -> None:
    card = vcard.of_contact({"first_name": "A;B,C\\D\r\nEMAIL:evil@x", "phone_number": "1\nEND:VCARD"})

    assert unfolded(card)[2:] == [
        "FN:A\\;B\\,C\\\\D\\nEMAIL:evil@x",
        "N:;A\\;B\\,C\\\\D\\nEMAIL:evil@x;;;",
        "TEL:1\\nEND:VCARD",
        "END:VCARD",
    ]


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(first=texts, last=texts, number=texts)
def test_whatever_the_name_is_the_card_has_six_lines_of_at_most_75_octets(
    first: str, last: str, number: str
) -> None:
    details = {"first_name": first, "last_name": last, "phone_number": number}

    card = vcard.of_contact(details)

    assert all(len(line.encode()) <= 75 for line in card.split("\r\n"))
    lines = unfolded(card)
    assert [line.partition(":")[0] for line in lines if line] == [
        *("BEGIN", "VERSION", "FN", "N"),
        *(["TEL"] if details["phone_number"].strip() else []),
        "END",
    ]


@pytest.mark.parametrize("name", ['../../etc/passwd"', "a\r\nX-Evil: 1", "Иван"])
def test_the_files_name_is_only_a_name(name: str, browser: Any) -> None:
    answer = browser.get(contact(first_name=name))

    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert "/" not in answer.headers["Content-Disposition"].replace("utf-8''", "")
    assert "X-Evil" not in answer.headers


def test_nobody_else_gets_a_contact_and_no_other_message_is_one(anna: Any, browser: Any) -> None:
    address = contact(first_name="Ivan")
    assert browser_of(None).get(address).status_code == 302
    text = receive(factories.make_ticket(), Content(text="x"))
    assert browser.get(f"/messages/{text.pk}/contact.vcf").status_code == 404
    anna.is_active = False
    anna.save()
    assert browser.get(address).status_code == 302


# Pictures


def with_avatar(body: bytes = PNG, name: str = "a.jpg") -> Client:
    client = factories.make_client(name="Maria")
    client.avatar.save(name, ContentFile(body), save=False)
    client.avatar_key = "AQ/1 &"
    client.save()
    return client


def test_a_clients_picture_is_shown_where_their_name_is(anna: Any, browser: Any) -> None:
    client = with_avatar()
    ticket = factories.make_ticket(client=client, text="Hi")
    shown = f'<img src="/clients/{client.pk}/avatar/?v=AQ%2F1%20%26"'

    page = browser.get(f"/tickets/{ticket.pk}/").content.decode()
    assert page.count(shown) == 3  # the list, the header and the card
    assert browser.get("/tickets/").content.decode().count(shown) == 1
    assert browser.get(f"/clients/{client.pk}/").content.decode().count(shown) == 1


def test_without_a_picture_there_are_initials(browser: Any) -> None:
    ticket = factories.make_ticket(client=factories.make_client(name="Maria Kuznetsova"), text="Hi")

    for address in (f"/tickets/{ticket.pk}/", "/tickets/"):
        page = browser.get(address).content.decode()
        assert ">MK</span>" in page
        assert "/avatar/" not in page


def test_a_picture_is_kept_by_the_browser_as_long_as_it_is_the_same(browser: Any) -> None:
    client = with_avatar()

    answer = browser.get(f"/clients/{client.pk}/avatar/?v=1")

    assert b"".join(answer.streaming_content) == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    unversioned = browser.get(f"/clients/{client.pk}/avatar/")
    unversioned.close()
    assert unversioned.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("body", [b"<svg onload='alert(1)'>", b"<html>", b"", b"RIFF1234WAVE"])
def test_what_is_no_picture_is_not_served(body: bytes, browser: Any) -> None:
    client = with_avatar(body)

    assert browser.get(f"/clients/{client.pk}/avatar/").status_code == 404


def test_nobody_else_sees_a_picture_and_one_that_is_missing_is_not_found(browser: Any) -> None:
    client, plain = with_avatar(), factories.make_client()

    assert browser_of(None).get(f"/clients/{client.pk}/avatar/").status_code == 302
    assert browser.get(f"/clients/{plain.pk}/avatar/").status_code == 404
    assert browser.get("/clients/999999/avatar/").status_code == 404
    Path(client.avatar.path).unlink()
    assert browser.get(f"/clients/{client.pk}/avatar/").status_code == 404


# The list


def test_every_kind_has_an_icon_and_words_in_the_list(anna: Any, browser: Any) -> None:
    assert set(ICONS) == set(Message.Kind) - {Message.Kind.TEXT}
    for name, content in contents().items():
        receive(factories.make_ticket(client=factories.make_client(name=name)), content)

    page = browser.get("/tickets/").content.decode()

    for words in ("Pinned", "When shall we come?", "Hologram", "Ivan Petrov", "Night shop"):
        assert words in page
