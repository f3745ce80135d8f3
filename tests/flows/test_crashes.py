"""Crashes of any part, with the numbers: nothing lost, nothing doubled, nothing silently sent again."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from telegram_bridge.models import Bot, Update
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator, running_simulator
from tests.factories import make_user
from tests.processes import ROOT, OwnServers, Processes, Running
from tickets import operations
from tickets.content import Content
from tickets.models import Message, Ticket

pytestmark = pytest.mark.crash


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


def bot_of(processes: Processes, simulator: RunningSimulator) -> Running:
    return processes.bot(TELEGRAM_API_URL=simulator.url, TELEGRAM_BOT_TOKEN=simulator.token)


def until(true: Callable[[], Any], *, seconds: float = 60) -> Any:
    """What `true` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := true()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return result


def confirmed(simulator: RunningSimulator) -> bool:
    """Whether the bot has told Telegram that it received what there was."""
    return any(int(call["parameters"].get("offset") or 0) for call in simulator.calls("getUpdates"))


def test_killed_between_storing_and_ingesting_nothing_is_lost_or_doubled(
    processes: Processes, simulator: RunningSimulator, live_database: str
) -> None:
    person = simulator.client()
    bot = bot_of(processes, simulator)
    lane = f"{Bot.objects.get().pk}:{person.id}"
    with psycopg.connect(live_database, autocommit=True) as holder:
        # Whoever holds the lane's lock applies its updates: so the bot stores and confirms, and waits.
        holder.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [lane])
        for number in range(5):
            person.send_text(f"{number}")
        until(lambda: Update.objects.filter(state="stored").count() == 5 and confirmed(simulator))
        bot.kill()
        assert not Message.objects.exists()
    bot.start()
    until(lambda: Update.objects.filter(state="done").count() == 5)
    assert [message.text for message in Message.objects.order_by("seq")] == list("01234")
    assert Ticket.objects.count() == 1


def test_killed_between_sending_and_recording_it_is_unknown_and_never_sent_again(
    processes: Processes, simulator: RunningSimulator
) -> None:
    person = simulator.client()
    bot = bot_of(processes, simulator)
    person.send_text("Hello")
    ticket = operations.take(until(Ticket.objects.first), staff=make_user("anna"))
    assert ticket.assignee is not None
    simulator.fault("hold", method="sendMessage")
    crashed = operations.reply(ticket, staff=ticket.assignee, content=Content(text="only once"))
    until(person.from_bot)
    bot.kill()
    after = operations.reply(ticket, staff=ticket.assignee, content=Content(text="after"))
    simulator.release()
    bot.start()
    until(lambda: Message.objects.get(pk=after.pk).delivery == "sent", seconds=30)
    crashed.refresh_from_db()
    assert (crashed.delivery, crashed.delivery_error) == ("unknown", {"code": "crashed"})
    assert [message.text for message in person.from_bot()] == ["only once", "after"]
    assert len(simulator.calls("sendMessage")) == 2


def test_killed_before_it_confirms_the_same_updates_come_again_and_are_applied_once(
    processes: Processes, simulator: RunningSimulator
) -> None:
    person = simulator.client()
    bot = bot_of(processes, simulator)
    simulator.duplicate_updates(3)
    for number in range(3):
        person.send_text(f"{number}")
    until(lambda: Update.objects.filter(state="done").count() == 3)
    bot.kill()
    person.send_text("3")
    bot.start()
    until(lambda: Update.objects.filter(state="done").count() == 4)
    assert [message.text for message in Message.objects.order_by("seq")] == list("0123")


def test_a_clean_end_finishes_what_is_being_sent(processes: Processes, simulator: RunningSimulator) -> None:
    person = simulator.client()
    bot = bot_of(processes, simulator)
    person.send_text("Hello")
    ticket = operations.take(until(Ticket.objects.first), staff=make_user("anna"))
    assert ticket.assignee is not None
    simulator.fault("delay", method="sendMessage", milliseconds=1500)
    message = operations.reply(ticket, staff=ticket.assignee, content=Content(text="slowly"))
    until(lambda: simulator.calls("sendMessage"))
    assert bot.stop() == 0
    message.refresh_from_db()
    assert (message.delivery, len(person.from_bot())) == ("sent", 1)
    assert Bot.objects.get().state == "stopped"


class TestServersRestart:
    """PostgreSQL or Valkey go away and come back while a client writes and an employee answers."""

    WRITTEN = 60
    ANSWERED = 14  # a chat gets one message a second

    def traffic(
        self, own_servers: OwnServers, person: SimulatedClient, interrupt: Callable[[], None]
    ) -> None:
        """Both write for some six seconds; `interrupt` comes after the first third."""
        command = [sys.executable, "-m", "tests.flows.replying", str(self.ANSWERED), "0.42"]
        employee = subprocess.Popen(command, env=own_servers.processes.env, cwd=ROOT)
        for number in range(1, self.WRITTEN):
            person.send_text(f"question {number}")
            time.sleep(0.1)
            if number == self.WRITTEN // 3:
                interrupt()
        assert employee.wait(timeout=60) == 0

    def settled(self, own_servers: OwnServers) -> bool:
        waiting = "SELECT 1 FROM telegram_bridge_update WHERE state = 'stored'"
        on_its_way = "SELECT 1 FROM tickets_message WHERE delivery IN ('queued', 'sending')"
        received = own_servers.query("SELECT count(*) FROM tickets_message WHERE direction = 'in'")
        return (
            received == [(self.WRITTEN,)]
            and not own_servers.query(waiting)
            and not own_servers.query(on_its_way)
        )

    @pytest.mark.parametrize("which", ["postgres", "postgres killed", "valkey"])
    def test_nothing_is_lost_and_nothing_doubled(
        self, own_servers: OwnServers, simulator: RunningSimulator, which: str
    ) -> None:
        person = simulator.client()
        bot = bot_of(own_servers.processes, simulator)
        person.send_text("question 0")
        until(lambda: own_servers.query("SELECT 1 FROM tickets_ticket"))
        server = own_servers.valkey if which == "valkey" else own_servers.postgres

        def interrupt() -> None:
            if "killed" in which:
                server.kill()
            else:
                server.stop()
            time.sleep(1)
            server.start()

        self.traffic(own_servers, person, interrupt)
        until(lambda: self.settled(own_servers), seconds=40)

        rows = own_servers.query("SELECT text FROM tickets_message WHERE direction = 'in' ORDER BY seq")
        assert [text for (text,) in rows] == [f"question {number}" for number in range(self.WRITTEN)]
        seqs = own_servers.query("SELECT seq FROM tickets_ticketevent ORDER BY seq")
        assert [seq for (seq,) in seqs] == list(range(1, len(seqs) + 1))
        self.check_answers(own_servers, person)
        assert own_servers.query("SELECT count(*) FROM tickets_ticket") == [(1,)]
        assert bot.child.exit_code is None
        assert "Traceback" not in bot.output

    def check_answers(self, own_servers: OwnServers, person: SimulatedClient) -> None:
        rows = own_servers.query("SELECT text, delivery FROM tickets_message WHERE direction = 'out'")
        assert sorted(text for text, _delivery in rows) == sorted(
            f"answer {number}" for number in range(self.ANSWERED)
        )
        arrived = Counter(message.text for message in person.from_bot())
        assert set(arrived.values()) == {1}, "something was sent twice"
        for text, delivery in rows:
            assert delivery in {"sent", "unknown"}
            assert arrived[text] == 1 or delivery == "unknown"
