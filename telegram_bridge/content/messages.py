"""What a Telegram message says, as the desk's own Content; whatever kind it is, something is shown.

Read from Telegram's own JSON, which keeps entities exactly as they were sent.
https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from telegram_bridge.content import gifts, kind_details, placeholders
from telegram_bridge.content.files import FILE_FIELDS, FileAt, Found, file_at, files_of, new_file, track
from telegram_bridge.content.origins import forwarded
from telegram_bridge.content.reading import Json, cleaned, entities, moment, part, parts, words
from telegram_bridge.content.service_messages import service
from tickets.content import Content
from tickets.models import Message
from tickets.utf16 import units

Kind = Message.Kind

CAN_BE_COVERED = frozenset({Kind.PHOTO, Kind.VIDEO, Kind.ANIMATION})


@dataclass(frozen=True)
class Received:
    """The content of a message, and where each of its files lies, in the same order."""

    content: Content
    files_at: list[FileAt] = field(default_factory=list)


@dataclass(frozen=True)
class Body:
    """What is particular to a kind of message. `text`: where it lies elsewhere than in text or caption."""

    kind: str
    details: Json = field(default_factory=dict)
    files: list[Found] = field(default_factory=list)
    text: str = ""
    entities: list[Json] = field(default_factory=list)


def received(message: Json) -> Received:
    """What `message`, a Message object as Telegram sent it, says."""
    text = words(message, "text")
    body = Body(Kind.TEXT) if text else _body(message)
    said, marks = text, "entities"
    if not said:
        said, marks = words(message, "caption"), "caption_entities"
    content = Content(
        kind=body.kind,
        text=said or body.text,
        entities=entities(message, marks) if said else body.entities,
        details={**body.details, **forwarded(message)},
        files=[new_file(kind, file, name=_name(message, kind, file)) for kind, file in body.files],
    )
    return Received(content, [file_at(file) for _kind, file in body.files])


def _body(message: Json) -> Body:
    for name, read in READERS.items():
        if name in message and (body := read(message)) is not None:
            return body
    if (told := service(message)) is not None:
        return Body(Kind.SERVICE, told)
    return Body(Kind.OTHER, placeholders.placeholder(message))


def _name(message: Json, kind: str, file: Json) -> str:
    """Several tracks in one album: a name tells them apart where the message's details can't."""
    return track(file) if kind == Kind.AUDIO and "media_group_id" in message else ""


def _with_files(message: Json) -> Body | None:
    files = files_of(message)
    if not files:
        return None
    kind, file = files[0]
    details: Json = {}
    if kind == Kind.STICKER:
        details = kind_details.sticker(file)
    elif kind == Kind.AUDIO:
        details = kind_details.audio(file)
    elif kind in CAN_BE_COVERED and message.get("has_media_spoiler") is True:
        details = {"spoiler": True}
    return Body(kind, details, files)


def _place(message: Json) -> Body | None:
    venue = part(message, "venue")
    location = part(message, "location") or part(venue, "location")
    details = kind_details.place(location, venue, moment(message, "date"))
    return Body(Kind.LOCATION, details) if details is not None else None


def _poll(message: Json) -> Body | None:
    """Its description is its text, and what illustrates it its file."""
    poll = part(message, "poll")
    if not words(poll, "id"):
        return None
    text = words(poll, "description")
    about = entities(poll, "description_entities")
    return Body(Kind.POLL, kind_details.poll(poll), files_of(part(poll, "media")), text, about)


def _game(message: Json) -> Body | None:
    game = part(message, "game")
    if not game:
        return None
    pictures = files_of({"photo": game.get("photo")}) + files_of({"animation": game.get("animation")})
    about = entities(game, "text_entities")
    return Body(Kind.GAME, kind_details.game(game), pictures, words(game, "text"), about)


def _paid_media(message: Json) -> Body | None:
    paid = part(message, "paid_media")
    if not paid:
        return None
    files = [file for item in parts(paid, "paid_media") for file in files_of(item)]
    return Body(Kind.PAID_MEDIA, kind_details.paid_media(paid), files)


def _gift(name: str, told: Callable[[Json], Json]) -> Callable[[Json], Body | None]:
    """What the giver wrote is the text."""

    def read(message: Json) -> Body | None:
        gift = part(message, name)
        if not gift:
            return None
        return Body(
            Kind.GIFT, cleaned(told(gift)), text=words(gift, "text"), entities=entities(gift, "entities")
        )

    return read


def _plain(name: str, kind: Kind, told: Callable[[Json], Json | None]) -> Callable[[Json], Body | None]:
    """A kind that is all in its details."""

    def read(message: Json) -> Body | None:
        value = part(message, name)
        details = told(value) if value else None
        return Body(kind, details) if details is not None else None

    return read


# By the message's field, the first that is there; one that turns out to be nothing leaves it to the next.
READERS: dict[str, Callable[[Json], Body | None]] = {
    "live_photo": _with_files,
    "photo": _with_files,
    **dict.fromkeys(FILE_FIELDS, _with_files),
    "venue": _place,
    "location": _place,
    "contact": _plain("contact", Kind.CONTACT, kind_details.contact),
    "poll": _poll,
    "dice": _plain("dice", Kind.DICE, kind_details.dice),
    "game": _game,
    "story": _plain("story", Kind.STORY, kind_details.story),
    "paid_media": _paid_media,
    "checklist": _plain("checklist", Kind.CHECKLIST, kind_details.checklist),
    "gift": _gift("gift", gifts.gift),
    "unique_gift": _gift("unique_gift", gifts.unique_gift),
    "gift_upgrade_sent": _gift("gift_upgrade_sent", gifts.upgrade),
}


def joined(captions: list[tuple[str, list[Json]]]) -> tuple[str, list[Json]]:
    """Several captions as one text, with their entities moved along (offsets count UTF-16 units)."""
    text, marks = "", []
    for caption, own in captions:
        if not caption:
            continue
        text += "\n\n" if text else ""
        start = units(text)
        text += caption
        marks += [{**entity, "offset": entity["offset"] + start} for entity in own]
    return text, marks
