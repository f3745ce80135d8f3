"""Jobs: several chats side by side, each chat in its order, and what a dead worker leaves."""

import contextlib
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import F
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from staff.models import User
from telegram_bridge import delivery_jobs, jobs, stalled, worker
from telegram_bridge.models import Bot
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import CLAIM, make_client, make_ticket, make_user
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.recordings import recording
from tests.telegram_bridge.working import on_its_way, settled, work_until
from tickets import operations
from tickets.content import Content, NewFile
from tickets.journal import change
from tickets.models import Message, Status, Ticket


@pytest.fixture
def anna(transactional_db: None) -> User:
    return make_user("anna")


def person_with_ticket(simulator: RunningSimulator, bot: Bot, anna: User) -> tuple[SimulatedClient, Ticket]:
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id)
    return person, make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=anna)


def reply(ticket: Ticket, anna: User, text: str = "Hello") -> Message:
    return operations.reply(ticket, staff=anna, content=Content(text=text))


def test_a_chat_keeps_its_order_and_a_slow_one_holds_nobody_back(
    bot: Bot, simulator: RunningSimulator, anna: User, run: Run
) -> None:
    slow, slow_ticket = person_with_ticket(simulator, bot, anna)
    quick, quick_ticket = person_with_ticket(simulator, bot, anna)
    simulator.fault("delay", method="sendMessage", chat_id=slow.id, milliseconds=1500)
    for number in range(6):
        reply(slow_ticket, anna, f"{number}")
        reply(quick_ticket, anna, f"{number}")
    run(work_until(settled))
    assert [message.text for message in slow.from_bot()] == list("012345")
    assert [message.text for message in quick.from_bot()] == list("012345")
    sent = [call for call in simulator.calls("sendMessage") if call["status"] == 200]
    last_quick = max(call["arrived_ns"] for call in sent if int(call["parameters"]["chat_id"]) == quick.id)
    second_slow = sorted(
        call["arrived_ns"] for call in sent if int(call["parameters"]["chat_id"]) == slow.id
    )[1]
    assert last_quick < second_slow
    assert not ProcrastinateWorker.objects.exists()


def test_a_wait_that_telegram_asks_for_holds_the_chat_in_order_and_is_obeyed(
    bot: Bot, simulator: RunningSimulator, anna: User, run: Run
) -> None:
    person, ticket = person_with_ticket(simulator, bot, anna)
    simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 2})
    first, second = reply(ticket, anna, "first"), reply(ticket, anna, "second")
    began = time.monotonic()
    run(work_until(lambda: Message.objects.filter(pk=first.pk, delivery_error__code="rate_limited").exists()))
    # The process ended meanwhile; the next one waits out what is left.
    run(work_until(settled))
    assert time.monotonic() - began >= 2
    assert [message.text for message in person.from_bot()] == ["first", "second"]
    second.refresh_from_db()
    assert second.delivery == "sent"


def test_a_reply_that_is_rolled_back_leaves_no_job(bot: Bot, simulator: RunningSimulator, anna: User) -> None:
    _person, ticket = person_with_ticket(simulator, bot, anna)

    def reply_and_fail() -> None:
        from tickets import steps
        from tickets.journal import by_staff

        with change() as opened:
            locked = Ticket.objects.locked().get(pk=ticket.pk)
            steps.write_message(opened, locked, Content(text="x"), actor=by_staff(anna))
            opened._announce()
            assert ProcrastinateJob.objects.exists()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        reply_and_fail()
    assert not ProcrastinateJob.objects.exists()
    assert not Message.objects.exists()


def test_a_worker_does_not_take_defer_out_of_djangos_transactions(
    bot: Bot, simulator: RunningSimulator, anna: User, run: Run
) -> None:
    _person, ticket = person_with_ticket(simulator, bot, anna)

    def deferred_while_working() -> bool:
        with contextlib.suppress(ZeroDivisionError), change():
            delivery_jobs.queue_delivery(Message(ticket=ticket, pk=1))
            raise ZeroDivisionError
        return True

    run(work_until(deferred_while_working))
    assert not ProcrastinateJob.objects.exists()


class TestWhatADeadWorkerLeaves:
    @pytest.fixture
    def person(self, simulator: RunningSimulator, bot: Bot) -> SimulatedClient:
        person = simulator.client()
        person.start()
        return person

    @pytest.fixture
    def ticket(self, bot: Bot, person: SimulatedClient, anna: User) -> Ticket:
        client = make_client(inbox=bot.inbox, external_id=person.id)
        return make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=anna)

    @pytest.fixture(autouse=True)
    def _soon_dead(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(worker, "DEAD_SECONDS", 5.0)

    def take_and_die(self, task: str = "%") -> None:
        """As after kill -9: the job is being done by a worker whose last heartbeat was long ago."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) "
                "VALUES (now() - interval '1 minute') RETURNING id"
            )
            (worker_id,) = cursor.fetchone()
            taken = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE task_name LIKE %s"
            cursor.execute(taken, [worker_id, task])

    def test_a_message_that_was_being_sent_is_unknown_and_its_chat_goes_on(
        self, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        crashed = reply(ticket, anna, "crashed")
        operations.begin_delivery(crashed.pk, claim=CLAIM)
        self.take_and_die()
        after = reply(ticket, anna, "after")
        run(work_until(settled))
        crashed.refresh_from_db()
        after.refresh_from_db()
        assert (crashed.delivery, crashed.delivery_error) == ("unknown", {"code": "crashed"})
        assert after.delivery == "sent"
        assert [message.text for message in person.from_bot()] == ["after"]

    def test_a_message_that_was_not_begun_is_sent(
        self, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        message = reply(ticket, anna)
        self.take_and_die()
        run(work_until(settled))
        message.refresh_from_db()
        assert (message.delivery, len(person.from_bot())) == ("sent", 1)

    def test_a_wait_that_telegram_asked_for_is_obeyed(self, ticket: Ticket, anna: User, run: Run) -> None:
        message = reply(ticket, anna)
        until = timezone.now() + timedelta(hours=1)
        error = {"code": "rate_limited", "retry_at": until.isoformat()}
        Message.objects.filter(pk=message.pk).update(delivery_error=error)
        self.take_and_die()
        run(work_until(lambda: ProcrastinateJob.objects.filter(status="todo").exists()))
        assert ProcrastinateJob.objects.get().scheduled_at == until

    def test_a_greeting_is_not_sent_again_and_a_file_is_fetched_again(
        self, ticket: Ticket, bot: Bot, person: SimulatedClient, run: Run
    ) -> None:
        jobs.queue_greeting(bot.pk, ticket.client)
        jobs.queue_file(12345)
        self.take_and_die()
        run(work_until(lambda: not ProcrastinateJob.objects.exists()))
        assert person.from_bot() == []

    def test_a_press_is_answered_and_a_picture_looked_for_again(
        self, ticket: Ticket, bot: Bot, simulator: RunningSimulator, run: Run
    ) -> None:
        jobs.queue_callback_answer(bot.pk, "123")
        jobs.queue_avatar(ticket.client_id)
        self.take_and_die()
        run(work_until(lambda: not ProcrastinateJob.objects.exists()))
        for method in ("answerCallbackQuery", "getUserProfilePhotos"):
            assert len(simulator.calls(method)) == 1

    def test_a_recording_is_converted_again_and_then_sent(
        self, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        body = recording("webm", "libopus", seconds=1)
        file = ContentFile(body, name="v.webm")
        voice = NewFile(kind="voice", name="v.webm", mime_type="audio/webm", size=len(body), file=file)
        operations.reply(ticket, staff=anna, content=Content(kind="voice", files=[voice]))
        self.take_and_die(delivery_jobs.CONVERT)
        run(work_until(settled))
        assert ["voice" in message.data for message in person.from_bot()] == [True]

    def test_messages_without_a_job_are_found(
        self, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        sending, queued = reply(ticket, anna, "sending"), reply(ticket, anna, "queued")
        operations.begin_delivery(sending.pk, claim=CLAIM)
        ProcrastinateJob.objects.filter(pk=F("pk")).update(status="failed")
        run(stalled.settle_orphans())
        run(work_until(lambda: not on_its_way()))
        sending.refresh_from_db()
        assert sending.delivery == "unknown"
        assert [message.text for message in person.from_bot()] == ["queued"]
        queued.refresh_from_db()
        assert queued.delivery == "sent"
