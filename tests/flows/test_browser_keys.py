"""The workspace by keyboard alone: a key for what one does daily, a map of them, a palette of commands."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.composing import until
from tests.flows.staff_browser import errors_of, window_of
from tickets import operations, properties
from tickets.models import ReadMark, Status, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def is_now(ticket: Ticket, **columns: Any) -> bool:
    return Ticket.objects.filter(pk=ticket.pk, **columns).exists()


def test_a_morning_without_a_mouse(browser: Any, processes: Any, live_database: Any) -> None:
    anna = factories.make_user("anna", first_name="Anna")
    boris = factories.make_user("boris", first_name="Boris")
    first, second = (factories.make_ticket(text=f"Question {number}") for number in range(2))
    page = window_of(browser, anna, processes.web().url)
    errors = errors_of(page)
    page.goto("/tickets/")
    page.evaluate("window.same = true")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")  # a dialog keeps the keys to itself
    page.keyboard.press("Escape")
    expect(page.locator("#keymap")).to_be_hidden()
    expect(page.get_by_text("No ticket is open")).to_be_visible()

    page.keyboard.press("j")
    expect(page.locator(f'#ticket-pane[data-ticket="{second.pk}"]')).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(f'#ticket-pane[data-ticket="{first.pk}"]')).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator(f'#ticket-pane[data-ticket="{second.pk}"]')).to_be_visible()

    page.keyboard.press("t")
    until(lambda: is_now(second, assignee=anna, status=Status.IN_PROGRESS_ID))
    expect(page.locator("#composer-state")).to_have_attribute("data-state", "ready")
    page.keyboard.press("r")
    page.keyboard.type("jeta?")  # letters that are keys elsewhere
    page.keyboard.press("Enter")
    expect(page.locator('.message[data-direction="out"]')).to_contain_text("jeta?")
    page.locator("#conversation").focus()
    page.keyboard.press("n")
    page.keyboard.type("for us alone")
    page.keyboard.press("Enter")
    expect(page.locator('.message[data-direction="note"]')).to_contain_text("for us alone")

    page.locator("#conversation").focus()
    page.keyboard.press("a")
    page.keyboard.type("bor")
    page.keyboard.press("Enter")
    until(lambda: is_now(second, assignee=boris))
    page.locator("#conversation").focus()
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="For an hour")).to_be_focused()
    page.keyboard.press("Enter")
    until(lambda: is_now(second, snoozed_until__isnull=False))
    page.locator("#conversation").focus()
    page.keyboard.press("e")
    until(lambda: is_now(second, status=Status.CLOSED_ID))

    # The palette: what the page offers, found by typing; and a search.
    expect(page.locator("#ticket-summary").get_by_role("button", name="Reopen")).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Commands")
    page.keyboard.type("reopen")
    expect(palette.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")
    until(lambda: is_now(second, assignee=anna, status=Status.IN_PROGRESS_ID))
    expect(page.locator("#composer-state")).to_have_attribute("data-state", "ready")
    page.keyboard.press("Control+k")
    page.keyboard.type("boris assign")
    page.keyboard.press("Enter")
    until(lambda: is_now(second, assignee=boris))
    page.keyboard.press("Control+k")
    page.keyboard.type("unassigned")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/?assignee=none&state=open")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.evaluate("window.same"), "the page was loaded anew"

    page.keyboard.press("j")
    expect(page.locator(f'#ticket-pane[data-ticket="{first.pk}"]')).to_be_visible()
    until(lambda: ReadMark.objects.filter(staff=anna, ticket=first, seq__gte=1).exists())
    page.keyboard.press("u")
    expect(page.get_by_text("No ticket is open")).to_be_visible()
    expect(page.locator(f"#ticket-{first.pk} .row-unread")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("Question 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/?q=Question*")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.context.close()
    assert errors == []


def test_a_russian_keyboard_has_the_same_keys_and_a_selection_still_becomes_a_link(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna", language="ru")
    ticket = factories.make_ticket(text="Привет")
    operations.take(ticket, staff=anna)
    page = window_of(browser, anna, processes.web().url, locale="ru-RU")
    page.goto("/tickets/")
    page.evaluate(
        "document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'о', code: 'KeyJ', bubbles: true, cancelable: true}))"
    )
    expect(page.locator(f'#ticket-pane[data-ticket="{ticket.pk}"]')).to_be_visible()
    text = page.locator("textarea.composer-text")
    text.fill("сайт")
    text.press("Control+a")
    text.press("Control+k")
    expect(page.locator("#link-dialog")).to_be_visible()
    expect(page.locator("#palette")).to_be_hidden()
    page.context.close()


def test_a_list_asked_for_before_one_went_on_takes_nobody_back(
    browser: Any, processes: Any, live_database: Any
) -> None:
    """Its rows come from the address that the page had then: no row of it is the current one."""
    anna = factories.make_user("anna")
    first, second = (factories.make_ticket(text=f"Question {number}") for number in range(2))
    page = window_of(browser, anna, processes.web().url)
    with page.expect_websocket():
        page.goto("/tickets/")
    held: list[Any] = []

    def hold_the_list(route: Any) -> None:
        held.append(route) if "x-navigation" in route.request.headers else route.continue_()

    page.route("**/tickets/*", hold_the_list)
    properties.set_subject(first, subject="Asks for the list", staff=anna)
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.press("j")
    expect(page.locator(f'#ticket-pane[data-ticket="{second.pk}"]')).to_be_visible()
    held.pop(0).continue_()
    expect(page.locator(f"#ticket-{first.pk}")).to_contain_text("Asks for the list")
    expect(page.locator("[data-row][aria-current]")).to_have_attribute("data-row", str(second.pk))
    page.context.close()


def test_a_row_that_has_the_focus_shows_what_changes(
    browser: Any, processes: Any, live_database: Any
) -> None:
    anna = factories.make_user("anna")
    ticket = factories.make_ticket(text="Before")
    page = window_of(browser, anna, processes.web().url)
    with page.expect_websocket():
        page.goto("/tickets/")
    page.locator(f"#ticket-{ticket.pk} a").focus()
    properties.set_subject(ticket, subject="Changed meanwhile", staff=anna)
    expect(page.locator(f"#ticket-{ticket.pk}")).to_contain_text("Changed meanwhile")
    expect(page.locator(f"#ticket-{ticket.pk} a")).to_be_focused()
    page.context.close()
