"""Each kind of message has its form: what the page reads from `Message.details`, and the files with it."""

import pytest

from telegram_bridge.models import TelegramMessage
from tests.telegram_bridge.updates import (
    CLIENT,
    SENT_AT,
    Inbound,
    Json,
    edited,
    file,
    jobs,
    kinds,
    message,
    photo,
    received,
    text,
    user,
)
from tickets.models import Message, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

PLACE: Json = {"latitude": 1.5, "longitude": 2.5}
POLL: Json = {
    "id": "42",
    "question": "Tea or 😀?",
    "question_entities": [{"type": "custom_emoji", "offset": 7, "length": 2, "custom_emoji_id": "5"}],
    "options": [{"text": "Tea", "voter_count": 2}, {"text": "No", "voter_count": 1, "persistent_id": "b"}],
    "total_voter_count": 3,
    "is_closed": False,
    "is_anonymous": True,
    "type": "quiz",
    "allows_multiple_answers": False,
    "correct_option_ids": [0],
    "explanation": "It is tea.",
    "description": "A question of taste",
    "description_entities": [{"type": "bold", "offset": 0, "length": 1}],
}
GIFT = {
    "id": "g",
    "star_count": 50,
    "sticker": {"type": "regular", "emoji": "🧸"},
    "publisher_chat": {"id": -1001, "type": "channel", "title": "Gifts"},
}
UNIQUE = {
    "gift_id": "g",
    "base_name": "Plush Pepe",
    "name": "PlushPepe-12",
    "number": 12,
    "model": {"name": "Frog"},
    "symbol": {"name": "Heart"},
    "backdrop": {"name": "Night"},
}
CHANNEL = {"id": -1001234, "type": "channel", "title": "News", "username": "the_news"}


DETAILS: list[tuple[str, Json, Json]] = [
    ("dice", {"dice": {"emoji": "🎲", "value": 5}}, {"emoji": "🎲", "value": 5, "title": "🎲 5"}),
    (
        "story",
        {"story": {"id": 3, "chat": CHANNEL}},
        {"title": "News", "url": "https://t.me/the_news/s/3"},
    ),
    (
        "story",
        {"story": {"id": 3, "chat": {"id": 5, "type": "private", "first_name": "Bo"}}},
        {"title": "Bo"},
    ),
    (
        "checklist",
        {
            "checklist": {
                "title": "Move",
                "tasks": [
                    {
                        "id": 1,
                        "text": "Pack",
                        "completed_by_user": user(5, first_name="Bo"),
                        "completion_date": 9,
                    },
                    {"id": 2, "text": "Drive", "completed_by_chat": CHANNEL},
                    {"id": 3, "text": "Rest", "completion_date": 0},
                ],
                "others_can_add_tasks": True,
            }
        },
        {
            "title": "Move",
            "tasks": [
                {"id": 1, "text": "Pack", "done": True, "by": "Bo Lee"},
                {"id": 2, "text": "Drive", "done": True, "by": "News"},
                {"id": 3, "text": "Rest", "done": False},
            ],
            "others_can_add": True,
        },
    ),
    ("gift", {"gift": {"gift": GIFT}}, {"title": "Gift: 🧸 50 ⭐", "lines": ["Published by Gifts"]}),
    (
        "gift",
        {"gift_upgrade_sent": {"gift": GIFT}},
        {"title": "Gift upgrade: 🧸 50 ⭐", "lines": ["Published by Gifts"]},
    ),
    (
        "gift",
        {"unique_gift": {"gift": UNIQUE, "origin": "upgrade"}},
        {
            "title": "Unique gift: Plush Pepe #12",
            "lines": ["Model: Frog", "Symbol: Heart", "Backdrop: Night"],
        },
    ),
    (
        "contact",
        {"contact": {"phone_number": "+491", "first_name": "Bo", "last_name": "Ek", "vcard": "BEGIN:VCARD"}},
        {
            "first_name": "Bo",
            "last_name": "Ek",
            "phone_number": "+491",
            "vcard": "BEGIN:VCARD",
            "title": "Bo Ek, +491",
        },
    ),
    (
        "location",
        {"venue": {"location": PLACE, "title": "Café", "address": "Street 1"}},
        PLACE | {"title": "Café", "address": "Street 1"},
    ),
    (
        "location",
        {
            "location": PLACE
            | {"horizontal_accuracy": 12.5, "live_period": 60, "heading": 90, "proximity_alert_radius": 5}
        },
        PLACE
        | {
            "horizontal_accuracy": 12.5,
            "live_period": 60,
            "heading": 90,
            "proximity_alert_radius": 5,
            "live_until": "2023-11-14T22:14:20+00:00",
        },
    ),
    ("location", {"location": PLACE | {"live_period": 2**31 - 1}}, PLACE | {"live_period": 2**31 - 1}),
    (
        "other",
        {"invoice": {"title": "Tea", "description": "Green", "currency": "EUR", "total_amount": 1250}},
        {"type": "invoice", "title": "Invoice: Tea, 12.50 EUR", "lines": ["Green"]},
    ),
    (
        "other",
        {"giveaway": {"chats": [CHANNEL], "winner_count": 2, "prize_star_count": 500}},
        {"type": "giveaway", "title": "Giveaway: 500 ⭐, 2 winners", "lines": ["For who joins News"]},
    ),
    (
        "other",
        {"giveaway_winners": {"chat": CHANNEL, "winner_count": 1, "premium_subscription_month_count": 3}},
        {
            "type": "giveaway_winners",
            "title": "Giveaway winners: Telegram Premium for 3 months, 1 winner",
            "lines": ["By News"],
        },
    ),
    ("other", {"hologram": 3}, {"type": "hologram", "title": "Hologram"}),
]


@pytest.mark.parametrize(
    ("kind", "fields", "details"), DETAILS, ids=[f"{next(iter(row[1]))}-{n}" for n, row in enumerate(DETAILS)]
)
def test_a_kind_without_a_file_is_all_in_its_details(
    inbound: Inbound, kind: str, fields: Json, details: Json
) -> None:
    got = received(inbound, message(**fields))
    assert (got.kind, got.details) == (kind, details)
    assert got.preview


def test_a_poll_has_its_votes_and_its_description_as_text(inbound: Inbound) -> None:
    got = received(inbound, message(poll=POLL | {"media": {"photo": photo("p")}}))
    assert got.details == {
        "poll_id": "42",
        "question": "Tea or 😀?",
        "question_entities": POLL["question_entities"],
        "options": [{"text": "Tea", "voter_count": 2}, {"text": "No", "voter_count": 1, "id": "b"}],
        "total_voter_count": 3,
        "is_closed": False,
        "is_anonymous": True,
        "allows_multiple_answers": False,
        "poll_type": "quiz",
        "correct_option_id": 0,
        "explanation": "It is tea.",
        "title": "Tea or 😀?",
    }
    assert (got.kind, got.text, got.entities) == ("poll", "A question of taste", POLL["description_entities"])
    assert [one.telegram.file_id for one in got.attachments.all()] == ["l-p"]


def test_a_game_has_its_picture_its_animation_and_its_text(inbound: Inbound) -> None:
    bold = {"type": "bold", "offset": 0, "length": 4}
    game = {
        "title": "Chess",
        "description": "Play",
        "photo": photo("p"),
        "animation": file(width=4, height=3, duration=2),
        "text": "Best: 5",
        "text_entities": [bold],
    }
    got = received(inbound, message(game=game))
    assert (got.kind, got.details) == ("game", {"title": "Chess", "description": "Play"})
    assert (got.text, got.entities) == ("Best: 5", [bold])
    assert list(got.attachments.values_list("kind", flat=True)) == ["photo", "animation"]


def test_of_paid_media_what_was_paid_for_is_fetched(inbound: Inbound) -> None:
    items = [
        {"type": "preview", "width": 1, "height": 1, "duration": 9},
        {"type": "photo", "photo": photo("p")},
        {"type": "video", "video": file(width=4, height=3, duration=7)},
        {"type": "live_photo", "live_photo": file(width=4, height=3, duration=2) | {"photo": photo("q")}},
    ]
    got = received(inbound, message(paid_media={"star_count": 10, "paid_media": items}, caption="Look"))
    assert got.details == {
        "star_count": 10,
        "items": [
            {"type": "preview", "duration": 9},
            {"type": "photo"},
            {"type": "video", "duration": 7},
            {"type": "live_photo", "duration": 2},
        ],
    }
    assert (got.kind, got.text) == ("paid_media", "Look")
    assert list(got.attachments.values_list("kind", flat=True)) == ["photo", "video", "photo", "video"]
    assert len(jobs("fetch_file")) == 4


def test_what_the_giver_wrote_is_the_text_of_a_gift(inbound: Inbound) -> None:
    bold = {"type": "bold", "offset": 0, "length": 3}
    got = received(inbound, message(gift={"gift": GIFT, "text": "For you", "entities": [bold]}))
    assert (got.text, got.entities) == ("For you", [bold])


@pytest.mark.parametrize(
    ("fields", "format_", "mime_type"),
    [
        ({"is_animated": False, "is_video": False}, "static", "image/webp"),
        ({"is_animated": True, "is_video": False}, "animated", "application/x-tgsticker"),
        ({"is_animated": False, "is_video": True}, "video", "video/webm"),
    ],
)
def test_a_sticker_says_of_which_format_and_set_it_is(
    inbound: Inbound, fields: Json, format_: str, mime_type: str
) -> None:
    got = received(
        inbound, message(sticker=file(emoji="😀", set_name="cats", width=512, height=512, **fields))
    )
    assert got.details == {"emoji": "😀", "set_name": "cats", "format": format_, "title": "😀"}
    assert got.attachments.get().mime_type == mime_type


def test_a_track_says_who_plays_what(inbound: Inbound) -> None:
    got = received(inbound, message(audio=file(duration=3, performer="P", title="T")))
    assert got.details == {"performer": "P", "track": "T", "title": "P – T"}


def test_tracks_of_an_album_are_told_apart_by_their_names(inbound: Inbound) -> None:
    received(inbound, message(audio=file(duration=3, performer="P", title="A"), media_group_id="g"))
    got = received(inbound, message(audio=file(duration=3, file_name="b.mp3"), media_group_id="g"))
    assert [one.name for one in got.attachments.all()] == ["P – A", "b.mp3"]


@pytest.mark.parametrize("kind", ["photo", "video", "animation"])
def test_a_covered_picture_says_so(inbound: Inbound, kind: str) -> None:
    media = photo() if kind == "photo" else file(width=4, height=3, duration=2)
    assert received(inbound, message(has_media_spoiler=True) | {kind: media}).details == {"spoiler": True}
    assert received(inbound, message(has_media_spoiler=False) | {kind: media}).details == {}


def test_a_covered_part_covers_the_album_and_the_details_of_the_first_stay(inbound: Inbound) -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Bo"}
    received(inbound, message(photo=photo(), media_group_id="g", forward_origin=origin))
    got = received(inbound, message(photo=photo(), media_group_id="g", has_media_spoiler=True))
    assert got.details == {"forwarded_from": "Bo", "spoiler": True}


def test_a_photo_that_moves_is_a_still_and_a_video(inbound: Inbound) -> None:
    moving = file(width=4, height=3, duration=2)
    got = received(inbound, message(live_photo=moving, photo=photo("p")))
    assert (got.kind, [one.kind for one in got.attachments.all()]) == ("photo", ["photo", "video"])


class TestLiveLocations:
    BODY: Json = {"location": PLACE | {"live_period": 600}}

    def test_it_moves_and_says_until_when(self, inbound: Inbound) -> None:
        body = message() | self.BODY
        got = received(inbound, body)
        moved = {"latitude": 1.6, "longitude": 2.5, "live_period": 600, "heading": 10}
        edited(inbound, got, body, location=moved)
        assert got.details == moved | {"live_until": "2023-11-14T22:23:20+00:00"}
        assert not got.versions.exists()
        assert kinds(got.ticket)[-1] == TicketEvent.Kind.MESSAGE_EDITED

    def test_moving_does_not_take_its_ticket_to_the_top_of_the_list(self, inbound: Inbound) -> None:
        body = message() | self.BODY
        got = received(inbound, body)
        before = got.ticket.updated_at
        edited(inbound, got, body, location={"latitude": 1.6, "longitude": 2.5, "live_period": 600})
        assert Ticket.objects.get(pk=got.ticket_id).updated_at == before
        body = text("old words")
        got = received(inbound, body)
        before = Ticket.objects.get(pk=got.ticket_id).updated_at
        edited(inbound, got, body, text="new words")
        assert Ticket.objects.get(pk=got.ticket_id).updated_at > before

    def test_one_that_is_stopped_says_when_it_ended(self, inbound: Inbound) -> None:
        body = message() | self.BODY
        got = edited(inbound, received(inbound, body), body, location=PLACE)
        assert got.details == PLACE | {"live_period": 600, "live_until": "2023-11-14T22:15:00+00:00"}

    def test_one_without_an_end_has_one_once_it_is_stopped(self, inbound: Inbound) -> None:
        body = message(location=PLACE | {"live_period": 2**31 - 1})
        got = edited(inbound, received(inbound, body), body, location=PLACE)
        assert got.details["live_until"] == "2023-11-14T22:15:00+00:00"

    def test_what_is_told_after_its_end_does_not_make_it_longer(self, inbound: Inbound) -> None:
        body = message() | self.BODY
        stopped = PLACE | {"heading": 5}
        got = edited(inbound, received(inbound, body), body, location=stopped, edit_date=SENT_AT + 9000)
        assert got.details["live_until"] == "2023-11-14T22:23:20+00:00"


def test_a_caption_in_an_album_keeps_its_details_when_it_is_edited(inbound: Inbound) -> None:
    body = message(photo=photo("a"), media_group_id="g", caption="one", has_media_spoiler=True)
    received(inbound, body)
    got = received(inbound, message(photo=photo("b"), media_group_id="g"))
    edited(inbound, got, body, caption="1")
    assert (got.kind, got.text, got.details) == ("album", "1", {"spoiler": True})
    assert [version.text for version in got.versions.all()] == ["one"]


def test_each_message_knows_the_update_that_brought_it(inbound: Inbound) -> None:
    body, part = message(text="x"), message(photo=photo(), media_group_id="g")
    for one in (body, part):
        update = inbound.apply(one)
        row = TelegramMessage.objects.get(chat_id=CLIENT, telegram_id=one["message_id"])
        assert row.update_id == update.pk
    assert Message.objects.count() == 2
