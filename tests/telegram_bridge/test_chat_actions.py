"""“typing…” while staff type, “sending a photo…” while files upload: shown, and never in anybody's way."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from telegram_bridge import chat_actions
from telegram_bridge.announcements import Listener
from telegram_bridge.channels import TYPING
from telegram_bridge.delivery import deliver
from telegram_bridge.models import Bot
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.people import answer, fate, file, person_with_ticket, picture
from tickets.database_threads import in_database_thread
from tickets.models import Ticket
from tickets.signals import staff_types


@pytest.fixture
def met(simulator: RunningSimulator, bot: Bot) -> tuple[SimulatedClient, Ticket]:
    return person_with_ticket(simulator, bot)


@pytest.fixture
def ticket(met: tuple[SimulatedClient, Ticket]) -> Ticket:
    return met[1]


def types(ticket: Ticket) -> None:
    """As the page says it (tickets/views), for who may answer."""
    staff_types.send(sender=Ticket, ticket=ticket, staff=ticket.assignee)


def shown(simulator: RunningSimulator) -> list[tuple[int, str]]:
    """(chat, action) of what the client was shown."""
    asked = [call["parameters"] for call in simulator.calls("sendChatAction")]
    return [(int(one["chat_id"]), one["action"]) for one in asked if one]  # one still arriving has none yet


def listening(then: Callable[[], Awaitable[None]]) -> Awaitable[None]:
    """The bot's process listens, while `then` happens."""

    async def listen() -> None:
        typing, loop = chat_actions.Typing(), asyncio.get_running_loop()
        listener = Listener({TYPING: lambda said: loop.call_soon_threadsafe(typing.hear, said)})
        listener.start()
        try:
            while not await in_database_thread(_somebody_listens):  # noqa: ASYNC110  (nobody tells)
                await asyncio.sleep(0.02)
            await then()
        finally:
            await asyncio.to_thread(listener.stop)
            await typing.stop()

    return listen()


def _somebody_listens() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query = %s AND datname = current_database()",
            [f"LISTEN {TYPING}"],
        )
        return bool(cursor.fetchone()[0])


async def until(true: Callable[[], Any], *, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110  (nobody tells)
            await asyncio.sleep(0.02)


class TestTyping:
    def test_the_client_is_shown_it_once_in_five_seconds(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        async def type_quickly() -> None:
            for _ in range(20):
                await in_database_thread(types, ticket)
            await until(lambda: shown(simulator))
            await asyncio.sleep(0.2)

        run(listening(type_quickly))
        assert shown(simulator) == [(ticket.client.external_id, "typing")]

    def test_and_again_when_they_go_on(
        self,
        ticket: Ticket,
        simulator: RunningSimulator,
        run: Run,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(chat_actions, "TYPING_SECONDS", 0.3)

        async def type_on() -> None:
            async with asyncio.timeout(20):
                while len(await asyncio.to_thread(shown, simulator)) < 2:
                    await in_database_thread(types, ticket)
                    await asyncio.sleep(0.05)

        run(listening(type_on))

    def test_two_chats_are_shown_each_their_own(
        self, ticket: Ticket, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        _person, other = person_with_ticket(simulator, bot)

        async def type_in_both() -> None:
            for one in (ticket, other):
                await in_database_thread(types, one)
            await until(lambda: len(shown(simulator)) == 2)

        run(listening(type_in_both))
        assert {chat for chat, _action in shown(simulator)} == {
            ticket.client.external_id,
            other.client.external_id,
        }

    def test_who_can_not_be_reached_is_shown_nothing(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        ticket.client.is_reachable = False

        async def type_in_vain() -> None:
            await in_database_thread(types, ticket)
            await asyncio.sleep(0.4)

        run(listening(type_in_vain))
        assert shown(simulator) == []

    def test_an_announcement_that_is_none_and_a_telegram_that_refuses_harm_nobody(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        def announce_nonsense() -> None:
            with connection.cursor() as cursor:
                for payload in ("{", "[]", '{"bot": 1}', '{"bot": 987654, "chat": 1}'):
                    cursor.execute("SELECT pg_notify(%s, %s)", [TYPING, payload])

        async def type_all_the_same() -> None:
            await in_database_thread(announce_nonsense)
            await in_database_thread(types, ticket)
            await until(lambda: shown(simulator))

        simulator.fault("error", method="sendChatAction", code=429, parameters={"retry_after": 9})
        run(listening(type_all_the_same))
        message = answer(ticket)
        run(deliver(message.pk, attempts=0))
        assert fate(message) == ("sent", None)

    def test_a_bot_that_was_told_to_wait_shows_nothing(
        self, ticket: Ticket, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        Bot.objects.filter(pk=bot.pk).update(paused_until=timezone.now() + timedelta(hours=1))

        async def type_in_vain() -> None:
            await in_database_thread(types, ticket)
            await asyncio.sleep(0.4)

        run(listening(type_in_vain))
        assert shown(simulator) == []


class TestUploading:
    @pytest.mark.parametrize(
        ("kind", "action"),
        [
            ("photo", "upload_photo"),
            ("video", "upload_video"),
            ("animation", "upload_video"),
            ("document", "upload_document"),
            ("audio", "upload_document"),
            ("video_note", "upload_video_note"),
        ],
    )
    def test_the_client_is_shown_what_is_on_its_way(
        self, kind: str, action: str, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        upload = picture() if kind == "photo" else file(kind, f"a.{kind}")
        message = answer(ticket, "", upload)
        run(deliver(message.pk, attempts=0))
        assert fate(message)[0] == "sent"
        assert shown(simulator) == [(ticket.client.external_id, action)]

    def test_as_long_as_it_lasts(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chat_actions, "UPLOADING_SECONDS", 0.1)
        simulator.fault("delay", method="sendDocument", milliseconds=1000)
        run(deliver(answer(ticket, "", file()).pk, attempts=0))
        so_far = len(shown(simulator))
        assert so_far >= 3
        time.sleep(0.3)
        assert len(shown(simulator)) == so_far

    def test_a_text_shows_nothing_and_a_refusal_keeps_no_file_back(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        run(deliver(answer(ticket).pk, attempts=0))
        assert shown(simulator) == []
        simulator.fault("error", method="sendChatAction", code=500, times=None)
        message = answer(ticket, "", file())
        run(deliver(message.pk, attempts=0))
        assert fate(message) == ("sent", None)
