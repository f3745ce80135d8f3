"""Every kind of message as the page shows it: as what it is, the same live, and unable to do anything."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from tests.tickets.cast import browser_of, receive
from tests.tickets.kinds import PLACE, POLL, contents
from tests.tickets.looking import delivered_reply, in_frame, on_page
from tickets import amendments, conversation
from tickets.content import Content
from tickets.models import Message, Status

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ x }}"
WRONG: list[Any] = [None, 0, -1, 1e300, True, "", "x", [], [None], ["x"], [{}], {}, {"x": 1}]


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


@pytest.fixture
def ticket(anna: Any) -> Any:
    client = factories.make_client(name="Maria")
    return factories.make_ticket(client=client, text="Hi", assignee=anna, status=Status.IN_PROGRESS_ID)


def squeezed(html: str) -> str:
    return re.sub(r"\s+", " ", html)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo", r'<details class="cover"><summary>.*Covered by the sender.*</summary><a class="picture"'),
        ("album", r'<details class="cover"><summary>.*</summary><div class="album" data-count="2"'),
        ("video", r"<video [^>]*controls"),
        ("animation", r'<video class="animation"[^>]*autoplay muted loop'),
        (
            "voice",
            r'data-sound="voice".*<audio [^>]*controls.*class="player" data-keep hidden.*role="slider"',
        ),
        ("audio", r"<strong[^>]*>Ruslan</strong>.*Glinka</span>.*<audio [^>]*controls.*1:05"),
        ("video_note", r'<span class="video-note"><video [^>]*data-video-note'),
        ("document", r'href="/files/\d+/\?download=1"[^>]*>d\.pdf</a>'),
        ("sticker", r'<img class="sticker" [^>]*alt="👍"'),
        (
            "animated sticker",
            r'role="img" aria-label="👍 Animated sticker" data-sticker="/files/\d+/" '
            r'data-player="/static/vendor/lottie/lottie_light.min.js" data-keep><span [^>]*>👍</span>',
        ),
        ("waiting sticker", r"👍</span>.*On its way from Telegram"),
        (
            "location",
            r'<svg class="place-drawing".*place-alert.*place-accuracy.*rotate\(90 160 84\).*world\.svg'
            r".*The house.*Street 5.*data-ended.*No longer live.*55\.750000, -37\.500000 · ± 40\xa0m"
            r".*120\xa0m.*https://www\.openstreetmap\.org/\?mlat=55\.750000&amp;mlon=-37\.500000",
        ),
        ("contact", r'Ivan Petrov.*href="tel:\+79161".*href="/messages/\d+/contact\.vcf" download'),
        (
            "poll",
            r"Quiz · with names · several answers · ended.*<strong>When</strong> shall we come\?"
            r".*75%.*Now.*width=\"75\".*data-right.*25%.*Later.*Right answer.*4 votes.*Because it is late",
        ),
        ("dice", r'<svg class="die".*(<circle.*){5}🎲 5 of 6'),
        ("slot machine", r"7️⃣ 7️⃣ 7️⃣.*🎰 64 of 64"),
        ("game", r'<a class="picture".*Lumberjack.*Cut wood'),
        ("story", r'Night shop.*<a href="https://t\.me/shop/s/5"'),
        ("paid_media", r"Paid media: 50 ⭐.*(<li class=\"paid-item\">.*){2}1:05"),
        (
            "checklist",
            r'1 of 2 done.*Move.*<li data-done><span [^>]*aria-label="Done".*Pack.*Maria'
            r'.*<li><span [^>]*aria-label="Not done".*Call.*Others may add',
        ),
        ("gift", r"Gift.*Cake.*For 50 stars"),
        ("service", r'<div class="service-line">.*Pinned · Hello'),
        ("other", r'Hologram.*<code class="kind-name">hologram</code>.*<li[^>]*>in 3D</li>'),
        (
            "forwarded",
            r'<a href="https://t\.me/news/5"[^>]*>Forwarded from News</a> · <time '
            r'datetime="2026-11-20T10:05:00\+00:00".*class="quote quote-unknown".*Someone',
        ),
    ],
)
def test_each_kind_is_shown_as_what_it_is_and_the_same_live(
    name: str, shown: str, browser: Any, ticket: Any
) -> None:
    message = receive(ticket, contents()[name])

    html = on_page(browser, message)

    assert re.search(shown, html, re.DOTALL), html
    assert f'data-direction="in" data-kind="{message.kind}"' in html
    assert squeezed(html) == squeezed(in_frame(message))


def test_there_is_a_test_content_for_every_kind() -> None:
    assert {content.kind for content in contents().values()} == set(Message.Kind)


def test_a_service_message_is_a_line_without_a_bubble_and_says_what_it_is_in_ones_language(
    ticket: Any,
) -> None:
    payment = {"type": "successful_payment", "title": "Paid: 5.00 USD"}
    alert = {"type": "proximity_alert_triggered", "title": "Ann is within 50 m of Bo"}
    unknown = {"type": "chat_teleported", "title": "Chat teleported"}

    paid, near, new = (
        receive(ticket, Content(kind="service", details=details)) for details in (payment, alert, unknown)
    )

    assert "bubble" not in in_frame(paid)
    assert "Paid: 5.00 USD" in in_frame(paid)
    russian = in_frame(paid, language="ru")
    assert ": 5.00 USD" in russian
    assert "Paid" not in russian
    assert ": Ann is within 50 m of Bo" in in_frame(near, language="ru")
    assert "Chat teleported" in in_frame(new, language="ru")


# What nobody may do


class Found(HTMLParser):
    """The elements and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


def poisoned(value: Any, evil: str = EVIL) -> Any:
    """`value` with every text in it replaced, but for what decides how it is read."""
    if isinstance(value, str):
        return evil
    if isinstance(value, list):
        return [poisoned(one, evil) for one in value]
    if isinstance(value, dict):
        return {key: poisoned(one, evil) for key, one in value.items()}
    return value


@pytest.mark.parametrize("name", list(contents()))
@pytest.mark.parametrize("evil", [EVIL, "javascript:alert(1)"])
def test_no_text_in_any_kind_can_become_markup_or_a_link_that_runs(
    name: str, evil: str, browser: Any, ticket: Any
) -> None:
    content = contents()[name]
    details = poisoned(content.details, evil)
    message = receive(
        ticket,
        Content(kind=content.kind, text=evil, details=details, files=content.files),
        quote=evil,
    )
    Message.objects.filter(pk=message.pk).update(
        reactions={"client": [{"type": "emoji", "emoji": evil}, {"type": evil}]},
        buttons=[[{"text": evil, "url": evil}]],
    )

    html = on_page(browser, message)
    found = Found(html)

    assert not {"script", "iframe", "object", "form"} & found.tags
    assert not [name for name in found.attributes if name.startswith("on") or name == "style"]
    assert "<img src=x" not in html
    assert not [link for link in found.links if link.lower().startswith("javascript:")]
    assert squeezed(html) == squeezed(in_frame(message))


@pytest.mark.parametrize("name", [name for name, content in contents().items() if content.details])
def test_whatever_is_wrong_in_the_details_the_page_is_drawn(name: str, ticket: Any) -> None:
    message = receive(ticket, contents()[name])
    right = message.details
    items = [conversation.Item(seq=message.seq, message=message)]

    for key in right:
        for wrong in WRONG:
            message.details = {**right, key: wrong}
            assert f'id="message-{message.pk}"' in conversation.render_items(items)
    for key, inner in [(key, value) for key, value in right.items() if isinstance(value, list)]:
        for field in {field for one in inner if isinstance(one, dict) for field in one}:
            for wrong in WRONG:
                message.details = {**right, key: [{**inner[0], field: wrong}]}
                assert f'id="message-{message.pk}"' in conversation.render_items(items)
    message.details = {}
    assert f'id="message-{message.pk}"' in conversation.render_items(items)


def test_what_telegram_sent_is_linked_for_every_page_and_shown_on_an_administrators_only(
    anna: Any, browser: Any, ticket: Any
) -> None:
    message = receive(ticket, contents()["other"])
    address = reverse("ticket", args=[ticket.pk])

    raw = reverse("message-raw", args=[message.pk])
    assert f'<a class="only-admins" href="{raw}">' in on_page(browser, message)
    assert " data-admin>" not in browser.get(address).content.decode()
    anna.is_staff = True
    anna.save()
    assert " data-admin>" in browser.get(address).content.decode()


# Places and polls


def test_a_live_location_says_until_when_and_that_it_has_ended(ticket: Any) -> None:
    live = {**PLACE, "live_until": "2999-01-01T00:00:00+00:00"}
    for_ever = {key: value for key, value in PLACE.items() if key != "live_until"}

    html = in_frame(receive(ticket, Content(kind="location", details=live)))
    assert 'data-live-until="2999-01-01T00:00:00+00:00"' in html
    assert "data-ended" not in html
    html = in_frame(receive(ticket, Content(kind="location", details=for_ever | {"live_period": 600})))
    assert "data-live-until" in html
    html = in_frame(receive(ticket, Content(kind="location", details=for_ever | {"live_period": 0x7FFFFFFF})))
    assert "Live, until it is stopped" in html


def test_a_drawing_has_points_in_its_numbers_in_russian_too(anna: Any, browser: Any, ticket: Any) -> None:
    anna.language = "ru"
    anna.save()
    html = on_page(browser, receive(ticket, contents()["location"]))

    drawing = html.partition("<svg")[2].partition("</svg>")[0]
    assert not re.search(r'="[^"]*\d,\d[^"]*"', drawing.replace("55.750000, -37.500000", ""))


def test_votes_and_places_that_change_are_not_called_edited(anna: Any, ticket: Any) -> None:
    poll = receive(ticket, Content(kind="poll", details=POLL))
    Message.objects.filter(pk=poll.pk).update(edited_at=poll.created_at)
    photo = receive(ticket, contents()["document"])
    Message.objects.filter(pk=photo.pk).update(edited_at=photo.created_at)

    assert "<span>edited</span>" not in in_frame(poll)
    assert "<span>edited</span>" in in_frame(photo)


def test_a_page_with_every_kind_costs_as_many_queries_as_one_with_a_few(
    anna: Any, browser: Any, ticket: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from telegram_bridge import bot_states

    def everything() -> None:
        for content in contents().values():
            receive(ticket, content)
        message = delivered_reply(ticket, anna, buttons=[[{"text": "Yes", "answer": "y"}]])
        amendments.react(message, staff=anna, emoji="👍")

    def queries() -> int:
        bot_states.strip.forget()
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"/tickets/{ticket.pk}/?through=1")
        return len(captured)

    everything()
    few = queries()
    everything()

    assert queries() == few <= 25
