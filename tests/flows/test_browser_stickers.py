"""Animated stickers in a browser: they play, and what is more than a drawing is refused."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket, until
from tests.tickets.cast import receive, stored
from tests.tickets.looking import locked
from tickets import amendment_steps
from tickets.content import Content
from tickets.journal import CLIENT, change
from tickets.models import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(live_database: Any) -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def ticket(anna: Any) -> Any:
    client = factories.make_client(name="Maria")
    return factories.make_ticket(client=client, text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def server(processes: Any) -> Any:
    return processes.web()


@pytest.fixture
def page(browser: Any, server: Any, anna: Any) -> Any:
    window = window_of(browser, anna, server.url)
    errors = errors_of(window)
    yield window
    window.context.close()
    assert errors == []


def fixed(value: Any) -> dict[str, Any]:
    """A Lottie property that doesn't move."""
    return {"a": 0, "k": value}


TURNING = {
    "a": 1,
    "k": [
        {"t": 0, "s": [0], "i": {"x": [0.5], "y": [1]}, "o": {"x": [0.5], "y": [0]}},
        {"t": 59, "s": [360]},
    ],
}
PLACE = {"o": fixed(100), "p": fixed([256, 256, 0]), "a": fixed([0, 0, 0]), "s": fixed([100, 100, 100])}
GROUP = {
    "ty": "gr",
    "it": [
        {"ty": "rc", "d": 1, "s": fixed([200, 200]), "p": fixed([0, 0]), "r": fixed(9)},
        {"ty": "fl", "c": fixed([1, 0.5, 0, 1]), "o": fixed(100)},
        {
            **{"ty": "tr", "p": fixed([0, 0]), "a": fixed([0, 0]), "s": fixed([100, 100])},
            **{"r": fixed(0), "o": fixed(100)},
        },
    ],
}
SQUARE: dict[str, Any] = {
    **{"ty": 4, "ip": 0, "op": 60, "st": 0},
    "ks": {**PLACE, "r": TURNING},
    "shapes": [GROUP],
}
REPEATED = {**SQUARE, "shapes": [GROUP, {"ty": "rp", "c": fixed(1_000_000), "o": fixed(0), "tr": PLACE}]}


def animation(**more: Any) -> dict[str, Any]:
    plain = {"tgs": 1, "v": "5.5.2", "fr": 30, "ip": 0, "op": 60, "w": 512, "h": 512, "assets": []}
    return {**plain, "layers": [SQUARE], **more}


def sticker(body: bytes, emoji: str = "🎉") -> Content:
    file = stored("s.tgs", body, kind="sticker", mime_type="application/x-tgsticker")
    return Content(kind="sticker", details={"emoji": emoji, "format": "animated"}, files=[file])


def packed(data: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(data).encode())


def test_an_animated_sticker_plays_and_only_then_its_player_is_fetched(page: Any, ticket: Any) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    open_ticket(page, ticket)
    assert not [url for url in fetched if "lottie" in url]

    message = receive(ticket, sticker(packed(animation())))

    drawn = page.locator(f"#message-{message.pk} [data-sticker]")
    expect(drawn).to_have_attribute("data-state", "drawn")
    expect(drawn.locator("svg path").first).to_be_attached()
    assert [url for url in fetched if "lottie" in url]
    turn = f"document.querySelector('#message-{message.pk} svg g g').getAttribute('transform')"
    first = page.evaluate(turn)
    until(page, f"{turn} !== {json.dumps(first)}")

    # A reaction draws the message again; the sticker goes on.
    page.evaluate(f"window.svg = document.querySelector('#message-{message.pk} svg')")
    with change() as opened:
        amendment_steps.set_reactions(
            opened, locked(message), "client", [{"type": "emoji", "emoji": "👍"}], actor=CLIENT
        )
    expect(page.locator(f"#message-{message.pk} .chip")).to_have_text("👍")
    assert page.evaluate("window.svg.isConnected")


def test_an_animated_sticker_stands_still_for_who_wants_no_motion(
    browser: Any, server: Any, anna: Any, ticket: Any
) -> None:
    message = receive(ticket, sticker(packed(animation())))
    window = window_of(browser, anna, server.url, reduced_motion="reduce")
    open_ticket(window, ticket)

    expect(window.locator("[data-sticker]")).to_have_attribute("data-state", "drawn")
    turn = f"document.querySelector('#message-{message.pk} svg g g').getAttribute('transform')"
    first = window.evaluate(turn)
    window.wait_for_timeout(400)
    assert window.evaluate(turn) == first
    window.context.close()


REFERENCE = {"ty": 0, "refId": "c0", "w": 512, "h": 512, "ip": 0, "op": 60, "st": 0, "ks": SQUARE["ks"]}
NESTED = [
    {"id": f"c{depth}", "layers": [{**REFERENCE, "refId": f"c{depth + 1}"}] * 2} for depth in range(40)
] + [{"id": "c40", "layers": [SQUARE]}]


SPYING = animation(
    layers=[{**SQUARE, "ty": 2, "refId": "p"}],
    assets=[{"id": "p", "u": "https://example.org/", "p": "spy.png", "w": 1, "h": 1}],
)
CIRCLE = animation(layers=[REFERENCE], assets=[{"id": "c0", "layers": [REFERENCE]}])
MORE_THAN_DRAWINGS: dict[str, Callable[[], bytes]] = {
    # Right, but for the size that it has unpacked.
    "a zip bomb": lambda: gzip.compress(json.dumps(animation()).encode() + b" " * 50_000_000, 1),
    "not packed": lambda: b"<svg onload='alert(1)'>",
    "nothing in it": lambda: packed({}),
    "a billion layers": lambda: packed(animation(layers=[REFERENCE], assets=NESTED)),
    "a million copies": lambda: packed(animation(layers=[REPEATED])),
    "a composition within itself": lambda: packed(CIRCLE),
    "a picture from elsewhere": lambda: packed(SPYING),
}


@pytest.mark.parametrize("name", list(MORE_THAN_DRAWINGS))
def test_a_sticker_that_is_more_than_a_drawing_is_its_emoji(name: str, page: Any, ticket: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    receive(ticket, sticker(MORE_THAN_DRAWINGS[name](), emoji="💣"))
    open_ticket(page, ticket)

    shown = page.locator("[data-sticker]")
    expect(shown).to_have_attribute("data-state", "refused")
    expect(shown).to_have_text("💣")
    # The page still lives.
    receive(ticket, Content(text="after it"))
    expect(page.locator("#conversation").get_by_text("after it", exact=True)).to_be_visible()
    assert not [url for url in asked if "example.org" in url]
