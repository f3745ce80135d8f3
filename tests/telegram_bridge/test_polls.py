"""Votes: Telegram tells of them by the poll's id alone, in an order of their own."""

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from telegram_bridge import ingest
from telegram_bridge.incoming import polls
from telegram_bridge.incoming.handling import Source
from telegram_bridge.models import TelegramPoll
from tests.factories import make_bot
from tests.telegram_bridge.test_lock_order import wait_until_somebody_waits
from tests.telegram_bridge.updates import (
    CLIENT,
    Inbound,
    Json,
    kinds,
    last_row,
    message,
    received,
    text,
    user,
)
from tickets.models import Message


def poll(*votes: int, **fields: Any) -> Json:
    return {
        "id": "42",
        "question": "Tea?",
        "options": [{"text": str(n), "voter_count": count} for n, count in enumerate(votes)],
        "total_voter_count": sum(votes),
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
    } | fields


def votes(message: Message) -> list[int]:
    message.refresh_from_db()
    return [option["voter_count"] for option in message.details["options"]]


@pytest.mark.django_db
class TestVotes:
    def test_votes_and_the_closing_are_shown_on_the_message(self, inbound: Inbound) -> None:
        ours = received(inbound, message(poll=poll(0, 0)))
        assert inbound.apply(poll(2, 1), "poll").error == ""
        assert votes(ours) == [2, 1]
        inbound.apply(poll(2, 1, is_closed=True), "poll")
        ours.refresh_from_db()
        assert (ours.details["is_closed"], ours.details["total_voter_count"]) == (True, 3)
        assert ours.edited_at is None
        assert kinds(ours.ticket)[-2:] == ["message_edited", "message_edited"]
        assert last_row(ours).actor == "system"

    def test_what_is_as_it_was_leaves_no_trace(self, inbound: Inbound) -> None:
        ours = received(inbound, message(poll=poll(1)))
        assert inbound.apply(poll(1), "poll").error == "The poll is as it was."
        assert kinds(ours.ticket)[-1] == "message_received"

    def test_of_an_unknown_poll_it_is_noted(self, inbound: Inbound) -> None:
        update = inbound.apply(poll(1), "poll")
        assert (update.state, update.error) == ("done", "A poll that no message here shows.")

    def test_the_poll_of_another_bot_is_another_poll(self, inbound: Inbound) -> None:
        ours = received(inbound, message(poll=poll(0)))
        other = Inbound(make_bot())
        assert other.apply(poll(5), "poll").error == "A poll that no message here shows."
        assert votes(ours) == [0]

    def test_votes_that_overtook_their_message_are_counted(self, inbound: Inbound) -> None:
        body = message(poll=poll(0, 0))
        inbound.store(body)
        inbound.store(text("of somebody else", CLIENT + 1))
        for late in (poll(1, 0), poll(2, 5), poll(9, 9, id="43")):
            inbound.store(late, "poll")
        while ingest.apply_next((inbound.bot.pk, 0), inbound.bot.inbox_id):
            pass
        inbound.apply_all()
        assert votes(Message.objects.get(kind="poll")) == [2, 5]

    def test_shown_twice_the_later_one_is_followed(self, inbound: Inbound) -> None:
        received(inbound, message(poll=poll(0)))
        later = received(inbound, message(poll=poll(0)))
        inbound.apply(poll(3), "poll")
        assert votes(later) == [3]
        assert TelegramPoll.objects.count() == 1

    def test_the_clients_own_answer_is_kept_beside_the_votes(self, inbound: Inbound) -> None:
        ours = received(inbound, message(poll=poll(0, 0)))
        answer = {"poll_id": "42", "user": user(), "option_ids": [1]}
        assert inbound.apply(answer, "poll_answer").error == ""
        inbound.apply(poll(0, 1), "poll")
        assert votes(ours) == [0, 1]
        assert ours.details["chosen"] == [1]
        inbound.apply(answer | {"option_ids": []}, "poll_answer")
        ours.refresh_from_db()
        assert ours.details["chosen"] == []

    def test_the_answer_of_somebody_else_changes_nothing(self, inbound: Inbound) -> None:
        ours = received(inbound, message(poll=poll(0, 0)))
        answer = {"poll_id": "42", "user": user(5), "option_ids": [1]}
        assert inbound.apply(answer, "poll_answer").error == "Somebody else voted."
        ours.refresh_from_db()
        assert "chosen" not in ours.details

    @pytest.mark.parametrize("body", [{"question": "?"}, {"id": 5}])
    def test_votes_for_no_poll_fail_alone(self, inbound: Inbound, body: Json) -> None:
        update = inbound.apply(body, "poll")
        assert (update.state, update.error) == ("failed", "Malformed: id: a text is needed here")


def test_votes_wait_for_a_message_that_is_just_being_received(transactional_db: None) -> None:
    """Each of the two looks for the other: without a lock both could look too early."""
    inbound = Inbound(make_bot())
    inbound.store(poll(7), "poll")
    lane = (inbound.bot.pk, 0)

    def apply() -> None:
        try:
            ingest.apply_next(lane, inbound.bot.inbox_id)
        finally:
            connections.close_all()

    counting = threading.Thread(target=apply)
    with transaction.atomic():
        polls.lock(Source(inbound.bot.pk, inbound.bot.inbox_id), {"poll": poll(0)})
        counting.start()
        wait_until_somebody_waits()
    counting.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM telegram_bridge_update")
        assert cursor.fetchall() == [("done",)]
