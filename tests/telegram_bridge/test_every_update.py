"""Whatever Telegram's types allow, ingest takes: properties over updates of every kind.

`FUZZ=20000` makes that many of each property's examples; usually there are few enough for every run.
"""

import itertools
import os
from random import Random

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from telegram_bridge import ingest, storing
from telegram_bridge.models import Bot, Update
from tests.factories import make_bot
from tests.telegram_bridge.every_update import CONTENT, UPDATE_KINDS, Builder, Json, as_private
from tickets import conversation
from tickets.models import Message

pytestmark = pytest.mark.django_db

# One transaction for all examples of a test: each has a client and an update of its own.
_numbers = itertools.count(7_100_000_000)
BIG = int(os.environ.get("FUZZ", "0"))
every = settings(
    max_examples=BIG or 120,
    deadline=None,
    derandomize=not BIG,
    phases=[Phase.explicit, Phase.generate],  # what is built from a Random can't be made much smaller
    report_multiple_bugs=False,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture
def bot() -> Bot:
    return make_bot()


def apply(bot: Bot, raw: Json) -> Update:
    """The update after ingest had it; its lane is empty then."""
    lanes = storing.store(bot.pk, [storing.read_update(raw)], now=timezone.now())
    for lane in lanes:
        assert ingest.apply_next(lane, bot.inbox_id)
        assert not ingest.apply_next(lane, bot.inbox_id)
    return Update.objects.get(bot=bot, update_id=raw["update_id"])


def check_visible(bot: Bot, client_id: int) -> None:
    message = Message.objects.get(ticket__client__inbox=bot.inbox_id, ticket__client__external_id=client_id)
    assert message.kind in Message.Kind.values
    assert message.preview
    frame = conversation.frame_since(message.ticket_id, after=0, language="en")
    assert frame is not None
    assert f'id="message-{message.pk}"' in frame.html


@every
@given(st.sampled_from(UPDATE_KINDS), st.randoms(use_true_random=False))
def test_an_update_of_any_kind_comes_to_an_end(bot: Bot, kind: str, random: Random) -> None:
    number = next(_numbers)
    raw = as_private(Builder(random).update(kind), update_id=number, client_id=number)
    update = apply(bot, raw)
    assert (update.state in {"done", "skipped"}, update.kind) == (True, kind), update.error


@every
@given(
    st.sampled_from(["message", "edited_message"]),
    st.sampled_from(CONTENT),
    st.randoms(use_true_random=False),
)
def test_a_clients_message_is_visible_whatever_it_brings(
    bot: Bot, kind: str, field: str, random: Random
) -> None:
    number = next(_numbers)
    raw = as_private(Builder(random).update(kind, field), update_id=number, client_id=number)
    update = apply(bot, raw)
    assert update.state == "done", update.error
    check_visible(bot, number)


@pytest.mark.parametrize("field", CONTENT)
def test_each_content_is_visible_by_itself(bot: Bot, field: str) -> None:
    number = next(_numbers)
    raw = as_private(Builder(Random(field)).update("message", field), update_id=number, client_id=number)
    assert apply(bot, raw).error == ""
    check_visible(bot, number)
