"""A rule's answer on its way to the client: formatted, with buttons, or a canned reply with its file."""

from typing import Any

from django.core.files.base import ContentFile

from rules.models import Event, Rule
from telegram_bridge.delivery import deliver
from telegram_bridge.models import Bot
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client, make_ticket, make_user
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.people import PICTURE, fate
from tickets.models import CannedFile, CannedReply, Message


def answered(simulator: RunningSimulator, bot: Bot, run: Run, value: Any) -> tuple[SimulatedClient, Message]:
    """The client who wrote, and what the rule answered."""
    Rule.objects.create(event=Event.MESSAGE_RECEIVED, actions=[{"do": "answer", "value": value}])
    person = simulator.client()
    person.start()
    client = make_client(inbox=bot.inbox, external_id=person.id, name="*Ann*", language_code="ru")
    message = make_ticket(client=client, text="Hello").messages.get(direction="out")
    run(deliver(message.pk, attempts=0))
    assert fate(message) == ("sent", None)
    return person, message


def test_words_in_the_clients_language_with_a_button(simulator: RunningSimulator, bot: Bot, run: Run) -> None:
    page = {"text": "Страница", "url": "https://example.com/{{ ticket.number }}"}
    value = {
        "text": "Hi",
        "texts": {"ru": "**Привет**, {{ client.name }}!"},
        "buttons": [[page], [{"text": "Да", "answer": "yes"}]],
    }
    person, message = answered(simulator, bot, run, value)
    (seen,) = person.from_bot()
    assert seen.text == "Привет, *Ann*!"
    assert seen.data["entities"] == [{"type": "bold", "offset": 0, "length": 6}]
    assert seen.data["reply_markup"]["inline_keyboard"] == [
        [{"text": "Страница", "url": f"https://example.com/{message.ticket_id}"}],
        [{"text": "Да", "callback_data": f"answer:{message.pk}:1:0"}],
    ]


def test_a_canned_reply_with_its_picture(simulator: RunningSimulator, bot: Bot, run: Run) -> None:
    reply = CannedReply.objects.create(
        owner=make_user(), shortcut="map", text="__Here__ {{ client.name }}", audience="all"
    )
    stored = ContentFile(PICTURE, "map.png")
    CannedFile.objects.create(
        reply=reply, name="map.png", mime_type="image/png", size=len(PICTURE), file=stored
    )
    person, _message = answered(simulator, bot, run, {"canned": str(reply.pk)})
    (seen,) = person.from_bot()
    assert "photo" in seen.data
    assert seen.text == "Here *Ann*"
    assert seen.data["caption_entities"] == [{"type": "italic", "offset": 0, "length": 4}]
