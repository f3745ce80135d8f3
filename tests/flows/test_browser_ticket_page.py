"""The ticket page in a real browser: live, through lost connections, and with what a client could try."""

import re
import time
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.flows.staff_browser import errors_of, window_of
from tests.tickets.cast import PNG, browser_of, picture, receive, stored
from tickets import operations, steps
from tickets.content import Content
from tickets.journal import change
from tickets.models import Attachment, Client, Message, Status, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A_PNG: Any = {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
EVIL_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="run"</script></svg>'
EVIL_HTML = b"<title>x</title><script>document.title='run'</script>"


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


def open_ticket(page: Any, ticket: Any) -> Any:
    with page.expect_websocket():
        page.goto(f"/tickets/{ticket.pk}/")
    return page.locator("#conversation")


def texts(page: Any) -> Any:
    return page.locator("#conversation .message-text").all_inner_texts()


def until(page: Any, expression: Any) -> None:
    """Waits for a script expression; Playwright's own waiting needs the `eval` that our policy forbids."""
    deadline = time.monotonic() + 30
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never: {expression}"
        page.wait_for_timeout(50)


def is_at_bottom(page: Any) -> Any:
    return page.evaluate(
        "(() => { const b = document.getElementById('conversation');"
        " return b.scrollHeight - b.scrollTop - b.clientHeight < 5 })()"
    )


def test_a_reply_is_written_sent_and_settled_without_a_reload(page: Any, ticket: Any) -> None:
    open_ticket(page, ticket)
    page.evaluate("window.same = true")

    page.get_by_label("Write a message").fill("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")

    bubble = page.locator('.message[data-direction="out"]')
    expect(bubble.locator(".message-text")).to_have_text("First line\nsecond line")
    expect(bubble).to_have_attribute("data-delivery", "queued")
    expect(page.get_by_label("Write a message")).to_have_value("")
    message = ticket.messages.get(direction="out")
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    operations.settle_delivery(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery.FAILED, error={"code": "blocked"}
    )
    expect(bubble).to_have_attribute("data-delivery", "failed")
    expect(page.get_by_text("The client has blocked the bot.")).to_be_visible()

    page.get_by_role("button", name="Send again").click()
    expect(bubble).to_have_attribute("data-delivery", "queued")
    assert page.evaluate("window.same")


def test_files_are_shown_before_they_are_sent_and_can_be_removed(
    page: Any, ticket: Any, tmp_path: Any
) -> None:
    open_ticket(page, ticket)
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(
        [
            {"name": "photo.png", "mimeType": "image/png", "buffer": PNG},
            {"name": "wrong.txt", "mimeType": "text/plain", "buffer": b"no"},
            {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
        ]
    )

    expect(page.get_by_text("“empty.txt” is empty; Telegram takes no empty files.")).to_be_visible()
    expect(page.locator("#composer-files li")).to_have_count(2)
    page.get_by_role("button", name="Remove: wrong.txt").click()
    page.get_by_label("Write a message").fill("See")
    page.get_by_role("button", name="Send", exact=True).click()

    expect(page.locator('.message[data-direction="out"] .picture img')).to_be_visible()
    expect(page.locator("#composer-files li")).to_have_count(0)
    assert [file.name for file in ticket.messages.get(direction="out").attachments.all()] == ["photo.png"]


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page: Any, ticket: Any, tmp_path: Any) -> None:
    large = Path(tmp_path) / "large.bin"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    open_ticket(page, ticket)

    page.locator("input[type=file]").set_input_files(large)

    expect(page.locator("#composer-error")).to_contain_text("“large.bin” is larger than 50.0")
    expect(page.locator("#composer-files li")).to_have_count(0)


def test_files_can_be_dropped_on_the_page_and_pasted(page: Any, ticket: Any) -> None:
    open_ticket(page, ticket)
    for kind, target in (("drop", "#conversation"), ("paste", "textarea[name=text]")):
        page.evaluate(
            """([kind, target]) => {
                const data = new DataTransfer();
                data.items.add(new File(["hello"], `${kind}.txt`, {type: "text/plain"}));
                const options = {bubbles: true, cancelable: true};
                const event = kind === "drop" ? new DragEvent(kind, {...options, dataTransfer: data})
                    : new ClipboardEvent(kind, {...options, clipboardData: data});
                document.querySelector(target).dispatchEvent(event);
            }""",
            [kind, target],
        )

    expect(page.locator(".composer-file-name")).to_have_text(["drop.txt", "paste.txt"])


def test_a_refusal_keeps_text_and_files_and_says_why(page: Any, ticket: Any, anna: Any) -> None:
    boris = factories.make_user("boris", first_name="Boris")
    open_ticket(page, ticket)
    page.get_by_label("Write a message").fill("A long answer")
    page.locator("input[type=file]").set_input_files(A_PNG)

    operations.assign(ticket, assignee=boris, staff=anna)

    expect(page.get_by_text("Boris has this ticket; only they can answer.")).to_be_visible()
    expect(page.locator("#composer-send")).to_be_disabled()
    expect(page.get_by_label("Write a message")).to_have_value("A long answer")
    page.get_by_role("button", name="Assign it to me").click()
    expect(page.locator("#composer-send")).to_be_enabled()
    expect(page.locator("#composer-files li")).to_have_count(1)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator('.message[data-direction="out"]')).to_contain_text("A long answer")


def test_what_is_typed_survives_a_reload_and_a_lost_server(page: Any, ticket: Any, server: Any) -> None:
    open_ticket(page, ticket)
    page.get_by_label("Write a message").fill("Half an answer")
    page.locator('.message[data-direction="in"]').hover()
    page.get_by_label("Reply to this message", exact=True).click()
    page.reload()
    expect(page.get_by_label("Write a message")).to_have_value("Half an answer")
    expect(page.locator("#composer-quote")).to_contain_text("Hello")

    server.kill()
    page.get_by_label("Write a message").press("Enter")
    expect(page.locator("#composer-error")).to_contain_text("the server could not be reached")
    expect(page.get_by_label("Write a message")).to_have_value("Half an answer")

    server.start()
    expect(page.locator("#composer-send")).to_be_enabled()
    page.get_by_label("Write a message").press("Enter")
    expect(page.locator('.message[data-direction="out"]')).to_have_count(1)
    expect(page.locator('.message[data-direction="out"] .quote')).to_contain_text("Hello")


def test_a_lost_connection_is_said_and_caught_up_without_gap_or_double(
    page: Any, ticket: Any, server: Any, anna: Any
) -> None:
    open_ticket(page, ticket)
    receive(ticket, Content(text="before"))
    expect(page.locator("#conversation")).to_contain_text("before")

    server.kill()
    expect(page.get_by_text("Offline. New messages appear when the connection is back.")).to_be_visible()
    for number in range(5):
        receive(ticket, Content(text=f"meanwhile {number}"))
    operations.set_status(ticket, status=Status.objects.get(pk=3), staff=anna)
    server.start()

    expect(page.locator("#conversation")).to_contain_text("Anna closed the ticket")
    expect(page.locator("#connection")).to_be_hidden()
    assert texts(page) == ["Hello", "before", *(f"meanwhile {number}" for number in range(5))]
    expect(page.locator("#composer-state")).to_have_attribute("data-state", "closed")
    receive(ticket, Content(text="live again"))
    expect(page.locator("#conversation")).to_contain_text("live again")


def test_a_network_that_goes_is_said_before_the_silence_of_the_socket_says_it(
    page: Any, ticket: Any, anna: Any
) -> None:
    open_ticket(page, ticket)
    page.context.set_offline(True)  # the socket that is open stays open: nobody closes it
    expect(page.get_by_text("Offline. New messages appear when the connection is back.")).to_be_visible()
    receive(ticket, Content(text="meanwhile"))
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_be_hidden()
    assert texts(page) == ["Hello", "meanwhile"]


def test_an_employee_who_is_signed_out_is_told_and_comes_back_with_what_was_typed(
    page: Any, ticket: Any, anna: Any
) -> None:
    open_ticket(page, ticket)
    page.get_by_label("Write a message").fill("Half an answer")
    page.context.clear_cookies(name="sessionid")

    page.get_by_label("Write a message").press("Enter")

    expect(page.locator("#composer-error")).to_contain_text("You are signed out")
    expect(page.locator("#connection a")).to_have_attribute(
        "href", f"/accounts/login/?next=%2Ftickets%2F{ticket.pk}%2F"
    )
    expect(page.get_by_label("Write a message")).to_have_value("Half an answer")


def test_one_stays_where_one_reads_and_is_told_of_new_messages(page: Any, ticket: Any) -> None:
    for number in range(40):
        receive(ticket, Content(text=f"number {number}\n" * 3))
    open_ticket(page, ticket)
    until(page, "document.getElementById('conversation').scrollTop > 500")
    assert is_at_bottom(page)

    receive(ticket, Content(text="at the bottom"))
    expect(page.get_by_text("at the bottom", exact=True)).to_be_in_viewport()

    page.evaluate("document.getElementById('conversation').scrollTop = 900")
    expect(page.locator("#to-bottom")).to_be_visible()
    receive(ticket, Content(text="while reading above"))
    expect(page.locator("#to-bottom")).to_contain_text("New messages: 1")
    assert page.evaluate("document.getElementById('conversation').scrollTop") == 900

    page.locator("#to-bottom").click()
    expect(page.locator(".message-text", has_text="while reading above")).to_be_in_viewport()
    expect(page.locator("#to-bottom")).to_be_hidden()


def test_older_messages_load_while_scrolling_up_and_the_place_is_kept(page: Any, ticket: Any) -> None:
    for number in range(130):
        receive(ticket, Content(text=f"number {number}."))
    open_ticket(page, ticket)
    expect(page.locator("#conversation .message")).to_have_count(50)

    top = page.locator("#conversation .message").first
    top.scroll_into_view_if_needed()
    before = top.bounding_box()["y"]
    expect(page.locator("#conversation .message").nth(99)).to_be_attached()

    reached = page.get_by_text("number 80.", exact=True)
    assert abs(reached.locator("xpath=ancestor::article").bounding_box()["y"] - before) < 60
    for _ in range(3):
        page.evaluate("document.getElementById('conversation').scrollTop = 0")
        page.wait_for_timeout(150)
    expect(page.locator("#conversation .message")).to_have_count(131)
    assert texts(page) == ["Hello", *(f"number {number}." for number in range(130))]


def test_a_quote_leads_to_the_message_that_is_not_on_the_page_yet(page: Any, ticket: Any) -> None:
    first = ticket.messages.get()
    for number in range(120):
        receive(ticket, Content(text=f"number {number}"))
    receive(ticket, Content(text="as I said"), reply_to=first)
    open_ticket(page, ticket)

    page.locator(".quote").click()

    expect(page.locator(f"#message-{first.pk}")).to_be_in_viewport()
    expect(page.locator(f"#message-{first.pk}")).to_have_class(re.compile("is-target"))


def test_a_sound_that_plays_goes_on_playing_when_its_message_changes(page: Any, ticket: Any) -> None:
    file = stored("v.wav", sound(), kind="voice", mime_type="audio/wav")
    message = receive(ticket, Content(kind="voice", text="old", files=[file]))
    open_ticket(page, ticket)
    page.evaluate("window.player = document.querySelector('audio'); player.muted = true; player.play()")
    until(page, "player.currentTime > 0.1")

    with change() as opened:
        message.ticket = Ticket.objects.locked().get(pk=ticket.pk)
        steps.edit_message(opened, message, Content(kind="voice", text="new"), edited_at=message.created_at)

    expect(page.locator(f"#message-{message.pk}")).to_contain_text("new")
    assert page.evaluate("player.isConnected && !player.paused && player.currentTime > 0.1")


def sound(seconds: Any = 20) -> Any:
    samples = bytes(128 for _ in range(8000 * seconds))
    head = b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    rate = (8000).to_bytes(4, "little")
    return head + rate + rate + b"\x01\x00\x08\x00data" + len(samples).to_bytes(4, "little") + samples


def test_a_long_name_does_not_squeeze_the_clients_picture(page: Any, ticket: Any) -> None:
    Client.objects.filter(pk=ticket.client_id).update(name="Bartholomew Featherstonehaugh of Somewhere " * 3)
    open_ticket(page, ticket)
    box = page.locator("#client-card .client-avatar").bounding_box()
    assert abs(box["width"] - box["height"]) < 1


def test_pictures_open_large_and_close_again(page: Any, ticket: Any) -> None:
    receive(ticket, Content(kind="photo", files=[picture(name="one.png")]))
    open_ticket(page, ticket)

    page.locator(".picture").click()
    expect(page.locator("#lightbox")).to_be_visible()
    expect(page.locator("#lightbox img")).to_have_js_property("naturalWidth", 1)
    page.keyboard.press("Escape")
    expect(page.locator("#lightbox")).to_be_hidden()


def test_a_page_of_a_client_does_not_run_wherever_one_opens_it(
    page: Any, ticket: Any, server: Any, anna: Any
) -> None:
    for name, body, mime_type in (("a.html", EVIL_HTML, "text/html"), ("a.svg", EVIL_SVG, "image/svg+xml")):
        receive(ticket, Content(kind="document", files=[stored(name, body, mime_type=mime_type)]))
    # A picture in name only, and one whose type is a lie.
    lie = stored("b.png", EVIL_SVG, kind="photo", mime_type="image/svg+xml")
    receive(ticket, Content(kind="photo", files=[lie]))
    receive(ticket, Content(kind="document", files=[stored("c.txt", EVIL_HTML, mime_type="text/plain")]))
    open_ticket(page, ticket)

    attachments = list(Attachment.objects.of_ticket(ticket))
    for attachment in attachments:
        other = page.context.new_page()
        if attachment.mime_type == "text/plain":
            other.goto(f"/files/{attachment.pk}/")
            expect(other.locator("body")).to_contain_text("document.title")
        else:
            with other.expect_download():
                other.evaluate(f"location.href = '{server.url}/files/{attachment.pk}/'")
        assert other.title() != "run"
        other.close()
    # Nor inside a page of ours: nothing there may embed it.
    other = page.context.new_page()
    other.goto(f"/tickets/{ticket.pk}/")
    other.evaluate(
        """(ids) => { for (const id of ids) { const frame = document.createElement("object");
            frame.data = `/files/${id}/`; document.body.append(frame); } }""",
        [attachment.pk for attachment in attachments],
    )
    other.wait_for_timeout(300)
    assert other.title().endswith(f"Maria · #{ticket.pk} · Helpdesk")
    other.close()


def test_taking_assigning_and_closing_need_no_reload(page: Any, ticket: Any, anna: Any) -> None:
    boris = factories.make_user("boris", first_name="Boris")
    fresh = factories.make_ticket(text="Fresh")
    open_ticket(page, fresh)
    page.evaluate("window.same = true")
    page.get_by_label("Write a message").fill("typed")

    page.get_by_role("button", name="Take", exact=True).click()
    expect(page.locator(".status-badge").first).to_have_text("In progress")

    page.locator("summary[aria-label=Assign]").click()
    page.get_by_label("Find a colleague").fill("bor")
    page.get_by_role("button", name="Boris").click()
    expect(page.locator("#ticket-summary")).to_contain_text("Boris")
    expect(page.get_by_text("Boris has this ticket; only they can answer.")).to_be_visible()

    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("This ticket is closed.")).to_be_visible()
    assert page.evaluate("window.same")
    expect(page.get_by_label("Write a message")).to_have_value("typed")
    assert Ticket.objects.get(pk=fresh.pk).assignee == boris


def test_a_refused_click_is_explained_on_the_page(page: Any, ticket: Any, anna: Any) -> None:
    open_ticket(page, ticket)
    operations.set_status(ticket, status=Status.objects.get(pk=3), staff=anna)
    factories.make_ticket(client=ticket.client)

    page.get_by_role("button", name="Reopen").first.click()

    expect(page.locator("#notice")).to_contain_text("newer ticket that isn't closed")


def test_times_are_in_the_viewers_zone_also_for_what_comes_live(
    browser: Any, server: Any, ticket: Any, anna: Any
) -> None:
    anna.time_zone = "Asia/Vladivostok"
    anna.save()
    window = window_of(browser, anna, server.url, timezone_id="America/New_York")
    open_ticket(window, ticket)

    message = receive(ticket, Content(text="live"))

    shown = window.locator(f"#message-{message.pk} time")
    there = message.created_at.astimezone(zoneinfo.ZoneInfo("Asia/Vladivostok"))
    expect(shown).to_have_text(there.strftime("%H:%M"))
    expect(window.locator(".day").first).to_have_text("Today")
    window.context.close()


def test_everything_needed_works_without_scripts(browser: Any, server: Any, ticket: Any, anna: Any) -> None:
    window = window_of(browser, anna, server.url, java_script_enabled=False)
    window.goto(f"/tickets/{ticket.pk}/")

    window.get_by_label("Write a message").fill("Plain form")
    window.locator("input[type=file]").set_input_files(A_PNG)
    window.get_by_role("button", name="Send", exact=True).click()
    expect(window.locator('.message[data-direction="out"]')).to_contain_text("Plain form")
    expect(window.locator('.message[data-direction="out"] .picture img')).to_be_visible()

    window.get_by_role("button", name="Close", exact=True).click()
    expect(window.get_by_text("This ticket is closed.")).to_be_visible()
    window.context.close()
    assert browser_of(anna).get(f"/tickets/{ticket.pk}/").status_code == 200
