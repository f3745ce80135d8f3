"""The gallery in docs/screens/, made by `make screens`, not by `make test`: every page, wide and narrow,
light and dark, in English and in Russian, with a desk's morning in it and with nothing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rules.models import Rule, WorkingHours
from staff import invitations
from staff.models import Team, User
from staff.roles import Role
from telegram_bridge.models import Bot
from tests.factories import make_bot, make_client, make_inbox, make_message, make_ticket, make_user
from tests.flows.staff_browser import window_of
from tests.tickets.cast import receive
from tickets import canned, client_changes, operations, properties, saved_views
from tickets.content import Content
from tickets.mentions import called_in
from tickets.models import Message, Status, Tag, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
SIZES: dict[str, Any] = {
    "wide": {"width": 1440, "height": 900},
    "tablet": {"width": 900, "height": 1100},
    "narrow": {"width": 390, "height": 844},
}
# Which of all combinations are kept: each of the six appears with each of the others' halves.
LOOKS = [("wide", "light", "en"), ("wide", "dark", "ru"), ("narrow", "light", "ru"), ("narrow", "dark", "en")]

TALKS = {
    "en": [
        ("Maria Lopez", "Hello! My parcel was due yesterday, and the tracking has not moved since Friday."),
        ("Tom Becker", "Can I change the delivery address? The order is 40218."),
        ("Priya Nair", "Thank you, that was quick!"),
        ("عمر الخطيب", "هل يمكنني الدفع عند الاستلام؟"),
        ("Grace Okafor", "The app says “payment failed”, but my bank took the money twice."),
        ("Li Wei", "Is there a student discount?"),
        ("Jonas", "?"),
        ("Alexandria Montgomery-Fitzwilliam the Third", "Where do I find the invoice for September?"),
    ],
    "ru": [
        ("Мария Лопатина", "Здравствуйте! Посылка должна была прийти вчера, а трек стоит с пятницы."),
        ("Тимур Беков", "Можно поменять адрес доставки? Заказ 40218."),
        ("Полина Нестерова", "Спасибо, очень быстро!"),
        ("عمر الخطيب", "هل يمكنني الدفع عند الاستلام؟"),
        ("Галина Орлова", "Приложение пишет «платёж не прошёл», а банк списал деньги дважды."),
        ("Ли Вэй", "Есть ли скидка для студентов?"),
        ("Женя", "?"),
        ("Александра Константиновна Верещагина-Поликарпова", "Где найти счёт за сентябрь?"),
    ],
}
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "answer": "I am sorry, Maria. I have asked the carrier, and will tell you in an hour at the latest.",
        "note": "@boris the depot says a lorry broke down; do we give a voucher?",
        "more": "Thank you! I need it on Saturday, it is a present.",
        "subject": "Parcel late since Friday",
        "tags": ("delivery", "refund", "VIP"),
        "teams": ("Delivery", "Billing"),
        "shop": "Shop",
        "view": "Late parcels",
        "client_notes": "Prefers to be called after six. Signed the delivery contract in spring.",
        "attribute": "Order",
        "parcel": "parcel",
        "soon": "We are looking for your parcel, {{ client.first_name }}.",
        "invited": "Nina Ray",
        "draft": "Good news: the parcel is on its way again and",
    },
    "ru": {
        "answer": "Мне очень жаль, Мария. Спросила у перевозчика, отвечу самое позднее через час.",
        "note": "@boris на складе говорят, сломалась машина; дадим купон?",
        "more": "Спасибо! Нужна к субботе, это подарок.",
        "subject": "Посылка опаздывает с пятницы",
        "tags": ("доставка", "возврат", "VIP"),
        "teams": ("Доставка", "Оплата"),
        "shop": "Магазин",
        "view": "Опоздавшие посылки",
        "client_notes": "Просит звонить после шести. Договор о доставке подписан весной.",
        "attribute": "Заказ",
        "parcel": "посылка",
        "soon": "Ищем вашу посылку, {{ client.first_name }}.",
        "invited": "Нина Рэй",
        "draft": "Хорошие новости: посылка снова в пути и",
    },
}


@pytest.fixture
def anna(live_database: Any) -> User:
    user = make_user("anna", first_name="Anna", last_name="Berg")
    user.set_role(Role.ADMINISTRATOR)
    return user


@pytest.fixture
def windows(browser: Any, processes: Any, anna: User) -> Iterator[Any]:
    server = processes.web()
    opened: list[Any] = []

    def window(size: str, theme: str, language: str) -> Any:
        User.objects.filter(pk=anna.pk).update(language=language, theme=theme)
        anna.refresh_from_db()
        page = window_of(browser, anna, server.url, viewport=SIZES[size], color_scheme=theme)
        opened.append(page)
        return page

    yield window
    for page in opened:
        page.context.close()


def morning(anna: User, language: str) -> Ticket:
    """A desk at work; returns the ticket to look at."""
    words = WORDS[language]
    boris = make_user("boris", first_name="Boris" if language == "en" else "Борис")
    now = timezone.now()
    well: dict[str, Any] = {"state": Bot.State.RUNNING, "seen_at": now, "state_changed_at": now}
    inbox = make_bot(inbox=make_inbox(words["shop"]), username="shop_bot", **well).inbox
    tags = [
        Tag.objects.create(name=name, colour=colour)
        for name, colour in zip(words["tags"], ("azure", "orange", "purple"), strict=True)
    ]
    teams = [Team.objects.create(name=name) for name in words["teams"]]
    tickets = []
    for number, (name, text) in enumerate(TALKS[language]):
        client = make_client(inbox=inbox, name=name, username="maria_l" if not number else "")
        assignee = (anna, boris, anna, None)[number % 4]
        status = Status.IN_PROGRESS_ID if assignee else Status.OPEN_ID
        tickets.append(make_ticket(client=client, text=text, assignee=assignee, status=status))
    looked_at = tickets[0]
    make_message(looked_at, author=anna, text=words["answer"])
    Message.objects.filter(direction="out").update(delivery=Message.Delivery.SENT)
    called, calls = called_in(words["note"], looked_at)
    content = Content(text=words["note"], entities=calls)
    properties.note(looked_at, staff=anna, content=content, mentioned=called)
    receive(looked_at, Content(text=words["more"]))
    properties.set_subject(looked_at, subject=words["subject"], staff=anna)
    properties.set_priority(looked_at, priority=Ticket.Priority.HIGH, staff=anna)
    properties.set_team(looked_at, team=teams[0], staff=anna)
    properties.change_tags(looked_at, add=[tags[0], tags[2]], remove=[], staff=anna)
    properties.set_priority(tickets[4], priority=Ticket.Priority.URGENT, staff=anna)
    properties.snooze(tickets[6], until=timezone.now() + timedelta(days=1), staff=anna)
    closed = Status.objects.get(pk=Status.CLOSED_ID)
    operations.set_status(tickets[2], status=closed, staff=anna)
    Rule.objects.create(client=looked_at.client, assign_to=anna, created_by=anna)
    late: list[Any] = [{"field": "text", "op": "word", "value": words["parcel"]}]
    late.append({"any": [_asks("priority", "is", ["3", "4"]), _asks("waiting", "more", 60)]})
    hours: Any = ["09:00", "18:00"]
    WorkingHours.objects.create(inbox=inbox, time_zone="Europe/Berlin", week=[hours] * 5 + [None] * 2)
    Rule.objects.create(
        name=words["view"],
        event="message_received",
        conditions={"all": late},
        actions=[
            {"do": "add_tag", "value": str(tags[0].pk)},
            {"do": "round_robin", "value": str(teams[0].pk)},
            {"do": "answer", "value": {"text": words["soon"], "hours": 12}},
        ],
        created_by=anna,
    )
    client = looked_at.client
    client_changes.set_notes(client, notes=words["client_notes"], staff=anna, was="")
    client_changes.set_attribute(client, name=words["attribute"], value="40217", staff=anna, was="")
    client_changes.change_tags(client, add=[tags[2]], remove=[], staff=anna)
    invitations.invite(name=words["invited"], email="", role=Role.AGENT, by=anna)
    User.objects.filter(pk=boris.pk).update(availability=User.Availability.AWAY)
    canned.save_canned(anna, None, shortcut="eta", title="", text=words["answer"], audience="all", team=None)
    saved_views.save_view(
        anna, name=words["view"], filters={"tag": [str(tags[0].pk)]}, audience="all", team=None
    )
    return looked_at


def _asks(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(("size", "theme", "language"), LOOKS)
def test_every_page(windows: Any, anna: User, size: str, theme: str, language: str) -> None:
    page = windows(size, theme, language)
    end = f"{size}-{theme}-{language}"

    def keep(name: str) -> None:
        page.wait_for_timeout(400)  # fonts, and what slides in
        page.screenshot(path=FOLDER / f"{name}-{end}.png")

    page.goto("/tickets/")
    keep("empty")
    ticket = morning(anna, language)
    page.goto("/tickets/")
    expect(page.locator("[data-row]").first).to_be_visible()
    keep("list")
    page.goto(f"/tickets/{ticket.pk}/")
    expect(page.locator("#conversation .message").first).to_be_visible()
    page.locator("textarea.composer-text").fill(WORDS[language]["draft"])
    keep("ticket")
    if size == "wide":
        page.locator("[data-pick-mode]").click()
        for place in range(3):
            page.locator("[data-pick]").nth(place).check()
        page.locator("#bulk details").first.locator("summary").click()
        keep("bulk")
        page.keyboard.press("Escape")
        page.locator("[data-pick-none]").click()
        page.locator("[data-pick-mode]").click()
        page.locator(".composer-mode input[value=note]").check(force=True)
        page.locator("textarea.composer-text").fill("@b")
        page.locator("textarea.composer-text").press("End")
        page.locator(".filters-more > summary, details > summary[aria-label]").first.click()
        keep("filters")
    for name, address in (
        ("client", f"/clients/{ticket.client_id}/"),
        ("rules", "/rules/"),
        ("builder", f"/rules/{Rule.objects.exclude(actions=[]).get().pk}/"),
        ("hours", f"/rules/hours/{ticket.inbox_id}/"),
        ("bots", "/bots/"),
        ("views", "/views/"),
        ("canned", "/canned/"),
        ("profile", "/profile/"),
        ("notifications", "/notifications/"),
        ("told", "/notifications/settings/"),
        ("people", "/people/"),
        ("audit", "/audit/"),
    ):
        page.goto(address)
        keep(name)


def test_a_tablet(windows: Any, anna: User) -> None:
    ticket = morning(anna, "en")
    page = windows("tablet", "light", "en")
    page.goto(f"/tickets/{ticket.pk}/")
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / "ticket-tablet-light-en.png")
