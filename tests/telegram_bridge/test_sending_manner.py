"""How a reply is sent: silently, without a preview, covered, as a file, with buttons, with an exact quote."""

from typing import Any

import pytest

from telegram_bridge.delivery import deliver
from telegram_bridge.models import Bot, TelegramMessage
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_message
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.people import answer, fate, file, person_with_ticket, picture, said
from tickets.content import Content
from tickets.delivery_words import in_words
from tickets.errors import OperationRefused
from tickets.models import Message, Ticket

URL = {"text": "Our page", "url": "https://example.com/help"}
SOLVED, OPEN = {"text": "Solved", "answer": "solved"}, {"text": "Still open", "answer": "open"}


@pytest.fixture
def met(simulator: RunningSimulator, bot: Bot) -> tuple[SimulatedClient, Ticket]:
    return person_with_ticket(simulator, bot)


@pytest.fixture
def person(met: tuple[SimulatedClient, Ticket]) -> SimulatedClient:
    return met[0]


@pytest.fixture
def ticket(met: tuple[SimulatedClient, Ticket]) -> Ticket:
    return met[1]


def asked(simulator: RunningSimulator, method: str) -> dict[str, Any]:
    parameters: dict[str, Any] = simulator.calls(method)[-1]["parameters"]
    return parameters


def below(person: SimulatedClient) -> list[Any]:
    """The buttons below each message of ours."""
    keyboards = [one.data.get("reply_markup", {}).get("inline_keyboard") for one in person.from_bot()]
    return [[[button["text"] for button in row] for row in rows] if rows else None for rows in keyboards]


class TestOptions:
    def test_a_silent_reply_without_a_preview(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        text = "see https://example.com"
        run(deliver(answer(ticket, text, options={"silent": True, "link_preview": False}).pk, attempts=0))
        parameters = asked(simulator, "sendMessage")
        assert parameters["disable_notification"] in {True, "true", "True"}
        assert "is_disabled" in str(parameters["link_preview_options"])

    def test_what_is_not_said_is_as_usual(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        run(deliver(answer(ticket).pk, attempts=0))
        assert not {"disable_notification", "link_preview_options", "reply_markup"} & set(
            asked(simulator, "sendMessage")
        )

    def test_every_part_of_a_silent_reply_is_silent(
        self, ticket: Ticket, simulator: RunningSimulator, run: Run
    ) -> None:
        files = [picture("a.png"), picture("b.png"), file(name="c.pdf")]
        run(deliver(answer(ticket, "x" * 1100, *files, options={"silent": True}).pk, attempts=0))
        for method in ("sendMessage", "sendMediaGroup", "sendDocument"):
            assert asked(simulator, method)["disable_notification"] in {True, "true", "True"}

    def test_a_covered_picture(self, ticket: Ticket, simulator: RunningSimulator, run: Run) -> None:
        run(deliver(answer(ticket, "", picture(), options={"spoiler": True}).pk, attempts=0))
        assert asked(simulator, "sendPhoto")["has_spoiler"] in {True, "true", "True"}
        files = [picture("a.png"), picture("b.png")]
        run(deliver(answer(ticket, "", *files, options={"spoiler": True}).pk, attempts=0))
        assert str(asked(simulator, "sendMediaGroup")["media"]).count("has_spoiler") == 2

    def test_a_picture_sent_as_a_file_stays_one(
        self, ticket: Ticket, simulator: RunningSimulator, person: SimulatedClient, run: Run
    ) -> None:
        run(deliver(answer(ticket, "", picture(kind="document")).pk, attempts=0))
        assert asked(simulator, "sendDocument")["disable_content_type_detection"] in {True, "true", "True"}
        assert "document" in person.from_bot()[0].data


class TestButtons:
    def test_pages_and_quick_answers_stand_below_the_reply(
        self, ticket: Ticket, person: SimulatedClient, run: Run
    ) -> None:
        message = answer(ticket, "Well?", buttons=[[SOLVED, OPEN], [URL]])
        run(deliver(message.pk, attempts=0))
        (seen,) = person.from_bot()
        assert seen.data["reply_markup"]["inline_keyboard"] == [
            [
                {"text": "Solved", "callback_data": f"answer:{message.pk}:0:0"},
                {"text": "Still open", "callback_data": f"answer:{message.pk}:0:1"},
            ],
            [URL],
        ]

    def test_of_a_long_text_they_stand_below_the_last_part(
        self, ticket: Ticket, person: SimulatedClient, run: Run
    ) -> None:
        run(deliver(answer(ticket, "word " * 1500, buttons=[[SOLVED]]).pk, attempts=0))
        assert below(person) == [None, [["Solved"]]]

    def test_below_an_album_which_takes_none_the_text_follows_with_them(
        self, ticket: Ticket, person: SimulatedClient, run: Run
    ) -> None:
        message = answer(ticket, "Look", picture("a.png"), picture("b.png"), buttons=[[SOLVED]])
        run(deliver(message.pk, attempts=0))
        assert fate(message) == ("sent", None)
        assert [one.text for one in person.from_bot()] == ["", "", "Look"]
        assert below(person) == [None, None, [["Solved"]]]

    def test_an_album_without_words_is_followed_by_its_last_picture_with_them(
        self, ticket: Ticket, person: SimulatedClient, run: Run
    ) -> None:
        files = [picture(f"{number}.png") for number in range(3)]
        run(deliver(answer(ticket, "", *files, buttons=[[SOLVED]]).pk, attempts=0))
        assert below(person) == [None, None, [["Solved"]]]
        assert ["media_group_id" in one.data for one in person.from_bot()] == [True, True, False]

    def test_below_one_picture_with_its_words(
        self, ticket: Ticket, person: SimulatedClient, run: Run
    ) -> None:
        run(deliver(answer(ticket, "Look", picture(), buttons=[[SOLVED]]).pk, attempts=0))
        assert [one.text for one in person.from_bot()] == ["Look"]
        assert below(person) == [[["Solved"]]]

    @pytest.mark.parametrize(
        "rows",
        [
            [[{"text": " ", "url": "https://example.com"}]],
            [[{"text": "x" * 65, "url": "https://example.com"}]],
            [[{"text": "x", "url": "javascript:alert(1)"}]],
            [[{"text": "x", "url": "https://exa mple.com"}]],
            [[{"text": "x", "url": "https://["}]],
            [[{"text": "x", "answer": ""}]],
            [[]],
            [[SOLVED] * 9],
            [[SOLVED]] * 11,
        ],
    )
    def test_what_telegram_would_refuse_is_refused_before(
        self, rows: list[list[dict[str, str]]], ticket: Ticket
    ) -> None:
        with pytest.raises(OperationRefused):
            answer(ticket, "Well?", buttons=rows)


class TestQuotes:
    def test_the_exact_words_are_quoted_with_their_formatting_and_place(
        self, ticket: Ticket, bot: Bot, person: SimulatedClient, run: Run
    ) -> None:
        bold = {"type": "bold", "offset": 8, "length": 5}
        theirs = said(person, bot, ticket, "🙂 Hello there, hello there", entities=[bold])
        run(deliver(answer(ticket, "Hi", reply_to=theirs.pk, quote="lo there").pk, attempts=0))
        (seen,) = person.from_bot()
        assert (seen.data["quote"]["text"], seen.data["quote"]["position"]) == ("lo there", 6)
        assert seen.reply_to is not None

    def test_its_formatting_is_cut_to_it(
        self, ticket: Ticket, bot: Bot, simulator: RunningSimulator, person: SimulatedClient, run: Run
    ) -> None:
        entities = [
            {"type": "bold", "offset": 0, "length": 5},
            {"type": "text_link", "offset": 6, "length": 5, "url": "https://example.com"},
        ]
        theirs = said(person, bot, ticket, "Hello there", entities=entities)
        run(deliver(answer(ticket, "Hi", reply_to=theirs.pk, quote="lo there").pk, attempts=0))
        reply = asked(simulator, "sendMessage")["reply_parameters"]
        assert "'length': 2" in str(reply).replace('"', "'")
        assert "text_link" not in str(reply)

    def test_of_our_long_text_the_part_with_the_words_is_answered(
        self, ticket: Ticket, person: SimulatedClient, run: Run
    ) -> None:
        ours = answer(ticket, "A" * 4090 + "\n\nthe second part says this")
        run(deliver(ours.pk, attempts=0))
        run(deliver(answer(ticket, "As said", reply_to=ours.pk, quote="second part").pk, attempts=0))
        _first, second, reply = person.from_bot()
        assert (reply.reply_to, reply.data["quote"]["text"]) == (second.id, "second part")

    def test_of_an_album_the_item_whose_caption_it_is_from_is_answered(
        self, ticket: Ticket, bot: Bot, person: SimulatedClient, run: Run
    ) -> None:
        theirs = make_message(ticket, content=Content(kind="album", text="first\n\nsecond one"))
        for caption in ("first", "second one"):
            sent = person.send_text(caption)
            TelegramMessage.objects.create(
                bot=bot,
                chat_id=person.id,
                telegram_id=sent["message_id"],
                message=theirs,
                media_group_id="7",
                caption=caption,
            )
        run(deliver(answer(ticket, "Yes", reply_to=theirs.pk, quote="one").pk, attempts=0))
        assert person.from_bot()[0].reply_to == sent["message_id"]

    def test_words_that_are_no_longer_there_are_left_out_and_it_is_said(
        self, ticket: Ticket, bot: Bot, simulator: RunningSimulator, person: SimulatedClient, run: Run
    ) -> None:
        theirs = said(person, bot, ticket, "the old words")
        message = answer(ticket, "Hi", reply_to=theirs.pk, quote="old words")
        telegram_id = TelegramMessage.objects.get(message=theirs).telegram_id
        person.edit(telegram_id, "something new")  # the bot has not heard of it yet
        run(deliver(message.pk, attempts=0))
        (seen,) = person.from_bot()
        assert (seen.reply_to, "quote" in seen.data) == (telegram_id, False)
        assert fate(message) == ("sent", "quote_lost")
        assert "without the quote" in in_words(message.delivery_error)
        assert len(simulator.calls("sendMessage")) == 2

    def test_words_that_the_desk_knows_to_be_gone_are_not_asked_for(
        self, ticket: Ticket, bot: Bot, simulator: RunningSimulator, person: SimulatedClient, run: Run
    ) -> None:
        theirs = said(person, bot, ticket, "the old words")
        message = answer(ticket, "Hi", reply_to=theirs.pk, quote="old words")
        Message.objects.filter(pk=theirs.pk).update(text="something new")
        run(deliver(message.pk, attempts=0))
        assert fate(message) == ("sent", "quote_lost")
        assert len(simulator.calls("sendMessage")) == 1

    def test_a_target_that_was_deleted_is_no_reason_not_to_answer(
        self, ticket: Ticket, bot: Bot, person: SimulatedClient, run: Run
    ) -> None:
        theirs = said(person, bot, ticket, "a question")
        person.delete(TelegramMessage.objects.get(message=theirs).telegram_id)
        message = answer(ticket, "Hi", reply_to=theirs.pk, quote="question")
        run(deliver(message.pk, attempts=0))
        assert fate(message)[0] == "sent"
        assert person.from_bot()[0].reply_to is None

    @pytest.mark.parametrize(
        ("quote", "words"),
        [("other words", "not in that message"), ("a" * 1025, "At most 1024"), ("🙂" * 513, "At most 1024")],
    )
    def test_what_telegram_would_not_find_is_refused_before(
        self, quote: str, words: str, ticket: Ticket, bot: Bot, person: SimulatedClient
    ) -> None:
        theirs = said(person, bot, ticket, "a" * 1500 + "🙂" * 600)
        with pytest.raises(OperationRefused, match=words):
            answer(ticket, "Hi", reply_to=theirs.pk, quote=quote)

    def test_a_quote_of_nothing_is_refused(self, ticket: Ticket) -> None:
        with pytest.raises(OperationRefused, match="not in that message"):
            answer(ticket, "Hi", quote="words")
