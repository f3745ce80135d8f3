"""The client's reactions: on the message they are about, wherever its ticket is."""

import pytest
from pytest_django import DjangoAssertNumQueries

from telegram_bridge import ingest
from telegram_bridge.models import TelegramMessage
from tests.factories import make_message, make_user
from tests.telegram_bridge.updates import (
    CLIENT,
    Inbound,
    Json,
    close,
    last_row,
    message,
    photo,
    received,
    text,
    user,
)
from tickets import operations
from tickets.models import Message, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

LIKE: Json = {"type": "emoji", "emoji": "👍"}
HEART: Json = {"type": "emoji", "emoji": "❤"}
CUSTOM: Json = {"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"}
PAID: Json = {"type": "paid"}


def reaction(message_id: int, new: list[Json], old: list[Json] | None = None, **fields: object) -> Json:
    return {
        "chat": {"id": CLIENT, "type": "private", "first_name": "Ann"},
        "message_id": message_id,
        "user": user(),
        "date": 1_700_000_100,
        "old_reaction": old or [],
        "new_reaction": new,
    } | fields


def react(inbound: Inbound, ours: Message, body: Json) -> Message:
    update = inbound.apply(body, "message_reaction")
    assert (update.state, update.error) == ("done", "")
    ours.refresh_from_db()
    return ours


def test_a_reaction_is_added_changed_and_removed(inbound: Inbound) -> None:
    body = text("Hello")
    ours = received(inbound, body)
    number = body["message_id"]
    assert react(inbound, ours, reaction(number, [LIKE])).reactions == {"client": [LIKE]}
    assert react(inbound, ours, reaction(number, [HEART], [LIKE])).reactions == {"client": [HEART]}
    assert react(inbound, ours, reaction(number, [], [HEART])).reactions == {}
    rows = ours.events.filter(kind=TicketEvent.Kind.REACTION_CHANGED).order_by("seq")
    assert [(row.actor, row.data["from"], row.data["to"]) for row in rows] == [
        ("client", [], [LIKE]),
        ("client", [LIKE], [HEART]),
        ("client", [HEART], []),
    ]


def test_custom_and_paid_ones_are_kept_and_one_of_a_new_type_by_its_name(inbound: Inbound) -> None:
    body = text("Hello")
    new = [CUSTOM | {"more": 1}, PAID, {"type": "hologram", "depth": 3}]
    ours = react(inbound, received(inbound, body), reaction(body["message_id"], new))
    assert ours.reactions == {"client": [CUSTOM, PAID, {"type": "hologram"}]}


def test_a_reaction_to_a_reply_of_ours_leaves_what_staff_reacted(inbound: Inbound) -> None:
    ticket, anna = received(inbound, text("Hello")).ticket, make_user()
    operations.take(ticket, staff=anna)
    ours = make_message(ticket, author=anna)
    Message.objects.filter(pk=ours.pk).update(reactions={"staff": [HEART]})
    TelegramMessage.objects.create(bot=inbound.bot, chat_id=CLIENT, telegram_id=9_000_001, message=ours)
    assert react(inbound, ours, reaction(9_000_001, [LIKE])).reactions == {"staff": [HEART], "client": [LIKE]}


def test_in_a_closed_ticket_it_stays_there_and_reopens_nothing(inbound: Inbound) -> None:
    body = text("Hello")
    ours = received(inbound, body)
    close(ours.ticket)
    newer = received(inbound, text("Again")).ticket
    seen = newer.last_seq
    react(inbound, ours, reaction(body["message_id"], [LIKE]))
    ours.ticket.refresh_from_db()
    newer.refresh_from_db()
    assert (ours.ticket.is_closed, newer.last_seq, Ticket.objects.count()) == (True, seen, 2)
    assert last_row(ours.ticket).kind == TicketEvent.Kind.REACTION_CHANGED


def test_parts_of_an_album_have_their_reactions_together(inbound: Inbound) -> None:
    one, two = (message(photo=photo(), media_group_id="g") for _ in range(2))
    received(inbound, one)
    ours = received(inbound, two)
    react(inbound, ours, reaction(one["message_id"], [LIKE]))
    react(inbound, ours, reaction(two["message_id"], [HEART]))
    assert ours.reactions == {"client": [LIKE, HEART]}
    assert react(inbound, ours, reaction(two["message_id"], [], [HEART])).reactions == {"client": [LIKE]}


def test_a_message_that_is_not_known_is_noted(inbound: Inbound) -> None:
    update = inbound.apply(reaction(12, [LIKE]), "message_reaction")
    assert (update.state, update.error) == ("done", "A reaction to a message that is not known here.")
    assert not Ticket.objects.exists()


def test_what_changes_nothing_is_noted(inbound: Inbound) -> None:
    body = text("Hello")
    received(inbound, body)
    for note in ("", "The reactions are as they were."):
        assert inbound.apply(reaction(body["message_id"], [LIKE]), "message_reaction").error == note


@pytest.mark.parametrize(
    "fields",
    [
        {"chat": {"id": -5, "type": "supergroup", "title": "G"}},
        {"user": None, "actor_chat": {"id": -5, "type": "channel", "title": "G"}},
        {"user": user(1, is_bot=True)},
    ],
)
def test_reactions_that_are_no_clients_are_not_handled(inbound: Inbound, fields: Json) -> None:
    body = text("Hello")
    ours = received(inbound, body)
    update = inbound.apply(reaction(body["message_id"], [LIKE], **fields), "message_reaction")
    ours.refresh_from_db()
    assert (update.state, ours.reactions) == ("skipped", {})


def test_a_reaction_takes_seven_queries(
    inbound: Inbound, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    body = text("Hello")
    received(inbound, body)
    inbound.store(reaction(body["message_id"], [LIKE]), "message_reaction")
    (lane,) = ingest.waiting_lanes()
    with django_assert_num_queries(9):  # two of them the savepoint that stands for BEGIN in a test
        assert ingest.apply_next(lane, inbound.bot.inbox_id)
