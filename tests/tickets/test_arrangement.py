"""How the items of a page stand together."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from tests import factories
from tickets import steps
from tickets.arrangement import arranged, day_words
from tickets.content import Content
from tickets.conversation import stretch
from tickets.journal import by_rule, change
from tickets.models import Message, Status, Ticket
from tickets.templatetags.conversation import author_name

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "english", "russian"),
    [
        (date(2026, 3, 12), "Today", "Сегодня"),
        (date(2026, 3, 11), "Yesterday", "Вчера"),
        (date(2026, 1, 1), "1 January", "1 января"),
        (date(2025, 12, 31), "31 December 2025", "31 декабря 2025 г."),
        (date(2026, 3, 13), "13 March", "13 марта"),  # a clock that is ahead
    ],
)
def test_a_day_has_its_words(day: date, english: str, russian: str) -> None:
    with translation.override("en"):
        assert day_words(day, today=NOON.date()) == english
    with translation.override("ru"):
        assert day_words(day, today=NOON.date()) == russian


@pytest.mark.django_db
def test_days_begin_in_the_persons_zone_and_only_one_who_goes_on_at_once_continues() -> None:
    anna = factories.make_user("anna")
    ticket = factories.make_ticket(text="one", assignee=anna, status=Status.IN_PROGRESS_ID)
    answers = [factories.make_message(ticket, text=text, author=anna) for text in ("2", "3", "4", "5")]
    said = [ticket.messages.earliest("pk"), *answers]
    # Minutes after noon; Tokyo's midnight is at three in the afternoon, in UTC.
    for message, minutes in zip(said, (0, 1, 2, 8, 181), strict=True):
        Message.objects.filter(pk=message.pk).update(created_at=NOON + timedelta(minutes=minutes))
    items, _more = stretch(Ticket.objects.get(pk=ticket.pk))
    with timezone.override("Asia/Tokyo"):
        drawn = [item for item in arranged(items, now=NOON + timedelta(hours=4)) if item.message]
    assert [item.continues for item in drawn] == [False, False, True, False, False]
    assert drawn[-1].day_words == "Today"
    assert drawn[-1].day == date(2026, 3, 13)


@pytest.mark.django_db
def test_each_rule_speaks_for_itself() -> None:
    ticket = factories.make_ticket(text="one")
    with change() as opened:
        locked = Ticket.objects.locked().get(pk=ticket.pk)
        for name in ("We got it", "Out of hours", "Out of hours"):
            steps.write_message(opened, locked, Content(text="…"), actor=by_rule(name))
    items, _more = stretch(Ticket.objects.get(pk=ticket.pk))
    drawn = [item for item in arranged(items, now=timezone.now()) if item.message]
    names = [author_name(item.message) for item in drawn if item.message]
    assert names[1:] == ["Rule “We got it”", "Rule “Out of hours”", "Rule “Out of hours”"]
    assert [item.continues for item in drawn] == [False, False, False, True]
