"""A rating after closing: asked for by a rule, given by a button, commented by a reply; no ticket opens."""

import pytest

from rules.models import Event, Rule, RuleRun
from staff.models import User
from staff.roles import Role
from telegram_bridge.models import TelegramMessage
from tests.factories import make_user
from tests.telegram_bridge.test_presses import SENT, press, pressed, rows
from tests.telegram_bridge.updates import CLIENT, Inbound, close, jobs, received, text, user
from tests.tickets.cast import browser_of
from tickets import operations
from tickets.models import Amendment, Message, Rating, Status, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def request_(inbound: Inbound, anna: User) -> Message:
    """The request below a ticket of Anna's that was closed, as it has reached the client."""
    Rule.objects.create(
        event=Event.TICKET_CLOSED,
        actions=[{"do": "ask_rating", "value": "How did we do, {{ client.first_name }}?"}],
    )
    ticket = operations.take(received(inbound, text("Hello")).ticket, staff=anna)
    close(ticket)
    request = Message.objects.get(direction="out")
    Message.objects.filter(pk=request.pk).update(delivery=Message.Delivery.SENT)
    TelegramMessage.objects.create(bot=inbound.bot, chat_id=CLIENT, telegram_id=SENT, message=request)
    return request


def answer_to_request(words: str) -> dict[str, object]:
    request = {"message_id": SENT, "chat": {"id": CLIENT, "type": "private"}, "date": 1}
    return text(words, reply_to_message=request)


def test_it_is_asked_for_once(inbound: Inbound, request_: Message, anna: User) -> None:
    assert request_.text == "How did we do, Ann?"
    assert [button["text"] for button in request_.buttons[0]] == [f"{n} ⭐" for n in range(1, 6)]
    ticket = Ticket.objects.get()
    in_progress = Status.objects.get(pk=Status.IN_PROGRESS_ID)
    reopened = operations.set_status(ticket, status=in_progress, staff=anna)
    close(reopened)
    assert Message.objects.filter(direction="out").count() == 1
    assert RuleRun.objects.latest("pk").reason == "The client was asked already."


def test_a_press_rates_and_the_request_says_so_in_place(
    inbound: Inbound, request_: Message, anna: User
) -> None:
    pressed(inbound, press(f"answer:{request_.pk}:0:3"))
    rating = Rating.objects.get()
    assert (rating.score, rating.staff, rating.ticket, rating.stars) == (4, anna, request_.ticket, "★★★★☆")
    assert rows(request_) == [], "a rating is no press of a button like others"
    amendment = Amendment.objects.get()
    assert amendment.data["text"].startswith("Thank you! Your rating: ★★★★☆\n")
    assert jobs("amend") == [{"amendment_id": amendment.pk}]
    assert Ticket.objects.get().is_closed
    request_.refresh_from_db()
    assert request_.buttons == [], "there is nothing to press any more, also in Telegram"
    inbound.apply(press(f"answer:{request_.pk}:0:0", id="78"), "callback_query")
    assert Rating.objects.get().score == 4


def test_by_thumb(inbound: Inbound, anna: User) -> None:
    Rule.objects.create(event=Event.TICKET_CLOSED, actions=[{"do": "ask_thumbs", "value": "All right?"}])
    ticket = operations.take(received(inbound, text("Hello")).ticket, staff=anna)
    close(ticket)
    request = Message.objects.get(direction="out")
    assert [button["text"] for button in request.buttons[0]] == ["👍", "👎"]
    Message.objects.filter(pk=request.pk).update(delivery=Message.Delivery.SENT)
    TelegramMessage.objects.create(bot=inbound.bot, chat_id=CLIENT, telegram_id=SENT, message=request)
    pressed(inbound, press(f"answer:{request.pk}:0:1"))
    rating = Rating.objects.get()
    assert (rating.score, rating.stars) == (1, "👎")
    assert Amendment.objects.get().data["text"].startswith("Thank you! Your rating: 👎\n")
    page = browser_of(anna).get(f"/tickets/{ticket.pk}/").content.decode()
    assert "The client rated the ticket: 👎" in page
    assert 'aria-label="👎"' in page


def test_it_is_told_in_the_clients_language(inbound: Inbound, request_: Message) -> None:
    received(inbound, text("Привет", sender=user(language_code="ru")))
    pressed(inbound, press(f"answer:{request_.pk}:0:4"))
    assert Amendment.objects.get().data["text"].startswith("Спасибо! Ваша оценка: ★★★★★")


def test_an_answer_to_the_request_is_its_comment_and_opens_nothing(
    inbound: Inbound, request_: Message
) -> None:
    pressed(inbound, press(f"answer:{request_.pk}:0:4"))
    message = received(inbound, answer_to_request("Quick and kind"))
    assert message.ticket == request_.ticket
    assert Rating.objects.get().comment == "Quick and kind"
    assert Ticket.objects.get().is_closed
    received(inbound, answer_to_request("Thank you!"))
    assert Rating.objects.get().comment == "Quick and kind\nThank you!"


def test_any_other_message_opens_a_ticket_as_always(inbound: Inbound, request_: Message) -> None:
    asked = received(inbound, answer_to_request("What is this?"))
    assert asked.ticket != request_.ticket, "nothing was rated"
    pressed(inbound, press(f"answer:{request_.pk}:0:4"))
    close(Ticket.objects.latest("pk"))
    assert received(inbound, text("Another question")).ticket != request_.ticket
    assert Rating.objects.get().comment == ""


def test_it_is_shown_on_the_ticket_and_per_person(inbound: Inbound, request_: Message, anna: User) -> None:
    pressed(inbound, press(f"answer:{request_.pk}:0:3"))
    received(inbound, answer_to_request("Nice <b>"))
    boss = make_user("boss")
    boss.set_role(Role.ADMINISTRATOR)
    page = browser_of(boss).get(f"/tickets/{request_.ticket_id}/").content.decode()
    assert "The client rated the ticket: ★★★★☆" in page
    assert 'aria-label="4 of 5"' in page
    assert "Nice &lt;b&gt;" in page
    person = browser_of(boss).get(f"/people/{anna.pk}/").content.decode()
    assert "4.0" in person
    assert "1 rating" in person


def test_a_rule_can_answer_a_bad_one(inbound: Inbound, request_: Message) -> None:
    bad = {"all": [{"field": "rating", "op": "less", "value": 3}]}
    Rule.objects.create(
        event=Event.TICKET_RATED, conditions=bad, actions=[{"do": "note", "value": "Call them"}]
    )
    pressed(inbound, press(f"answer:{request_.pk}:0:1"))
    assert Message.objects.get(direction="note").text == "Call them"


def test_a_made_up_score_is_no_rating(inbound: Inbound, request_: Message) -> None:
    pressed(inbound, press(f"answer:{request_.pk}:0:7"))
    assert not Rating.objects.exists()
