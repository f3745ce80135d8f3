"""The bell in the browser: it counts, rings in one tab, opens its list, and forgets what was read."""

from typing import Any

import pytest
from playwright.sync_api import expect

from staff.models import User
from tests.factories import make_client, make_message, make_ticket, make_user
from tests.flows.composing import until
from tests.flows.staff_browser import errors_of, window_of
from tests.processes import Running
from tickets import operations
from tickets.models import Notification, NotificationSettings, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a person would hear and see, counted at the browser's own doors.
LISTEN = """
window.rung = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...more) { window.rung += 1; return start.apply(this, more); };
window.shown = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission() { return Promise.resolve("granted"); }
  constructor(title, options) { window.shown.push([title, options.body]); }
};
"""
# A browser that is driven lets every page sound; a person's waits until they have clicked in it.
SILENT = """
let clicked = false;
addEventListener("pointerdown", () => { clicked = true; }, true);
window.AudioContext = class extends AudioContext {
  constructor() { super(); super.suspend(); }
  resume() { return clicked ? super.resume() : new Promise(() => {}); }
};
"""
CHIME = 2  # notes


@pytest.fixture
def anna(live_database: Any) -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def ticket(anna: User) -> Ticket:
    return operations.take(make_ticket(client=make_client(name="Maria"), text="Hello"), staff=anna)


@pytest.fixture
def server(processes: Any, ticket: Ticket) -> Running:
    return processes.web()  # type: ignore[no-any-return]


def opened(browser: Any, user: User, server: Running, address: str, *, silent: str = "") -> Any:
    page = window_of(browser, user, server.url)
    page.add_init_script(LISTEN + silent)
    with page.expect_websocket():
        page.goto(address)
    page.wait_for_timeout(500)  # the hub knows it a moment after it was let in
    return page


def told(page: Any) -> Any:
    return page.locator("[data-bell] .navigation-count span[aria-hidden]")


def test_it_rings_counts_and_leads_to_the_ticket_which_reads_it(
    browser: Any, server: Running, anna: User, ticket: Ticket
) -> None:
    page = opened(browser, anna, server, "/rules/")
    errors = errors_of(page)
    page.locator("h1").click()
    make_message(ticket, text="Are you there?")
    expect(told(page)).to_have_text("1")
    until(lambda: page.evaluate("window.rung") == CHIME)
    expect(page.locator("#alert-said")).to_contain_text("There is something new for you")
    assert page.evaluate("window.shown") == [], "nobody asked for desktop notifications"

    page.locator("[data-bell]").click()
    bell = page.locator("#bell")
    expect(bell.locator("[data-unread]")).to_have_count(1)
    expect(bell.locator(".notification")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#conversation")).to_contain_text("Are you there?")
    expect(told(page)).to_have_count(0)
    assert not Notification.objects.filter(read_at=None).exists()

    # Who has the ticket before them hears nothing of it.
    page.locator("#conversation").click()
    page.wait_for_timeout(600)
    rung = page.evaluate("window.rung")
    make_message(ticket, text="Thank you")
    expect(page.locator("#conversation")).to_contain_text("Thank you")
    page.wait_for_timeout(500)
    assert page.evaluate("window.rung") == rung
    page.context.close()
    assert errors == []


def test_of_two_tabs_one_rings_and_a_new_ticket_rings_too(
    browser: Any, server: Running, anna: User, ticket: Ticket
) -> None:
    NotificationSettings.objects.create(staff=anna, desktop=True)
    first = opened(browser, anna, server, "/rules/")
    second = first.context.new_page()
    second.add_init_script(LISTEN)
    second.goto("/bots/")
    second.wait_for_timeout(500)
    for page in (first, second):
        page.locator("h1").click()
    make_ticket(client=make_client(name="Tom"), text="Me too")
    first.wait_for_timeout(1500)
    rung = [page.evaluate("window.rung") for page in (first, second)]
    assert sorted(rung) == [0, CHIME]
    shown = first.evaluate("window.shown") + second.evaluate("window.shown")
    assert shown in ([], [["A new ticket from Tom", "Me too"]])
    first.context.close()


def test_a_page_that_may_not_sound_says_so(browser: Any, server: Running, anna: User, ticket: Ticket) -> None:
    page = opened(browser, anna, server, "/rules/", silent=SILENT)
    make_message(ticket, text="Hello?")
    hint = page.locator("#sound-blocked")
    expect(hint).to_be_visible()
    hint.get_by_role("button", name="Turn the sound on").click()
    expect(hint).to_be_hidden()
    until(lambda: page.evaluate("window.rung") == CHIME)
    page.context.close()


def test_the_settings_are_tried_out_before_they_are_saved(
    browser: Any, server: Running, anna: User, ticket: Ticket
) -> None:
    page = opened(browser, anna, server, "/notifications/settings/")
    errors = errors_of(page)
    page.locator('[data-try="sound"]').click()
    expect(page.locator('[data-hint="sound"]')).to_contain_text("You should have heard it")
    assert page.evaluate("window.rung") == CHIME
    page.get_by_label("Desktop notifications").check()
    page.locator('[data-try="desktop"]').click()
    expect(page.locator('[data-hint="desktop"]')).to_contain_text("It was shown")
    assert page.evaluate("window.shown") == [["This is how it looks", "What a client wrote stands here."]]
    page.get_by_label("A client wrote in your ticket").uncheck()
    page.get_by_label("from").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Quiet hours need both")
    page.get_by_label("until").fill("08:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".alert")).to_contain_text("Saved")
    kept = NotificationSettings.objects.get(staff=anna)
    assert (kept.muted, kept.desktop, str(kept.quiet_until)) == (["message"], True, "08:00:00")
    page.context.close()
    assert errors == []
