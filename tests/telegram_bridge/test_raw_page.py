"""What Telegram sent about a message, for administrators alone."""

import html
import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_user
from tests.telegram_bridge.test_reactions import LIKE, reaction
from tests.telegram_bridge.updates import Inbound, edited, message, photo, received, text
from tickets.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Browser) -> Browser:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    return client


def page_of(browser: Browser, ours: Message) -> str:
    answer = browser.get(f"/messages/{ours.pk}/raw/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return html.unescape(answer.content.decode())


def test_it_shows_the_whole_update_laid_out(inbound: Inbound, boss: Browser) -> None:
    body = text("Hello", hologram={"depth": 3})
    page = page_of(boss, received(inbound, body))
    assert json.dumps(body, indent=2, ensure_ascii=False).replace("\n", "\n  ") in page


def test_nothing_in_it_is_markup_and_a_lone_surrogate_breaks_nothing(inbound: Inbound, boss: Browser) -> None:
    ours = received(inbound, text("<script>alert(1)</script>\ud83d"))
    page = boss.get(f"/messages/{ours.pk}/raw/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_all_parts_of_an_album_and_all_that_happened_since(inbound: Inbound, boss: Browser) -> None:
    one, two = (message(photo=photo(name), media_group_id="g", caption=name) for name in ("first", "second"))
    received(inbound, one)
    ours = received(inbound, two)
    edited(inbound, ours, two, caption="edited caption")
    inbound.apply(reaction(one["message_id"], [LIKE]), "message_reaction")
    received(inbound, text("of another message"))
    page = page_of(boss, ours)
    assert page.count('class="card mb-3 raw-update"') == 4
    for words in ("l-first", "l-second", "edited caption", "new_reaction"):
        assert words in page
    assert "of another message" not in page


def test_a_message_that_was_written_here_has_none(inbound: Inbound, boss: Browser) -> None:
    ours = received(inbound, text("Hello"))
    ours.telegram.all().delete()
    assert "Nothing was received about this message" in page_of(boss, ours)


def test_who_may_see_updates_may_see_this_and_nobody_else(inbound: Inbound, client: Browser) -> None:
    ours = received(inbound, text("Hello"))
    address = f"/messages/{ours.pk}/raw/"
    assert client.get(address).status_code == 302
    anna = make_user("anna")
    client.force_login(anna)
    assert client.get(address).status_code == 403
    anna.user_permissions.add(Permission.objects.get(codename="view_update"))
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("number", [10**9, 10**30])
def test_a_message_that_is_not_there_is_not_found(boss: Browser, number: int) -> None:
    assert boss.get(f"/messages/{number}/raw/").status_code == 404


def test_it_costs_the_same_however_many_updates_there_are(
    inbound: Inbound, boss: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    body = text("0")
    ours = received(inbound, body)
    for number in range(1, 105):
        edited(inbound, ours, body, text=str(number))
    with django_assert_max_num_queries(9):
        page = page_of(boss, ours)
    assert page.count('class="card mb-3 raw-update"') == 100
    assert "There are more updates" in page
