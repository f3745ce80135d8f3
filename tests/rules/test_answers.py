"""What a rule answers: formatted, in the client's language, with buttons, or a canned reply and its files."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rules import action_checks, words
from rules.models import Event, Rule, RuleRun
from rules.offers import Offers
from rules.ready import READY
from tests.factories import make_client, make_ticket, make_user
from tests.rules.test_language import json_values
from tests.tickets.cast import PNG
from tickets import canned
from tickets.models import Attachment, CannedFile, CannedReply, Message, Ticket
from tickets.reply_buttons import MOST_BUTTONS

pytestmark = pytest.mark.django_db


def answering(value: Any, *more: dict[str, Any]) -> Rule:
    done = [{"do": "answer", "value": value}, *more]
    assert action_checks.check(done) == [], "it could be saved"
    return Rule.objects.create(event=Event.MESSAGE_RECEIVED, actions=done, name="Internal name")


def answer_to(**client: Any) -> Message:
    ticket = make_ticket(client=make_client(**client), text="Hello")
    message: Message = ticket.messages.get(direction="out")
    return message


def canned_reply(*files: tuple[str, bytes], text: str = "", audience: str = "all") -> CannedReply:
    reply = CannedReply.objects.create(
        owner=make_user(), shortcut=f"hours{CannedReply.objects.count()}", text=text, audience=audience
    )
    for position, (name, body) in enumerate(files):
        mime_type = "image/png" if name.endswith("png") else "application/pdf"
        CannedFile.objects.create(
            reply=reply,
            position=position,
            name=name,
            mime_type=mime_type,
            size=len(body),
            file=ContentFile(body, name),
        )
    return reply


def on_disk() -> set[str]:
    """Every file that is stored."""
    folders = os.walk(settings.MEDIA_ROOT)
    return {str(Path(folder) / name) for folder, _below, names in folders for name in names}


# Words


def test_its_marks_format_and_a_clients_name_never_does() -> None:
    answering({"text": "**Hello** {{ client.name }}, __{{ ticket.number }}__", "hours": None})
    message = answer_to(name="*x* [a](http://b) **y**")
    assert message.text == f"Hello *x* [a](http://b) **y**, {message.ticket_id}"
    italic = len(message.text) - len(str(message.ticket_id))
    assert message.entities == [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "italic", "offset": italic, "length": len(str(message.ticket_id))},
    ]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ru", "привет"),
        ("ru-RU", "привет"),
        ("RU", "привет"),
        ("pt-br", "oi"),
        ("pt", "olá"),
        ("pt-PT", "olá"),
        ("", "hi"),
        ("de", "hi"),
        ("r", "hi"),
    ],
)
def test_it_speaks_the_clients_language(code: str, text: str) -> None:
    answering({"text": "hi", "texts": {"RU": "привет", "pt": "olá", "pt-BR": "oi"}})
    assert answer_to(language_code=code).text == text


def test_buttons_stand_below_it_with_the_clients_own_address() -> None:
    rows = [
        [
            {
                "text": "For {{ client.first_name }}",
                "url": "https://example.com/{{ ticket.number }}?{{client.name}}",
            }
        ],
        [],
        [{"text": "Yes"}, {"text": "No", "answer": "no"}],
    ]
    answering({"text": "Well?", "buttons": rows})
    message = answer_to(name="Maria/& " + "x" * 100)
    url = f"https://example.com/{message.ticket_id}?Maria%2F%26%20{'x' * 100}"
    assert message.buttons == [
        [{"text": "For Maria/&", "url": url}],
        [{"text": "Yes", "answer": "Yes"}, {"text": "No", "answer": "no"}],
    ]


def test_a_long_name_makes_no_button_that_telegram_refuses() -> None:
    answering({"text": "Well?", "buttons": [[{"text": "{{ client.name }}", "answer": "x"}]]})
    assert answer_to(name="😀" * 50).buttons == [[{"text": "😀" * 32, "answer": "x"}]]


def test_the_shape_of_before_is_still_right() -> None:
    answering({"text": "Hi {{ client.first_name }}", "hours": 12})
    message = answer_to(name="Maria Lopez", language_code="ru")
    assert (message.text, message.entities, message.buttons) == ("Hi Maria", [], [])


@pytest.mark.parametrize("name", ["received", "night"])
def test_the_ready_answers_speak_russian_too(name: str) -> None:
    answering(READY[name].actions[0]["value"])
    text = answer_to(name="Мария", language_code="ru").text
    assert ("Мария" in text) if name == "received" else ("утром" in text)


# What can't be saved

OK = {"text": "x"}
BAD: list[tuple[Any, str]] = [
    ("x", "Words are needed"),
    (None, "Words are needed"),
    ({}, "Words are needed"),
    ({"text": 5}, "Words are needed"),
    ({"text": " \n"}, "Words are needed"),
    ({"text": "x" * 4097}, "4096 characters"),
    ({"text": "😀" * 2049}, "4096 characters"),
    ({"text": "x" * 10_000}, "4096 characters"),
    ({"text": "**x**" * 4000}, "4096 characters"),
    ({"text": "{{ me.name }}"}, "no variable “me.name”"),
    (OK | {"hours": "x"}, "number of hours"),
    (OK | {"hours": [1]}, "number of hours"),
    (OK | {"texts": ["ru"]}, "pairs of a code and a text"),
    (OK | {"texts": "ru"}, "pairs of a code and a text"),
    (OK | {"texts": {"": "x"}}, "no code of a language"),
    (OK | {"texts": {"r": "x"}}, "“r” is no code"),
    (OK | {"texts": {"ру": "x"}}, "“ру” is no code"),
    (OK | {"texts": {"ru\0": "x"}}, "no code of a language"),
    (OK | {"texts": {"ru\n": "x"}}, "no code of a language"),
    (OK | {"texts": {"x" * 10_000: "x"}}, f"“{'x' * 20}” is no code"),
    (OK | {"texts": {"ru": "x", "RU": "y"}}, "“RU” is there twice"),
    (OK | {"texts": {f"a{chr(97 + n)}": "x" for n in range(21)}}, "20 languages at most"),
    (OK | {"texts": {"ru": None}}, "ru: Words are needed"),
    (OK | {"texts": {"ru": "x" * 10_000}}, "ru: 4096 characters"),
    (
        OK | {"texts": {"de": "ok", "ru": "{{ client.password }}"}},
        "ru: There is no variable “client.password”",
    ),
    (OK | {"buttons": "x"}, "buttons could not be read"),
    (OK | {"buttons": {"text": "x"}}, "buttons could not be read"),
    (OK | {"buttons": [{"text": "x"}]}, "buttons could not be read"),
    (OK | {"buttons": [["x"]]}, "buttons could not be read"),
    (OK | {"buttons": [[{"text": 5}]]}, "buttons could not be read"),
    (OK | {"buttons": [[{"text": "x"}] * 3] * 10}, f"At most {MOST_BUTTONS} buttons"),
    (OK | {"buttons": [[{"text": " "}]]}, "A button needs a text"),
    (OK | {"buttons": [[{"text": "x" * 10_000}]]}, "too long for a button"),
    (OK | {"buttons": [[{"text": "x", "url": "javascript:alert(1)"}]]}, "needs an address"),
    (OK | {"buttons": [[{"text": "x", "url": ""}]]}, "needs an address"),
    (OK | {"buttons": [[{"text": "{{ client.phone }}"}]]}, "no variable “client.phone”"),
    (OK | {"buttons": [[{"text": "x", "url": "https://a.b/{{ me.name }}"}]]}, "no variable “me.name”"),
    (OK | {"canned": "x"}, "Choose one"),
    (OK | {"canned": True}, "Choose one"),
    (OK | {"canned": [1]}, "Choose one"),
    (OK | {"canned": -1}, "Choose one"),
    (OK | {"canned": 10**19}, "Choose one"),
    ({"canned": "1", "hours": -1}, "number of hours"),
]


@pytest.mark.parametrize(("value", "said"), BAD)
def test_what_is_wrong_with_an_answer_is_said(value: Any, said: str) -> None:
    ((path, told),) = action_checks.check([{"do": "unassign"}, {"do": "answer", "value": value}])
    assert path == "actions.1"
    assert said in told


def test_marks_and_addresses_do_not_count() -> None:
    for text in ("**" + "x" * 4096 + "**", "[x](https://example.com/" + "y" * 1000 + ")" + "z" * 4095):
        assert action_checks.check([{"do": "answer", "value": {"text": text}}]) == []


KEYS = st.sampled_from(["text", "texts", "buttons", "canned", "hours", "url", "answer", "ru"])


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, json_values | st.lists(st.lists(st.dictionaries(KEYS, json_values)))))
def test_whatever_an_answer_is_it_is_checked_and_said(value: dict[str, Any]) -> None:
    for one in (value, {"text": "x", **value}):
        done = {"do": "answer", "value": one}
        assert all(told for _path, told in action_checks.check([done]))
        assert words.action_words(done, Offers())


def test_the_sentence_tells_all_of_it() -> None:
    reply = canned_reply(text="x")
    own = {"text": "Hi", "texts": {"ru": "x", "de": "y"}, "buttons": [[{"text": "A"}], [{"text": "B"}]]}
    said = [
        words.action_words({"do": "answer", "value": one}, Offers()) for one in (own, {"canned": reply.pk})
    ]
    assert said == [
        "answer the client “Hi” (also in ru, de; with 2 buttons)",
        "answer the client with the canned reply /hours0",
    ]
    one = {"do": "answer", "value": {"text": "Hi", "buttons": [[{"text": "A"}]]}}
    assert words.action_words(one, Offers()) == "answer the client “Hi” (with 1 button)"


# Canned replies


def test_a_canned_reply_goes_with_copies_of_its_files() -> None:
    text = "**Hours** for {{ client.name }} from {{ me.name }}"
    reply = canned_reply(("a.png", PNG), ("b.pdf", b"%PDF"), text=text)
    answering({"canned": str(reply.pk), "hours": 0})
    message = answer_to(name="*Ann*")
    assert message.text == "Hours for *Ann* from", "a rule has no name for clients"
    assert message.entities == [{"type": "bold", "offset": 0, "length": 5}]
    assert message.kind == Message.Kind.ALBUM
    files = [(one.kind, one.name, one.mime_type, one.size, one.state) for one in message.files]
    assert files == [
        ("photo", "a.png", "image/png", len(PNG), "ready"),
        ("document", "b.pdf", "application/pdf", 4, "ready"),
    ]
    assert (message.files[0].width, message.files[0].height) == (1, 1)
    for file in reply.files.all():
        file.file.delete(save=False)
    assert [Path(one.file.path).read_bytes() for one in message.files] == [PNG, b"%PDF"], (
        "they have files of their own"
    )


def test_one_file_alone_is_a_message_of_its_kind() -> None:
    answering({"canned": canned_reply(("a.png", PNG)).pk})
    message = answer_to()
    assert (message.kind, message.text) == ("photo", "")


@pytest.mark.parametrize("audience", ["gone", "own"])
def test_one_that_is_gone_or_not_for_all_is_skipped_with_words(audience: str) -> None:
    reply = canned_reply(("a.png", PNG), text="x", audience="own" if audience == "own" else "all")
    answering({"canned": reply.pk}, {"do": "priority", "value": "4"})
    if audience == "gone":
        reply.delete()
    ticket = make_ticket(text="x")
    assert not ticket.messages.filter(direction="out").exists()
    assert RuleRun.objects.get().reason == "There is no such canned reply any more."
    assert Ticket.objects.get(pk=ticket.pk).priority == 4


def test_only_those_for_all_are_offered() -> None:
    for_all = canned_reply(text="x")
    canned_reply(text="y", audience="own")
    assert Offers().canned == [(str(for_all.pk), "/hours0")]


def test_a_rule_that_fails_after_its_answer_leaves_no_file_and_one_that_does_not_keeps_its() -> None:
    reply = canned_reply(("a.png", PNG), ("b.pdf", b"%PDF"))
    done = [{"do": "answer", "value": {"canned": reply.pk}}, {"do": "priority", "value": "loud"}]
    Rule.objects.create(event=Event.MESSAGE_RECEIVED, actions=done, position=2)
    before = on_disk()
    ticket = make_ticket(text="kept")
    assert RuleRun.objects.get().outcome == "failed"
    assert ticket.messages.get().text == "kept"
    assert on_disk() == before
    answering({"canned": reply.pk}).refresh_from_db()
    Rule.objects.filter(name="Internal name").update(position=1)
    make_ticket(text="x")
    assert len(on_disk() - before) == 2, "of the rule that failed none, of the other one both"
    assert {one.file.path for one in Attachment.objects.all()} == on_disk() - before


def test_a_file_that_is_missing_is_the_rules_fault_alone() -> None:
    reply = canned_reply(("a.png", PNG), ("b.pdf", b"%PDF"))
    gone = reply.files.get(name="b.pdf")
    Path(gone.file.path).unlink()
    answering({"canned": reply.pk})
    before = on_disk()
    ticket = make_ticket(text="kept")
    assert ticket.messages.get().text == "kept"
    assert "FileNotFoundError" in RuleRun.objects.get().reason
    assert on_disk() == before


@pytest.mark.django_db(transaction=True)
def test_who_deletes_a_canned_reply_waits_for_those_who_send_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = canned_reply(("a.png", PNG), text="x")
    answering({"canned": reply.pk})
    deleting = threading.Thread(target=_delete, args=(reply,))

    def opened_late(file: Any, **kind: Any) -> Any:
        deleting.start()
        deleting.join(1)
        assert deleting.is_alive(), "it waits"
        return "photo", (1, 1)

    monkeypatch.setattr("tickets.canned_content.kind_of_upload", opened_late)
    message = answer_to()
    deleting.join(20)
    assert not CannedReply.objects.exists()
    assert Path(message.files[0].file.path).read_bytes() == PNG


def _delete(reply: CannedReply) -> None:
    try:
        canned.delete_canned(reply.owner, reply)
    finally:
        connection.close()


def test_an_answer_of_its_own_words_asks_for_no_canned_reply() -> None:
    answering({"text": "Hi"})
    with CaptureQueriesContext(connection) as queries:
        answer_to()
    assert not [query for query in queries if "canned" in query["sql"]]
