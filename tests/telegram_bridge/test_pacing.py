"""How fast a bot sends: pure arithmetic of time first, then what a worker does with it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from telegram_bridge import places, waits
from telegram_bridge.delivery import PutOff, deliver
from telegram_bridge.delivery_jobs import lane
from telegram_bridge.models import Bot
from telegram_bridge.pacing import CHAT_BURST, CHATS_OF_A_BOT, PER_BOT, PER_CHAT, Pacer
from telegram_simulator.testing import RunningSimulator
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.people import answer, fate, person_with_ticket, picture
from tests.telegram_bridge.working import settled, work_until
from tickets import steps
from tickets.content import Content
from tickets.journal import SYSTEM, change
from tickets.models import Message, Ticket

NOW = 1_000_000.0


def take(pacer: Pacer, chat: str, items: int = 1, *, at: float = NOW, bot: int = 1) -> float:
    return pacer.take(bot, chat, items, at, patience=1000)


class TestThePacer:
    def test_a_short_burst_goes_at_once_and_then_one_a_second(self) -> None:
        pacer = Pacer()
        waits_for = [round(take(pacer, "a"), 3) for _ in range(CHAT_BURST + 3)]
        assert waits_for == [0.0] * CHAT_BURST + [1.0, 2.0, 3.0]

    def test_a_chat_that_was_quiet_has_its_burst_again(self) -> None:
        pacer = Pacer()
        for _ in range(CHAT_BURST):
            take(pacer, "a")
        assert take(pacer, "a", at=NOW + CHAT_BURST) == 0

    def test_an_album_counts_each_item_and_what_follows_waits_the_longer(self) -> None:
        pacer = Pacer()
        assert take(pacer, "a", 10) == 0
        assert pacer.wait("a", NOW) == 10 - CHAT_BURST + 1

    def test_a_bot_sends_thirty_a_second_to_all_chats_together(self) -> None:
        pacer = Pacer()
        waits_for = [take(pacer, f"chat {number}") for number in range(90)]
        assert waits_for[:30] == [0] * 30
        assert max(waits_for) == pytest.approx(2.0)
        assert take(pacer, "of another bot", bot=2) == 0

    def test_what_would_wait_too_long_takes_nothing(self) -> None:
        pacer = Pacer()
        take(pacer, "a", 10)
        for _ in range(3):
            assert pacer.take(1, "a", 1, NOW, patience=2.0) == 10 - CHAT_BURST + 1

    def test_a_wait_that_telegram_asks_for_is_that_chats_alone(self) -> None:
        pacer = Pacer()
        assert not pacer.pause_chat(1, "a", until=NOW + 30, now=NOW)
        assert (pacer.wait("a", NOW), pacer.wait("b", NOW)) == (30, 0)
        assert take(pacer, "a", at=NOW + 30) == 0

    def test_when_several_chats_are_told_at_once_it_is_the_bot_that_waits(self) -> None:
        pacer = Pacer()
        take(pacer, "quiet")
        take(pacer, "of another bot", bot=2)
        told = [pacer.pause_chat(1, f"{number}", until=NOW + 9, now=NOW) for number in range(CHATS_OF_A_BOT)]
        assert told == [False] * (CHATS_OF_A_BOT - 1) + [True]
        assert (pacer.wait("quiet", NOW), pacer.wait("of another bot", NOW)) == (9, 0)

    def test_chats_told_one_after_the_other_are_no_reason_for_the_bot_to_wait(self) -> None:
        pacer = Pacer()
        assert not any(
            pacer.pause_chat(1, f"{number}", until=NOW + 9, now=NOW + 3 * number) for number in range(9)
        )

    def test_it_forgets_chats_that_are_at_rest(self) -> None:
        pacer = Pacer()
        for number in range(25_000):
            take(pacer, f"{number}", at=NOW + number * 10)
        assert len(pacer._chats) <= 10_000

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10), st.floats(0, 3)), max_size=60))
    def test_never_more_than_telegram_asks_for(self, sends: list[tuple[int, int, float]]) -> None:
        pacer, now = Pacer(), NOW
        gone: list[tuple[float, int, int]] = []
        for chat, items, pause in sends:
            now += pause
            gone.append((now + take(pacer, f"{chat}", items, at=now), chat, items))
        for chat in range(4):
            mine = sorted((at, items) for at, one, items in gone if one == chat)
            for first in range(len(mine)):
                for last in range(first, len(mine)):
                    # An album may overdraw once: what follows it waits.
                    most = CHAT_BURST + PER_CHAT * (mine[last][0] - mine[first][0]) + 10
                    assert sum(items for _at, items in mine[first : last + 1]) <= most + 1e-3
        by_time = sorted((at, items) for at, _chat, items in gone)
        for first in range(len(by_time)):
            span = by_time[-1][0] - by_time[first][0]
            assert sum(items for _at, items in by_time[first:]) <= 30 + PER_BOT * span + 10 + 1e-3


class TestTheWorker:
    def test_a_chat_gets_a_burst_and_then_a_message_a_second_in_order(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        person, ticket = person_with_ticket(simulator, bot)
        for number in range(CHAT_BURST + 2):
            answer(ticket, f"{number}")
        run(work_until(settled))
        assert [one.text for one in person.from_bot()] == [f"{number}" for number in range(CHAT_BURST + 2)]
        arrived = [call["arrived_ns"] / 1e9 for call in simulator.calls("sendMessage")]
        assert arrived[-1] - arrived[0] >= 1.5
        # Nothing was put off for it, and nobody was told of it.
        assert not Message.objects.filter(events__data__error__code="rate_limited").exists()

    def test_chats_that_wait_for_their_time_hold_nobody_back(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        busy = [person_with_ticket(simulator, bot) for _ in range(10)]
        for _person, ticket in busy:
            for number in range(CHAT_BURST + 2):
                answer(ticket, f"{number}")
        quiet, its_ticket = person_with_ticket(simulator, bot)
        answer(its_ticket, "quiet")
        run(work_until(settled, seconds=60))
        calls = simulator.calls("sendMessage")
        last_of_busy = max(
            call["arrived_ns"] for call in calls if int(call["parameters"]["chat_id"]) != quiet.id
        )
        (only,) = (call for call in calls if int(call["parameters"]["chat_id"]) == quiet.id)
        # Eight places, ten chats with a backlog: it does not wait for their ends.
        assert only["arrived_ns"] < last_of_busy
        assert all(len(person.from_bot()) == CHAT_BURST + 2 for person, _ticket in busy)

    def test_a_long_wait_is_put_off_and_shown(self, bot: Bot, simulator: RunningSimulator, run: Run) -> None:
        _person, ticket = person_with_ticket(simulator, bot)
        album = answer(ticket, "", *[picture(f"{number}.png") for number in range(10)])
        after = answer(ticket, "after")
        run(deliver(album.pk, attempts=0, lane=lane(ticket.client_id)))
        with pytest.raises(PutOff) as put_off:
            run(deliver(after.pk, attempts=0, lane=lane(ticket.client_id)))
        assert fate(after) == ("queued", "rate_limited")
        assert after.delivery_error["retry_at"] == put_off.value.until.isoformat()
        assert [event.data["delivery"] for event in after.events.filter(kind="delivery_changed")] == [
            "queued"
        ]

    def test_the_bot_waits_when_telegram_tells_several_chats_and_remembers_it(
        self, bot: Bot, simulator: RunningSimulator, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        simulator.fault("error", method="sendMessage", code=429, times=3, parameters={"retry_after": 60})
        for _ in range(3):
            _person, ticket = person_with_ticket(simulator, bot)
            with pytest.raises(PutOff):
                run(deliver(answer(ticket).pk, attempts=0))
        bot.refresh_from_db()
        assert bot.paused_until is not None
        assert bot.paused_until - timezone.now() > timedelta(seconds=50)
        for pacer in (waits.pacer, Pacer()):  # in this process, and in one that has just begun
            monkeypatch.setattr(waits, "pacer", pacer)
            _person, ticket = person_with_ticket(simulator, bot)
            message = answer(ticket)
            with pytest.raises(PutOff):
                run(deliver(message.pk, attempts=0))
            assert fate(message) == ("queued", "rate_limited")
        assert len(simulator.calls("sendMessage")) == 3

    def test_one_chats_wait_is_remembered_across_a_restart_also_for_what_overtakes(
        self, bot: Bot, simulator: RunningSimulator, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _person, ticket = person_with_ticket(simulator, bot)
        simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 60})
        with pytest.raises(PutOff):
            run(deliver(answer(ticket).pk, attempts=0))
        monkeypatch.setattr(waits, "pacer", Pacer())
        message = answer(ticket)
        with pytest.raises(PutOff):
            run(deliver(message.pk, attempts=0, lane=lane(ticket.client_id)))
        assert fate(message) == ("queued", "rate_limited")
        assert len(simulator.calls("sendMessage")) == 1
        _other, others_ticket = person_with_ticket(simulator, bot)
        run(deliver(answer(others_ticket).pk, attempts=0, lane=lane(others_ticket.client_id)))
        assert len(simulator.calls("sendMessage")) == 2


def test_a_place_is_anothers_while_its_job_only_waits(run: Run) -> None:
    async def two_jobs_one_place() -> list[str]:
        only, said = places.Places(1), []

        async def job(name: str, rest: float) -> None:
            await only.free.acquire()
            place = places.Place(only)
            places.occupy(place)
            try:
                said.append(f"{name} begins")
                await places.rest(rest)
                said.append(f"{name} ends")
            finally:
                place.give_back()

        await asyncio.gather(job("slow", 0.2), job("quick", 0))
        assert not only.free.locked()
        return said

    assert run(two_jobs_one_place()) == ["slow begins", "quick begins", "quick ends", "slow ends"]


class TestWhatGoesFirst:
    def automatic(self, ticket: Ticket, text: str) -> Message:
        with change() as opened:
            locked = Ticket.objects.locked().get(pk=ticket.pk)
            return steps.write_message(opened, locked, Content(text=text), actor=SYSTEM)

    def test_a_typed_reply_goes_before_automatic_messages_of_the_same_chat(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        person, ticket = person_with_ticket(simulator, bot)
        for text in ("automatic 1", "automatic 2"):
            self.automatic(ticket, text)
        for text in ("typed 1", "typed 2"):
            answer(ticket, text)
        run(work_until(settled))
        assert [one.text for one in person.from_bot()] == ["typed 1", "typed 2", "automatic 1", "automatic 2"]

    def test_a_message_that_is_half_sent_is_finished_first(
        self, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        person, ticket = person_with_ticket(simulator, bot)
        half = self.automatic(ticket, "A" * 4090 + "\n\nthe end of it")
        simulator.fault("hold", method="sendMessage")

        def waits_between_its_parts() -> Any:
            half.refresh_from_db()
            if len(simulator.calls("sendMessage")) == 1:
                simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 2})
                simulator.release()
            return half.delivery_error.get("code") == "rate_limited"

        run(work_until(waits_between_its_parts))
        answer(ticket, "typed")
        run(work_until(settled))
        assert [one.text[:3] for one in person.from_bot()] == ["AAA", "the", "typ"]

    def test_each_job_says_what_it_is(self, bot: Bot, simulator: RunningSimulator) -> None:
        _person, ticket = person_with_ticket(simulator, bot)
        self.automatic(ticket, "automatic")
        answer(ticket, "typed")
        assert list(ProcrastinateJob.objects.order_by("id").values_list("priority", flat=True)) == [-10, 0]
