"""Edits, deletions and reactions of what is in Telegram: the desk shows what the client sees, or why not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from telegram.constants import ReactionEmoji

from telegram_bridge import stalled
from telegram_bridge.amending import MOST_ATTEMPTS, amend
from telegram_bridge.delivery import PutOff, deliver
from telegram_bridge.models import Bot, TelegramMessage
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_message
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.people import answer, file, person_with_ticket, picture, said
from tests.telegram_bridge.working import work_until
from tickets import amendments
from tickets.delivery_words import advice, in_words
from tickets.errors import OperationRefused
from tickets.models import Amendment, Message, Ticket, TicketEvent
from tickets.reaction_emoji import ALLOWED, VARIATION

BOLD = {"type": "bold", "offset": 0, "length": 3}


@pytest.fixture
def met(simulator: RunningSimulator, bot: Bot) -> tuple[SimulatedClient, Ticket]:
    return person_with_ticket(simulator, bot)


@pytest.fixture
def person(met: tuple[SimulatedClient, Ticket]) -> SimulatedClient:
    return met[0]


@pytest.fixture
def ticket(met: tuple[SimulatedClient, Ticket]) -> Ticket:
    return met[1]


@pytest.fixture
def sent(ticket: Ticket, run: Run) -> Callable[..., Message]:
    """A reply that has arrived."""

    def send(text: str = "Hello", *files: Any, **more: Any) -> Message:
        message = answer(ticket, text, *files, **more)
        run(deliver(message.pk, attempts=0))
        message.refresh_from_db()
        assert message.delivery == "sent"
        return message

    return send


def edit(message: Message, text: str, entities: list[dict[str, Any]] | None = None) -> Amendment:
    staff = message.author
    assert staff is not None
    return amendments.edit(message, staff=staff, text=text, entities=entities)


def delete(message: Message) -> Amendment:
    assert message.author is not None
    return amendments.delete(message, staff=message.author)


def react(message: Message, ticket: Ticket, emoji: str) -> Amendment:
    assert ticket.assignee is not None
    return amendments.react(message, staff=ticket.assignee, emoji=emoji)


def fate(amendment: Amendment) -> tuple[str, object]:
    amendment.refresh_from_db()
    return amendment.state, amendment.error.get("code")


class TestEditing:
    def test_the_client_sees_the_new_text_and_the_desk_keeps_the_old_one(
        self, sent: Any, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("Hello")
        asked = edit(message, "Hey there", [BOLD])
        message.refresh_from_db()
        assert message.text == "Hello"  # until Telegram has taken it
        run(amend(asked.pk, attempts=0))
        (seen,) = person.from_bot()
        assert (seen.text, seen.data["entities"], seen.edited) == ("Hey there", [BOLD], True)
        message.refresh_from_db()
        assert (message.text, message.entities, fate(asked)) == ("Hey there", [BOLD], ("done", None))
        assert [version.text for version in message.versions.all()] == ["Hello"]

    def test_a_caption_below_one_file_and_below_an_album(
        self, sent: Any, person: SimulatedClient, run: Run
    ) -> None:
        for files in ([file()], [picture("a.png"), picture("b.png")]):
            message = sent("before", *files)
            run(amend(edit(message, "after").pk, attempts=0))
            assert [one.text for one in person.from_bot()][-len(files) :][0] == "after"
            message.refresh_from_db()
            assert message.text == "after"

    def test_of_a_long_text_only_the_part_that_changes_is_edited(
        self, sent: Any, simulator: RunningSimulator, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("A" * 4000 + "\n\n" + "B" * 500)
        run(amend(edit(message, "A" * 4000 + "\n\n" + "C" * 500).pk, attempts=0))
        assert [one.text.strip()[:1] for one in person.from_bot()] == ["A", "C"]
        assert len(simulator.calls("editMessageText")) == 1

    def test_a_text_that_would_need_another_part_is_refused_with_words(
        self, sent: Any, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("A" * 4000 + "\n\n" + "B" * 500)
        asked = edit(message, "short")
        run(amend(asked.pk, attempts=0))
        assert fate(asked) == ("failed", "other_parts")
        assert "several messages" in in_words(asked.error)
        assert advice(asked.error)
        message.refresh_from_db()
        assert (message.text[0], len(person.from_bot())) == ("A", 2)

    def test_what_went_as_a_text_before_its_file_stays_one_however_short_it_gets(
        self, sent: Any, simulator: RunningSimulator, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("x" * 1500, file())
        for text in ("short", "y" * 3000, "short again"):
            run(amend(edit(message, text).pk, attempts=0))
            message.refresh_from_db()
        assert [one.text for one in person.from_bot()] == ["short again", ""]
        assert not simulator.calls("editMessageCaption")

    @pytest.mark.parametrize(("files", "longest"), [(1, 1024), (0, 4096)])
    def test_more_than_the_message_can_hold_is_refused_before(
        self, files: int, longest: int, sent: Any
    ) -> None:
        message = sent("before", *[file()] * files)
        with pytest.raises(OperationRefused, match=f"room for {longest} characters"):
            edit(message, "x" * (longest + 1))
        with pytest.raises(OperationRefused, match=f"room for {longest} characters"):
            edit(message, "🙂" * (longest // 2 + 1))
        assert edit(message, "x" * longest).state == "queued"

    def test_its_buttons_stay(self, sent: Any, person: SimulatedClient, run: Run) -> None:
        message = sent("Well?", buttons=[[{"text": "Solved", "answer": "solved"}]])
        before = person.from_bot()[0].data["reply_markup"]
        run(amend(edit(message, "Is it solved?").pk, attempts=0))
        (seen,) = person.from_bot()
        assert (seen.text, seen.data["reply_markup"]) == ("Is it solved?", before)

    def test_a_message_that_the_client_deleted_is_told_in_words(
        self, sent: Any, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("Hello")
        person.delete(person.from_bot()[0].id)
        asked = edit(message, "Hey")
        run(amend(asked.pk, attempts=0))
        assert fate(asked) == ("failed", "message_gone")
        message.refresh_from_db()
        assert message.text == "Hello"


class TestAnswersThatNeverCame:
    @pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
    @pytest.mark.parametrize(
        ("ask", "method"),
        [
            (lambda message, ticket: edit(message, "Hey"), "editMessageText"),
            (lambda message, ticket: delete(message), "deleteMessages"),
            (lambda message, ticket: react(message, ticket, "👍"), "setMessageReaction"),
        ],
        ids=["edit", "delete", "react"],
    )
    def test_it_is_asked_for_again_and_done(  # noqa: PLR0917  (fixtures)
        self,
        ask: Any,
        method: str,
        fault: str,
        sent: Any,
        ticket: Ticket,
        simulator: RunningSimulator,
        run: Run,
    ) -> None:
        asked = ask(sent("Hello"), ticket)
        simulator.fault(fault, method=method)
        with pytest.raises(PutOff):
            run(amend(asked.pk, attempts=0))
        assert fate(asked) == ("queued", "network")
        run(amend(asked.pk, attempts=1))
        assert fate(asked) == ("done", None)
        run(amend(asked.pk, attempts=2))  # a job that runs once more asks for nothing
        assert len(simulator.calls(method)) == 2

    def test_after_many_tries_it_fails_with_words(
        self, sent: Any, simulator: RunningSimulator, run: Run
    ) -> None:
        asked = edit(sent("Hello"), "Hey")
        simulator.fault("drop_before", method="editMessageText")
        run(amend(asked.pk, attempts=MOST_ATTEMPTS))
        assert fate(asked)[0] == "failed"
        assert in_words(asked.error)

    def test_the_time_telegram_asks_for_is_obeyed(
        self, sent: Any, simulator: RunningSimulator, run: Run
    ) -> None:
        asked = edit(sent("Hello"), "Hey")
        simulator.fault("error", method="editMessageText", code=429, parameters={"retry_after": 30})
        with pytest.raises(PutOff) as put_off:
            run(amend(asked.pk, attempts=0))
        assert put_off.value.until - timezone.now() > timedelta(seconds=25)
        assert fate(asked) == ("queued", "rate_limited")
        assert asked.error["retry_at"] == put_off.value.until.isoformat()

    def test_what_telegram_wants_later_is_never_given_up(
        self, sent: Any, simulator: RunningSimulator, run: Run
    ) -> None:
        asked = edit(sent("Hello"), "Hey")
        simulator.fault("error", method="editMessageText", code=429, parameters={"retry_after": 30})
        with pytest.raises(PutOff):
            run(amend(asked.pk, attempts=MOST_ATTEMPTS + 1))
        assert fate(asked) == ("queued", "rate_limited")

    def test_the_job_of_a_worker_that_died_runs_again_and_a_lost_one_is_made_anew(
        self, sent: Any, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("Hello")
        ProcrastinateJob.objects.filter(status="todo", task_name="telegram_bridge.deliver").delete()
        asked = edit(message, "Hey")
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) "
                "VALUES (now() - interval '1 minute') RETURNING id"
            )
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [cursor.fetchone()[0]]
            )
        run(work_until(lambda: fate(asked)[0] == "done"))
        lost = edit(Message.objects.get(pk=message.pk), "Hey again")
        ProcrastinateJob.objects.filter(task_name="telegram_bridge.amend").delete()
        run(stalled.settle_orphans())
        run(work_until(lambda: fate(lost)[0] == "done"))
        assert [one.text for one in person.from_bot()] == ["Hey again"]


class TestDeleting:
    def test_all_parts_go_and_the_desk_keeps_what_it_said(
        self, sent: Any, person: SimulatedClient, run: Run
    ) -> None:
        message = sent("x" * 1500, picture("a.png"), picture("b.png"))
        assert len(person.from_bot()) == 3
        run(amend(delete(message).pk, attempts=0))
        assert person.from_bot() == []
        message.refresh_from_db()
        assert (message.deleted_at is not None, message.text) == (True, "x" * 1500)

    def test_what_arrived_more_than_48_hours_ago_is_refused_before(self, sent: Any) -> None:
        message, fresh = sent("Hello"), sent("Hello")
        arrivals = TicketEvent.objects.filter(kind="delivery_changed", data__delivery="sent")
        arrivals.filter(message=message).update(created_at=timezone.now() - timedelta(hours=48, minutes=1))
        with pytest.raises(OperationRefused, match="48 hours"):
            delete(message)
        # Written long ago, and waiting for Telegram since then: it is the arrival that counts.
        Message.objects.filter(pk=fresh.pk).update(created_at=timezone.now() - timedelta(days=9))
        assert delete(fresh).state == "queued"

    def test_what_telegram_finds_too_old_is_told_in_words(
        self, sent: Any, simulator: RunningSimulator, run: Run
    ) -> None:
        asked = delete(sent("Hello"))
        words = "Bad Request: message can't be deleted for everyone"
        simulator.fault("error", method="deleteMessages", code=400, description=words)
        run(amend(asked.pk, attempts=0))
        assert fate(asked) == ("failed", "too_old_to_delete")
        assert asked.message.deleted_at is None


class TestReacting:
    def test_to_a_message_of_either_side_and_back(
        self, sent: Any, ticket: Ticket, bot: Bot, person: SimulatedClient, run: Run
    ) -> None:
        for message in (sent("ours"), said(person, bot, ticket, "theirs")):
            run(amend(react(message, ticket, "❤️").pk, attempts=0))
            message.refresh_from_db()
            assert message.reactions == {"staff": [{"type": "emoji", "emoji": "❤"}]}
        assert [one.bot_reaction for one in person.messages()[-2:]] == ["❤", "❤"]
        run(amend(react(message, ticket, "").pk, attempts=0))
        message.refresh_from_db()
        assert (message.reactions, person.messages()[-1].bot_reaction) == ({}, "")

    def test_only_with_what_telegram_takes_from_a_bot(self, sent: Any, ticket: Ticket) -> None:
        for emoji in ("🥑", "no emoji", "👍👍"):
            with pytest.raises(OperationRefused, match="no such reaction"):
                react(sent("ours"), ticket, emoji)

    def test_the_list_is_telegrams(self) -> None:
        assert {one.value.replace(VARIATION, "") for one in ReactionEmoji} == ALLOWED

    def test_a_message_whose_telegram_message_is_not_known_is_told_in_words(
        self, ticket: Ticket, run: Run
    ) -> None:
        asked = react(make_message(ticket), ticket, "👍")
        run(amend(asked.pk, attempts=0))
        assert fate(asked) == ("failed", "not_in_telegram")
        assert advice(asked.error)

    def test_an_edit_of_a_part_that_is_not_known_is_told_in_words(self, sent: Any, run: Run) -> None:
        message = sent("A" * 4000 + "\n\n" + "B" * 500)
        TelegramMessage.objects.filter(message=message, part=1).delete()
        asked = edit(message, "A" * 4000 + "\n\n" + "C" * 500)
        run(amend(asked.pk, attempts=0))
        assert fate(asked) == ("failed", "not_in_telegram")
