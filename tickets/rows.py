"""The rows of the ticket list: one lean query, plain values, times put into words once.

Names of employees and statuses come from the lists that the page loads anyway, not from joins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.search import SearchHeadline
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from staff.models import User
from tickets import client_pictures, kind_words, reading
from tickets.counting import CountOf
from tickets.models import Draft, Message, Status, Ticket
from tickets.pages import Place
from tickets.search import search_query

# Counted exactly up to here; a number beyond says nothing more to a person and costs time.
MOST_COUNTED = 1000
LONGEST_PREVIEW = 160
TONES = 8
ICONS = {
    Message.Kind.PHOTO: "photo",
    Message.Kind.VIDEO: "video",
    Message.Kind.ANIMATION: "movie",
    Message.Kind.VOICE: "microphone",
    Message.Kind.AUDIO: "music",
    Message.Kind.VIDEO_NOTE: "video",
    Message.Kind.DOCUMENT: "paperclip",
    Message.Kind.STICKER: "mood-smile",
    Message.Kind.ALBUM: "photo",
    Message.Kind.LOCATION: "map-pin",
    Message.Kind.CONTACT: "address-book",
    Message.Kind.POLL: "chart-bar",
    Message.Kind.DICE: "dice-5",
    Message.Kind.GAME: "device-gamepad-2",
    Message.Kind.STORY: "circle-dashed",
    Message.Kind.PAID_MEDIA: "coin",
    Message.Kind.CHECKLIST: "checklist",
    Message.Kind.GIFT: "gift",
    Message.Kind.SERVICE: "info-circle",
    Message.Kind.OTHER: "puzzle",
}

COLUMNS = (
    "pk",
    "status_id",
    "assignee_id",
    "last_seq",
    "priority",
    "subject",
    "waiting_since",
    "snoozed_at",
    "created_at",
    "updated_at",
    "closed_at",
    "client_id",
    "client__name",
    "client__username",
    "client__is_reachable",
    "client__avatar",
    "client__avatar_key",
    "last_message__direction",
    "last_message__author_id",
    "last_message__kind",
    "last_message__delivery",
)

# Characters that no text has: PostgreSQL puts them around what was searched for.
HIT_BEGINS, HIT_ENDS = "\x02", "\x03"

# What stands for a message without text (tickets/kind_words.py).
PREVIEWED = ("title", "question", "emoji", "type")


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as the list shows it."""

    pk: int
    seq: int
    place: Place
    status: Status
    assignee: str
    assignee_initials: str
    assignee_tone: int
    client_name: str
    subject: str
    priority: int
    is_snoozed: bool
    username: str
    initials: str
    tone: int
    avatar: str
    is_reachable: bool
    author: str
    icon: str
    preview: str
    draft: str
    snippet: list[tuple[str, bool]]
    unread: int
    waits: bool
    undelivered: bool
    when: str
    when_in_full: str
    timestamp: str

    @property
    def unread_words(self) -> str:
        words = ngettext("%(number)s unread message", "%(number)s unread messages", self.unread)
        return words % {"number": self.unread}


class Days:
    """Days in the reader's words, each put into them once."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        # Translators: Django's date format; a language that writes months in lower case takes "j b".
        self._format = pgettext("date format", "j M")
        self._words: dict[date, str] = {}

    def short(self, at: datetime) -> str:
        """14:05 today, 12 Nov this year, 12 Nov 2025 before."""
        if at.date() == self.today:
            return f"{at:%H:%M}"
        return self._day(at) if at.year == self.today.year else f"{self._day(at)} {at.year}"

    def full(self, at: datetime) -> str:
        """12 Nov 2026, 14:05"""
        return f"{self._day(at)} {at.year}, {at:%H:%M}"

    def _day(self, at: datetime) -> str:
        day = at.date()
        if day not in self._words:
            self._words[day] = date_format(day, self._format)
        return self._words[day]


def counted(tickets: QuerySet[Ticket]) -> CountOf:
    """How many `tickets` there are, up to one more than MOST_COUNTED."""
    return CountOf(tickets.order_by().values("pk")[: MOST_COUNTED + 1])


@dataclass(frozen=True, slots=True)
class Rows:
    """What the list's query found: the rows, how many there are, how many tickets the reader has unread."""

    rows: list[Row]
    count: int
    unread: int


def read(
    tickets: QuerySet[Ticket],
    *,
    reader: User,
    column: str,
    count: CountOf,
    statuses: list[Status],
    people: list[User],
    words: list[str],
) -> Rows:
    """The rows of `tickets` as `reader` sees them, their times by `column`, and the `count`; one query.

    With `words` that were searched for, a row shows where they stand.
    """
    unread_tickets = reading.unread_tickets(reader)
    values = tickets.values(
        *COLUMNS,
        count=count,
        unread=reading.unread_messages(reader),
        unread_tickets=CountOf(unread_tickets),
        draft=Subquery(_drafts_of(reader)),
        snippet=Subquery(_found(words)) if words else Value(""),
        text=Left("last_message__text", LONGEST_PREVIEW * 2),
        **{name: KeyTextTransform(name, "last_message__details") for name in PREVIEWED},
    )
    by_status = {status.pk: status for status in statuses}
    by_person = {person.pk: person for person in people}
    days = Days()
    found = list(values)
    rows = [_row(value, column, by_status, by_person, days) for value in found]
    if not found:
        return Rows([], 0, unread_tickets.count())
    return Rows(rows, found[0]["count"], found[0]["unread_tickets"])


def _drafts_of(reader: User) -> QuerySet[Draft, Any]:
    """The beginning of the answer that `reader` has begun in a ticket."""
    drafts = Draft.objects.filter(staff=reader, ticket=OuterRef("pk"), is_note=False).exclude(text="")
    return drafts.annotate(beginning=Left("text", LONGEST_PREVIEW)).values("beginning")


def _found(words: list[str]) -> QuerySet[Message, Any]:
    """The newest message with `words`, cut to where they stand, each between HIT_BEGINS and HIT_ENDS."""
    newest = Message.objects.filter(ticket=OuterRef("pk")).matching(words).order_by("-seq")
    headline = SearchHeadline(
        "text",
        search_query(words),
        config="russian",
        start_sel=HIT_BEGINS,
        stop_sel=HIT_ENDS,
        max_words=14,
        min_words=6,
    )
    return newest.annotate(headline=headline).values("headline")[:1]


def _pieces(snippet: str | None) -> list[tuple[str, bool]]:
    """The snippet as (text, whether it is what was searched for)."""
    pieces = []
    for part in " ".join((snippet or "").split()).split(HIT_BEGINS):
        hit, ends, rest = part.partition(HIT_ENDS)
        pieces += [(hit, bool(ends)), (rest, False)]
    return [(text, is_hit) for text, is_hit in pieces if text]


def _row(
    value: Mapping[str, Any],
    column: str,
    statuses: Mapping[int, Status],
    people: Mapping[int, User],
    days: Days,
) -> Row:
    at = timezone.localtime(value[column])
    assignee = _name(people.get(value["assignee_id"]))
    direction = value["last_message__direction"]
    return Row(
        pk=value["pk"],
        seq=value["last_seq"],
        place=Place(value[column], value["pk"]),
        # A status may be added between the two queries.
        status=statuses.get(value["status_id"]) or Status(name="…"),
        assignee=assignee,
        assignee_initials=_initials(assignee),
        assignee_tone=(value["assignee_id"] or 0) % TONES,
        client_name=value["client__name"],
        subject=value["subject"],
        priority=value["priority"],
        is_snoozed=value["snoozed_at"] is not None,
        username=value["client__username"],
        initials=_initials(value["client__name"]),
        tone=value["client_id"] % TONES,
        avatar=_avatar(value),
        is_reachable=value["client__is_reachable"],
        author=_author(direction, people.get(value["last_message__author_id"])),
        icon=ICONS.get(value["last_message__kind"], ""),
        preview=_preview(value),
        draft=" ".join((value["draft"] or "").split()),
        snippet=_pieces(value["snippet"]),
        unread=value["unread"],
        waits=value["waiting_since"] is not None and value["closed_at"] is None,
        undelivered=value["last_message__delivery"] in {Message.Delivery.FAILED, Message.Delivery.UNKNOWN},
        when=days.short(at),
        when_in_full=days.full(at),
        timestamp=at.isoformat(timespec="milliseconds"),
    )


def _author(direction: str | None, author: User | None) -> str:
    """Who wrote the last message or note, where it wasn't the client."""
    if direction in {None, Message.Direction.IN}:
        return ""
    return author.name if author else _("Automatic message")


def _name(person: User | None) -> str:
    return person.name if person else ""


def _preview(value: Mapping[str, Any]) -> str:
    text = " ".join((value["text"] or "").split())[:LONGEST_PREVIEW]
    if text or not value["last_message__kind"]:
        return text
    kind = Message.Kind(value["last_message__kind"])
    return kind_words.preview(kind, value)[:LONGEST_PREVIEW] or str(kind.label)


def _avatar(value: Mapping[str, Any]) -> str:
    """Where the client's picture is; empty without one."""
    if not value["client__avatar"]:
        return ""
    return client_pictures.address(value["client_id"], value["client__avatar_key"])


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"
