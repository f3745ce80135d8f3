"""Requests that nobody waits for run one at a time; whoever clicks never stands behind them."""

import asyncio
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from django.conf import settings

from helpdesk.asgi_turns import HEADER, Turns
from tests.factories import make_user
from tests.processes import Processes
from tests.tickets.cast import browser_of

BACKGROUND = {"type": "http", "method": "GET", "path": "/tickets/", "headers": [(HEADER, b"1")]}
CLICK: dict[str, Any] = {**BACKGROUND, "headers": []}


class Desk:
    """An application whose requests run until they are let go."""

    def __init__(self) -> None:
        self.running: list[str] = []
        self.most = 0
        self.go_on = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.running.append(scope["path"])
        self.most = max(self.most, len(self.running))
        try:
            await self.go_on.wait()
            if scope.get("broken"):
                raise RuntimeError("drawing failed")
            await send({"type": "http.response.start"})
        finally:
            self.running.remove(scope["path"])


async def nothing() -> Mapping[str, Any]:
    return {"type": "http.disconnect"}


async def nowhere(message: Mapping[str, Any]) -> None:
    del message


async def test_lists_that_follow_the_desk_run_one_at_a_time_and_all_of_them() -> None:
    desk = Desk()
    turns = Turns(desk)
    asked = [asyncio.create_task(turns(BACKGROUND, nothing, nowhere)) for _ in range(5)]
    await asyncio.sleep(0.01)
    assert desk.running == ["/tickets/"]
    desk.go_on.set()
    await asyncio.wait_for(asyncio.gather(*asked), 5)
    assert desk.most == 1


async def test_a_click_does_not_wait_for_them() -> None:
    desk = Desk()
    turns = Turns(desk)
    asked = [asyncio.create_task(turns(BACKGROUND, nothing, nowhere)) for _ in range(5)]
    clicked = asyncio.create_task(turns({**CLICK, "path": "/tickets/7/"}, nothing, nowhere))
    await asyncio.sleep(0.01)
    assert desk.running == ["/tickets/", "/tickets/7/"]
    desk.go_on.set()
    await asyncio.wait_for(asyncio.gather(clicked, *asked), 5)


async def test_who_takes_the_answer_slowly_holds_nobody_up() -> None:
    desk = Desk()
    desk.go_on.set()
    turns, never = Turns(desk), asyncio.Event()

    async def slowly(message: Mapping[str, Any]) -> None:
        await never.wait()

    slow = asyncio.create_task(turns(BACKGROUND, nothing, slowly))
    await asyncio.sleep(0.01)
    await asyncio.wait_for(turns(BACKGROUND, nothing, nowhere), 5)
    slow.cancel()


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/static/css/app.css"},
        {"method": "POST"},
        {"headers": [(HEADER, b"1"), (b"content-length", b"100000")]},
        {"headers": [(HEADER, b"1"), (b"transfer-encoding", b"chunked")]},
    ],
)
async def test_nothing_else_stands_in_the_line(other: dict[str, Any]) -> None:
    desk = Desk()
    turns = Turns(desk)
    asked = [asyncio.create_task(turns({**BACKGROUND, **other}, nothing, nowhere)) for _ in range(3)]
    await asyncio.sleep(0.01)
    assert len(desk.running) == 3
    desk.go_on.set()
    await asyncio.wait_for(asyncio.gather(*asked), 5)


async def test_one_that_fails_and_one_that_leaves_give_their_turn_away() -> None:
    desk = Desk()
    turns = Turns(desk)
    broken = asyncio.create_task(turns({**BACKGROUND, "broken": True}, nothing, nowhere))
    leaving = asyncio.create_task(turns(BACKGROUND, nothing, nowhere))
    staying = asyncio.create_task(turns(BACKGROUND, nothing, nowhere))
    await asyncio.sleep(0.01)
    leaving.cancel()
    desk.go_on.set()
    with pytest.raises(RuntimeError, match="drawing failed"):
        await asyncio.wait_for(broken, 5)
    await asyncio.wait_for(staying, 5)
    assert desk.running == []


@pytest.mark.django_db(transaction=True)
def test_pages_that_leave_while_their_list_is_drawn_hold_no_turn(processes: Processes) -> None:
    cookie = browser_of(make_user("anna")).cookies[settings.SESSION_COOKIE_NAME].value
    web = processes.web()
    asking = (
        f"GET /tickets/ HTTP/1.1\r\nHost: 127.0.0.1:{web.port}\r\n"
        f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\nHX-Request: true\r\nX-Navigation: 1\r\n\r\n"
    )
    for number in range(40):
        with socket.create_connection(("127.0.0.1", web.port)) as connection:
            connection.sendall(asking.encode())
            time.sleep(number / 500)  # before, while and after it is drawn
            if number % 2:  # a reset
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    cookies = {settings.SESSION_COOKIE_NAME: cookie}
    answer = httpx.get(f"{web.url}/tickets/", headers={"X-Navigation": "1"}, cookies=cookies, timeout=20)
    assert "navigation" in answer.text
