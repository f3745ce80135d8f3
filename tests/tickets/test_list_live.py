"""The open list in a real browser: new tickets and messages appear by themselves, and nothing jumps."""

from typing import Any

import pytest
from django.conf import settings

from staff.models import User
from tests.factories import make_client, make_message, make_ticket, make_user
from tests.processes import Processes
from tests.tickets.cast import browser_of
from tickets.models import Status, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(live_database: str) -> User:
    return make_user("anna")


@pytest.fixture
def tickets(live_database: str) -> list[Ticket]:
    return [make_ticket(text=f"Question {number}") for number in range(30)]


@pytest.fixture
def page(page: Any, anna: User) -> Any:
    """A page of a browser that Anna is signed in with."""
    key = browser_of(anna).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": key, "domain": "127.0.0.1", "path": "/"}]
    )
    return page


def open_list(page: Any, url: str) -> None:
    page.goto(f"{url}/tickets/")
    page.wait_for_selector("#inbox .rows")
    page.evaluate("document.documentElement.dataset.same = 1")


def place_of(page: Any, ticket: Ticket) -> float:
    return float(page.locator(f"#ticket-{ticket.pk}").bounding_box()["y"])


def test_what_is_new_appears_without_a_reload_and_the_reader_stays_where_they_were(
    processes: Processes, page: Any, tickets: list[Ticket]
) -> None:
    open_list(page, processes.web().url)
    page.set_viewport_size({"width": 1200, "height": 600})
    page.evaluate("document.querySelector('.list-scroll').scrollTop = 500")
    read = tickets[15]
    page.focus(f"#ticket-{read.pk} a")
    page.evaluate(
        f"getSelection().selectAllChildren(document.querySelector('#ticket-{tickets[14].pk} .row-preview'))"
    )
    before = place_of(page, read)

    newcomer = make_ticket(client=make_client(name="Newcomer"), text="I am new here")
    page.wait_for_selector(f"#ticket-{newcomer.pk}.is-fresh")
    assert "I am new here" in page.inner_text(f"#ticket-{newcomer.pk}")
    assert page.inner_text("#count") == "31 tickets"
    assert abs(place_of(page, read) - before) < 2
    assert page.evaluate("document.querySelector('.list-scroll').scrollTop") > 500
    assert page.evaluate("document.activeElement.closest('li').id") == f"ticket-{read.pk}"
    assert page.evaluate("String(getSelection())").strip().endswith("Question 14")

    make_message(tickets[29], text="One more thing")
    page.wait_for_selector(f"#ticket-{tickets[29].pk}:first-child")
    assert "One more thing" in page.inner_text(".rows li:first-child")
    assert abs(place_of(page, read) - before) < 2
    assert page.locator("html[data-same]").count() == 1


def test_selected_text_stays_selected_when_its_row_moves(
    processes: Processes, page: Any, tickets: list[Ticket]
) -> None:
    open_list(page, processes.web().url)
    read = tickets[20]
    page.evaluate(
        f"getSelection().selectAllChildren(document.querySelector('#ticket-{read.pk} .row-preview'))"
    )
    assert page.evaluate("String(getSelection())").strip().endswith("Question 20")

    # Rows above and below move up at once, and the one that is read with them.
    for ticket in (read, tickets[29], tickets[12], tickets[8]):
        make_message(ticket, text="One more thing")
    page.wait_for_selector(f"#ticket-{tickets[8].pk}:first-child")
    page.wait_for_selector(f"#ticket-{read.pk}:nth-child(4)")
    assert page.evaluate("getSelection().anchorNode.parentElement.closest('li').id") == f"ticket-{read.pk}"
    assert page.evaluate("getSelection().isCollapsed") is False


def test_a_filter_applies_at_once_and_live_changes_respect_it(
    processes: Processes, page: Any, tickets: list[Ticket]
) -> None:
    open_list(page, processes.web().url)
    closed = make_ticket(status=Status.CLOSED_ID, text="Done with it")
    page.click("summary[aria-label=Filters]")
    page.click(".filters-statuses label:has-text('Closed')")
    page.wait_for_selector(f"#ticket-{closed.pk}:only-child")
    assert page.url.endswith("/tickets/?status=3")
    page.fill("#q", "done")
    page.wait_for_url("**/tickets/?status=3&q=done")

    make_ticket(text="Done? No, open")
    second = make_ticket(status=Status.CLOSED_ID, text="Done as well")
    page.wait_for_selector(f"#ticket-{second.pk}")
    assert page.locator(".rows li").count() == 2
    assert page.locator(f"#ticket-{closed.pk}").is_visible()
    assert page.input_value("#q") == "done"
    page.go_back()
    # "Back" asks the server for the list alone: none of before is shown, and the page stays.
    page.wait_for_selector("#q:not([value='done'])")
    page.wait_for_selector("#inbox[data-query='?status=3']")
    assert page.url.endswith("/tickets/?status=3")
    assert page.input_value("#q") == ""
    assert page.locator("html[data-same]").count() == 1


def test_after_a_lost_connection_the_list_says_so_and_catches_up(
    processes: Processes, page: Any, tickets: list[Ticket]
) -> None:
    web = processes.web()
    open_list(page, web.url)
    web.kill()
    page.wait_for_selector("#list-connection:has-text('Offline')")
    missed = make_ticket(text="While you were away")
    web.start()
    page.wait_for_selector(f"#ticket-{missed.pk}", timeout=20_000)
    page.wait_for_selector("#list-connection", state="hidden")
    assert page.locator("html[data-same]").count() == 1


def test_a_list_whose_network_goes_says_so_before_the_silence_does(
    processes: Processes, page: Any, tickets: list[Ticket]
) -> None:
    open_list(page, processes.web().url)
    page.context.set_offline(True)  # the socket that is open stays open: nobody closes it
    page.wait_for_selector("#list-connection:has-text('Offline')", timeout=15_000)
    missed = make_ticket(text="While you were away")
    page.context.set_offline(False)
    page.wait_for_selector(f"#ticket-{missed.pk}", timeout=20_000)
    page.wait_for_selector("#list-connection", state="hidden")
