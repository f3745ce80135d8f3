"""What templates need for the kinds of messages: a poll's bars, a die's face, a place's drawing, reactions.

`Message.details` comes from Telegram through the bridge: nothing here trusts its shape.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tickets import client_pictures, kind_words, place_drawing, rich_text
from tickets.models import Amendment, Client, Message

register = template.Library()

Kind = Message.Kind

CARDS = {
    kind: f"tickets/kinds/_{kind}.html"
    for kind in (
        Kind.LOCATION, Kind.CONTACT, Kind.POLL, Kind.DICE, Kind.GAME, Kind.STORY, Kind.PAID_MEDIA,
        Kind.CHECKLIST, Kind.GIFT, Kind.OTHER,
    )
}  # fmt: skip
# Votes, ticks, scores and places change by themselves: nobody edited such a message.
CHANGE_BY_THEMSELVES = frozenset({Kind.LOCATION, Kind.POLL, Kind.CHECKLIST, Kind.GAME, Kind.DICE})
FOR_EVER = 0x7FFFFFFF  # the live_period of a place that is shared until it is stopped
# Where the dots of a die are, on a grid of three by three. https://core.telegram.org/bots/api#dice
DOTS = {1: "4", 2: "08", 3: "048", 4: "0268", 5: "02468", 6: "023568"}
# The reels of a slot machine, from its value: two bits each. https://core.telegram.org/api/dice
REELS = ("🅱️", "🍇", "🍋", "7️⃣")
MOST_VALUES = {"🎰": 64, "🏀": 5, "⚽": 5}


class Chip(NamedTuple):
    """A reaction as it is shown: how it looks, what it is in words, and whether we gave it too."""

    sign: str
    words: str
    givers: int
    is_ours: bool


class Option(NamedTuple):
    text: str
    votes: int
    percent: int
    is_right: bool


@register.filter
def card(message: Message) -> str:
    """The template that shows what a message of its kind has besides text and files; empty for none."""
    return CARDS.get(Kind(message.kind), "")


@register.filter
def has_changed_words(message: Message) -> bool:
    """Whether "edited" says something: its words, or what stands in for them, were changed by a person."""
    return message.edited_at is not None and message.kind not in CHANGE_BY_THEMSELVES


@register.filter
def avatar_address(client: Client) -> str:
    return client_pictures.address(client.pk, client.avatar_key)


@register.filter
def dicts(details: Any, key: str) -> list[dict[str, Any]]:
    """The objects in a list of `details`."""
    return [one for one in _list(details, key) if isinstance(one, dict)]


@register.filter
def lines(details: Any, key: str = "lines") -> list[str]:
    """The texts in a list of `details`."""
    return [str(one) for one in _list(details, key) if one not in ("", None)]


def _list(details: Any, key: str) -> list[Any]:
    found = details.get(key) if isinstance(details, dict) else None
    return found if isinstance(found, list) else []


@register.filter
def when(value: Any) -> datetime | None:
    """A moment of `details`, which are JSON; None for what is none."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and timezone.is_naive(found) else found


@register.filter
def web_address(value: Any) -> str:
    """An address that a link may lead to, or nothing."""
    return rich_text.safe_address(value) if isinstance(value, str) else ""


# Places


@register.filter
def place(details: dict[str, Any]) -> place_drawing.Drawing | None:
    return place_drawing.drawing(details)


@register.filter
def metres(number: Any) -> str:
    """250 m, 2 km."""
    if not isinstance(number, int | float):
        return ""
    if number < 1000:
        words = _("%(number)s m") % {"number": round(number)}
    else:
        words = _("%(number)s km") % {"number": round(number / 1000)}
    return words.replace(" ", "\u00a0")


@register.filter
def live_until(message: Message) -> datetime | None:
    """When a live location ends (or ended); None for one that is shared until it is stopped."""
    if told := when(message.details.get("live_until")):
        return told
    period = message.details.get("live_period")
    if not isinstance(period, int) or not 0 < period < FOR_EVER:
        return None
    return message.created_at + timedelta(seconds=period)


@register.filter
def is_past(moment: datetime | None) -> bool:
    return moment is not None and moment <= timezone.now()


# Polls, checklists, dice


@register.filter
def question(details: dict[str, Any]) -> SafeString:
    return rich_text.render(str(details.get("question") or ""), _list(details, "question_entities"))


@register.filter
def options(details: dict[str, Any]) -> list[Option]:
    """A poll's answers with their share of the voters."""
    voters = _count(details.get("total_voter_count"))
    right = details.get("correct_option_ids") or [details.get("correct_option_id")]
    found = []
    for number, option in enumerate(dicts(details, "options")):
        votes = _count(option.get("voter_count"))
        percent = min(100, round(100 * votes / voters)) if voters else 0
        found.append(Option(str(option.get("text") or ""), votes, percent, number in right))
    return found


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


@register.filter
def poll_notes(details: dict[str, Any]) -> str:
    return kind_words.of_poll(details)


@register.filter
def vote_words(details: dict[str, Any]) -> str:
    return kind_words.of_votes(details)


@register.filter
def task_words(details: dict[str, Any]) -> str:
    return kind_words.of_tasks(dicts(details, "tasks"))


@register.filter
def dots(details: dict[str, Any]) -> list[tuple[int, int]]:
    """The dots of a die's face, as (x, y); none for another game."""
    value = details.get("value")
    if details.get("emoji") != "🎲" or not isinstance(value, int):
        return []
    return [(14 + 18 * (int(dot) % 3), 14 + 18 * (int(dot) // 3)) for dot in DOTS.get(value, "")]


@register.filter
def reels(details: dict[str, Any]) -> str:
    """What a slot machine shows."""
    value = details.get("value")
    if details.get("emoji") != "🎰" or not isinstance(value, int) or not 1 <= value <= 64:
        return ""
    return " ".join(REELS[(value - 1) >> shift & 3] for shift in (0, 2, 4))


@register.filter
def most_of_dice(details: dict[str, Any]) -> int:
    return MOST_VALUES.get(str(details.get("emoji")), 6)


# Words of ours


@register.filter
def service_words(details: dict[str, Any]) -> str:
    return kind_words.of_service(details)


@register.filter
def gift(details: dict[str, Any]) -> tuple[str, str]:
    return kind_words.of_gift(details)


@register.filter
def unknown_words(details: dict[str, Any]) -> str:
    return kind_words.of_unknown(details)


# What happened to a message since


@register.filter
def chips(message: Message) -> list[Chip]:
    """The reactions of both sides; one that both gave is shown once."""
    sides: dict[tuple[str, str], list[str]] = {}
    for side in ("client", "staff"):
        for reaction in dicts(message.reactions, side):
            sides.setdefault(_looks(reaction), []).append(side)
    return [
        Chip(sign, _by_whom(words or sign, by, message), len(by), "staff" in by)
        for (sign, words), by in sides.items()
    ]


def _looks(reaction: dict[str, Any]) -> tuple[str, str]:
    """How a reaction looks, and what it is where that doesn't say it."""
    if reaction.get("type") == "emoji" and reaction.get("emoji"):
        return str(reaction["emoji"]), ""
    if reaction.get("type") == "paid":
        return "⭐", _("Paid reaction")
    if reaction.get("type") == "custom_emoji":
        return "✨", _("Custom emoji")
    return "❔", _("Reaction of a kind that is not known here")


def _by_whom(what: str, sides: list[str], message: Message) -> str:
    names = {"client": message.ticket.client.name, "staff": _("the bot")}
    return f"{what}: {', '.join(names[side] for side in dict.fromkeys(sides))}"


@register.filter
def changes(message: Message) -> list[Amendment]:
    """What staff asked to change and Telegram hasn't taken; of each kind only what was asked last."""
    last = {one.kind: one for one in message.amendments.all()} if message.has_amendments else {}
    return [one for one in message.changes_under_way if last.get(one.kind) == one]


@register.filter
def change_words(amendment: Amendment) -> str:
    return kind_words.of_amendment(amendment.kind, amendment.state)
