"""A client's page: what staff keep of them, everything in one line of time, and the ban."""

from typing import Any

import pytest

from staff.models import User
from staff.roles import Role
from tests.factories import make_client, make_message, make_ticket, make_user
from tests.tickets.cast import browser_of, picture, receive, stored
from tickets import client_changes, operations, reading
from tickets.content import Content
from tickets.errors import OperationRefused
from tickets.models import Client, Notification, Status, Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def maria() -> Client:
    return make_ticket(client=make_client(name="Maria"), text="Hello").client


def post(user: User, client: Client, what: str, /, **form: Any) -> Any:
    return browser_of(user).post(f"/clients/{client.pk}/set/{what}/", form)


def kept(client: Client) -> Client:
    return Client.objects.get(pk=client.pk)


def test_notes_are_kept_and_never_overwritten_in_silence(anna: User, maria: Client) -> None:
    assert post(anna, maria, "notes", notes="Pays late\r\nLikes tea ", was="").status_code == 302
    assert kept(maria).notes == "Pays late\nLikes tea"
    answer = post(anna, maria, "notes", notes="My own words", was="")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed the notes meanwhile" in page
    assert "My own words</textarea>" in page, "what was typed is still there"
    assert kept(maria).notes == "Pays late\nLikes tea"
    assert post(anna, maria, "notes", notes="New", was="Pays late\r\nLikes tea").status_code == 302
    assert "New</textarea>" in browser_of(anna).get(f"/clients/{maria.pk}/").content.decode()


def test_attributes_are_added_changed_and_removed(anna: User, maria: Client) -> None:
    post(anna, maria, "attribute", name=" Order  no ", value="A-17 ", was="")
    assert kept(maria).attributes == {"Order no": "A-17"}
    answer = post(anna, maria, "attribute", name="Order no", value="B-2", was="")
    assert answer.status_code == 409
    assert "is “A-17” by now" in answer.content.decode()
    assert 'value="B-2"' in answer.content.decode()
    post(anna, maria, "attribute", name="Order no", value="B-2", was="A-17")
    assert kept(maria).attributes == {"Order no": "B-2"}
    ticket = maria.tickets.get()
    assert "B-2" in browser_of(anna).get(f"/tickets/{ticket.pk}/").content.decode()
    post(anna, maria, "attribute", name="Order no", value="B-2", was="B-2", act="remove")
    assert kept(maria).attributes == {}


@pytest.mark.parametrize(
    ("name", "form", "words"),
    [
        ("attribute", {"name": " ", "value": "x"}, "An attribute needs a name."),
        ("attribute", {"name": "x" * 61, "value": "x"}, "at most 60 characters"),
        ("attribute", {"name": "x", "value": "x" * 501}, "a value 500"),
        ("notes", {"notes": "x" * 10_001}, "at most 10000 characters"),
        ("add-tag", {"tag": ""}, "Type a tag."),
        ("add-tag", {"tag": "nobody made it"}, "A supervisor can add it."),
    ],
)
def test_bad_input_is_answered_in_words(
    name: str, form: dict[str, str], words: str, anna: User, maria: Client
) -> None:
    answer = post(anna, maria, name, was="", **form)
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert (kept(maria).notes, kept(maria).attributes) == ("", {})


def test_there_is_an_end_to_attributes(anna: User, maria: Client) -> None:
    Client.objects.filter(pk=maria.pk).update(attributes={f"a{n}": "1" for n in range(50)})
    with pytest.raises(OperationRefused, match="50 attributes at most"):
        client_changes.set_attribute(maria, name="b", value="1", staff=anna, was="")


def test_tags_and_whatever_bytes_are_typed(anna: User, maria: Client) -> None:
    tag = Tag.objects.create(name="VIP")
    post(anna, maria, "add-tag", tag="vip\0")
    assert list(maria.tags.all()) == [tag]
    ticket = maria.tickets.get()
    assert "VIP" in browser_of(anna).get(f"/tickets/{ticket.pk}/").content.decode()
    post(anna, maria, "remove-tag", tag=tag.pk)
    assert not maria.tags.exists()
    assert post(anna, maria, "remove-tag", tag="nonsense").status_code == 302
    post(anna, maria, "notes", notes="nul\0byte", was="")
    assert kept(maria).notes == "nul\ufffdbyte"
    assert post(anna, maria, "nonsense").status_code == 404


def test_a_viewer_reads_and_changes_nothing(maria: Client) -> None:
    viewer = make_user()
    viewer.set_role(Role.VIEWER)
    for name in ("notes", "attribute", "add-tag", "remove-tag", "ban", "unban"):
        assert post(viewer, maria, name, notes="x", name="x", value="x").status_code == 403
    page = browser_of(viewer).get(f"/clients/{maria.pk}/").content.decode()
    assert f"/clients/{maria.pk}/set/" not in page
    assert kept(maria).notes == ""


def test_open_pages_of_the_ticket_hear_of_it(anna: User, maria: Client) -> None:
    before = maria.tickets.get()
    post(anna, maria, "notes", notes="x", was="")
    event = TicketEvent.objects.latest("pk")
    assert (event.kind, event.staff, event.ticket) == (TicketEvent.Kind.CLIENT_CHANGED, anna, before)
    assert maria.tickets.get().updated_at == before.updated_at, "it does not move up the list"


# Everything in one line of time


def test_tickets_and_files_are_one_line_of_time(
    anna: User, maria: Client, django_assert_max_num_queries: Any
) -> None:
    first = maria.tickets.get()
    receive(first, Content(kind="photo", files=[picture(name="first.png")]))
    operations.set_status(first, status=Status.objects.get(pk=3), staff=anna)
    second = make_ticket(client=maria, text="Again")
    for n in range(3):
        receive(
            second,
            Content(kind="document", files=[stored(f"bill{n}.pdf", b"x", mime_type="application/pdf")]),
        )
    browser = browser_of(anna)
    with django_assert_max_num_queries(16):
        page = browser.get(f"/clients/{maria.pk}/").content.decode().partition('id="timeline"')[2]
    places = [page.index(one) for one in ("bill2.pdf", "bill0.pdf", f"#{second.pk}</b>", "first.png")]
    assert places == sorted(places)
    assert f"#{first.pk}</b>" in page
    assert "first.png" not in browser.get(f"/clients/{maria.pk}/?files=tickets").content.decode()
    pictures = browser.get(f"/clients/{maria.pk}/?files=pictures").content.decode()
    assert "first.png" in pictures
    assert "bill0.pdf" not in pictures
    of_first = browser.get(f"/clients/{maria.pk}/?ticket={first.pk}").content.decode()
    assert "first.png" in of_first
    assert "bill0.pdf" not in of_first


# The ban


def test_what_a_banned_client_writes_is_kept_and_wakes_nobody(anna: User, maria: Client) -> None:
    ticket = operations.take(maria.tickets.get(), staff=anna)
    reading.mark_read(anna.pk, ticket.pk, ticket.last_seq)
    assert post(anna, maria, "ban").status_code == 302
    assert (kept(maria).is_banned, kept(maria).banned_by) == (True, anna)
    before = Ticket.objects.get(pk=ticket.pk)
    message = make_message(ticket, text="zzangry")
    after = Ticket.objects.get(pk=ticket.pk)
    assert after.last_in_seq == before.last_in_seq
    assert after.updated_at == before.updated_at
    assert after.waiting_since == before.waiting_since
    assert not Notification.objects.exists()
    page = browser_of(anna).get(f"/tickets/{ticket.pk}/").content.decode()
    assert f"message-{message.pk}" in page
    assert "Anna banned the client" in page
    assert "Banned" in browser_of(anna).get(f"/clients/{maria.pk}/").content.decode()
    post(anna, maria, "unban")
    make_message(ticket, text="Sorry")
    assert Ticket.objects.get(pk=ticket.pk).last_in_seq > before.last_in_seq
    assert Notification.objects.count() == 1


def test_banning_twice_is_told_once(anna: User, maria: Client) -> None:
    post(anna, maria, "ban")
    post(anna, maria, "ban")
    assert TicketEvent.objects.filter(kind=TicketEvent.Kind.CLIENT_BANNED).count() == 1
