"""Everything breaks at once: what was accepted is accounted for, and both sides see the same conversation.

A run of all tests has time for a part of it; `CHAOS=full pytest tests/flows/test_chaos.py` is 2,000 messages
in 200 chats.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from telegram_simulator.client import Simulator
from tests.flows.busy_desk import BusyDesk
from tests.processes import OwnServers, Running

pytestmark = pytest.mark.crash

FULL = os.environ.get("CHAOS") == "full"
CHATS = 200 if FULL else 40
ROUNDS = 5  # messages in each chat in each direction
FIRST_CLIENT = 8_100_000_000
SETTLED_SECONDS = 180 if FULL else 90
# What the network does: a tenth of the calls breaks, before or after Telegram has executed it.
BROKEN = {"drop_before": 0.05, "drop_after": 0.05}
CHAOS = {"sendMessage": BROKEN | {"429": 0.05}, "getUpdates": BROKEN | {"502": 0.03}, "*": BROKEN}
PASSWORD = "a long enough password 1"


class Chaos:
    """Two thousand messages, and who makes trouble."""

    def __init__(self, own_servers: OwnServers) -> None:
        self.own = own_servers
        processes = own_servers.processes
        processes.env |= {"ADMIN_USERNAME": "admin", "ADMIN_PASSWORD": PASSWORD}
        processes.manage("ensure_admin")
        self.telegram = processes.simulator()
        self.web = processes.web()
        self.bot = processes.bot(self.telegram)
        self.clients = [FIRST_CLIENT + number for number in range(CHATS)]
        self.tickets: dict[int, int] = {}

    async def run(self) -> None:
        desk = BusyDesk(self.web.url, self.telegram.url, username="admin", password=PASSWORD)
        with Simulator(self.telegram.url) as simulator:
            async with desk:
                await self.meet(desk)
                simulator.chaos(CHAOS, seed=7, retry_after=1)
                trouble = asyncio.create_task(self.trouble())
                for number in range(ROUNDS):
                    await self.talk(desk, number)
                await trouble
                await self.settle()
                met = simulator.end_chaos()
                await self.check(desk)
            assert min(met.get(name, 0) for name in ("drop_before", "drop_after", "429")) > 0

    async def meet(self, desk: BusyDesk) -> None:
        """Everybody is there, has written once, and has a ticket with an open page."""
        await each(self.clients, desk.add_client)
        await each(self.clients, lambda client: desk.write(client, "question 0 of 0"))
        await until(lambda: len(self.find_tickets()) == CHATS)
        await each(self.tickets.values(), desk.take)
        for ticket in self.tickets.values():
            desk.open_page(ticket)

    def find_tickets(self) -> dict[int, int]:
        rows = self.own.query(
            "SELECT client.external_id, ticket.id FROM tickets_ticket AS ticket"
            " JOIN tickets_client AS client ON client.id = ticket.client_id"
        )
        self.tickets = dict(rows)
        return self.tickets

    async def talk(self, desk: BusyDesk, number: int) -> None:
        """One message in each direction in each chat, the chats side by side."""

        async def both(client: int) -> None:
            await desk.write(client, f"question {number} of {client}")
            await desk.reply(self.tickets[client], f"answer {number} of {client}")

        await each(self.clients, both)

    async def trouble(self) -> None:
        """kill -9 of the bot and of PostgreSQL, and a restart of Valkey, while everybody writes."""
        restarts: list[Callable[[], object]] = [
            lambda: again(self.bot),
            lambda: again(self.own.postgres),
            lambda: again(self.own.valkey),
            lambda: again(self.bot),
        ]
        for restart in restarts:
            await asyncio.sleep(2)
            await asyncio.to_thread(restart)
        await asyncio.to_thread(self.bot.wait)

    async def settle(self) -> None:
        waiting = (
            "SELECT 1 FROM telegram_bridge_update WHERE state = 'stored' UNION ALL "
            "SELECT 1 FROM tickets_message WHERE delivery IN ('queued', 'sending')"
        )
        received = "SELECT count(*) FROM tickets_message WHERE direction = 'in'"
        everything = [(CHATS * (ROUNDS + 1),)]
        await until(
            lambda: self.own.query(received) == everything and not self.own.query(waiting),
            seconds=SETTLED_SECONDS,
        )

    async def check(self, desk: BusyDesk) -> None:
        last = dict(self.own.query("SELECT id, last_seq FROM tickets_ticket"))
        await until(lambda: all(page.seq == last[page.ticket] for page in desk.pages.values()), seconds=40)
        assert len(last) == CHATS
        states: Counter[str] = Counter()
        for client, ticket in self.tickets.items():
            page = desk.pages[ticket]
            asked = ["question 0 of 0"] + [f"question {number} of {client}" for number in range(ROUNDS)]
            assert [words for words, _delivery in page.shown("in")] == asked
            answered = page.shown("out")
            assert [words for words, _delivery in answered] == [
                f"answer {number} of {client}" for number in range(ROUNDS)
            ]
            self.check_client(await desk.chat(client), answered)
            states.update(delivery for _words, delivery in answered)
        assert states["sent"] + states["failed"] + states["unknown"] == CHATS * ROUNDS
        assert states["sent"] > states["unknown"] > 0, "the network was too good, or too bad"
        rows = self.own.query(
            "SELECT delivery, count(*) FROM tickets_message WHERE delivery <> '' GROUP BY 1"
        )
        assert dict(rows) == {state: count for state, count in states.items() if count}
        assert all(page.connections for page in desk.pages.values())
        assert "Traceback" not in self.bot.output

    @staticmethod
    def check_client(seen: list[str], answered: list[tuple[str, str]]) -> None:
        """What was sent is there, what failed is not, what is unknown may be: in order, and once."""
        assert len(seen) == len(set(seen)), f"something was sent twice: {seen}"
        expected = [
            words
            for words, delivery in answered
            if delivery == "sent" or (delivery == "unknown" and words in seen)
        ]
        assert seen == expected


def again(server: object) -> None:
    """A crash and the start after it, without waiting until it is ready."""
    server.kill()  # type: ignore[attr-defined]
    server.start(wait=False) if isinstance(server, Running) else server.start()  # type: ignore[attr-defined]


async def each(clients: object, work: Callable[[int], Awaitable[None]]) -> None:
    await asyncio.gather(*(work(one) for one in clients))  # type: ignore[attr-defined]


async def until(true: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(true):
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.2)


def test_what_is_accepted_is_accounted_for_whatever_breaks(own_servers: OwnServers) -> None:
    asyncio.run(Chaos(own_servers).run())
