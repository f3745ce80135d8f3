"""List and ticket on one page: what each address answers, and what it says about the other pane."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from staff.models import User
from tests.factories import make_inbox, make_ticket, make_user
from tests.tickets.cast import browser_of
from tickets.models import Status, Ticket
from tickets.pages import MOST_ROWS, PAGE_SIZE, cursor_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna", last_name="Petrova")


@pytest.fixture
def browser(anna: User) -> Browser:
    return browser_of(anna)


def words(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def part(browser: Browser, address: str, target: str, *, page: str = "") -> Any:
    """What htmx gets for the element `target` of a page at the address `page`."""
    headers = {
        "HX-Request": "true",
        "HX-Target": target,
        "HX-Current-URL": f"http://testserver{page or address}",
    }
    return browser.get(address, headers=headers)


def rows(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li id="ticket-(\d+)"', html)]


# One page, two panes


def test_a_tickets_address_shows_its_list_too_narrowed_as_it_says(browser: Browser, anna: User) -> None:
    mine = make_ticket(text="Mine", assignee=anna, status=Status.IN_PROGRESS_ID)
    other = make_ticket(text="Free")

    html = words(browser.get(f"/tickets/{other.pk}/?assignee=me"))

    assert rows(html) == [mine.pk]
    assert f'href="/tickets/{mine.pk}/?assignee=me"' in html
    assert f'id="ticket-pane" class="ticket-pane" data-ticket="{other.pk}"' in html
    assert 'href="/tickets/?assignee=me"' in html.partition("ticket-back")[2]  # the way back on a phone


def test_the_open_ticket_is_the_current_row_also_when_the_list_is_asked_for_again(browser: Browser) -> None:
    first, second = make_ticket(text="a"), make_ticket(text="b")
    current = re.compile(r'data-row="(\d+)" aria-current="true"')

    page = words(browser.get(f"/tickets/{first.pk}/"))
    refreshed = words(part(browser, "/tickets/", "inbox", page=f"/tickets/{first.pk}/"))
    alone = words(part(browser, "/tickets/", "inbox", page="/tickets/"))

    assert current.findall(page) == current.findall(refreshed) == [str(first.pk)]
    assert current.findall(alone) == []
    assert rows(refreshed) == [second.pk, first.pk]


def test_the_list_alone_says_that_no_ticket_is_open(browser: Browser) -> None:
    make_ticket(text="a")
    html = words(browser.get("/tickets/"))
    assert "No ticket is open" in html
    assert "data-ticket-page" not in html


def test_htmx_gets_the_pane_that_it_wants_to_replace(browser: Browser) -> None:
    ticket = make_ticket(text="Hello")

    pane = words(part(browser, f"/tickets/{ticket.pk}/?status=1", "ticket-pane"))
    assert pane.strip().startswith('<section id="ticket-pane"')
    assert 'href="/tickets/?status=1"' in pane
    assert "<html" not in pane
    assert rows(pane) == []
    assert words(part(browser, "/tickets/", "ticket-pane")).strip().startswith('<section id="ticket-pane"')
    assert words(part(browser, "/tickets/", "list-pane")).startswith('<section id="list-pane"')
    workspace = words(part(browser, "/tickets/?state=open", "workspace", page=f"/tickets/{ticket.pk}/"))
    assert workspace.startswith('<div id="workspace"')
    assert "No ticket is open" in workspace


def test_a_part_is_told_apart_by_every_cache(browser: Browser) -> None:
    ticket = make_ticket(text="Hello")
    for address in ("/tickets/", f"/tickets/{ticket.pk}/"):
        response = browser.get(address)
        assert "HX-Target" in response["Vary"]
        assert response["Cache-Control"] == "no-store"


def test_a_filter_on_a_tickets_page_names_the_ticket_with_the_filter(browser: Browser) -> None:
    ticket = make_ticket(text="Hello")
    page = f"/tickets/{ticket.pk}/"

    assert part(browser, "/tickets/?status=1", "inbox", page=page)["HX-Push-Url"] == f"{page}?status=1"
    assert (
        part(browser, "/tickets/?status=1", "inbox", page="/tickets/")["HX-Push-Url"] == "/tickets/?status=1"
    )
    # One place has one entry in the history, and a place in the list is not one of the ticket.
    assert not part(browser, "/tickets/?status=1", "inbox", page=f"{page}?status=1").has_header("HX-Push-Url")
    cursor = cursor_for(ticket, ordering="-updated_at")
    assert (
        part(browser, f"/tickets/?status=1&{cursor}", "inbox", page=page)["HX-Push-Url"] == f"{page}?status=1"
    )
    assert not part(browser, "/tickets/?status=1", "list-pane", page=page).has_header("HX-Push-Url")


def test_a_place_in_the_list_is_not_carried_to_a_ticket(browser: Browser) -> None:
    tickets = [make_ticket(text="x") for _ in range(3)]
    cursor = cursor_for(tickets[1], ordering="-updated_at")

    html = words(
        browser.get(f"/tickets/?ordering=-created_at&{cursor_for(tickets[1], ordering='-created_at')}")
    )
    assert f'href="/tickets/{tickets[0].pk}/?ordering=-created_at"' in html
    assert len(rows(words(browser.get(f"/tickets/{tickets[0].pk}/?{cursor}")))) == 3


# A list that grows


def test_older_rows_lengthen_the_list_and_without_scripts_are_a_page(browser: Browser) -> None:
    made = [make_ticket(text="x").pk for _ in range(PAGE_SIZE + 5)]
    html = words(browser.get("/tickets/?status=1"))

    older = re.search(r'<a class="btn" rel="next" href="([^"]+)" hx-target="#inbox" hx-get="([^"]+)"', html)
    assert older
    page, longer = (address.replace("&amp;", "&") for address in older.groups())
    assert longer == "/tickets/?status=1&rows=50"
    assert rows(words(browser.get(page))) == made[4::-1]
    grown = words(part(browser, longer, "inbox", page="/tickets/?status=1"))
    assert rows(grown) == made[::-1]
    assert f'data-address="{longer}"'.replace("&", "&amp;") in grown


def test_a_list_has_whole_pages_of_rows_and_an_end(browser: Browser) -> None:
    ticket = make_ticket(text="x", status=Status.CLOSED_ID)
    same = ("client_id", "inbox_id", "status_id", "created_at", "updated_at", "closed_at")
    copies = [Ticket(**{name: getattr(ticket, name) for name in same}) for _ in range(MOST_ROWS + 10)]
    Ticket.objects.bulk_create(copies)

    for asked in ("0", "-5", "x", "9" * 30, "٣", "30"):
        assert len(rows(words(browser.get("/tickets/", {"rows": asked})))) == PAGE_SIZE
    longest = words(browser.get("/tickets/?rows=9999"))
    assert len(rows(longest)) == MOST_ROWS
    assert "data-more" not in longest


# The navigation


def current_views(html: str) -> list[str]:
    return re.findall(r'data-view title="([^"]*)"[^>]*aria-current="page"', html)


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ("?assignee=me&state=open", ["Mine"]),
        ("?state=open&assignee=none", ["Unassigned"]),
        ("?state=open&ordering=created_at", ["All open"]),
        ("?state=closed", ["Closed"]),
        ("", ["All tickets"]),
        ("?status=2", []),
    ],
)
def test_the_navigation_marks_the_view_one_is_in_on_the_list_and_beside_a_ticket(
    browser: Browser, query: str, view: list[str]
) -> None:
    ticket = make_ticket(text="Hello")
    assert current_views(words(browser.get(f"/tickets/{query}"))) == view
    assert current_views(words(browser.get(f"/tickets/{ticket.pk}/{query}"))) == view
    assert current_views(words(browser.get("/rules/"))) == []


def test_the_views_show_what_their_names_say(browser: Browser, anna: User) -> None:
    mine = make_ticket(text="a", assignee=anna, status=Status.IN_PROGRESS_ID)
    free = make_ticket(text="b")
    done = make_ticket(text="c", assignee=anna, status=Status.CLOSED_ID)
    for query, shown in {
        "?assignee=me&state=open": [mine.pk],
        "?assignee=none&state=open": [free.pk],
        "?state=open": [free.pk, mine.pk],
        "?state=closed": [done.pk],
    }.items():
        assert sorted(rows(words(browser.get(f"/tickets/{query}")))) == sorted(shown)


def test_inboxes_are_in_the_navigation_as_soon_as_there_is_a_choice(browser: Browser) -> None:
    ticket = make_ticket(text="Hello")
    assert "?inbox=" not in words(browser.get("/rules/"))
    other = make_inbox("Shop")
    make_ticket(text="Elsewhere")
    html = words(browser.get(f"/tickets/?inbox={ticket.inbox_id}"))
    assert f'href="/tickets/?inbox={other.pk}"' in html
    assert rows(html) == [ticket.pk]
    wrong = words(browser.get("/tickets/?inbox=nonsense"))
    assert "There is no inbox “nonsense”. It was left out." in wrong
    assert len(rows(wrong)) == 2


def test_a_tickets_pane_costs_less_than_its_page_and_both_do_not_grow_with_the_list(
    browser: Browser,
) -> None:
    ticket = make_ticket(text="Hello")

    def counts() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as page:
            browser.get(f"/tickets/{ticket.pk}/")
        with CaptureQueriesContext(connection) as pane:
            part(browser, f"/tickets/{ticket.pk}/", "ticket-pane")
        return len([q for q in page if "telegram_bridge_bot" not in q["sql"]]), len(pane)

    few = counts()
    for _ in range(30):
        make_ticket(text="x")
    assert counts() == few
    assert few[1] < few[0] <= 20


# Installed


def test_the_manifest_lets_a_browser_install_the_product(browser: Browser) -> None:
    response = Browser().get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["display"], manifest["start_url"]) == ("standalone", "/tickets/")
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    assert '<link rel="manifest" href="/manifest.webmanifest">' in words(browser.get("/rules/"))
