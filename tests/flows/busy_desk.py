"""Many clients who write, an employee who answers all of them, and a page open on each ticket: over HTTP and
sockets, as people's programs do it. Whatever fails on the way is tried again, as they would.
"""

import asyncio
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ITEM = re.compile(
    r'<article id="message-(\d+)" class="message" data-seq="(\d+)" data-direction="(\w+)".*?'
    r'data-delivery="(\w*)".*?(?=<article|\Z)',
    re.DOTALL,
)
WORDS = re.compile(r"(?:question|answer) \d+ of \d+")
AT_ONCE = 6
AWAY = (aiohttp.ClientError, asyncio.TimeoutError, ConnectionError)


@dataclass
class Page:
    """A ticket's page as its script keeps it: asks for what is newer than what it has seen, for ever."""

    ticket: int
    seq: int = 0
    items: dict[str, tuple[int, str, str, str]] = field(default_factory=dict)
    connections: int = 0

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] != "events":
            return
        assert frame["after"] <= self.seq, f"a gap on the page of ticket {self.ticket}"
        self.seq = max(self.seq, frame["seq"])
        for found in ITEM.finditer(frame["html"]):
            number, seq, direction, delivery = found.groups()
            words = WORDS.search(found[0])
            self.items[number] = (int(seq), direction, delivery, words[0] if words else "")

    def shown(self, direction: str) -> list[tuple[str, str]]:
        """The texts in that direction with what is said of their delivery, from top to bottom."""
        rows = sorted(self.items.values())
        return [(words, delivery) for _seq, way, delivery, words in rows if way == direction]


class BusyDesk:
    """One signed-in employee's browser, and all clients."""

    def __init__(self, web: str, simulator: str, *, username: str, password: str) -> None:
        self.web, self.simulator = web, simulator
        self._login = {"login": username, "password": password}
        self._few = asyncio.Semaphore(AT_ONCE)
        self.pages: dict[int, Page] = {}
        self._reading: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "BusyDesk":
        jar = aiohttp.CookieJar(unsafe=True)  # an IP address may set cookies
        self.http = aiohttp.ClientSession(
            cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(20)
        )
        address = f"{self.web}/accounts/login/"
        (await self.http.get(address)).raise_for_status()
        answer = await self.http.post(address, data=self._login | {"csrfmiddlewaretoken": self._csrf()})
        assert answer.url.path == "/tickets/", await answer.text()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self.http.close()

    def _csrf(self) -> str:
        return next(cookie.value for cookie in self.http.cookie_jar if cookie.key == "csrftoken")

    async def add_client(self, number: int) -> None:
        await self._ask(f"{self.simulator}/control/clients", {"id": number, "first_name": f"Client {number}"})

    async def write(self, client: int, text: str) -> None:
        """The client's program; Telegram itself doesn't fail here, only the bot's way to it does."""
        await self._ask(f"{self.simulator}/control/clients/{client}/messages", {"text": text})

    async def _ask(self, url: str, body: dict[str, Any]) -> None:
        async with self._few, self.http.post(url, json=body) as answer:
            answer.raise_for_status()

    async def chat(self, client: int) -> list[str]:
        """What the client sees of ours, in order."""
        async with self._few, self.http.get(f"{self.simulator}/control/clients/{client}/messages") as answer:
            seen = await answer.json()
        return [str(one["content"].get("text") or "") for one in seen if one["from_bot"]]

    async def take(self, ticket: int) -> None:
        await self._post(f"/tickets/{ticket}/take/", {})

    async def reply(self, ticket: int, text: str) -> None:
        """Returns once the desk has accepted it; the same form is sent again until then."""
        await self._post(f"/tickets/{ticket}/reply/", {"text": text, "key": str(uuid.uuid4())})

    async def _post(self, path: str, form: dict[str, str]) -> None:
        headers = {"Accept": "application/json", "Origin": self.web, "X-CSRFToken": self._csrf()}
        while True:
            try:
                async with self._few, self.http.post(self.web + path, data=form, headers=headers) as answer:
                    if answer.status < 500:
                        assert answer.status == 200, await answer.text()
                        return
            except AWAY:
                pass
            await asyncio.sleep(0.3)

    def open_page(self, ticket: int) -> None:
        self.pages[ticket] = Page(ticket)
        self._reading.append(asyncio.create_task(self._read(self.pages[ticket])))

    async def _read(self, page: Page) -> None:
        while True:
            address = f"{self.web}/ws/tickets/{page.ticket}/?after={page.seq}&language=en"
            try:
                async with self.http.ws_connect(address, origin=self.web) as socket:
                    page.connections += 1
                    async for message in socket:
                        page.take(json.loads(message.data))
            except AWAY:
                pass
            await asyncio.sleep(0.5)
