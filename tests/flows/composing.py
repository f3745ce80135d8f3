"""What an employee does at the composer of a ticket's page, for the flow tests."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect


def until(true: Callable[[], Any], *, seconds: float = 60) -> Any:
    """What `true` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := true()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return result


def open_ticket(page: Any, ticket: Any) -> Any:
    with page.expect_websocket():
        page.goto(f"/tickets/{ticket.pk}/")
    return page.get_by_label("Write a message")


def select(text: Any, words: str) -> None:
    text.evaluate(
        "(field, words) => { const at = field.value.indexOf(words); field.focus();"
        " field.setSelectionRange(at, at + words.length); }",
        words,
    )


def menu_of(page: Any, message: Any) -> Any:
    message.hover()
    message.get_by_label("What can be done with this message").click()
    menu = page.locator("#message-menu")
    expect(menu).to_be_visible()
    return menu
