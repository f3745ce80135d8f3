"""A page that was away is sent what happened meanwhile: each kind of message, and each change of one.

From Telegram's update through ingest to the socket that connects with `?after=`. The table in
docs/telegram.md names them in its last column.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from tests.factories import make_bot, make_message, make_user
from tests.telegram_bridge.updates import CLIENT, SENT_AT, Inbound, Json, file, message, photo, text, user
from tests.tickets.test_live import Page, last_seq, process
from tickets import amendment_steps, amendments, operations
from tickets.content import Content
from tickets.journal import change
from tickets.models import Amendment, Message, Ticket

__all__ = ["process"]  # a fixture: a web process of its own for each test

pytestmark = pytest.mark.django_db(transaction=True)

MOVING: Json = {"width": 4, "height": 3, "duration": 2, "mime_type": "video/mp4"}
STICKER: Json = {"type": "regular", "width": 5, "height": 5, "is_animated": False, "is_video": False}
PLACE: Json = {"latitude": 1.5, "longitude": 2.5}
OPTIONS = [
    {"persistent_id": str(at), "text": word, "voter_count": 0} for at, word in enumerate(["Tea", "Coffee"])
]
POLL: Json = {
    "id": "77", "question": "What to drink?", "options": OPTIONS, "total_voter_count": 0, "is_closed": False,
    "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
}  # fmt: skip
SHOP: Json = {"id": -100, "type": "channel", "title": "Night shop"}

# The message's fields, the kind that the page shows, and something of it that must be seen.
KINDS: dict[str, tuple[Json, str, str]] = {
    "text": ({"text": "Good morning"}, "text", "Good morning"),
    "photo": ({"photo": photo(), "caption": "Look"}, "photo", "Look"),
    "video": ({"video": file(**MOVING), "caption": "See"}, "video", "See"),
    "animation": ({"animation": file(**MOVING), "caption": "Ha"}, "animation", "Ha"),
    "audio": ({"audio": file(duration=3, title="Ruslan", performer="Glinka")}, "audio", "Ruslan"),
    "voice": ({"voice": file(duration=65)}, "voice", "Voice"),
    "video note": ({"video_note": file(length=240, duration=2)}, "video_note", "Video message"),
    "document": ({"document": file(file_name="bill.pdf")}, "document", "bill.pdf"),
    "sticker": ({"sticker": file(**STICKER, emoji="👍")}, "sticker", "👍"),
    "animated sticker": ({"sticker": file(**STICKER | {"is_animated": True}, emoji="🐳")}, "sticker", "🐳"),
    "video sticker": ({"sticker": file(**STICKER | {"is_video": True}, emoji="🔥")}, "sticker", "🔥"),
    "location": ({"location": PLACE}, "location", "1.5"),
    "live location": ({"location": PLACE | {"live_period": 600}}, "location", "2.5"),
    "venue": ({"location": PLACE, "venue": {"location": PLACE, "title": "Café", "address": "Street 1"}},
              "location", "Street 1"),
    "contact": ({"contact": {"phone_number": "+491", "first_name": "Bo"}}, "contact", "+491"),
    "poll": ({"poll": POLL}, "poll", "What to drink?"),
    "dice": ({"dice": {"emoji": "🎲", "value": 5}}, "dice", "🎲 5"),
    "game": ({"game": {"title": "Logs", "description": "Cut wood", "photo": photo()}}, "game", "Cut wood"),
    "story": ({"story": {"id": 1, "chat": SHOP}}, "story", "Night shop"),
    "paid media": ({"paid_media": {"star_count": 51, "paid_media": [{"type": "preview"}]}},
                   "paid_media", "51"),
    "checklist": ({"checklist": {"title": "Move", "tasks": [{"id": 1, "text": "Pack"}]}},
                  "checklist", "Pack"),
    "gift": ({"gift": {"gift": {"id": "5", "sticker": file(**STICKER, emoji="🎂"), "star_count": 50}, "text":
              "Many happy returns"}}, "gift", "Many happy returns"),
    "service message": ({"pinned_message": text("Hello", message_id=1)}, "service", "Hello"),
    "unknown kind": ({"hologram_of_2031": {"depth": 3}}, "other", "Hologram of 2031"),
}  # fmt: skip


class Away:
    """An employee's page that has seen a conversation up to a point, and then heard nothing."""

    def __init__(self) -> None:
        self.anna = make_user("anna")
        self.inbound = Inbound(make_bot())
        self.first = text("first")
        self.apply(self.first)
        self.ticket = operations.take(Ticket.objects.get(), staff=self.anna)
        self.seen = self.ticket.last_seq

    def apply(self, body: Json, kind: str = "message") -> None:
        update = self.inbound.apply(body, kind)
        assert (update.state, update.error) == ("done", ""), update.error

    def reply(self, words: str = "said by us", **more: Any) -> Message:
        return make_message(self.ticket, author=self.anna, content=Content(text=words, **more))

    def leaves_now(self) -> None:
        self.seen = Ticket.objects.get().last_seq

    async def comes_back(self) -> list[str]:
        """The items that it is sent then, as markup, in the order of the conversation."""
        page = await Page(self.anna, self.ticket, after=self.seen).open()
        await page.until(await last_seq(self.ticket))
        await page.close()
        return [re.sub(r"\s+", " ", markup) for _seq, markup in sorted(page.items.values())]


@pytest.mark.parametrize("name", KINDS)
async def test_each_kind_is_replayed(name: str) -> None:
    fields, kind, words = KINDS[name]
    away = await sync_to_async(Away)()
    await sync_to_async(away.apply)(message(CLIENT, **json.loads(json.dumps(fields))))

    (item,) = await away.comes_back()

    assert f'data-direction="in" data-kind="{kind}"' in item
    assert words in item


async def test_an_album_is_replayed_with_all_its_parts() -> None:
    away = await sync_to_async(Away)()

    def parts() -> None:
        for number in range(3):
            caption: Json = {"caption": "All of it"} if number == 1 else {}
            away.apply(message(photo=photo(), media_group_id="g", **caption))

    await sync_to_async(parts)()
    (item,) = await away.comes_back()
    assert 'data-kind="album"' in item
    assert 'data-count="3"' in item
    assert "All of it" in item


def _edited(away: Away) -> None:
    away.apply({**away.first, "text": "first, mended", "edit_date": SENT_AT + 100}, "edited_message")


def _answered(away: Away) -> None:
    away.apply(text("about that", reply_to_message=away.first, quote={"text": "fir", "position": 0}))


def _answered_elsewhere(away: Away) -> None:
    away.apply(text("and this?", reply_to_message=text("said long ago", message_id=9)))


def _forwarded(away: Away) -> None:
    origin = {"type": "user", "date": 1, "sender_user": user(5, first_name="Bo", last_name="")}
    away.apply(text("read this", forward_origin=origin))


def _client_reacted(away: Away) -> None:
    like = {"type": "emoji", "emoji": "👍"}
    change_of = {"message_id": away.first["message_id"], "user": user(), "date": SENT_AT}
    body = {"chat": away.first["chat"], "old_reaction": [], "new_reaction": [like]}
    away.apply(body | change_of, "message_reaction")


def _pressed(away: Away) -> None:
    message = away.reply(buttons=[[{"text": "Solved", "answer": "solved"}]])
    away.leaves_now()
    with change() as opened:
        message.ticket = Ticket.objects.locked().get()
        amendment_steps.press_button(opened, message, text="Solved", answer="solved")


def _replied(away: Away) -> None:
    away.reply("said by us")


def _sent(away: Away) -> Message:
    message = away.reply("said by us")
    Message.objects.filter(pk=message.pk).update(delivery="sent")
    away.leaves_now()
    return Message.objects.get(pk=message.pk)


def _taken(amendment: Amendment) -> None:
    """Telegram took the change."""
    amendments.settle(amendment.pk, state=Amendment.State.DONE)


def _we_edited(away: Away) -> None:
    _taken(amendments.edit(_sent(away), staff=away.anna, text="said better"))


def _we_deleted(away: Away) -> None:
    _taken(amendments.delete(_sent(away), staff=away.anna))


def _we_reacted(away: Away) -> None:
    _taken(amendments.react(Message.objects.earliest("pk"), staff=away.anna, emoji="❤"))


@pytest.mark.parametrize(
    ("happens", "seen"),
    [
        (_edited, "first, mended"),
        (_answered, "about that"),
        (_answered_elsewhere, "said long ago"),
        (_forwarded, "Bo"),
        (_client_reacted, "👍"),
        (_pressed, "Solved"),
        (_replied, "said by us"),
        (_we_edited, "said better"),
        (_we_deleted, "said by us"),
        (_we_reacted, "❤"),
    ],
)
async def test_each_change_of_a_message_is_replayed(happens: Callable[[Away], None], seen: str) -> None:
    away = await sync_to_async(Away)()
    await sync_to_async(happens)(away)
    assert seen in (await away.comes_back())[-1]
