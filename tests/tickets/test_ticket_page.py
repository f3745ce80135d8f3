"""The ticket's page: what it shows, to whom, and at what cost."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from telegram_bridge import bot_states
from tests import factories
from tests.tickets.cast import browser_of, picture, receive, stored
from tickets import operations, steps
from tickets.content import Content, NewFile
from tickets.journal import by_rule, change
from tickets.models import Message, Status, Ticket

pytestmark = pytest.mark.django_db

SCRIPT: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna", last_name="Petrova")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


@pytest.fixture
def ticket(anna: Any) -> Any:
    client = factories.make_client(
        name="Maria", username="maria_k", language_code="ru", external_id=7123456789
    )
    return factories.make_ticket(
        client=client, text="Hello there", assignee=anna, status=Status.IN_PROGRESS_ID
    )


def page(browser: Any, ticket: Any, query: Any = "", **headers: Any) -> Any:
    response = browser.get(reverse("ticket", args=[ticket.pk]) + query, **headers)
    assert response.status_code == 200
    return response.content.decode()


def order(html: Any) -> Any:
    return [
        int(seq)
        for seq in re.findall(r'<(?:article|div) id="(?:message|event)-[^>]*? data-seq="(\d+)"', html)
    ]


# Who may look


@pytest.mark.parametrize("name", ["ticket", "file", "client"])
def test_nobody_who_is_not_signed_in_sees_a_ticket_a_file_or_a_client(name: Any, ticket: Any) -> None:
    address = reverse(name, args=[ticket.pk])

    assert browser_of(None).get(address).headers["Location"] == f"/accounts/login/?next={address}"
    assert browser_of(None).get(address, **SCRIPT).status_code == 401


def test_an_employee_who_was_deactivated_sees_nothing_from_that_moment_on(
    anna: Any, browser: Any, ticket: Any
) -> None:
    anna.is_active = False
    anna.save()

    assert browser.get(reverse("ticket", args=[ticket.pk])).status_code == 302


@pytest.mark.parametrize("name", ["ticket", "file", "client"])
@pytest.mark.parametrize("number", [999_999, 2**63, 10**30])
def test_a_number_that_is_none_is_not_found_and_never_an_error(name: Any, number: Any, browser: Any) -> None:
    prefix = {"ticket": "tickets", "file": "files", "client": "clients"}[name]

    assert browser.get(f"/{prefix}/{number}/").status_code == 404


@pytest.mark.parametrize("name", ["ticket-take", "ticket-reply", "ticket-status", "ticket-assign"])
def test_looking_never_changes_anything(name: Any, browser: Any, ticket: Any) -> None:
    assert browser.get(reverse(name, args=[ticket.pk])).status_code == 405


# The conversation


def test_the_page_has_the_numbers_that_the_socket_goes_on_from(browser: Any, ticket: Any) -> None:
    html = page(browser, ticket)

    assert f'data-ticket="{ticket.pk}" data-last-seq="{ticket.last_seq}" data-first-seq="1"' in html
    assert 'data-language="en" data-time-zone="UTC"' in html
    assert order(html) == sorted(order(html)) == [1, 2, 3, 4]


def test_a_message_is_an_element_with_its_number_direction_kind_and_delivery(
    anna: Any, browser: Any, ticket: Any
) -> None:
    reply = factories.make_message(ticket, text="On it", author=anna)

    html = page(browser, ticket)

    assert re.search(
        rf'id="message-{reply.pk}" [^>]*data-direction="out" data-kind="text" data-delivery="queued"',
        html,
    )
    assert "Anna Petrova" in html


def test_what_a_client_writes_is_text_and_never_markup(browser: Any, ticket: Any) -> None:
    receive(ticket, Content(text="<script>alert(1)</script>"))

    html = page(browser, ticket)

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (
            Content(kind="photo", files=[picture()]),
            r'<a class="picture"[^>]*data-lightbox.*<img [^>]*width="1" height="1"',
        ),
        (Content(kind="album", files=[picture(), picture()]), r'class="album" data-count="2"'),
        (
            Content(
                kind="voice", files=[stored("v.ogg", b"x", kind="voice", mime_type="audio/ogg", duration=65)]
            ),
            r"<audio [^>]*controls.*1:05",
        ),
        (
            Content(
                kind="video",
                files=[stored("v.mp4", b"x", kind="video", mime_type="video/mp4", width=640, height=480)],
            ),
            r'<video [^>]*width="360" height="270" controls',
        ),
        (
            Content(
                kind="video_note", files=[stored("n.mp4", b"x", kind="video_note", mime_type="video/mp4")]
            ),
            r"data-video-note",
        ),
        (
            Content(kind="animation", files=[stored("a.mp4", b"x", kind="animation", mime_type="video/mp4")]),
            r"<video class=\"animation[^>]*autoplay muted loop",
        ),
        (Content(kind="sticker", files=[picture(kind="sticker")]), r'<img class="sticker"'),
        (
            Content(
                kind="sticker",
                details={"emoji": "👍"},
                files=[stored("s.tgs", b"x", kind="sticker", mime_type="application/x-tgsticker")],
            ),
            r"👍.*Animated sticker",
        ),
        (
            Content(kind="document", files=[stored("a.pdf", b"12345", mime_type="application/pdf")]),
            r'href="/files/\d+/\?download=1"[^>]*>a\.pdf</a>.*5\xa0bytes',
        ),
        (
            Content(kind="document", files=[stored("a.html", b"x", mime_type="text/html")]),
            r'href="/files/\d+/\?download=1"',
        ),
        (
            Content(kind="document", files=[NewFile(name="late.zip", mime_type="application/zip")]),
            r"late\.zip.*On its way from Telegram",
        ),
        (
            Content(
                kind="photo", files=[NewFile(kind="photo", mime_type="image/jpeg", width=720, height=720)]
            ),
            r'waiting-picture.*<svg width="320" height="320"',
        ),
        (
            Content(
                kind="video", files=[NewFile(kind="video", name="big.mp4", size=48 * 2**20, state="too_big")]
            ),
            r"big\.mp4.*it has 48\.0\xa0MB.*at most 20\.0\xa0MB",
        ),
        (
            Content(
                kind="document", files=[NewFile(name="gone.zip", state="failed", error="Deleted there.")]
            ),
            r"Could not be fetched from Telegram\..*Deleted there\.",
        ),
        (
            Content(kind="location", details={"latitude": 55.75, "longitude": -37.5}),
            r"55\.750000, -37\.500000.*https://www\.openstreetmap\.org/\?mlat=55\.750000&amp;mlon=-37\.500000",
        ),
        (
            Content(kind="contact", details={"first_name": "Ivan", "phone_number": "+7 916"}),
            r'Ivan.*href="tel:\+7916"',
        ),
        (
            Content(
                kind="other", details={"type": "poll", "title": "Poll: When?", "lines": ["Now", "Later"]}
            ),
            r"Poll: When\?.*<li[^>]*>Now</li>",
        ),
        (Content(text="x", details={"forwarded_from": "News"}), r"Forwarded from News"),
    ],
    ids=lambda value: None if isinstance(value, Content) else value[:24],
)
def test_each_kind_of_message_is_shown_as_what_it_is(
    content: Any, shown: Any, browser: Any, ticket: Any
) -> None:
    message = receive(ticket, content)

    item = (
        page(browser, ticket).partition(f'<article id="message-{message.pk}"')[2].partition("</article>")[0]
    )

    assert re.search(shown, item, re.DOTALL), item


def test_coordinates_have_a_point_in_russian_too(anna: Any, browser: Any, ticket: Any) -> None:
    anna.language = "ru"
    anna.save()
    receive(ticket, Content(kind="location", details={"latitude": 55.75, "longitude": 37.5}))

    assert "mlat=55.750000&amp;mlon=37.500000" in page(browser, ticket)


@pytest.mark.parametrize(
    ("delivery", "error", "words"),
    [
        ("sent", None, 'aria-label="Sent"'),
        ("failed", {"code": "blocked"}, "The client has blocked the bot."),
        ("unknown", {"code": "no_answer"}, "Sending it again may deliver it twice."),
        ("queued", {"code": "network"}, "It will be tried again by itself."),
    ],
)
def test_every_delivery_state_is_shown_with_its_reason_and_what_one_can_do(
    delivery: Any, error: Any, words: Any, anna: Any, ticket: Any
) -> None:
    reply = factories.make_message(ticket, text="On it", author=anna)
    operations.begin_delivery(reply.pk, claim=factories.CLAIM)
    operations.settle_delivery(
        reply.pk, claim=factories.CLAIM, delivery=Message.Delivery(delivery), error=error
    )

    html = page(browser_of(anna), ticket)

    assert words in html
    again = f'form="send-again" formaction="/messages/{reply.pk}/send-again/"'
    assert (again in html) == (delivery in {"failed", "unknown"})


def test_an_edited_message_shows_what_it_said_before(browser: Any, ticket: Any) -> None:
    message = receive(ticket, Content(text="old words"))
    with change() as opened:
        message.ticket = Ticket.objects.locked().get(pk=ticket.pk)
        steps.edit_message(opened, message, Content(text="new words"), edited_at=datetime.now(tz=UTC))

    html = page(browser, ticket)

    assert "new words" in html
    assert re.search(r'<details class="versions">.*old words', html, re.DOTALL)


def test_a_reply_shows_what_it_answers_and_leads_there_also_in_an_earlier_ticket(
    anna: Any, browser: Any, ticket: Any
) -> None:
    first = ticket.messages.get()
    receive(ticket, Content(text="as I said"), reply_to=first, quote="Hello")
    html = page(browser, ticket)
    assert f'href="?through={first.seq}#message-{first.pk}" data-jump="{first.pk}"' in html

    operations.set_status(ticket, status=Status.objects.get(pk=3), staff=anna)
    later = factories.make_ticket(client=ticket.client, text="again")
    receive(later, Content(text="like then"), reply_to=first)

    assert f'href="/tickets/{ticket.pk}/?through={first.seq}#message-{first.pk}"' in page(browser, later)


def test_the_journal_stands_between_the_messages_as_sentences(anna: Any, browser: Any, ticket: Any) -> None:
    boris = factories.make_user("boris", first_name="Boris")
    with change() as opened:
        steps.assign(opened, Ticket.objects.locked().get(pk=ticket.pk), boris, by_rule("VIP"))
    operations.assign(ticket, assignee=None, staff=anna)
    custom = Status.objects.create(name="Spam", name_ru="Спам", kind="closed")
    operations.set_status(ticket, status=custom, staff=anna)

    html = page(browser, ticket)

    assert "The client opened the ticket" in html
    assert "Rule “VIP” assigned the ticket to Boris" in html
    assert "Anna Petrova took the ticket away from Boris" in html
    assert "Anna Petrova closed the ticket: Spam" in html
    anna.language = "ru"
    anna.save()
    assert "Спам" in page(browser, ticket)


def test_times_are_in_the_viewers_zone_without_scripts_too(anna: Any, browser: Any) -> None:
    anna.time_zone = "Asia/Vladivostok"  # UTC+10
    anna.save()
    late = factories.make_ticket()
    when = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    with change(when) as opened:
        steps.receive_message(
            opened, Ticket.objects.locked().get(pk=late.pk), Content(text="x"), written_at=when
        )

    html = page(browser, late)

    assert 'data-time-zone="Asia/Vladivostok"' in html
    assert '<time datetime="2026-03-01T20:30:00+00:00" data-moment="time">06:30</time>' in html
    assert 'class="day" data-day="2026-03-02"' in html


# Long histories


def test_the_last_fifty_items_are_shown_and_older_ones_come_in_stretches_without_gap_or_double(
    browser: Any, ticket: Any
) -> None:
    for number in range(120):
        receive(ticket, Content(text=f"number {number}"))

    newest = order(page(browser, ticket))
    assert len(newest) == 50
    seen = newest
    while seen[0] > 1:
        older = order(page(browser, ticket, f"?before={seen[0]}", **SCRIPT))
        assert older
        seen = older + seen

    assert seen == list(range(1, 125))
    assert 'id="older"' not in page(browser, ticket, f"?before={seen[40]}", **SCRIPT)


def test_without_scripts_an_older_stretch_is_a_page_of_its_own_that_is_not_live(
    browser: Any, ticket: Any
) -> None:
    for number in range(60):
        receive(ticket, Content(text=f"number {number}"))
    html = page(browser, ticket, "?before=20")

    assert order(html) == list(range(1, 20))
    assert "data-live" not in html
    assert "To the newest messages" in html


def test_a_link_to_an_old_message_brings_everything_from_there_on(browser: Any, ticket: Any) -> None:
    for number in range(120):
        receive(ticket, Content(text=f"number {number}"))

    assert order(page(browser, ticket, "?through=30")) == list(range(21, 125))
    assert order(page(browser, ticket, "?before=70&through=15", **SCRIPT)) == list(range(6, 70))


@pytest.mark.parametrize(
    "query", ["?before=abc", "?before=-1", "?through=x", "?files=nonsense", "?reply_to=9e9", "?before=0"]
)
def test_nonsense_in_the_address_is_ignored(query: Any, browser: Any, ticket: Any) -> None:
    page(browser, ticket, query)
    page(browser, ticket, query, **SCRIPT)


# What depends on who looks


def test_a_script_gets_the_parts_that_depend_on_who_looks_and_nothing_else(browser: Any, ticket: Any) -> None:
    html = page(browser, ticket, **SCRIPT)

    parts = set(re.findall(r'id="([a-z-]+)"[^>]*data-part', html))
    assert parts == {
        "ticket-summary",
        "composer-state",
        "composer-send",
        "client-card",
        "ticket-facts",
        "ticket-files",
        "ticket-properties",
        "assignee-was",
        "status-was",
    }
    assert "<html" not in html
    assert "<textarea" not in html


def test_the_composer_says_why_one_can_not_answer_and_what_to_do(anna: Any, ticket: Any) -> None:
    boris = browser_of(factories.make_user("boris"))

    assert 'data-state="ready"' in page(browser_of(anna), ticket)
    html = page(boris, ticket)
    assert 'data-state="colleague"' in html
    assert "Anna Petrova has this ticket; only they can answer." in html

    operations.assign(ticket, assignee=None, staff=anna)
    html = page(boris, ticket)
    assert 'data-state="take"' in html
    assert '<input type="hidden" name="take" value="1" form="reply-form">' in html

    operations.set_status(ticket, status=Status.objects.get(pk=3), staff=anna)
    html = page(boris, ticket)
    assert 'data-state="closed"' in html
    assert "Reopen" in html


def test_ones_own_ticket_that_is_still_open_is_taken_by_the_reply(anna: Any, browser: Any) -> None:
    own = factories.make_ticket(text="x", assignee=anna)

    assert 'data-state="take"' in page(browser, own)


def test_the_side_panel_shows_the_client_and_their_other_tickets(
    anna: Any, browser: Any, ticket: Any
) -> None:
    operations.set_status(ticket, status=Status.objects.get(pk=3), staff=anna)
    newer = factories.make_ticket(client=ticket.client, text="again")
    Ticket.objects.filter(pk=newer.pk).update(source="spring")
    ticket.client.is_reachable = False
    ticket.client.save()

    html = page(browser, newer)

    assert 'href="https://t.me/maria_k"' in html
    assert "7123456789" in html
    assert "Russian" in html
    assert "spring" in html
    assert "Blocked the bot" in html
    assert f'href="/tickets/{ticket.pk}/"' in html


def test_the_files_of_the_ticket_are_listed_by_kind(browser: Any, ticket: Any) -> Any:
    receive(ticket, Content(kind="photo", files=[picture(name="pic.png")]))
    receive(
        ticket, Content(kind="voice", files=[stored("voice.ogg", b"x", kind="voice", mime_type="audio/ogg")])
    )
    receive(ticket, Content(kind="document", files=[stored("doc.pdf", b"x", mime_type="application/pdf")]))

    def listed(query: Any) -> Any:
        side = page(browser, ticket, query, **SCRIPT).partition('id="ticket-files"')[2]
        return set(re.findall(r'class="file-row-name"[^>]*>([a-z.]+)</a>', side))

    assert listed("") == {"pic.png", "voice.ogg", "doc.pdf"}
    assert listed("?files=pictures") == {"pic.png"}
    assert listed("?files=media") == {"voice.ogg"}
    assert listed("?files=documents") == {"doc.pdf"}


def test_a_page_with_fifty_messages_with_files_costs_as_many_queries_as_one_with_five(
    anna: Any, browser: Any, ticket: Any, django_assert_num_queries: Any
) -> Any:
    def grow(number: Any) -> None:
        for _ in range(number):
            message = receive(ticket, Content(kind="photo", text="x", files=[picture(), picture()]))
            factories.make_message(ticket, text="answer", author=anna)
            receive(ticket, Content(text="reply"), reply_to=message)

    def queries(**headers: Any) -> Any:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        bot_states.strip.forget()  # it looks once in a while, whatever page is drawn: here, every time
        with CaptureQueriesContext(connection) as captured:
            page(browser, ticket, **headers)
        return len(captured)

    grow(2)
    few, few_parts = queries(), queries(**SCRIPT)
    grow(16)

    # The list beside it and the navigation cost eleven of them, whatever they show.
    assert queries() == few <= 24
    assert queries(**SCRIPT) == few_parts <= 11


# A client's page


def test_a_clients_page_shows_all_tickets_and_files_in_pages(anna: Any, browser: Any, ticket: Any) -> None:
    for number in range(30):
        receive(
            ticket,
            Content(kind="document", files=[stored(f"file{number}.pdf", b"x", mime_type="application/pdf")]),
        )
    operations.set_status(ticket, status=Status.objects.get(pk=3), staff=anna)
    newer = factories.make_ticket(client=ticket.client, text="again")
    address = reverse("client", args=[ticket.client_id])

    html = browser.get(address).content.decode()
    assert f'href="/tickets/{newer.pk}/"' in html
    assert f'href="/tickets/{ticket.pk}/"' not in html
    assert "file29.pdf" in html
    assert "file0.pdf" not in html
    assert "?page=2#timeline" in html

    earlier = browser.get(f"{address}?page=2").content.decode()
    assert "file0.pdf" in earlier
    assert f'href="/tickets/{ticket.pk}/"' in earlier
    assert "file29.pdf" not in browser.get(f"{address}?ticket={newer.pk}").content.decode()
    assert browser.get(f"{address}?page=abc&ticket=x&files=nonsense").status_code == 200


def test_old_times_are_shown_with_their_day(browser: Any) -> None:
    old = factories.make_ticket()
    when = datetime.now(tz=UTC) - timedelta(days=400)
    with change(when) as opened:
        steps.receive_message(
            opened, Ticket.objects.locked().get(pk=old.pk), Content(text="x"), written_at=when
        )

    assert f'class="day" data-day="{when.date().isoformat()}"' in page(browser, old)
