"""How the items of a page stand together: the lines between days, and who goes on speaking.

static/js/conversation.js (`arrange`) does the same with what arrives later, and finds nothing to move in what
this has drawn.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.conversation import Item
from tickets.models import Message

SAME_BREATH = timedelta(minutes=5)


def arranged(items: Iterable[Item], *, now: datetime, first_unread: int | None = None) -> list[Item]:
    """The items, each with the day that begins with it and whether it continues the one before; what is
    unread begins anew, below a line."""
    today = timezone.localdate(now)
    found: list[Item] = []
    before: Item | None = None
    day: date | None = None
    for item in items:
        own = timezone.localdate(item.at)
        begins = own != day
        found.append(
            replace(
                item,
                day=own if begins else None,
                day_words=day_words(own, today=today) if begins else "",
                continues=not begins and item.seq != first_unread and _continues(before, item),
            )
        )
        before, day = item, own
    return found


def day_words(day: date, *, today: date) -> str:
    """Today, Yesterday, 12 March, or 12 March 2024, as static/js/moments.js says them too."""
    distance = (today - day).days
    if distance == 0:
        return _("Today")
    if distance == 1:
        return _("Yesterday")
    if day.year == today.year:
        return date_format(day, "j E")
    return date_format(day, pgettext("a day of another year, as Django's date filter takes it", "j E Y"))


def _continues(before: Item | None, item: Item) -> bool:
    first, then = before and before.message, item.message
    if not first or not then or first.kind == Message.Kind.SERVICE:
        return False
    return (
        first.direction == then.direction
        and (first.author_id, first.rule_name) == (then.author_id, then.rule_name)
        and abs(then.created_at - first.created_at) < SAME_BREATH
    )
