"""500 staff at once: each with a ticket and a list open, while clients write 20 messages a second."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from django.db import connection

from bench.report import Report, percentile
from bench.stage import Stage, cookie_header
from tickets.database_threads import in_database_thread

STAFF = 500
TICKETS = 250
PER_SECOND = 20
SECONDS = 20
SETTLE = 8  # seconds: what opening all pages set off is over
PACE, JITTER = 1000, 0.25  # static/js/inbox.js


@dataclass
class Crowd:
    """What the open pages have seen."""

    written: dict[str, float] = field(default_factory=dict)  # text → when it was committed
    waited: list[float] = field(default_factory=list)  # milliseconds from there to a page
    fetched: int = 0
    missed: int = 0


async def measure(stage: Stage, report: Report) -> None:
    """With the product's own web process; the pages are sockets that do what the page's scripts do."""
    web, url = stage.web()
    people, tickets = await in_database_thread(_cast)
    crowd, tasks = Crowd(), []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        try:
            for number, (staff_id, cookies) in enumerate(people):
                ticket = tickets[number % TICKETS]
                query = "?assignee=me" if number % 2 else ""
                tasks.append(asyncio.create_task(_ticket_page(http, url, cookies, ticket, crowd)))
                tasks.append(asyncio.create_task(_list(http, url, cookies, staff_id, query, crowd)))
                if number % 20 == 0:
                    await asyncio.sleep(0.1)
            await asyncio.sleep(SETTLE)
            crowd.fetched, before = 0, await in_database_thread(_statements)
            began = time.monotonic()
            await _write(tickets, crowd)
            took = time.monotonic() - began
            await asyncio.sleep(3)
            asked = await in_database_thread(_statements) - before
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(stage.stop, web)
    expected = len(crowd.written) * STAFF // TICKETS
    written = len(crowd.written) * WRITING
    report.section(f"{STAFF} staff, each with a ticket and a list open; {PER_SECOND} messages a second")
    report.least("messages that reached their pages", len(crowd.waited) / expected * 100, least=100, unit="%")
    report.limit("from commit to the page, 99 %", percentile(crowd.waited, 99), most=500, unit="ms")
    half, most = percentile(crowd.waited, 50), percentile(crowd.waited, 90)
    print(f"       half of them within {half:.0f} ms, 90 % within {most:.0f} ms")
    report.limit("lists fetched a second", crowd.fetched / took, most=STAFF, unit="")
    each = (asked - written) / took / STAFF
    report.limit("statements, a person and second", each, most=1, unit="")


# What writing one message costs by itself: its transaction's statements are one commit.
WRITING = 1


def _cast() -> tuple[list[tuple[int, dict[str, str]]], list[int]]:
    from bench.stage import employee
    from staff.models import User
    from tickets import steps
    from tickets.journal import by_staff, change
    from tickets.models import Client, Inbox, Status

    inbox = Inbox.objects.create(name="Crowd")
    people = []
    for number in range(STAFF):
        user, cookies = employee(f"crowd{number}")
        people.append((user.pk, cookies))
    tickets = []
    for number in range(TICKETS):
        client = Client.objects.create(
            inbox=inbox, external_id=7_000_000_000 + number, name=f"Client {number}"
        )
        with change() as opened:
            ticket = steps.open_ticket(opened, client)
            owner = User.objects.get(pk=people[number][0])
            steps.assign(opened, ticket, owner, by_staff(owner))
            steps.set_status(opened, ticket, Status.objects.get(pk=Status.IN_PROGRESS_ID), by_staff(owner))
        tickets.append(ticket.pk)
    return people, tickets


async def _write(tickets: list[int], crowd: Crowd) -> None:
    began = time.monotonic()
    writing = []
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0, began + number / PER_SECOND - time.monotonic()))
        writing.append(asyncio.create_task(_one(random.choice(tickets), f"crowd-{number}", crowd)))
    await asyncio.gather(*writing)


async def _one(ticket: int, text: str, crowd: Crowd) -> None:
    def receive() -> float:
        from django.utils import timezone

        from tickets import steps
        from tickets.content import Content
        from tickets.journal import change
        from tickets.models import Ticket

        with change() as opened:
            locked = Ticket.objects.locked().get(pk=ticket)
            steps.receive_message(opened, locked, Content(text=text), written_at=timezone.now())
        return time.monotonic()

    crowd.written[text] = float("inf")
    crowd.written[text] = await in_database_thread(receive)


async def _ticket_page(
    http: aiohttp.ClientSession, url: str, cookies: dict[str, str], ticket: int, crowd: Crowd
) -> None:
    async with http.ws_connect(
        f"{url}/ws/tickets/{ticket}/?after=99999", headers=_headers(url, cookies)
    ) as socket:
        async for message in socket:
            arrived, frame = time.monotonic(), json.loads(message.data)
            if frame["type"] != "events":
                continue
            for text, committed in list(crowd.written.items())[-200:]:
                if f"{text}<" in frame["html"]:
                    # It may be here before the writer has returned from its commit.
                    crowd.waited.append(max(0.0, (arrived - committed) * 1000))


async def _list(  # noqa: PLR0917  (what a page knows)
    http: aiohttp.ClientSession, url: str, cookies: dict[str, str], me: int, query: str, crowd: Crowd
) -> None:
    """As static/js/inbox.js does it; a list of one's own leaves out what it can't show."""
    fetched_at, due = 0.0, asyncio.Event()
    wait = PACE

    async def fetch() -> None:
        nonlocal fetched_at
        while True:
            await due.wait()
            left = fetched_at + wait / 1000 - time.monotonic()
            await asyncio.sleep(max(0, left) + random.random() * JITTER * wait / 1000)
            due.clear()
            fetched_at = time.monotonic()
            headers = {"HX-Request": "true", "HX-Target": "inbox", "X-Navigation": "1"}
            async with http.get(
                f"{url}/tickets/{query}", headers={**headers, **cookie_header(cookies)}
            ) as answer:
                await answer.read()
                crowd.fetched += 1

    fetching = asyncio.create_task(fetch())
    try:
        async with http.ws_connect(f"{url}/ws/inbox/", headers=_headers(url, cookies)) as socket:
            async for message in socket:
                frame: dict[str, Any] = json.loads(message.data)
                if frame["type"] != "changed":
                    continue
                wait = max(PACE, frame["wait"])
                facts = frame.get("facts", {})
                if not query or any(
                    facts.get(str(one), {"assignee": me})["assignee"] == me for one in frame["tickets"]
                ):
                    due.set()
    finally:
        fetching.cancel()


def _headers(url: str, cookies: dict[str, str]) -> dict[str, str]:
    return {"Origin": url, **cookie_header(cookies)}


def _statements() -> int:
    """Statements that the database has answered: outside a transaction each is a commit of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])
