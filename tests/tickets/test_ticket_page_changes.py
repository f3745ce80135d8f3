"""Every verb through its front door: who may, what is refused in which words, with scripts and without."""

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.move import file_move_safe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests import factories
from tests.tickets.cast import PNG, browser_of, receive, stored
from tickets import operations
from tickets.arriving_files import temporary_folder
from tickets.content import Content, NewFile
from tickets.models import Attachment, Message, Status, Ticket

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def anna() -> Any:
    return factories.make_user("anna", first_name="Anna")


@pytest.fixture
def boris() -> Any:
    return factories.make_user("boris", first_name="Boris")


@pytest.fixture
def browser(anna: Any) -> Any:
    return browser_of(anna)


@pytest.fixture
def fresh() -> Any:
    """Nobody's, Open."""
    return factories.make_ticket(text="Hello")


@pytest.fixture
def mine(anna: Any) -> Any:
    """In progress, with Anna."""
    return factories.make_ticket(text="Hello", assignee=anna, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def theirs(boris: Any) -> Any:
    """In progress, with Boris."""
    return factories.make_ticket(text="Hello", assignee=boris, status=Status.IN_PROGRESS_ID)


@pytest.fixture
def closed(anna: Any) -> Any:
    return factories.make_ticket(text="Hello", assignee=anna, status=Status.CLOSED_ID)


def post(browser: Any, name: Any, pk: Any, data: Any = None, **headers: Any) -> Any:
    return browser.post(reverse(name, args=[pk]), data or {}, **headers)


def now(ticket: Any) -> Any:
    fresh = Ticket.objects.get(pk=ticket.pk)
    return fresh.assignee_id, fresh.status_id


# Without scripts: back to the page; a refusal is words on it


def test_taking_makes_the_ticket_ones_own_and_in_progress(anna: Any, browser: Any, fresh: Any) -> None:
    answer = post(browser, "ticket-take", fresh.pk)

    assert answer.headers["Location"] == reverse("ticket", args=[fresh.pk])
    assert now(fresh) == (anna.pk, Status.IN_PROGRESS_ID)


def test_a_refusal_is_a_sentence_on_the_page_when_there_are_no_scripts(
    boris: Any, browser: Any, theirs: Any
) -> None:
    answer = browser.post(reverse("ticket-take", args=[theirs.pk]), follow=True)

    assert answer.status_code == 200
    assert "Boris already has this ticket." in answer.content.decode()
    assert now(theirs) == (boris.pk, Status.IN_PROGRESS_ID)


def test_closing_and_reopening_by_the_status_form(anna: Any, browser: Any, mine: Any) -> None:
    post(browser, "ticket-status", mine.pk, {"status": Status.CLOSED_ID})
    assert now(mine) == (anna.pk, Status.CLOSED_ID)

    post(browser, "ticket-status", mine.pk, {"status": Status.IN_PROGRESS_ID})
    assert now(mine) == (anna.pk, Status.IN_PROGRESS_ID)


def test_assigning_to_a_colleague_and_to_nobody(boris: Any, browser: Any, mine: Any) -> None:
    post(browser, "ticket-assign", mine.pk, {"assignee": boris.pk})
    assert now(mine) == (boris.pk, Status.IN_PROGRESS_ID)

    post(browser, "ticket-assign", mine.pk, {"assignee": ""})
    assert now(mine) == (None, Status.OPEN_ID)


def test_a_reply_without_scripts_is_a_form_and_a_way_back_to_the_page(
    anna: Any, browser: Any, mine: Any
) -> None:
    answer = post(browser, "ticket-reply", mine.pk, {"text": " One\r\ntwo ", "key": str(uuid.uuid4())})

    assert answer.headers["Location"] == reverse("ticket", args=[mine.pk])
    message = mine.messages.get(direction="out")
    assert (message.text, message.author, message.delivery) == ("One\ntwo", anna, "queued")


def test_a_refused_reply_without_scripts_keeps_what_was_written_and_says_why(
    browser: Any, theirs: Any
) -> None:
    first = theirs.messages.get()
    answer = post(
        browser,
        "ticket-reply",
        theirs.pk,
        {"text": "My <b>long</b> answer", "reply_to": first.pk, "files": pdf()},
    )

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Boris has this ticket; only they can answer. Please choose the files again." in html
    assert "My &lt;b&gt;long&lt;/b&gt; answer</textarea>" in html
    assert f'name="reply_to" value="{first.pk}"' in html


def test_the_message_to_answer_can_be_chosen_without_scripts(browser: Any, mine: Any) -> None:
    first = mine.messages.get()

    html = browser.get(reverse("ticket", args=[mine.pk]), {"reply_to": first.pk}).content.decode()

    assert f'name="reply_to" value="{first.pk}"' in html


# With scripts: JSON


def test_a_script_is_told_of_success_and_of_refusals_in_json(
    anna: Any, browser: Any, fresh: Any, theirs: Any
) -> None:
    assert post(browser, "ticket-take", fresh.pk, **JSON).json() == {"ok": True}

    refused = post(browser, "ticket-take", theirs.pk, HTTP_HX_REQUEST="true")
    assert refused.status_code == 409
    assert refused.json() == {"ok": False, "error": "Boris already has this ticket."}


def test_a_reply_answers_with_the_message_and_a_key_for_the_next_one(browser: Any, mine: Any) -> None:
    key = str(uuid.uuid4())
    answer = post(browser, "ticket-reply", mine.pk, {"text": "Hi", "key": key}, **JSON).json()

    message = mine.messages.get(direction="out")
    assert (answer["ok"], answer["message"], str(message.key)) == (True, message.pk, key)
    assert uuid.UUID(answer["key"]) != message.key


def test_the_same_form_sent_twice_is_one_message(browser: Any, mine: Any) -> None:
    form = {"text": "Hi", "key": str(uuid.uuid4())}

    first = post(browser, "ticket-reply", mine.pk, form, **JSON).json()
    second = post(browser, "ticket-reply", mine.pk, form, **JSON).json()

    assert first["message"] == second["message"]
    assert mine.messages.filter(direction="out").count() == 1


def test_a_form_that_was_changed_after_its_first_try_had_arrived_is_not_silently_dropped(
    browser: Any, mine: Any
) -> None:
    key = str(uuid.uuid4())
    post(browser, "ticket-reply", mine.pk, {"text": "Hi", "key": key}, **JSON)

    answer = post(browser, "ticket-reply", mine.pk, {"text": "Hi, and more", "key": key}, **JSON)
    with_file = post(browser, "ticket-reply", mine.pk, {"text": "Hi", "key": key, "files": pdf()}, **JSON)
    bold = {"text": "**Hi**", "format": "markup", "key": key}
    in_bold = post(browser, "ticket-reply", mine.pk, bold, **JSON)
    silent = post(browser, "ticket-reply", mine.pk, {"text": "Hi", "key": key, "silent": "1"}, **JSON)

    for changed in (answer, with_file, in_bold, silent):
        assert changed.status_code == 409
        assert "was sent before you changed it" in changed.json()["error"]
        assert changed.json()["key"] != key
    assert mine.messages.filter(direction="out").count() == 1


def test_a_voice_that_was_converted_before_the_repeat_came_is_no_change(browser: Any, mine: Any) -> None:
    def send() -> Any:
        voice = SimpleUploadedFile("voice.webm", b"sound", "audio/webm")
        form = {"voice": "voice.webm", "files": voice, "key": key}
        return post(browser, "ticket-reply", mine.pk, form, **JSON).json()

    key = str(uuid.uuid4())
    message = send()["message"]
    # As telegram_bridge/voices.py leaves it.
    Attachment.objects.filter(message=message).update(name="voice.ogg", mime_type="audio/ogg", duration=3)

    assert send()["message"] == message
    assert mine.messages.filter(direction="out").count() == 1


def test_a_file_is_renamed_and_not_copied_while_its_ticket_is_locked(
    browser: Any, mine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[str] = []

    def move(old: str, new: str, **how: Any) -> None:
        moved.append(old)
        file_move_safe(old, new, **how)

    monkeypatch.setattr("django.core.files.storage.filesystem.file_move_safe", move)
    post(browser, "ticket-reply", mine.pk, {"files": pdf()}, **JSON)

    (arrived_at,) = moved
    assert Path(arrived_at).is_relative_to(Path(settings.MEDIA_ROOT))
    assert Path(mine.messages.get(direction="out").attachments.get().file.path).read_bytes() == pdf().read()
    assert list(temporary_folder().iterdir()) == []


def test_taking_and_replying_are_one_step(anna: Any, browser: Any, fresh: Any) -> None:
    answer = post(browser, "ticket-reply", fresh.pk, {"text": "Hi", "take": "1"}, **JSON)

    assert answer.json()["ok"]
    assert now(fresh) == (anna.pk, Status.IN_PROGRESS_ID)


def test_a_refused_take_and_reply_takes_nothing(anna: Any, browser: Any, fresh: Any) -> None:
    assert post(browser, "ticket-reply", fresh.pk, {"text": " ", "take": "1"}, **JSON).status_code == 409
    assert now(fresh) == (None, Status.OPEN_ID)


# Every refusal, on every path


@pytest.mark.parametrize(
    ("which", "name", "data", "words"),
    [
        ("closed", "ticket-take", {}, "This ticket is closed. Reopen it to take it."),
        ("theirs", "ticket-take", {}, "Boris already has this ticket."),
        ("closed", "ticket-assign", {"assignee": "boris"}, "This ticket is closed. Reopen it first."),
        ("closed", "ticket-assign", {"assignee": ""}, "This ticket is closed. Reopen it first."),
        ("mine", "ticket-assign", {"assignee": "gone"}, "Gone no longer works here."),
        ("fresh", "ticket-reply", {"text": "x"}, "Take this ticket before you answer."),
        ("theirs", "ticket-reply", {"text": "x"}, "Boris has this ticket; only they can answer."),
        ("theirs", "ticket-reply", {"text": "x", "take": "1"}, "Boris already has this ticket."),
        ("closed", "ticket-reply", {"text": "x"}, "This ticket is closed. Reopen it to answer."),
        (
            "closed",
            "ticket-reply",
            {"text": "x", "take": "1"},
            "This ticket is closed. Reopen it to take it.",
        ),
        ("own_open", "ticket-reply", {"text": "x"}, "Put this ticket in progress before you answer."),
        ("mine", "ticket-reply", {"text": "  "}, "Write something or add a file."),
        ("mine", "ticket-reply", {}, "Write something or add a file."),
        ("mine", "ticket-reply", {"text": "x" * 40_961}, "This text has 40961 characters"),
        ("mine", "ticket-reply", {"text": "x", "reply_to": "other"}, "is not of this client"),
    ],
)
def test_what_may_not_be_done_is_refused_in_words_and_changes_nothing(
    which: Any, name: Any, data: Any, words: Any, request: Any
) -> None:
    browser, ticket = request.getfixturevalue("browser"), request.getfixturevalue(which)
    boris = request.getfixturevalue("boris")
    gone = factories.make_user("gone", first_name="Gone", is_active=False)
    other = factories.make_message(factories.make_ticket())
    known = {"boris": boris.pk, "gone": gone.pk, "other": other.pk}
    before = Ticket.objects.values().get(pk=ticket.pk)

    form = {field: known.get(value, value) for field, value in data.items()}
    answer = post(browser, name, ticket.pk, form, **JSON)

    assert answer.status_code == 409
    assert words in answer.json()["error"]
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    page = browser.post(reverse(name, args=[ticket.pk]), form, follow=True)
    assert words in page.content.decode()


@pytest.fixture
def own_open(anna: Any) -> Any:
    return factories.make_ticket(text="x", assignee=anna)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("ticket-status", {"status": "999"}, "There is no such status any more."),
        ("ticket-status", {"status": "abc"}, "There is no such status any more."),
        ("ticket-status", {}, "This field is required."),
        ("ticket-assign", {"assignee": "999"}, "There is no such employee any more."),
        ("ticket-assign", {"assignee": str(10**30)}, "There is no such employee any more."),
        ("ticket-reply", {"text": "x", "key": "no uuid"}, "Enter a valid UUID."),
        ("ticket-reply", {"text": "x", "reply_to": "x"}, "Enter a whole number."),
        ("ticket-reply", {"text": "x\x00y"}, "Null characters are not allowed."),
    ],
)
def test_a_form_that_makes_no_sense_is_told_so_and_is_never_an_error_of_the_server(
    name: Any, data: Any, words: Any, browser: Any, mine: Any
) -> None:
    answer = post(browser, name, mine.pk, data, **JSON)

    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert post(browser, name, mine.pk, data).status_code in {302, 400}


def test_reopening_is_refused_when_the_client_has_a_newer_ticket(browser: Any, closed: Any) -> None:
    factories.make_ticket(client=closed.client)

    answer = post(browser, "ticket-status", closed.pk, {"status": Status.IN_PROGRESS_ID}, **JSON)

    assert answer.status_code == 409
    assert "newer ticket that isn't closed" in answer.json()["error"]


@pytest.mark.parametrize("name", ["ticket-take", "ticket-assign", "ticket-status", "ticket-reply"])
def test_a_ticket_that_is_none_is_not_found(name: Any, browser: Any) -> None:
    assert post(browser, name, 999_999).status_code == 404


@pytest.mark.parametrize("name", ["ticket-take", "ticket-assign", "ticket-status", "ticket-reply"])
def test_nobody_changes_anything_without_signing_in_and_a_script_is_told_so_in_words(
    name: Any, fresh: Any
) -> None:
    form = {"status": 3, "text": "x", "take": "1"}

    answer = post(browser_of(None), name, fresh.pk, form, **JSON)
    page = post(browser_of(None), name, fresh.pk, form)

    assert answer.status_code == 401
    assert "what you wrote is kept" in answer.json()["error"]
    assert page.headers["Location"] == "/accounts/login/?next=/tickets/"
    assert now(fresh) == (None, Status.OPEN_ID)


def test_no_form_is_taken_from_another_site(anna: Any, fresh: Any) -> None:
    browser = browser_of(anna, enforce_csrf_checks=True)

    assert post(browser, "ticket-take", fresh.pk).status_code == 403
    assert now(fresh) == (None, Status.OPEN_ID)


# Sending again


@pytest.fixture
def failed(anna: Any, mine: Any) -> Any:
    message = factories.make_message(mine, text="Hi", author=anna)
    operations.begin_delivery(message.pk, claim=factories.CLAIM)
    return operations.settle_delivery(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery.FAILED, error={"code": "network"}
    )


def test_a_failed_message_is_queued_again(browser: Any, failed: Any) -> None:
    answer = post(browser, "message-send-again", failed.pk)

    assert answer.headers["Location"].endswith(f"?through={failed.seq}#message-{failed.pk}")
    assert Message.objects.get(pk=failed.pk).delivery == "queued"


def test_a_message_that_is_on_its_way_is_not_sent_again(browser: Any, failed: Any) -> None:
    post(browser, "message-send-again", failed.pk, **JSON)

    answer = post(browser, "message-send-again", failed.pk, **JSON)

    assert answer.status_code == 409
    assert answer.json()["error"] == "This message is on its way or has arrived already."


def test_only_the_assignee_sends_again(boris: Any, failed: Any) -> None:
    answer = post(browser_of(boris), "message-send-again", failed.pk, **JSON)

    assert answer.status_code == 409
    assert Message.objects.get(pk=failed.pk).delivery == "failed"


def test_a_message_that_is_none_can_not_be_sent_again(browser: Any) -> None:
    assert post(browser, "message-send-again", 999_999).status_code == 404


# Files of a reply


def pdf(name: Any = "doc.pdf", body: Any = b"%PDF-1.4") -> Any:
    return SimpleUploadedFile(name, body, "application/pdf")


def test_several_files_are_one_album_with_each_kind_its_own(browser: Any, mine: Any) -> None:
    upload = [
        SimpleUploadedFile("a.png", PNG, "image/png"),
        pdf(),
        SimpleUploadedFile("s.mp3", b"x", "audio/mpeg"),
    ]

    assert post(browser, "ticket-reply", mine.pk, {"text": "See", "files": upload}, **JSON).json()["ok"]

    message = mine.messages.get(direction="out")
    files = list(message.attachments.values_list("kind", "name", "mime_type", "size", "width", "state"))
    assert message.kind == "album"
    assert files == [
        ("photo", "a.png", "image/png", len(PNG), 1, "ready"),
        ("document", "doc.pdf", "application/pdf", 8, None, "ready"),
        ("audio", "s.mp3", "audio/mpeg", 1, None, "ready"),
    ]
    with message.attachments.first().file as kept:
        assert kept.read() == PNG


def test_one_file_gives_the_message_its_kind(browser: Any, mine: Any) -> None:
    post(browser, "ticket-reply", mine.pk, {"files": SimpleUploadedFile("a.png", PNG, "image/png")}, **JSON)

    assert mine.messages.get(direction="out").kind == "photo"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("empty.txt", b"")], "“empty.txt” is empty; Telegram takes no empty files."),
        ([(f"{number}.txt", b"x") for number in range(11)], "At most 10 files can be sent at once."),
        ([("big.bin", b"x" * 2000)], "“big.bin” is larger than"),
    ],
)
def test_files_that_telegram_would_not_take_are_refused_before_anything_is_kept(
    files: Any, words: Any, browser: Any, mine: Any, settings: Any
) -> None:
    settings.TELEGRAM_UPLOAD_LIMIT = 1024
    upload = [SimpleUploadedFile(name, body) for name, body in files]

    answer = post(browser, "ticket-reply", mine.pk, {"text": "x", "files": upload}, **JSON)

    assert answer.status_code == 409
    assert words in answer.json()["error"]
    assert not mine.messages.filter(direction="out").exists()


def test_a_files_name_is_kept_and_its_path_is_not_of_the_senders_choosing(browser: Any, mine: Any) -> None:
    upload = SimpleUploadedFile("../../Отчёт «2026».PDF", b"x", "application/pdf")

    post(browser, "ticket-reply", mine.pk, {"files": upload}, **JSON)

    attachment = mine.messages.get(direction="out").attachments.get()
    assert attachment.name == "Отчёт «2026».PDF"
    assert attachment.file.name.startswith("attachments/")
    assert attachment.file.name.endswith(".pdf")


# Files through /files/


@pytest.mark.parametrize(
    ("name", "mime_type", "inline"),
    [("a.png", "image/png", True), ("a.html", "text/html", False), ("a.svg", "image/svg+xml", False)],
)
def test_a_file_is_shown_only_when_it_can_not_run_and_always_saved_on_request(
    name: Any, mime_type: Any, inline: Any, browser: Any, mine: Any
) -> None:

    receive(mine, Content(kind="document", files=[stored(name, b"<script>1</script>", mime_type=mime_type)]))
    attachment = mine.messages.latest("pk").attachments.get()
    address = reverse("file", args=[attachment.pk])

    shown, saved = browser.get(address), browser.get(f"{address}?download=1")

    assert shown.headers["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert shown.headers["Content-Type"] == (mime_type if inline else "application/octet-stream")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    for answer in (shown, saved):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert b"".join(answer.streaming_content) == b"<script>1</script>"


@pytest.mark.parametrize(
    ("kind", "mime_type", "saved_as"),
    [("photo", "", "Photo.jpg"), ("video", "video/webm", "Video.webm"), ("document", "", "File")],
)
def test_a_file_without_a_name_is_saved_as_its_kind_with_the_ending_of_its_type(
    kind: Any, mime_type: Any, saved_as: Any, browser: Any, mine: Any
) -> None:
    receive(mine, Content(kind=kind, files=[stored("", b"x", kind=kind, mime_type=mime_type)]))
    attachment = mine.messages.latest("pk").attachments.get()
    saved = browser.get(reverse("file", args=[attachment.pk]), {"download": "1"})
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{saved_as}"'
    assert b"".join(saved.streaming_content) == b"x"


def test_a_file_that_is_not_here_is_a_page_that_says_so(browser: Any, mine: Any) -> None:

    receive(mine, Content(kind="document", files=[NewFile(name="late.zip")]))
    waiting = mine.messages.latest("pk").attachments.get()
    receive(mine, Content(kind="document", files=[stored("a.txt", b"x")]))
    lost = mine.messages.latest("pk").attachments.get()
    lost.file.storage.delete(lost.file.name)

    for attachment in (waiting, lost):
        assert browser.get(reverse("file", args=[attachment.pk])).status_code == 404


def test_the_upload_gate_lets_replies_through(mine: Any) -> None:

    assert any(re.search(path, reverse("ticket-reply", args=[mine.pk])) for path in settings.UPLOAD_PATHS)
