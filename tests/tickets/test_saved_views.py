"""Saved views and the counts in the navigation."""

import re

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from staff.models import Team, User
from staff.roles import Role
from tests.factories import make_message, make_ticket, make_user
from tickets import notifications
from tickets.models import Mention, ReadMark, SavedView, Tag
from tickets.navigation import unread_counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    anna = make_user("anna")
    anna.set_role(Role.AGENT)
    return anna


@pytest.fixture
def browser(anna: User) -> Browser:
    return signed_in(anna)


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def save(browser: Browser, name: str, *, query: str = "?priority=4", audience: str = "own") -> str:
    """What the page says afterwards."""
    data = {"name": name, "query": query, "audience": audience}
    return browser.post("/views/", data, follow=True).content.decode()


def test_a_saved_view_is_in_the_navigation_with_its_filter_and_order(browser: Browser) -> None:
    page = save(browser, "Urgent <b>", query="?priority=3&priority=4&ordering=created_at&evil=1")
    assert "is saved" in page
    assert 'href="/tickets/?priority=3&amp;priority=4&amp;ordering=created_at"' in page
    assert "Urgent &lt;b&gt;" in page
    assert "Urgent &lt;b&gt;" not in signed_in(make_user()).get("/tickets/").content.decode()


def test_sharing_is_refused_in_words_to_who_may_not(browser: Browser, anna: User) -> None:
    team = Team.objects.create(name="Billing")
    assert "Only a supervisor" in save(browser, "For all", audience="all")
    for audience in (f"team:{team.pk}", "team:x", "team:"):
        assert "member of" in save(browser, "Ours", audience=audience)
    assert "whom it is for" in save(browser, "Whose", audience="cats")
    assert "needs a name" in save(browser, "  ")
    assert not SavedView.objects.exists()
    team.members.add(anna, mate := make_user())
    save(browser, "Ours", audience=f"team:{team.pk}")
    assert "Ours" in signed_in(mate).get("/tickets/").content.decode()


def test_a_supervisor_shares_with_everybody_and_arranges_what_is_shared(anna: User) -> None:
    boss = make_user("boss")
    boss.set_role(Role.SUPERVISOR)
    browser, hers = signed_in(boss), signed_in(anna)
    for name in ("First", "Second"):
        save(browser, name, audience="all")
    second = SavedView.objects.get(name="Second")
    refused = hers.post(f"/views/{second.pk}/", {"act": "delete"}, follow=True)
    assert "Only who saved this" in refused.content.decode()
    browser.post(f"/views/{second.pk}/", {"act": "up"})
    assert list(SavedView.objects.values_list("name", flat=True)) == ["Second", "First"]
    browser.post(f"/views/{second.pk}/", {"act": "rename", "name": "Renamed"})
    assert "Renamed" in hers.get("/views/").content.decode()
    browser.post(f"/views/{second.pk}/", {"act": "delete"})
    assert list(SavedView.objects.values_list("name", flat=True)) == ["First"]


def test_anothers_own_view_is_not_there_even_for_a_supervisor(browser: Browser) -> None:
    save(browser, "Mine")
    boss = make_user()
    boss.set_role(Role.SUPERVISOR)
    view = SavedView.objects.get()
    assert signed_in(boss).post(f"/views/{view.pk}/", {"act": "delete"}).status_code == 404
    assert browser.post(f"/views/{view.pk}/", {"act": "dance"}).status_code == 400


def test_a_view_that_names_what_is_gone_explains_itself_and_the_rest_applies(browser: Browser) -> None:
    tag, urgent = Tag.objects.create(name="gone"), make_ticket(text="a")
    make_ticket(text="b")
    type(urgent).objects.filter(pk=urgent.pk).update(priority=4)
    save(browser, "Old", query=f"?tag={tag.pk}&priority=4")
    tag.delete()
    address = re.search(r'href="(/tickets/\?tag=[^"]+)"', browser.get("/tickets/").content.decode())
    assert address
    page = browser.get(address[1].replace("&amp;", "&")).content.decode()
    assert "There is no tag" in page
    assert re.findall(r'<li id="ticket-(\d+)"', page) == [str(urgent.pk)]


def test_counts_are_of_the_unread_and_follow_reading(browser: Browser, anna: User) -> None:
    free, hers = make_ticket(text="a"), make_ticket(text="b", assignee=anna)
    message = make_message(hers)
    Mention.objects.create(staff=anna, ticket=hers, message=message)
    assert unread_counts(anna) == {"mine": 1, "unassigned": 1, "open": 2, "mentioned": 1, "told": 1}
    for ticket in (free, hers):
        ticket.refresh_from_db()
        ReadMark.objects.create(staff=anna, ticket=ticket, seq=ticket.last_in_seq)
    notifications.read_all(anna)
    assert set(unread_counts(anna).values()) == {0}
    make_message(free)
    answer = browser.get("/tickets/navigation/", headers={"HX-Current-URL": "http://x/tickets/?state=open"})
    assert "1 unread ticket" in answer.content.decode()
    assert 'aria-current="page"' in answer.content.decode()


def test_counting_among_many_tickets_is_one_query_of_a_few_milliseconds(anna: User) -> None:
    ticket = make_ticket(text="a")
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO tickets_client (inbox_id, external_id, name, username, language_code, notes,
                is_reachable, avatar, avatar_key, start_payload, created_at, attributes)
            SELECT inbox_id, 10000000 + n, name, '', '', '', true, '', '', '', now(), '{}'
            FROM tickets_client, generate_series(1, 20000) n""")
        cursor.execute(
            """
            INSERT INTO tickets_ticket (client_id, inbox_id, status_id, source, last_seq, last_in_seq,
                created_at, updated_at, closed_at)
            SELECT id, inbox_id, 1, '', 1, 1, now(), now(), CASE WHEN id %% 40 = 0 THEN NULL ELSE now() END
            FROM tickets_client WHERE id <> %s""",
            [ticket.client_id],
        )
        cursor.execute("ANALYZE tickets_ticket")
    with CaptureQueriesContext(connection) as captured:
        assert unread_counts(anna)["open"] == 100
    assert len(captured) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT TEXT) " + captured.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    removed = sum(int(number) for number in re.findall(r"Rows Removed by Filter: (\d+)", plan))
    assert removed < 5000, plan  # what is closed is not walked through
