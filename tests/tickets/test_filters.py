"""What the ticket list can be narrowed to besides status and assignee."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from staff.models import Team, User
from tests.factories import make_client, make_inbox, make_message, make_ticket, make_user
from tickets.models import Inbox, Mention, ReadMark, Tag, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_user("anna", time_zone="Asia/Tokyo")


@pytest.fixture
def browser(anna: User) -> Browser:
    browser = Browser()
    browser.force_login(anna)
    return browser


def shown(browser: Browser, query: str) -> set[int]:
    page = browser.get(f"/tickets/?{query}").content.decode()
    assert 'role="alert"' not in page
    return {int(number) for number in re.findall(r'<li id="ticket-(\d+)"', page)}


def other_than(**fields: object) -> tuple[Ticket, Ticket]:
    """A ticket with `fields`, and one without."""
    chosen, other = make_ticket(text="One"), make_ticket(text="Two")
    Ticket.objects.filter(pk=chosen.pk).update(**fields)
    return chosen, other


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("state=snoozed", {"snoozed_at": timezone.now()}),
        ("state=closed", {"closed_at": timezone.now()}),
        ("priority=4", {"priority": 4}),
        ("priority=3&priority=4", {"priority": 3}),
        ("waiting=60", {"waiting_since": timezone.now() - timedelta(hours=2)}),
        ("created_to=2026-01-02", {"created_at": "2026-01-02T14:59:59Z"}),  # 23:59 in Tokyo
        ("updated_to=2026-01-02", {"updated_at": "2026-01-02T14:59:59Z"}),
        ("created_from=2030-01-02", {"created_at": "2030-01-01T15:00:00Z"}),  # midnight in Tokyo
        ("updated_from=2030-01-02", {"updated_at": "2030-01-01T15:00:00Z"}),
    ],
)
def test_a_ticket_is_found_by_what_it_is(browser: Browser, query: str, fields: dict[str, object]) -> None:
    chosen, _other = other_than(**fields)
    assert shown(browser, query) == {chosen.pk}


def test_a_day_ends_with_the_readers_midnight(browser: Browser) -> None:
    other_than(created_at="2026-01-02T15:00:00Z")
    assert shown(browser, "created_to=2026-01-02") == set()


def test_open_leaves_out_what_is_put_aside_and_all_leaves_out_nothing(browser: Browser) -> None:
    snoozed, other = other_than(snoozed_at=timezone.now())
    assert shown(browser, "state=open") == {other.pk}
    assert shown(browser, "state=all") == shown(browser, "") == {snoozed.pk, other.pk}


def test_by_team_also_mine_and_none(browser: Browser, anna: User) -> None:
    team, their = Team.objects.create(name="A"), Team.objects.create(name="B")
    team.members.add(anna)
    chosen, other = other_than(team=team)
    far, _ = other_than(team=their)
    assert shown(browser, f"team={team.pk}") == shown(browser, "team=mine") == {chosen.pk}
    assert far.pk not in shown(browser, "team=none")
    assert other.pk in shown(browser, "team=none")


def test_by_inbox_and_unreachable_client(browser: Browser) -> None:
    inbox = make_inbox()
    chosen = make_ticket(client=make_client(inbox=inbox, is_reachable=False))
    make_ticket()
    assert shown(browser, f"inbox={inbox.pk}") == shown(browser, "unreachable=1") == {chosen.pk}


def test_several_tags_are_all_wanted(browser: Browser) -> None:
    red, blue = Tag.objects.create(name="red"), Tag.objects.create(name="blue")
    both, one = make_ticket(), make_ticket()
    both.tags.set([red, blue])
    one.tags.set([red])
    assert shown(browser, f"tag={red.pk}") == {both.pk, one.pk}
    assert shown(browser, f"tag={red.pk}&tag={blue.pk}") == {both.pk}


def test_what_calls_me_and_what_i_have_not_read(browser: Browser, anna: User) -> None:
    called, read = make_ticket(text="a"), make_ticket(text="b")
    message = make_message(called)
    Mention.objects.create(staff=anna, message=message, ticket=called)
    Mention.objects.create(staff=make_user(), message=make_message(read), ticket=read)
    read.refresh_from_db()
    mark = ReadMark.objects.create(staff=anna, ticket=read, seq=read.last_seq)
    assert shown(browser, "mentioned=1") == shown(browser, "unread=1") == {called.pk}
    make_message(read)
    assert shown(browser, "unread=1") == {called.pk, read.pk}
    mark.delete()


@pytest.mark.parametrize(
    "query",
    [
        "state=late",
        "team=77",
        "inbox=0",
        "inbox=x';--",
        "tag=88",
        "priority=5",
        "created_from=yesterday",
        "updated_to=2026-13-45",
        "waiting=-5",
        "waiting=99999999999999999999",
        "waiting=soon",
        "unread=maybe",
    ],
)
def test_a_wrong_value_is_explained_and_the_rest_applies(browser: Browser, query: str) -> None:
    urgent, _other = other_than(priority=4)
    more = "" if query.startswith("priority") else "&priority=4"
    page = browser.get(f"/tickets/?{query}{more}").content.decode()
    assert page.count('role="alert"') == 1
    assert f'<li id="ticket-{urgent.pk}"' in page


def test_the_last_days_of_the_calendar_are_no_error(browser: Browser) -> None:
    chosen, other = other_than(priority=4)
    assert shown(browser, "created_to=9999-12-31&created_from=0001-01-01") == {chosen.pk, other.pk}


def test_what_is_chosen_is_a_chip_with_the_way_back(browser: Browser) -> None:
    red = Tag.objects.create(name="<red>")
    make_ticket().tags.add(red)
    page = browser.get(f"/tickets/?tag={red.pk}&priority=1&priority=2").content.decode()
    assert "&lt;red&gt;" in page
    assert 'href="/tickets/?priority=1&amp;priority=2"' in page
    assert f'href="/tickets/?tag={red.pk}&amp;priority=2"' in page


def test_who_is_limited_to_an_inbox_sees_and_is_offered_only_that(anna: User, browser: Browser) -> None:
    inbox = make_inbox("Theirs")
    Inbox.objects.get(pk=inbox.pk).members.add(anna)
    User.objects.filter(pk=anna.pk).update(scope="inboxes")
    mine, hidden = make_ticket(client=make_client(inbox=inbox)), make_ticket()
    page = browser.get(f"/tickets/?inbox={hidden.inbox_id}").content.decode()
    assert "There is no inbox" in page
    assert hidden.inbox.name not in page
    assert shown(browser, "") == shown(browser, "state=all") == {mine.pk}
