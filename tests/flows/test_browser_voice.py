"""A voice message, recorded in a browser that has a microphone (Chromium's own, which beeps)."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.flows.composing import open_ticket, until
from tests.flows.staff_browser import errors_of, window_of
from tickets.models import Message, Status

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser_arguments() -> list[str]:
    return [*CHROMIUM_ARGUMENTS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def page(browser: Any, processes: Any) -> Iterator[Any]:
    """A ticket of the employee who looks at it."""
    anna = factories.make_user("anna")
    ticket = factories.make_ticket(text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)
    window = window_of(browser, anna, processes.web().url)
    errors = errors_of(window)
    open_ticket(window, ticket)
    yield window
    window.context.close()
    assert errors == []


def test_a_voice_message_is_recorded_heard_and_sent_beside_what_is_being_written(page: Any) -> None:
    text = page.get_by_label("Write a message")
    text.fill("half a sentence")
    page.get_by_role("button", name="Buttons below the message").click()
    page.get_by_role("button", name="“Solved” and “Still open”").click()
    page.locator("#buttons-dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.get_by_role("timer")).to_have_text("0:01")
    page.get_by_role("button", name="Stop recording").click()
    expect(page.get_by_label("Your recording")).to_be_visible()
    page.get_by_role("button", name="Send the voice message").click()

    message = until(Message.objects.filter(direction="out").first)
    file = message.attachments.get()
    assert (message.kind, message.text, message.buttons, file.kind) == ("voice", "", [], "voice")
    expect(page.locator("#composer-buttons")).to_contain_text("Solved")
    assert file.mime_type in {"audio/webm", "audio/ogg"}
    assert (file.duration or 0) >= 1
    assert (file.size or 0) > 500
    expect(text).to_have_value("half a sentence")
    expect(page.locator(f'#message-{message.pk}[data-kind="voice"]')).to_be_visible()


def test_a_recording_that_is_discarded_is_not_sent_and_the_microphone_is_let_go_of(page: Any) -> None:
    page.evaluate(
        "(() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        " navigator.mediaDevices.getUserMedia = async (what) => (window.microphone = await ask(what)); })()"
    )
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.get_by_role("timer")).to_have_text("0:01")
    page.get_by_role("button", name="Discard the recording").click()

    expect(page.get_by_label("Write a message")).to_be_visible()
    assert page.evaluate("window.microphone.getTracks().map((track) => track.readyState)") == ["ended"]
    assert not Message.objects.filter(direction="out").exists()


def test_one_that_is_discarded_while_the_browser_asks_never_begins(page: Any) -> None:
    page.evaluate(
        "(() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        " const answer = new Promise((resolve) => { window.allow = resolve; });"
        " navigator.mediaDevices.getUserMedia = async (what) => {"
        " await answer; return (window.microphone = await ask(what)); }; })()"
    )
    page.get_by_role("button", name="Record a voice message").click()
    page.get_by_role("button", name="Stop recording").click()
    page.get_by_role("button", name="Discard the recording").click()
    page.evaluate("window.allow()")

    ended = (
        "window.microphone && window.microphone.getTracks().every((track) => track.readyState === 'ended')"
    )
    until(lambda: page.evaluate(ended))
    expect(page.locator("#composer-recorder")).to_be_hidden()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "The browser may not use the microphone."),
        ("NotFoundError", "No microphone was found."),
    ],
)
def test_without_a_microphone_the_page_says_so_in_words(error: str, words: str, page: Any) -> None:
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)); }",
        error,
    )

    page.get_by_role("button", name="Record a voice message").click()

    expect(page.locator("#composer-error")).to_contain_text(words)
    expect(page.get_by_label("Write a message")).to_be_visible()
