"""What plays, opens and changes on the ticket page in a browser: sounds, spoilers, reactions."""

import re
import wave
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.flows.test_browser_ticket_page import open_ticket, until
from tests.tickets.cast import picture, receive, stored
from tests.tickets.looking import locked
from tickets import amendment_steps, steps
from tickets.content import Content
from tickets.journal import CLIENT, change
from tickets.models import Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def anna(live_database: Any) -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def ticket(anna: Any) -> Any:
    client = factories.make_client(name="Maria")
    return factories.make_ticket(client=client, text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def server(processes: Any) -> Any:
    return processes.web()


@pytest.fixture
def page(browser: Any, server: Any, anna: Any) -> Any:
    window = window_of(browser, anna, server.url)
    errors = errors_of(window)
    yield window
    window.context.close()
    assert errors == []


# Spoilers, covers, quotes


def test_a_spoiler_is_lifted_by_a_click_or_by_enter_and_its_link_not_followed_by_that(
    page: Any, ticket: Any
) -> None:
    text = "The code is 1234 at x.org now"
    entities = [
        {"type": "spoiler", "offset": 12, "length": 13},
        {"type": "text_link", "offset": 20, "length": 5, "url": "http://127.0.0.1:9/never"},
    ]
    message = receive(ticket, Content(text=text, entities=entities))
    open_ticket(page, ticket)
    spoiler = page.locator(f"#message-{message.pk} .spoiler")
    assert spoiler.evaluate("one => getComputedStyle(one).color") == "rgba(0, 0, 0, 0)"

    spoiler.locator("a").click()
    expect(spoiler).to_have_attribute("data-open", "")
    assert spoiler.evaluate("one => getComputedStyle(one).color") != "rgba(0, 0, 0, 0)"
    assert len(page.context.pages) == 1

    spoiler.focus()
    page.keyboard.press("Enter")
    expect(spoiler).not_to_have_attribute("data-open", "")
    page.keyboard.press("Space")
    expect(spoiler).to_have_attribute("data-open", "")

    # What is open stays open when the message changes.
    with change() as opened:
        steps.edit_message(
            opened, locked(message), Content(text=text + "!", entities=entities), edited_at=message.created_at
        )
    expect(page.locator(f"#message-{message.pk} > .message-row .bubble > .message-text")).to_contain_text(
        "now!"
    )
    expect(page.locator(f"#message-{message.pk} .bubble > .message-text .spoiler")).to_have_attribute(
        "data-open", ""
    )


def test_a_long_quote_unfolds_and_a_covered_picture_opens(page: Any, ticket: Any) -> None:
    quote = "A long story. " * 60
    message = receive(
        ticket,
        Content(
            text=quote,
            entities=[{"type": "expandable_blockquote", "offset": 0, "length": len(quote)}],
        ),
    )
    covered = receive(ticket, Content(kind="photo", details={"spoiler": True}, files=[picture()]))
    open_ticket(page, ticket)

    folded = page.locator(f"#message-{message.pk} blockquote")
    low = folded.bounding_box()["height"]
    folded.focus()
    page.keyboard.press("Enter")
    assert folded.bounding_box()["height"] > 2 * low

    shown = page.locator(f"#message-{covered.pk} .picture img")
    expect(shown).to_be_hidden()
    page.locator(f"#message-{covered.pk} summary").click()
    expect(shown).to_be_visible()


# Sounds


def voice(seconds: int = 20) -> bytes:
    """A tone that is loud in its first half and silent in its second."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        half = 4000 * seconds
        sound.writeframes(bytes(228 if at % 20 < 10 else 28 for at in range(half)) + b"\x80" * half)
    return file.getvalue()


def test_a_voice_message_has_the_shape_of_its_sound_and_plays_by_keyboard(page: Any, ticket: Any) -> None:
    file = stored("v.wav", voice(), kind="voice", mime_type="audio/wav", duration=20)
    message = receive(ticket, Content(kind="voice", files=[file]))
    open_ticket(page, ticket)
    sound = page.locator(f"#message-{message.pk} .sound")
    expect(sound.locator("rect")).to_have_count(44)
    heights = sound.locator("rect").evaluate_all(
        "bars => bars.map(bar => Number(bar.getAttribute('height')))"
    )
    assert min(heights[:20]) > 3 * max(heights[24:])
    page.evaluate("window.audio = document.querySelector('audio'); audio.muted = true")
    assert page.evaluate("!audio.controls")

    sound.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    expect(sound.get_by_role("button", name="Pause")).to_be_visible()
    until(page, "audio.currentTime > 0.2")

    slider = sound.get_by_role("slider", name="Position")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    until(page, "audio.currentTime > 10")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"0:1\d"))
    expect(sound.locator("rect.is-played").nth(15)).to_be_attached()
    page.keyboard.press("Home")
    until(page, "audio.currentTime < 5")

    faster = sound.get_by_role("button", name="Speed")
    for speed in (1.5, 2, 1):
        faster.click()
        assert page.evaluate("audio.playbackRate") == speed
    slider.focus()
    page.keyboard.press("Space")
    until(page, "audio.paused")


def test_what_can_not_be_decoded_has_a_shape_of_its_bytes(page: Any, ticket: Any) -> None:
    file = stored("v.ogg", bytes(range(256)) * 40, kind="voice", mime_type="audio/ogg", duration=5)
    message = receive(ticket, Content(kind="voice", files=[file]))
    open_ticket(page, ticket)

    bars = page.locator(f"#message-{message.pk} rect")
    expect(bars).to_have_count(44)
    heights = bars.evaluate_all("bars => bars.map(bar => bar.getAttribute('height'))")
    assert len(set(heights)) > 5


def test_without_scripts_a_sound_has_the_browsers_own_player(
    browser: Any, server: Any, anna: Any, ticket: Any
) -> None:
    file = stored("v.wav", voice(), kind="voice", mime_type="audio/wav", duration=20)
    receive(ticket, Content(kind="voice", files=[file]))
    window = window_of(browser, anna, server.url, java_script_enabled=False)
    window.goto(f"/tickets/{ticket.pk}/")

    expect(window.locator("#conversation audio[controls]")).to_be_visible()
    expect(window.locator("#composer audio")).to_be_hidden()  # the recorder's
    expect(window.locator(".player")).to_be_hidden()
    window.context.close()


# What changes live


def test_reactions_come_change_and_go_without_a_reload(page: Any, ticket: Any) -> None:
    message = ticket.messages.get()
    open_ticket(page, ticket)
    page.evaluate("window.same = true")
    chips = page.locator(f"#message-{message.pk} .chip")

    for emoji in (["👍"], ["❤", "🔥"], []):
        with change() as opened:
            given = [{"type": "emoji", "emoji": one} for one in emoji]
            amendment_steps.set_reactions(opened, locked(message), "client", given, actor=CLIENT)
        expect(chips).to_have_text(emoji)

    assert page.evaluate("window.same")
    expect(page.locator(".event")).to_have_count(3)  # opened, assigned, in progress: reactions are no lines


def test_a_contact_is_downloaded_as_a_vcard(page: Any, ticket: Any) -> None:
    receive(ticket, Content(kind="contact", details={"first_name": "Ivan", "phone_number": "+7 916"}))
    open_ticket(page, ticket)

    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the contact").click()

    assert saved.value.suggested_filename == "Ivan.vcf"
    assert b"FN:Ivan\r\n" in saved.value.path().read_bytes()


def test_a_location_is_drawn_without_asking_anyone_else(page: Any, ticket: Any, server: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    details = {"latitude": 55.75, "longitude": 37.6, "live_period": 5, "live_until": "2999-01-01T00:00:00Z"}
    message = receive(ticket, Content(kind="location", details=details))
    open_ticket(page, ticket)

    drawing = page.get_by_role("img", name="55.750000, 37.600000")
    expect(drawing).to_be_visible()
    until(page, f"document.querySelector('#message-{message.pk} image') !== null")
    expect(page.locator(f"#message-{message.pk}")).to_contain_text("Live, until")
    assert all(url.startswith((server.url, server.url.replace("http", "ws"), "data:")) for url in asked)

    with change() as opened:
        ended = {**details, "live_until": "2020-01-01T00:00:00Z"}
        content = Content(kind="location", details=ended)
        steps.edit_message(opened, locked(message), content, edited_at=message.created_at)
    expect(page.get_by_text("No longer live")).to_be_visible()


def test_a_service_message_between_two_of_the_client_is_a_line(page: Any, ticket: Any) -> None:
    open_ticket(page, ticket)
    receive(ticket, Content(kind="service", details={"type": "pinned_message", "title": "Pinned"}))
    after = receive(ticket, Content(text="after it"))

    expect(page.locator(".service-line")).to_contain_text("Pinned")
    expect(page.locator(f"#message-{after.pk} .message-author")).to_be_visible()
