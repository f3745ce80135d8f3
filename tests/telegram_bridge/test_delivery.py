"""A reply on its way to Telegram: what arrives, what is written down, what is never sent twice."""

import asyncio
import socket
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError
from pytest_django.fixtures import Settings

from staff.models import User
from telegram_bridge import waits
from telegram_bridge.delivery import PutOff, deliver
from telegram_bridge.models import Bot, TelegramMessage
from telegram_bridge.sending import send
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import CLAIM, make_client, make_message, make_ticket, make_user
from tests.telegram_bridge.conftest import Run
from tickets import operations
from tickets.content import Content, NewFile
from tickets.models import Message, Status, Ticket


@pytest.fixture
def person(simulator: RunningSimulator, bot: Bot) -> SimulatedClient:
    client = simulator.client(first_name="Ann")
    client.start()
    simulator.clear_calls()
    return client


@pytest.fixture
def anna(transactional_db: None) -> User:
    return make_user("anna")


@pytest.fixture
def ticket(bot: Bot, person: SimulatedClient, anna: User) -> Ticket:
    client = make_client(inbox=bot.inbox, external_id=person.id)
    return make_ticket(client=client, status=Status.IN_PROGRESS_ID, assignee=anna)


def new_file(name: str, *, kind: str = "document", mime_type: str = "application/pdf") -> NewFile:
    body = (
        (Path(__file__).parent / "picture.png").read_bytes()
        if kind == "photo"
        else b"content of " + name.encode()
    )
    return NewFile(
        kind=kind, name=name, mime_type=mime_type, size=len(body), file=ContentFile(body, name=name)
    )


def picture(name: str) -> NewFile:
    return new_file(name, kind="photo", mime_type="image/png")


def reply(
    ticket: Ticket, anna: User, text: str = "Hello", *files: NewFile, reply_to: int | None = None
) -> Message:
    content = Content(text=text, files=list(files))
    return operations.reply(ticket, staff=anna, content=content, reply_to=reply_to)


def state(message: Message) -> tuple[str, object]:
    message.refresh_from_db()
    return message.delivery, message.delivery_error.get("code")


def parts(message: Message) -> list[tuple[int, int]]:
    rows = TelegramMessage.objects.filter(message=message).order_by("part", "telegram_id")
    return list(rows.values_list("part", "telegram_id"))


def test_a_reply_arrives_and_is_written_down(
    ticket: Ticket, anna: User, person: SimulatedClient, run: Run
) -> None:
    message = reply(ticket, anna)
    run(deliver(message.pk, attempts=0))
    (seen,) = person.from_bot()
    assert seen.text == "Hello"
    assert state(message) == ("sent", None)
    assert parts(message) == [(0, seen.id)]
    changes = [
        event.data["delivery"] for event in message.events.filter(kind="delivery_changed").order_by("seq")
    ]
    assert changes == ["sending", "sent"]


def test_a_job_that_runs_again_sends_nothing(
    ticket: Ticket, anna: User, person: SimulatedClient, run: Run
) -> None:
    message = reply(ticket, anna)
    for _ in range(2):
        run(deliver(message.pk, attempts=0))
    run(deliver(message.pk + 1000, attempts=0))
    assert len(person.from_bot()) == 1


def test_a_long_text_comes_in_pieces(ticket: Ticket, anna: User, person: SimulatedClient, run: Run) -> None:
    message = reply(ticket, anna, "A" * 3000 + "\n\n" + "word " * 1000)
    run(deliver(message.pk, attempts=0))
    seen = person.from_bot()
    assert "".join("".join(one.text for one in seen).split()) == "".join(message.text.split())
    assert [part for part, _id in parts(message)] == list(range(len(seen)))


def test_pictures_are_an_album_with_the_text_as_caption_and_a_document_follows(
    ticket: Ticket, anna: User, person: SimulatedClient, run: Run
) -> None:
    message = reply(ticket, anna, "Look", picture("a.png"), new_file("c.pdf"), picture("b.png"))
    run(deliver(message.pk, attempts=0))
    seen = person.from_bot()
    assert [one.text for one in seen] == ["Look", "", ""]
    assert seen[0].data["media_group_id"] == seen[1].data["media_group_id"]
    assert person.download(seen[2].data["document"]["file_id"]) == b"content of c.pdf"
    assert [part for part, _id in parts(message)] == [0, 0, 1]


def test_a_reply_quotes_what_it_answers(
    ticket: Ticket, anna: User, bot: Bot, person: SimulatedClient, run: Run
) -> None:
    sent = person.send_text("question")
    theirs = make_message(ticket, text="question")
    TelegramMessage.objects.create(bot=bot, chat_id=person.id, telegram_id=sent["message_id"], message=theirs)
    run(deliver(reply(ticket, anna, reply_to=theirs.pk).pk, attempts=0))
    assert person.from_bot()[0].reply_to == sent["message_id"]


def test_the_time_telegram_asks_for_is_obeyed_and_the_message_waits(  # noqa: PLR0917  (fixtures)
    ticket: Ticket,
    anna: User,
    simulator: RunningSimulator,
    person: SimulatedClient,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 30})
    message = reply(ticket, anna)
    before = datetime.now(UTC)
    with pytest.raises(PutOff) as asked:
        run(deliver(message.pk, attempts=0))
    assert timedelta(seconds=29) < asked.value.until - before < timedelta(seconds=32)
    assert state(message) == ("queued", "rate_limited")
    assert message.delivery_error["retry_at"] == asked.value.until.isoformat()
    monkeypatch.setattr(waits, "monotonic", lambda: time.monotonic() + 31)
    run(deliver(message.pk, attempts=1))
    assert (state(message), len(person.from_bot())) == (("sent", None), 1)


def test_a_client_who_blocked_the_bot_is_marked_unreachable(
    ticket: Ticket, anna: User, person: SimulatedClient, run: Run
) -> None:
    person.block()
    message = reply(ticket, anna)
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("failed", "blocked")
    ticket.client.refresh_from_db()
    assert not ticket.client.is_reachable
    assert ticket.events.filter(kind="client_blocked").exists()


@pytest.mark.parametrize(("fault", "arrived"), [("drop_before", 0), ("drop_after", 1)])
def test_when_the_answer_never_comes_the_message_is_unknown_and_not_sent_again(
    *,
    ticket: Ticket,
    anna: User,
    simulator: RunningSimulator,
    person: SimulatedClient,
    run: Run,
    fault: str,
    arrived: int,
) -> None:
    simulator.fault(fault, method="sendMessage")
    message = reply(ticket, anna)
    for _ in range(3):
        run(deliver(message.pk, attempts=0))
    assert state(message) == ("unknown", "no_answer")
    assert len(person.from_bot()) == arrived
    operations.send_again(message, staff=anna)
    run(deliver(message.pk, attempts=0))
    assert (state(message), len(person.from_bot())) == (("sent", None), arrived + 1)


@pytest.mark.parametrize("code", [500, 502])
def test_a_server_error_may_have_been_executed(
    *, ticket: Ticket, anna: User, simulator: RunningSimulator, person: SimulatedClient, run: Run, code: int
) -> None:
    simulator.fault("error", method="sendMessage", code=code)
    message = reply(ticket, anna)
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("unknown", "no_answer")


def test_an_answer_that_is_no_json_is_unknown(
    ticket: Ticket, anna: User, simulator: RunningSimulator, person: SimulatedClient, run: Run
) -> None:
    simulator.fault("raw", method="sendMessage", code=200, body="<html>")
    message = reply(ticket, anna)
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("unknown", "no_answer")


def test_without_a_connection_it_is_tried_again_since_it_never_left(
    ticket: Ticket, anna: User, person: SimulatedClient, settings: Settings, run: Run
) -> None:
    reachable = settings.TELEGRAM_API_URL
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.TELEGRAM_API_URL = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        message = reply(ticket, anna)
        with pytest.raises(PutOff):
            run(deliver(message.pk, attempts=0))
    assert state(message) == ("queued", "network")
    settings.TELEGRAM_API_URL = reachable
    run(deliver(message.pk, attempts=1))
    assert (state(message), len(person.from_bot())) == (("sent", None), 1)


def test_parts_that_arrived_are_not_sent_again(
    ticket: Ticket, anna: User, simulator: RunningSimulator, person: SimulatedClient, run: Run
) -> None:
    simulator.fault("drop_before", method="sendDocument")
    message = reply(ticket, anna, "x" * 1500, new_file("a.pdf"))
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("unknown", "no_answer")
    assert parts(message) == [(0, person.from_bot()[0].id)]
    operations.send_again(message, staff=anna)
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("sent", None)
    assert [bool(one.text) for one in person.from_bot()] == [True, False]


def test_a_file_that_is_gone_from_the_disk_fails_with_words(
    ticket: Ticket, anna: User, person: SimulatedClient, run: Run
) -> None:
    message = reply(ticket, anna, "", new_file("a.pdf"))
    Path(message.attachments.get().file.path).unlink()
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("failed", "file_missing")
    assert person.from_bot() == []


def test_a_refused_token_fails_with_words(ticket: Ticket, anna: User, bot: Bot, run: Run) -> None:
    bot.token = f"{bot.telegram_id}:wrong"
    bot.save()
    message = reply(ticket, anna)
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("failed", "unauthorized")


def test_an_inbox_without_a_bot_fails_with_words(transactional_db: None, anna: User, run: Run) -> None:
    message = reply(make_ticket(status=Status.IN_PROGRESS_ID, assignee=anna), anna)
    run(deliver(message.pk, attempts=0))
    assert state(message) == ("failed", "no_bot")


def test_a_chat_telegram_does_not_know_fails_with_words(bot: Bot, anna: User, run: Run) -> None:
    ticket = make_ticket(
        client=make_client(inbox=bot.inbox, external_id=999), status=Status.IN_PROGRESS_ID, assignee=anna
    )
    message = reply(ticket, anna)
    run(deliver(message.pk, attempts=0))
    assert state(message)[0] == "failed"
    assert state(message)[1] in {"chat_not_found", "not_started"}


def test_a_message_that_a_dead_worker_left_in_the_middle_is_unknown_for_the_next_one(
    ticket: Ticket, anna: User, person: SimulatedClient, run: Run
) -> None:
    message = reply(ticket, anna)
    operations.begin_delivery(message.pk, claim=CLAIM)
    run(deliver(message.pk, attempts=0))
    assert (state(message), person.from_bot()) == (("unknown", "crashed"), [])


class TestClaimingWhileTheDatabaseGoesAway:
    @pytest.fixture
    def away(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        """Makes the first claim fail, before it has marked the message or just after."""

        def away_once(*, after: bool) -> None:
            begin, tries = operations.begin_delivery, []

            def begin_delivery(message_id: int, *, claim: uuid.UUID) -> Message | None:
                tries.append(message_id)
                if len(tries) > 1:
                    return begin(message_id, claim=claim)
                if after:
                    begin(message_id, claim=claim)
                raise OperationalError("the connection is gone")

            monkeypatch.setattr(operations, "begin_delivery", begin_delivery)

        return away_once

    @pytest.mark.parametrize("after", [False, True])
    def test_the_message_is_sent_once(  # noqa: PLR0917  (fixtures)
        self,
        after: bool,
        away: Callable[..., None],
        ticket: Ticket,
        anna: User,
        person: SimulatedClient,
        run: Run,
    ) -> None:
        message = reply(ticket, anna)
        away(after=after)
        run(deliver(message.pk, attempts=0))
        assert (state(message)[0], len(person.from_bot())) == ("sent", 1)

    def test_what_a_dead_worker_was_sending_is_not_taken_for_ours(
        self, away: Callable[..., None], ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        message = reply(ticket, anna)
        operations.begin_delivery(message.pk, claim=CLAIM)
        away(after=False)
        run(deliver(message.pk, attempts=0))
        assert (state(message), person.from_bot()) == (("unknown", "crashed"), [])


class TestAWorkerThatSleptAndWasTakenForDead:
    """A laptop's lid is closed in the middle of a send; meanwhile the message is settled as unknown."""

    @pytest.fixture
    def slept(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
        """What happens while the first part is on its way, and time goes on."""

        def meanwhile(happens: Callable[[], object]) -> None:
            clock = time.time
            sent: list[object] = []

            async def send_and_sleep(*args: Any, **more: Any) -> list[int]:
                ids = await send(*args, **more)
                if not sent:
                    sent.append(ids)
                    await asyncio.to_thread(happens)
                    monkeypatch.setattr(time, "time", lambda: clock() + 60)
                return ids

            monkeypatch.setattr("telegram_bridge.delivery.send", send_and_sleep)

        return meanwhile

    def test_it_sends_no_further_part(
        self, slept: Any, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        message = reply(ticket, anna, "word " * 1500)
        slept(lambda: operations.settle_abandoned(message.pk))
        run(deliver(message.pk, attempts=0))
        assert (state(message), len(person.from_bot())) == (("unknown", "crashed"), 1)
        # What it did send is known, so that sending again begins after it.
        operations.send_again(message, staff=anna)
        run(deliver(message.pk, attempts=0))
        assert state(message)[0] == "sent"
        assert " ".join(one.text for one in person.from_bot()).split() == ["word"] * 1500

    def test_it_still_says_that_the_last_part_arrived(
        self, slept: Any, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        message = reply(ticket, anna)
        slept(lambda: operations.settle_abandoned(message.pk))
        run(deliver(message.pk, attempts=0))
        assert (state(message)[0], len(person.from_bot())) == ("sent", 1)

    def test_what_staff_had_sent_again_is_not_sent_twice(
        self, slept: Any, ticket: Ticket, anna: User, person: SimulatedClient, run: Run
    ) -> None:
        message = reply(ticket, anna)

        def settled_and_asked_for_again() -> None:
            operations.settle_abandoned(message.pk)
            operations.send_again(message, staff=anna)

        slept(settled_and_asked_for_again)
        run(deliver(message.pk, attempts=0))
        run(deliver(message.pk, attempts=0))
        assert (state(message)[0], len(person.from_bot())) == ("sent", 1)

    def test_it_says_nothing_about_an_attempt_of_another(self, ticket: Ticket, anna: User) -> None:
        message = reply(ticket, anna)
        operations.begin_delivery(message.pk, claim=CLAIM)
        operations.settle_abandoned(message.pk)
        operations.send_again(message, staff=anna)
        operations.begin_delivery(message.pk, claim=uuid.uuid4())
        late = operations.settle_delivery(message.pk, claim=CLAIM, delivery=Message.Delivery.SENT)
        assert (late, state(message)[0]) == (None, "sending")
        assert not operations.holds_delivery(message.pk, claim=CLAIM)
