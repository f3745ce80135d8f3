"""The workspace in a real browser: the list stays while tickets change, panes are remembered, nothing leaks,
and what it weighs."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import expect

from staff.models import User
from tests.factories import make_client, make_message, make_ticket, make_user
from tests.flows.composing import until
from tests.flows.staff_browser import errors_of, window_of
from tests.processes import Running
from tests.tickets.cast import PNG, receive
from tickets.content import Content
from tickets.models import Status, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRST_PAGE = 250_000  # bytes, compressed
LATER_PAGE = 30_000
SWITCH = 100  # milliseconds of the server
WIRED = "addEventListener('ticket-mounted', () => { window.wired = performance.now(); }, true)"
INTERACTIVE = 500  # milliseconds until a page is at work, on any machine; `make bench ARGS=page` has 300
MANY = 50_000
MANY_MESSAGES = """
WITH message AS (
    INSERT INTO tickets_message (ticket_id, seq, direction, kind, text, entities, details, options, buttons,
                                 reactions, has_amendments, quote, delivery, delivery_error, created_at)
    SELECT %(ticket)s, seq, 'in', 'text', 'Message ' || seq, '[]', '{}', '{}', '[]', '{}', false, '', '',
           '{}', now()
    FROM generate_series(%(after)s + 1, %(after)s + %(many)s) AS seq RETURNING id, seq
), event AS (
    INSERT INTO tickets_ticketevent (ticket_id, seq, kind, actor, message_id, data, created_at)
    SELECT %(ticket)s, seq, 'message_received', 'client', id, '{}', now() FROM message
)
UPDATE tickets_ticket SET last_seq = %(after)s + %(many)s, last_in_seq = %(after)s + %(many)s
WHERE id = %(ticket)s
"""
WIDE: Any = {"width": 1440, "height": 900}
TABLET: Any = {"width": 900, "height": 800}
PHONE: Any = {"width": 390, "height": 780}
# What moved without anybody having done anything, and the milliseconds of the server for each pane.
WATCH = """
window.shifts = [];
const called = ({node}) => node?.id || node?.className || node?.nodeName;
new PerformanceObserver((list) => window.shifts.push(
    ...list.getEntries().map((one) => [one.value, one.sources.map(called)])))
    .observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture
def anna(live_database: Any) -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def tickets(anna: User) -> list[Ticket]:
    names = ["Maria", "Boris", "Светлана", "Li Wei"]
    status = Status.IN_PROGRESS_ID
    return [
        make_ticket(client=make_client(name=name), text=f"{name} asks", assignee=anna, status=status)
        for name in names
    ]


@pytest.fixture
def server(processes: Any, tickets: list[Ticket]) -> Running:
    return processes.web()  # type: ignore[no-any-return]


@pytest.fixture
def page(browser: Any, server: Running, anna: User) -> Iterator[Any]:
    window = window_of(browser, anna, server.url, viewport=WIDE)
    window.add_init_script(WATCH)
    errors = errors_of(window)
    yield window
    window.context.close()
    assert errors == []


def row(page: Any, ticket: Ticket) -> Any:
    return page.locator(f"#ticket-{ticket.pk} a")


def switch(page: Any, ticket: Ticket) -> None:
    """Opens a ticket from the list; returns when its socket is open too."""
    with page.expect_websocket():
        row(page, ticket).click()
    expect(page.locator(f'#ticket-pane[data-ticket="{ticket.pk}"]')).to_be_visible()


def names(page: Any) -> str:
    return str(page.locator("#ticket-summary h1").inner_text())


def width(page: Any, selector: str) -> int:
    box: dict[str, float] = page.locator(selector).bounding_box()
    return round(box["width"])


def test_the_list_stays_while_tickets_change_and_back_leads_through_them(
    page: Any, tickets: list[Ticket], anna: User
) -> None:
    maria, boris = tickets[:2]
    make_ticket(text="Of nobody")
    page.goto("/tickets/?assignee=me")
    expect(page.get_by_text("No ticket is open")).to_be_visible()
    page.evaluate("window.same = true")

    switch(page, maria)
    expect(row(page, maria)).to_have_attribute("aria-current", "true")
    expect(page).to_have_title(f"(4) Maria · #{maria.pk} · Helpdesk")
    page.get_by_label("Write a message").fill("Half an answer")
    page.locator("#composer input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    )
    switch(page, boris)
    assert page.url.endswith(f"/tickets/{boris.pk}/?assignee=me")
    assert names(page) == "Boris"
    expect(page.locator("[data-row][aria-current]")).to_have_count(1)
    expect(page.get_by_label("Write a message")).to_have_value("")

    page.go_back()
    expect(page.locator("#ticket-summary h1")).to_have_text("Maria")
    expect(row(page, maria)).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Write a message")).to_have_value("Half an answer")
    expect(page.locator(".composer-file-name")).to_have_text("a.png")  # a file survives a switch too
    receive(maria, Content(text="Are you there?"))  # the pane that came back is live
    expect(page.locator("#conversation")).to_contain_text("Are you there?")
    expect(row(page, maria)).to_contain_text("Are you there?")
    page.go_back()
    expect(page.get_by_text("No ticket is open")).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.locator("#ticket-summary h1")).to_have_text("Boris")
    assert page.evaluate("window.same"), "the page was loaded anew"

    # Each address opens alone too, with the list it had.
    page.reload()
    assert names(page) == "Boris"
    expect(page.locator("[data-row]")).to_have_count(4)
    expect(row(page, boris)).to_have_attribute("aria-current", "true")
    with page.context.expect_page() as opened:
        row(page, maria).click(modifiers=["Control"])
    expect(opened.value.locator("#ticket-summary h1")).to_have_text("Maria")
    assert names(page) == "Boris"


def test_views_and_filters_change_the_list_and_back_brings_it_again(page: Any, tickets: list[Ticket]) -> None:
    free = make_ticket(client=make_client(name="Nobody's"), text="Of nobody")
    page.goto("/tickets/")
    page.evaluate("window.same = true")
    switch(page, tickets[0])
    page.get_by_label("Write a message").fill("kept")

    page.locator("summary[aria-label=Filters]").click()
    page.get_by_label("Assignee", exact=True).select_option("none")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.wait_for_url(f"**/tickets/{tickets[0].pk}/?assignee=none")
    expect(page.get_by_label("Write a message")).to_have_value("kept")  # the ticket stays open

    page.locator("[data-view]", has_text="Mine").click()
    page.wait_for_url("**/tickets/?assignee=me&state=open")
    expect(page.locator("[data-row]")).to_have_count(4)
    expect(page.get_by_text("No ticket is open")).to_be_visible()
    expect(page.locator("[data-view][aria-current]")).to_contain_text("Mine")
    page.locator("[data-view]", has_text="Unassigned").click()
    expect(row(page, free)).to_be_visible()
    page.go_back()
    expect(page.locator("[data-view][aria-current]")).to_contain_text("Mine")
    expect(page.locator("[data-row]")).to_have_count(4)
    page.go_back()
    expect(page.locator("#ticket-summary h1")).to_have_text("Maria")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.evaluate("window.same"), "the page was loaded anew"


def test_the_list_grows_while_one_scrolls_and_stays_long_when_something_comes(page: Any) -> None:
    for number in range(30):
        make_ticket(text=f"Question {number}")
    page.goto("/tickets/")
    expect(page.locator("[data-row]")).to_have_count(25)
    page.locator(".list-scroll").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    expect(page.locator("[data-row]")).to_have_count(34)
    expect(page.locator("a[rel=next]")).to_have_count(0)
    assert page.url.endswith("/tickets/")

    make_ticket(text="New at the top")
    expect(page.locator(".rows li").first).to_contain_text("New at the top")
    expect(page.locator("[data-row]")).to_have_count(35)


def test_panes_are_resized_by_keys_and_mouse_and_remembered_without_a_shift(
    page: Any, tickets: list[Ticket]
) -> None:
    page.goto(f"/tickets/{tickets[0].pk}/")
    usual = width(page, "#list-pane"), width(page, "#side")
    line = page.get_by_role("separator", name="Width of the list")
    line.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert width(page, "#list-pane") == usual[0] + 48
    assert line.get_attribute("aria-valuenow") == str(usual[0] + 48)
    box = page.get_by_role("separator", name="Width of the client panel").bounding_box()
    page.mouse.move(box["x"], 400)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, 420, steps=4)
    page.mouse.up()
    assert abs(width(page, "#side") - usual[1] - 40) <= 2
    page.get_by_label("Fold or unfold the navigation").click()
    assert width(page, "#navigation") < 70

    side = width(page, "#side")
    page.reload()
    switch(page, tickets[1])
    assert (width(page, "#list-pane"), width(page, "#side")) == (usual[0] + 48, side)
    assert width(page, "#navigation") < 70
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifts") == []
    line.dblclick()
    page.get_by_role("separator", name="Width of the list").focus()
    page.keyboard.press("End")
    assert width(page, "#list-pane") <= WIDE["width"] * 0.4 + 1
    page.keyboard.press("Enter")
    assert width(page, "#list-pane") == usual[0]


def test_a_phone_shows_one_pane_with_a_way_back_and_a_tablet_two(page: Any, tickets: list[Ticket]) -> None:
    page.set_viewport_size(PHONE)
    page.goto("/tickets/?assignee=me")
    expect(page.locator("#navigation")).to_be_hidden()
    switch(page, tickets[1])
    expect(page.locator("#list-pane")).to_be_hidden()
    expect(page.locator("#conversation")).to_be_focused()
    page.get_by_role("button", name="About the client").click()
    expect(page.locator("#client-card")).to_be_visible()
    page.get_by_role("button", name="Back to the conversation").click()
    expect(page.locator("#client-card")).to_be_hidden()
    page.get_by_role("link", name="Back to the list").click()
    expect(row(page, tickets[1])).to_be_visible()
    expect(row(page, tickets[1])).to_be_focused()
    assert page.url.endswith("/tickets/?assignee=me")
    page.go_back()
    expect(page.locator("#ticket-summary h1")).to_have_text("Boris")
    page.go_back()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Closed", exact=True).click()
    page.wait_for_url("**/tickets/?state=closed")
    expect(page.locator("#navigation")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    page.set_viewport_size(TABLET)
    page.goto(f"/tickets/{tickets[0].pk}/")
    for shown in ("#navigation", "#list-pane", "#conversation"):
        expect(page.locator(shown)).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()
    page.get_by_role("button", name="About the client").click()
    expect(page.locator("#client-card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()


def test_names_in_right_to_left_scripts_break_no_line(page: Any, tickets: list[Ticket], anna: User) -> None:
    arabic = make_ticket(client=make_client(name="محمد بن عبد الله " * 6), text="مرحبا، أين طلبي؟")
    mixed = make_ticket(client=make_client(name="דנה Cohen (VIP) 123"), text="Order 17: איפה?")
    page.goto(f"/tickets/{mixed.pk}/")
    heights = {row(page, one).bounding_box()["height"] for one in (tickets[0], arabic, mixed)}
    assert len(heights) == 1, heights
    for ticket in (arabic, mixed):
        name = row(page, ticket).locator(".row-name b")
        assert name.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
        box, when = name.bounding_box(), row(page, ticket).locator(".row-time").bounding_box()
        assert box["x"] + box["width"] <= when["x"], "the name runs into the time"
        assert when["x"] + when["width"] <= WIDE["width"]
    head = page.locator("#ticket-summary h1")
    assert head.bounding_box()["height"] < 40, "on one line"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_hundred_switches_leave_no_socket_listener_or_node_behind(page: Any, tickets: list[Ticket]) -> None:
    for ticket in tickets:
        receive(ticket, Content(text="https://example.com/ " * 20))
    sockets: list[Any] = []
    # Playwright asks a handler how many arguments it takes, which a list's method doesn't say.
    page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108
    page.goto("/tickets/")
    page.evaluate(
        "window.told = []; for (const name of ['ticket-mounted', 'ticket-unmounted'])"
        " document.addEventListener(name, (event) => told.push(`${name} ${event.detail.ticket}`))"
    )
    devtools = page.context.new_cdp_session(page)

    def counted() -> dict[str, int]:
        devtools.send("HeapProfiler.collectGarbage")
        counters: dict[str, int] = devtools.send("Memory.getDOMCounters")
        return counters

    def round_trip(times: int) -> None:
        page.evaluate(
            """async (times) => {
                const rows = [...document.querySelectorAll("[data-row]")];
                for (let number = 0; number < times; number += 1) {
                    const mounted = new Promise(
                        (done) => document.addEventListener("ticket-mounted", done, {once: true}));
                    document.querySelector(`[data-row="${rows[number % rows.length].dataset.row}"]`).click();
                    await mounted;
                }
            }""",
            times,
        )
        page.wait_for_timeout(500)

    round_trip(12)
    before = counted()
    round_trip(100)
    after = counted()

    told = page.evaluate("told")
    assert len(told) == 2 * 112 - 1
    assert told[0].removeprefix("ticket-mounted") == told[1].removeprefix("ticket-unmounted")
    assert len([socket for socket in sockets if not socket.is_closed()]) == 2  # the list's and the ticket's
    assert after["jsEventListeners"] - before["jsEventListeners"] < 30, (before, after)
    assert after["nodes"] - before["nodes"] < 300, (before, after)


@pytest.mark.alone
def test_a_conversation_of_two_hundred_messages_is_soon_in_hand(
    page: Any, tickets: list[Ticket], anna: User
) -> None:
    for number in range(100):
        receive(tickets[0], Content(text=f"A question of some length, number {number}, with words in it."))
        make_message(tickets[0], author=anna, text=f"An answer of some length, number {number}.")
    page.add_init_script(WIRED)
    times = []
    for _ in range(12):  # the quickest counts: a machine of two cores does this and that meanwhile
        page.goto(f"/tickets/{tickets[0].pk}/")
        expect(page.get_by_label("Write a message")).to_be_visible()
        times.append(page.evaluate("window.wired"))
    assert min(times) < INTERACTIVE, times


@pytest.mark.alone
def test_a_ticket_of_fifty_thousand_messages_opens_and_scrolls_as_one_of_few(
    page: Any, tickets: list[Ticket]
) -> None:
    after = Ticket.objects.values_list("last_seq", flat=True).get(pk=tickets[0].pk)
    with connection.cursor() as cursor:
        cursor.execute(MANY_MESSAGES, {"ticket": tickets[0].pk, "after": after, "many": MANY})
        cursor.execute("ANALYZE")
    page.goto(f"/tickets/{tickets[0].pk}/")
    expect(page.get_by_text(f"Message {MANY + after}", exact=True)).to_be_visible()
    for number in range(8):
        with page.expect_response(re.compile(rf"/tickets/{tickets[number % 2].pk}/$")):
            row(page, tickets[number % 2]).click()
    switch(page, tickets[0])
    for _ in range(4):  # upwards, a stretch at a time, and the place is kept
        first = page.locator("#conversation .message").first.get_attribute("id")
        page.locator("#conversation").evaluate("(box) => { box.scrollTop = 0; }")
        expect(page.locator("#conversation .message").first).not_to_have_attribute("id", str(first))
        expect(page.locator(f"#{first}")).to_be_in_viewport()
    page.goto(f"/tickets/{tickets[0].pk}/?before={MANY // 2}")
    expect(page.get_by_text(f"Message {MANY // 2 - 1}", exact=True)).to_be_in_viewport()
    times = page.evaluate("performance.getEntriesByType('navigation').map((one) => one.responseStart)")
    assert min(times) < INTERACTIVE, times


def test_it_weighs_little_answers_fast_and_nothing_moves(
    page: Any, tickets: list[Ticket], anna: User
) -> None:
    for number in range(100):  # as long as a stretch that a page shows, and longer
        receive(tickets[0], Content(text=f"A question of some length, number {number}, with words in it."))
        make_message(tickets[0], author=anna, text=f"An answer of some length, number {number}.")
    for number in range(30):
        make_ticket(client=make_client(name=f"Client {number}"), text=f"Question {number}")
    receive(tickets[1], Content(text="So that both stand on the list's first page"))
    receive(tickets[0], Content(text="So that both stand on the list's first page"))
    weights: list[int] = []
    bodies: list[str] = []

    def weigh(response: Any) -> None:
        # What the desk itself draws, the page and what a list asks again: a proxy compresses it.
        if response.status == 200 and "/static/" not in response.url:
            bodies.append(response.text())

    page.on("response", weigh)
    page.goto(f"/tickets/{tickets[0].pk}/")
    expect(page.get_by_label("Write a message")).to_be_visible()
    page.wait_for_timeout(1000)
    sizes = dict(
        page.evaluate(
            "performance.getEntriesByType('resource').map((one) => [one.name, one.encodedBodySize])"
            ".filter(([name]) => name.includes('/static/'))"
        )
    )
    first = sum(sizes.values()) + sum(len(gzip.compress(body.encode())) for body in bodies)
    page.remove_listener("response", weigh)
    assert first < FIRST_PAGE, sorted(sizes.items(), key=lambda one: -one[1])[:8]
    assert page.evaluate("window.shifts") == []

    for number in range(24):  # the quickest counts: this machine runs other tests meanwhile
        ticket = tickets[number % 2]
        with page.expect_response(re.compile(rf"/tickets/{ticket.pk}/$")) as answered:
            row(page, ticket).click()
        weights.append(len(gzip.compress(answered.value.body())))
    expect(page.locator(f'#ticket-pane[data-ticket="{tickets[1].pk}"]')).to_be_visible()
    assert max(weights) < LATER_PAGE
    times = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter((one) => one.initiatorType === 'xmlhttprequest' && /tickets\\/\\d+\\/$/.test(one.name))"
        ".map((one) => one.responseStart - one.requestStart)"
    )
    assert min(times) < SWITCH, times
    until(lambda: page.evaluate("window.shifts.length") == 0, seconds=2)
