"""What may be typed into the search beside words: operators, phrases, and what is made of the wrong ones."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from staff.models import User
from tests import factories
from tests.tickets.cast import receive, stored
from tickets import operations
from tickets.content import Content
from tickets.models import Status, Tag, Ticket
from tickets.search_language import MOST, Asked, parse


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", Asked()),
        ("late parcel", Asked("late parcel")),
        ('tag:late "very late" parcel', Asked("parcel", ["very late"], [("tag", "late")])),
        ('FROM:"Maria Lopez" in:Shop', Asked("", [], [("from", "Maria Lopez"), ("in", "Shop")])),
        ("tag: 12:30 http://x.y", Asked("tag: 12:30 http://x.y")),
        ('unclosed "phrase', Asked('unclosed "phrase')),
        ('""', Asked('""')),
    ],
)
def test_words_phrases_and_operators_are_told_apart(text: str, asked: Asked) -> None:
    assert parse(text) == asked


def test_what_is_too_much_is_words() -> None:
    asked = parse(" ".join(f"tag:{number}" for number in range(MOST + 3)))
    assert len(asked.operators) == MOST
    assert asked.words.count("tag:") == 3


@pytest.fixture
def anna() -> User:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def browser(client: Browser, anna: User) -> Browser:
    client.force_login(anna)
    return client


def found(browser: Browser, query: str) -> set[int]:
    page = browser.get("/tickets/", {"q": query}).content.decode()
    return {int(pk) for pk in re.findall(r'<li id="ticket-(\d+)"', page)}


@pytest.mark.django_db
def test_each_operator_narrows_and_several_narrow_together(browser: Browser, anna: User) -> None:
    maria = factories.make_client(name="Maria Lopez", inbox=factories.make_inbox("Web shop"))
    hers = factories.make_ticket(client=maria, text="The parcel is very late")
    his = factories.make_ticket(text="late, but not very", assignee=anna, status=Status.IN_PROGRESS_ID)
    factories.make_message(his, author=anna, text="sorry")
    hers.tags.add(Tag.objects.create(name="Very late"))
    old = factories.make_ticket(text="An old one")
    Ticket.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=400))
    day = timezone.localdate().isoformat()
    for query, tickets in {
        "from:maria": {hers.pk},
        "from:anna": {his.pk},
        'tag:"very late"': {hers.pk},
        "in:shop": {hers.pk},
        "status:progress": {his.pk},
        f"before:{day}": {old.pk},
        f"after:{day}": {hers.pk, his.pk},
        "late": {hers.pk, his.pk},
        '"very late"': {hers.pk},
        "late from:maria status:open": {hers.pk},
        "late from:maria status:closed": set(),
    }.items():
        assert found(browser, query) == tickets, query


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("tag:unheard", "Nothing is called “unheard”: “tag:” was left out."),
        ("in:nowhere", "Nothing is called “nowhere”: “in:” was left out."),
        ("before:soon", "“soon” is no date like 2026-11-28."),
        ("after:2026-13-99", "“2026-13-99” is no date like 2026-11-28."),
    ],
)
def test_what_stands_for_nothing_is_told_and_the_rest_applies(
    browser: Browser, query: str, words: str
) -> None:
    ticket = factories.make_ticket(text="parcel")
    factories.make_ticket(text="else")
    page = browser.get("/tickets/", {"q": f"{query} parcel"}).content.decode()
    assert words in page
    assert found(browser, f"{query} parcel") == {ticket.pk}


@pytest.mark.django_db
def test_a_row_shows_where_the_words_stand_and_nothing_in_them_is_markup(browser: Browser) -> None:
    ticket = factories.make_ticket(text="Hello")
    receive(ticket, Content(text="<b>My</b> посылки опаздывают, and the parcels are late"))
    receive(ticket, Content(text="Are you there?"))
    page = browser.get("/tickets/", {"q": "посылка"}).content.decode()
    assert "<mark>посылки</mark> опаздывают" in page
    assert "<b>My" not in page
    assert "<mark>parcels</mark>" in browser.get("/tickets/", {"q": "parcel"}).content.decode()


@pytest.mark.django_db
def test_a_files_name_is_found_by_a_part_of_it(browser: Browser) -> None:
    ticket = factories.make_ticket(text="Hello")
    file = stored("Счёт за октябрь-2026.pdf", b"%PDF", kind="document", mime_type="application/pdf")
    receive(ticket, Content(kind="document", files=[file]))
    assert found(browser, "октябрь-2026") == {ticket.pk}
    assert found(browser, "ноябрь-2026") == set()


@pytest.mark.django_db
def test_nobody_finds_by_an_operator_what_they_may_not_see(anna: User, browser: Browser) -> None:
    ticket = factories.make_ticket(client=factories.make_client(name="Maria"), text="secret")
    operations.take(ticket, staff=factories.make_user("boris", first_name="Boris"))
    User.objects.filter(pk=anna.pk).update(scope="inboxes")
    for query in ("from:maria", "from:boris", "secret", '"secret"'):
        assert found(browser, query) == set()
