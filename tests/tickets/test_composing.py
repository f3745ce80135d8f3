"""A reply with all that Telegram can carry: formatting, options, buttons, a voice message, an exact quote."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.tickets.cast import PNG, browser_of
from tickets.models import Message, Status, Ticket
from tickets.signals import staff_types

pytestmark = pytest.mark.django_db

JSON: Any = {"HTTP_ACCEPT": "application/json"}
SOLVED = [[{"text": "Solved", "answer": "solved"}, {"text": "Still open", "answer": "still_open"}]]


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


@pytest.fixture
def ticket(anna: Any) -> Any:
    """In progress, with Anna."""
    return factories.make_ticket(text="My order\nhas not come", assignee=anna, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def theirs() -> Any:
    boris = factories.make_user("boris", first_name="Boris")
    return factories.make_ticket(text="Hello", assignee=boris, status=Status.IN_PROGRESS_ID)


def reply(browser: Any, ticket: Any, **form: Any) -> Any:
    return browser.post(reverse("ticket-reply", args=[ticket.pk]), form, **JSON)


def replied(browser: Any, ticket: Any, **form: Any) -> Message:
    answer = reply(browser, ticket, **form)
    assert answer.status_code == 200, answer.content
    return Message.objects.get(pk=answer.json()["message"])


def upload(name: str = "a.png", body: bytes = PNG, content_type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type)


# Formatting


def test_marks_mean_something_when_the_form_says_so(browser: Any, ticket: Any) -> None:
    message = replied(browser, ticket, text="**Yes**, `ok`\r\n> quoted", format="markup")

    assert message.text == "Yes, ok\nquoted"
    assert [(one["type"], one["offset"], one["length"]) for one in message.entities] == [
        ("bold", 0, 3), ("code", 5, 2), ("blockquote", 8, 6)
    ]  # fmt: skip


def test_without_that_every_character_is_sent_as_it_is(browser: Any, ticket: Any) -> None:
    message = replied(browser, ticket, text=r"**Yes** \**no** > x")

    assert (message.text, message.entities) == (r"**Yes** \**no** > x", [])


def test_the_pages_form_asks_for_formatting_and_can_be_told_not_to(browser: Any, ticket: Any) -> None:
    html = browser.get(reverse("ticket", args=[ticket.pk])).content.decode()

    assert '<input type="checkbox" name="format" value="markup" checked>' in html


def test_the_preview_is_what_the_message_will_look_like(browser: Any, ticket: Any) -> None:
    text = "**b** <i> https://x.y [l](https://z.w)"
    form = {"text": text, "format": "markup"}

    preview = browser.post(reverse("ticket-preview", args=[ticket.pk]), form).content.decode()
    message = replied(browser, ticket, **form)

    html = browser.get(reverse("ticket", args=[ticket.pk])).content.decode()
    said = html.partition(f'id="message-{message.pk}"')[2].partition('<div class="message-text" dir="auto">')[
        2
    ]
    assert preview.strip() == f'<div class="message-text" dir="auto">{said.partition("</div>")[0]}</div>'
    assert "<strong>b</strong> &lt;i&gt;" in preview


def test_a_preview_is_for_staff_and_of_a_ticket_that_exists(browser: Any, ticket: Any) -> None:
    address = reverse("ticket-preview", args=[ticket.pk])

    assert browser_of(None).post(address, {"text": "x"}, **JSON).status_code == 401
    assert browser.post(reverse("ticket-preview", args=[999_999]), {"text": "x"}).status_code == 404
    assert browser.get(address).status_code == 405
    assert browser.post(address, {"text": "x\x00"}).status_code == 400


# How it is sent


def test_options_are_kept_only_where_they_are_not_as_usual(browser: Any, ticket: Any) -> None:
    plain = replied(browser, ticket, text="x")
    asked = replied(browser, ticket, text="x", silent="1", no_preview="1", spoiler="1", files=[upload()])

    assert plain.options == {}
    assert asked.options == {"silent": True, "link_preview": False, "spoiler": True}


def test_a_cover_for_pictures_means_nothing_without_a_file(browser: Any, ticket: Any) -> None:
    assert replied(browser, ticket, text="x", spoiler="1").options == {}


@pytest.mark.parametrize(
    ("as_file", "kinds"),
    [([], ["photo", "photo"]), (["1"], ["photo", "document"]), (["all"], ["document", "document"]),
     (["7", "x"], ["photo", "photo"])],
)  # fmt: skip
def test_a_picture_goes_as_a_file_by_choice_one_by_one_or_all(
    as_file: Any, kinds: Any, browser: Any, ticket: Any
) -> None:
    message = replied(browser, ticket, files=[upload("a.png"), upload("b.png")], as_file=as_file)

    assert [file.kind for file in message.attachments.all()] == kinds
    assert [file.width for file in message.attachments.all()] == [1, 1]


def test_what_was_recorded_is_a_voice_message_with_its_length(browser: Any, ticket: Any) -> None:
    recorded = upload("voice.webm", b"\x1aE\xdf\xa3", "audio/webm;codecs=opus")

    message = replied(browser, ticket, files=[recorded], voice="voice.webm", voice_seconds="7")

    file = message.attachments.get()
    assert (message.kind, file.kind, file.mime_type, file.duration) == ("voice", "voice", "audio/webm", 7)


def test_only_the_file_that_was_named_is_a_voice_message(browser: Any, ticket: Any) -> None:
    song = upload("song.mp3", b"ID3", "audio/mpeg")

    message = replied(browser, ticket, files=[song], voice="voice.webm")

    assert message.attachments.get().kind == "audio"


# Buttons


def test_buttons_below_a_reply_are_rows_of_addresses_and_quick_answers(browser: Any, ticket: Any) -> None:
    rows = [*SOLVED, [], [{"text": " Site ", "url": "https://x.y/"}, {"text": "Own words"}]]

    message = replied(browser, ticket, text="Well?", buttons=json.dumps(rows))

    own = {"text": "Own words", "answer": "Own words"}
    assert message.buttons == [*SOLVED, [{"text": "Site", "url": "https://x.y/"}, own]]


@pytest.mark.parametrize(
    ("buttons", "words"),
    [
        ("{", "The buttons could not be read."),
        ('{"a": 1}', "The buttons could not be read."),
        ("[[1]]", "The buttons could not be read."),
        ('[[{"text": 1}]]', "The buttons could not be read."),
        ("[" * 20_000, "The buttons could not be read."),
        ('[[{"text": " "}]]', "A button needs a text."),
        (json.dumps([[{"text": "x" * 65}]]), "is too long for a button: at most 64 characters."),
        (
            json.dumps([[{"text": "x", "url": "javascript:alert(1)"}]]),
            "“x” needs an address that begins with",
        ),
        (json.dumps([[{"text": "x", "url": "mailto:a@b.c"}]]), "“x” needs an address that begins with"),
        (json.dumps([[{"text": "x", "url": ""}]]), "“x” needs an address that begins with"),
        (json.dumps([[{"text": "x"}]] * 9), "At most 8 buttons can be below a message."),
    ],
)
def test_buttons_that_telegram_would_not_take_are_refused_in_words(
    buttons: Any, words: Any, browser: Any, ticket: Any
) -> None:
    answer = reply(browser, ticket, text="Well?", buttons=buttons)

    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert not ticket.messages.filter(direction="out").exists()


def test_a_refused_reply_without_scripts_keeps_how_it_was_to_be_sent(browser: Any, theirs: Any) -> None:
    first = theirs.messages.get()
    form = {
        "text": "**x**",
        "silent": "1",
        "reply_to": first.pk,
        "quote": "Hell",
        "buttons": json.dumps(SOLVED),
    }

    html = browser.post(reverse("ticket-reply", args=[theirs.pk]), form).content.decode()

    assert '<input type="checkbox" name="silent" value="1" checked>' in html
    assert '<input type="checkbox" name="format" value="markup">' in html
    assert 'name="quote" value="Hell"' in html
    assert "&quot;Still open&quot;" in html


# An exact quote


def test_a_reply_quotes_exactly_the_part_that_was_chosen(browser: Any, ticket: Any) -> None:
    first = ticket.messages.get()

    message = replied(browser, ticket, text="x", reply_to=first.pk, quote="order\r\nhas")

    assert (message.reply_to, message.quote) == (first, "order\nhas")


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("Order", "The quoted words are not in that message"),
        ("y" * 1025, "At most 1024 characters can be quoted."),
    ],
)
def test_what_telegram_would_not_take_as_a_quote_is_refused_in_words(
    quote: Any, words: Any, browser: Any, ticket: Any
) -> None:
    message = factories.make_message(ticket, text="y" * 2000)

    answer = reply(browser, ticket, text="x", reply_to=message.pk, quote=quote)

    assert answer.status_code == 409
    assert words in answer.json()["error"]


def test_a_quote_of_nothing_in_particular_is_refused(browser: Any, ticket: Any) -> None:
    answer = reply(browser, ticket, text="x", quote="order")

    assert (answer.status_code, ticket.messages.filter(direction="out").count()) == (409, 0)


# That somebody types


@pytest.fixture
def heard() -> Any:
    """What the signal told."""
    told: list[Any] = []

    def hear(sender: Any, *, ticket: Any, staff: Any, **more: Any) -> None:
        told.append((sender, ticket.pk, ticket.client.name, staff.username))

    staff_types.connect(hear)
    yield told
    staff_types.disconnect(hear)


def test_typing_is_told_and_nothing_is_written(browser: Any, ticket: Any, heard: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = browser.post(reverse("ticket-typing", args=[ticket.pk]))

    assert answer.status_code == 204
    assert heard == [(Ticket, ticket.pk, ticket.client.name, "anna")]
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_only_who_may_answer_is_seen_typing(browser: Any, theirs: Any, heard: Any) -> None:
    fresh = factories.make_ticket(text="x")

    assert browser.post(reverse("ticket-typing", args=[theirs.pk])).status_code == 409
    assert browser.post(reverse("ticket-typing", args=[fresh.pk])).status_code == 409
    assert browser.post(reverse("ticket-typing", args=[999_999])).status_code == 404
    assert browser_of(None).post(reverse("ticket-typing", args=[theirs.pk]), **JSON).status_code == 401
    assert heard == []
