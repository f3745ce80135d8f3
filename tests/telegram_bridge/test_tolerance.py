"""A detail that is not what it should be costs nothing but itself; what is essential fails its update."""

import math
from typing import Any

import pytest

from telegram_bridge.content.names import full_name
from tests.telegram_bridge.updates import (
    Inbound,
    Json,
    edited,
    file,
    jobs,
    membership,
    message,
    photo,
    received,
    text,
    user,
)
from tickets.models import Attachment, Message, Ticket

pytestmark = pytest.mark.django_db

PLACE = {"latitude": 1.5, "longitude": 2.5}
NONSENSE: list[Any] = [None, True, 5, -1, 2.5, "x", "", [], [5], {}, {"x": 1}, 10**40, math.nan]
DETAILS = [
    "entities",
    "caption",
    "caption_entities",
    "reply_to_message",
    "external_reply",
    "quote",
    "reply_to_story",
    "forward_origin",
    "media_group_id",
    "has_media_spoiler",
    "via_bot",
    "reply_markup",
    "edit_date",
    "link_preview_options",
    "message_thread_id",
    "is_topic_message",
    "hologram",
]


@pytest.mark.parametrize("name", DETAILS)
def test_a_text_survives_whatever_stands_beside_it(inbound: Inbound, name: str) -> None:
    for value in NONSENSE:
        got = received(inbound, text("Hello") | {name: value})
        assert (got.text, got.kind) == ("Hello", "text")


CONTENTS: dict[str, Json] = {
    "photo": {"photo": photo()},
    "document": {"document": file(file_name="a", mime_type="b")},
    "sticker": {
        "sticker": file(emoji="😀", set_name="a", width=1, height=1, is_animated=False, is_video=False)
    },
    "audio": {"audio": file(performer="a", title="b", duration=1)},
    "location": {"location": PLACE | {"live_period": 60, "heading": 1}},
    "venue": {"venue": {"location": PLACE, "title": "a", "address": "b"}},
    "contact": {"contact": {"phone_number": "1", "first_name": "a", "user_id": 1, "vcard": "b"}},
    "poll": {
        "poll": {
            "id": "1",
            "question": "?",
            "options": [{"text": "a", "voter_count": 1}],
            "correct_option_ids": [0],
        }
    },
    "dice": {"dice": {"emoji": "🎲", "value": 5}},
    "game": {"game": {"title": "a", "description": "b", "photo": photo(), "text": "c", "text_entities": []}},
    "story": {"story": {"id": 1, "chat": {"id": 5, "first_name": "Bo"}}},
    "paid_media": {"paid_media": {"star_count": 1, "paid_media": [{"type": "photo", "photo": photo()}]}},
    "checklist": {"checklist": {"title": "a", "tasks": [{"id": 1, "text": "b", "completion_date": 1}]}},
    "gift": {"gift": {"gift": {"star_count": 5, "sticker": {"emoji": "🧸"}}, "text": "a", "entities": []}},
    "invoice": {"invoice": {"title": "a", "description": "b", "currency": "EUR", "total_amount": 1}},
    "pinned_message": {"pinned_message": {"message_id": 1, "text": "a"}},
    "checklist_tasks_done": {
        "checklist_tasks_done": {"checklist_message": {"message_id": 1}, "marked_as_done_task_ids": [1]}
    },
}


def broken(value: Any) -> list[Any]:
    """`value`, each time with one thing in it that is something else."""
    if isinstance(value, dict):
        return [
            *NONSENSE,
            *({key: inner for key, inner in value.items() if key != name} for name in value),
            *(value | {name: other} for name, inner in value.items() for other in broken(inner)),
        ]
    if isinstance(value, list):
        return [*NONSENSE, *([other, *value[1:]] for other in broken(value[0]))] if value else NONSENSE
    return NONSENSE


@pytest.mark.parametrize("name", sorted(CONTENTS))
def test_whatever_is_broken_in_a_content_the_message_is_seen(inbound: Inbound, name: str) -> None:
    (key,) = CONTENTS[name]
    variants = broken(CONTENTS[name][key])
    for value in variants:
        got = received(inbound, message() | {key: value})
        assert got.kind in Message.Kind.values
        assert got.preview
    assert Message.objects.count() == len(variants)


@pytest.mark.parametrize(
    "fields", [{"file_id": None}, {"file_id": 5}, {"file_id": ""}, {"file_id": "x" * 300}]
)
def test_a_file_that_lies_nowhere_says_so_and_keeps_its_message(inbound: Inbound, fields: Json) -> None:
    body = message(document=file(file_name="a.pdf") | fields, caption="Look")
    got = received(inbound, body)
    attachment = got.attachments.get()
    assert (got.text, attachment.name, attachment.state) == ("Look", "a.pdf", Attachment.State.FAILED)
    assert attachment.error == "Telegram did not say where this file is."
    assert jobs("fetch_file") == []
    edited(inbound, got, body, caption="Look here")
    assert got.attachments.count() == 1


def test_numbers_that_no_column_takes_are_left_out(inbound: Inbound) -> None:
    got = received(inbound, message(video=file(width=10**30, height=-1, duration="2", file_size=2**70)))
    attachment = got.attachments.get()
    assert (attachment.width, attachment.height, attachment.duration, attachment.size) == (None,) * 4


def test_entities_are_kept_as_they_came_and_what_is_none_is_dropped(inbound: Inbound) -> None:
    good = [
        {"type": "pre", "offset": 0, "length": 2, "language": "python"},
        {"type": "date_time", "offset": 90, "length": 5, "unix_time": 1},  # beyond the end of the text
    ]
    bad = [5, {"type": "bold"}, {"type": "bold", "offset": "0", "length": 1}, {"offset": 0, "length": 1}]
    assert received(inbound, text("Hello", entities=[good[0], *bad, good[1]])).entities == good


ESSENTIAL: list[tuple[str, Any, str]] = [
    ("message_id", None, "message_id"),
    ("message_id", "7", "message_id"),
    ("message_id", 2**80, "message_id"),
    ("chat", None, "chat"),
    ("chat", 5, "chat"),
    ("chat", {"id": None, "type": "private"}, "chat.id"),
    ("chat", {"id": 5}, "chat.type"),
    ("from", None, "from"),
    ("from", [], "from"),
    ("from", {"is_bot": False, "first_name": "Ann"}, "from.id"),
    ("date", None, "date"),
    ("date", 10**20, "date"),
    ("date", "now", "date"),
]


@pytest.mark.parametrize(("name", "value", "missing"), ESSENTIAL)
def test_what_is_essential_fails_its_update_and_nobody_elses(
    inbound: Inbound, name: str, value: Any, missing: str
) -> None:
    update = inbound.apply(text("broken") | {name: value})
    assert update.state == "failed"
    assert update.error.startswith(f"Malformed: {missing}")
    assert received(inbound, text("after")).text == "after"
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("body", [None, 5, "x", []])
@pytest.mark.parametrize(
    "kind",
    [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "message_reaction",
        "poll",
        "poll_answer",
    ],
)
def test_an_update_that_is_no_object_fails_alone(inbound: Inbound, kind: str, body: Any) -> None:
    update = inbound.apply(body, kind)
    assert (update.state, update.error) == ("failed", f"Malformed: {kind}: an object is needed here")


@pytest.mark.parametrize(
    "broken", [{"new_chat_member": None}, {"new_chat_member": {}}, {"from": None}, {"chat": 5}]
)
def test_a_membership_without_its_heart_fails_alone(inbound: Inbound, broken: Json) -> None:
    assert inbound.apply(membership("kicked") | broken, "my_chat_member").state == "failed"


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"first_name": "\u200b\u2060", "username": "ann"}, "ann"),
        ({"first_name": "\u3164", "last_name": "\u2800"}, "7"),
        ({"first_name": " \u202e ", "last_name": None}, "7"),
        ({"first_name": None, "last_name": "Lee"}, "Lee"),
        ({"first_name": 5, "last_name": ["x"], "username": {}}, "7"),
        ({"first_name": "\u200bAnn"}, "\u200bAnn"),
        ({"first_name": "☺"}, "☺"),
        ({"first_name": "x" * 400}, "x" * 255),
    ],
)
def test_a_name_is_never_invisible(names: Json, shown: str) -> None:
    assert full_name({"id": 7} | names) == shown


def test_a_sender_without_a_name_or_the_mark_of_a_bot_is_a_client(inbound: Inbound) -> None:
    got = received(inbound, text("Hello", sender={"id": user()["id"]}))
    assert got.ticket.client.name == str(user()["id"])
