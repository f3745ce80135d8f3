"""A chat that has moved (a group that became a supergroup): the message goes to where it is now."""

import pytest

from telegram_bridge.delivery import PutOff, deliver
from telegram_bridge.models import Bot, TelegramMessage
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.people import answer, fate, person_with_ticket


def moves(simulator: RunningSimulator, *, old: int, new: int) -> None:
    simulator.fault(
        "error",
        method="sendMessage",
        chat_id=old,
        code=400,
        description="Bad Request: group chat was upgraded to a supergroup chat",
        parameters={"migrate_to_chat_id": new},
        times=None,
    )


def test_the_message_goes_to_the_new_chat_and_the_client_is_found_there(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    old, ticket = person_with_ticket(simulator, bot)
    first = answer(ticket, "before")
    run(deliver(first.pk, attempts=0))
    new = simulator.client()
    new.start()
    moves(simulator, old=old.id, new=new.id)
    message = answer(ticket, "Hello")
    with pytest.raises(PutOff):
        run(deliver(message.pk, attempts=0))
    assert fate(message) == ("queued", "migrated")
    run(deliver(message.pk, attempts=1))
    assert fate(message) == ("sent", None)
    assert [one.text for one in new.from_bot()] == ["Hello"]
    ticket.client.refresh_from_db()
    assert ticket.client.external_id == new.id
    assert ticket.events.filter(kind="client_changed").count() == 1
    # The new chat counts its messages anew: an old number must not be mistaken for one of them.
    assert TelegramMessage.objects.get(message=first).chat_id == old.id


def test_where_the_new_chat_is_another_clients_it_fails_with_words(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    old, ticket = person_with_ticket(simulator, bot)
    make_client(inbox=bot.inbox, external_id=777)
    moves(simulator, old=old.id, new=777)
    message = answer(ticket)
    run(deliver(message.pk, attempts=0))
    assert fate(message) == ("failed", "migrated")


def test_a_chat_that_never_stops_moving_fails_with_words(
    bot: Bot, simulator: RunningSimulator, run: Run
) -> None:
    old, ticket = person_with_ticket(simulator, bot)
    moves(simulator, old=old.id, new=old.id)
    message = answer(ticket)
    run(deliver(message.pk, attempts=9))
    assert fate(message) == ("failed", "migrated")
