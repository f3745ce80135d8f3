"""One message of every kind, as the bridge writes them: what the tests of their looks start from."""

from typing import Any

from tests.tickets.cast import picture, stored
from tickets.content import Content, NewFile

POLL: dict[str, Any] = {
    "poll_id": "5",
    "question": "When shall we come?",
    "question_entities": [{"type": "bold", "offset": 0, "length": 4}],
    "options": [{"text": "Now", "voter_count": 3}, {"text": "Later", "voter_count": 1}],
    "total_voter_count": 4,
    "is_closed": True,
    "is_anonymous": False,
    "allows_multiple_answers": True,
    "poll_type": "quiz",
    "correct_option_id": 1,
    "explanation": "Because it is late.",
}
PLACE: dict[str, Any] = {
    "latitude": 55.75,
    "longitude": -37.5,
    "horizontal_accuracy": 40,
    "live_period": 600,
    "heading": 90,
    "proximity_alert_radius": 120,
    "title": "The house",
    "address": "Street 5",
    "live_until": "2026-01-02T03:04:05+00:00",
}
CONTACT: dict[str, Any] = {
    "first_name": "Ivan",
    "last_name": "Petrov",
    "phone_number": "+7 916 1",
    "user_id": 5,
    "vcard": "",
    "title": "Ivan Petrov",
}


def contents() -> dict[str, Content]:
    """By its name, a Content of each kind, with everything in it that the kind can have."""
    sticker, tgs = {"emoji": "👍", "set_name": "Cats", "title": "👍"}, "application/x-tgsticker"
    return {
        "text": Content(text="Hello"),
        "photo": Content(kind="photo", files=[picture()], details={"spoiler": True}),
        "video": Content(
            kind="video", files=[stored("v.mp4", b"x", kind="video", mime_type="video/mp4", duration=5)]
        ),
        "animation": Content(
            kind="animation", files=[stored("a.mp4", b"x", kind="animation", mime_type="video/mp4")]
        ),
        "voice": Content(
            kind="voice", files=[stored("v.ogg", b"x", kind="voice", mime_type="audio/ogg", duration=65)]
        ),
        "audio": Content(
            kind="audio",
            details={"performer": "Glinka", "track": "Ruslan", "title": "Glinka – Ruslan"},
            files=[stored("a.mp3", b"x", kind="audio", mime_type="audio/mpeg", duration=65)],
        ),
        "video_note": Content(
            kind="video_note", files=[stored("n.mp4", b"x", kind="video_note", mime_type="video/mp4")]
        ),
        "document": Content(kind="document", files=[stored("d.pdf", b"x", mime_type="application/pdf")]),
        "sticker": Content(kind="sticker", details=sticker, files=[picture(kind="sticker")]),
        "animated sticker": Content(
            kind="sticker", details=sticker, files=[stored("s.tgs", b"x", kind="sticker", mime_type=tgs)]
        ),
        "waiting sticker": Content(
            kind="sticker", details=sticker, files=[NewFile(kind="sticker", mime_type="image/webp")]
        ),
        "album": Content(kind="album", files=[picture(), picture()], details={"spoiler": True}),
        "location": Content(kind="location", details=PLACE),
        "contact": Content(kind="contact", details=CONTACT),
        "poll": Content(kind="poll", details=POLL),
        "dice": Content(kind="dice", details={"emoji": "🎲", "value": 5}),
        "slot machine": Content(kind="dice", details={"emoji": "🎰", "value": 64}),
        "game": Content(
            kind="game", details={"title": "Lumberjack", "description": "Cut wood"}, files=[picture()]
        ),
        "story": Content(kind="story", details={"title": "Night shop", "url": "https://t.me/shop/s/5"}),
        "paid_media": Content(
            kind="paid_media",
            details={"star_count": 50, "items": [{"type": "photo"}, {"type": "video", "duration": 65}]},
        ),
        "checklist": Content(
            kind="checklist",
            details={
                "title": "Move",
                "tasks": [{"text": "Pack", "done": True, "by": "Maria"}, {"text": "Call", "done": False}],
                "others_can_add": True,
            },
        ),
        "gift": Content(kind="gift", details={"title": "Cake", "lines": ["For 50 stars"]}),
        "service": Content(
            kind="service", details={"type": "pinned_message", "title": "Pinned", "lines": ["Hello"]}
        ),
        "other": Content(kind="other", details={"type": "hologram", "title": "Hologram", "lines": ["in 3D"]}),
        "forwarded": Content(
            text="x",
            details={
                "forwarded_from": "News",
                "forwarded_at": "2026-11-20T10:05:00+00:00",
                "forwarded_url": "https://t.me/news/5",
                "reply_from": "Someone",
            },
        ),
    }
