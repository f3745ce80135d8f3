"""What an error of a request means: only what surely never left is tried again."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from telegram_bridge import outcomes
from telegram_bridge.outcomes import of_error
from tickets.delivery_words import WORDS, advice, in_words

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "delivery", "code", "unreachable"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), "failed", "blocked", True),
        (Forbidden("Forbidden: user is deactivated"), "failed", "deactivated", True),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), "failed", "not_started", True),
        (BadRequest("Bad Request: chat not found"), "failed", "chat_not_found", False),
        (BadRequest("Bad Request: message is too long"), "failed", "too_long", False),
        (BadRequest("Bad Request: something new"), "failed", "bad_request", False),
        (BadRequest("Bad Request: can't parse entities: x"), "failed", "formatting", False),
        (
            BadRequest("Bad Request: entity beginning at UTF-16 offset 3 ends after the end of the text"),
            "failed",
            "formatting",
            False,
        ),
        (BadRequest("QUOTE_TEXT_INVALID"), "failed", "quote_not_found", False),
        (BadRequest("VOICE_MESSAGES_FORBIDDEN"), "failed", "voice_forbidden", False),
        (
            BadRequest("Bad Request: user restricted receiving of video messages"),
            "failed",
            "video_note_forbidden",
            False,
        ),
        (BadRequest("Bad Request: BUTTON_URL_INVALID"), "failed", "wrong_button", False),
        (BadRequest("Bad Request: IMAGE_PROCESS_FAILED"), "failed", "wrong_file", False),
        (BadRequest("Bad Request: not enough rights to send photos"), "failed", "no_rights", False),
        (BadRequest("Bad Request: message text is empty"), "failed", "empty", False),
        (Forbidden("Forbidden: bot is not a member of the chat"), "failed", "no_rights", True),
        (InvalidToken("Unauthorized"), "failed", "unauthorized", False),
        (ChatMigrated(-100), "failed", "migrated", False),
        (NetworkError("Request Entity Too Large (413)"), "failed", "file_too_big", False),
        (NetworkError("Bad Gateway"), "unknown", "no_answer", False),
        (caused_by(TimedOut(), httpx.ReadTimeout("")), "unknown", "no_answer", False),
        (caused_by(TimedOut(), httpx.WriteTimeout("")), "unknown", "no_answer", False),
        (caused_by(NetworkError("x"), httpx.ReadError("")), "unknown", "no_answer", False),
        (caused_by(NetworkError("x"), httpx.RemoteProtocolError("")), "unknown", "no_answer", False),
        (TelegramError("Invalid server response"), "unknown", "no_answer", False),
        (caused_by(NetworkError("x"), httpx.ConnectError("")), "queued", "network", False),
        (caused_by(TimedOut(), httpx.ConnectTimeout("")), "queued", "network", False),
        (caused_by(TimedOut(), httpx.PoolTimeout("")), "queued", "network", False),
        (KeyError("x"), "failed", "internal", False),
    ],
)
def test_each_error_has_its_meaning(error: Exception, delivery: str, code: str, unreachable: bool) -> None:
    outcome = of_error(error, now=NOW, attempts=0)
    assert (outcome.delivery, outcome.error["code"], outcome.unreachable) == (delivery, code, unreachable)
    assert (outcome.retry_at is not None) == (delivery == "queued")
    assert in_words(outcome.error)
    assert advice(outcome.error) or delivery == "queued"


def test_the_time_that_telegram_asks_for_is_obeyed() -> None:
    outcome = of_error(RetryAfter(7), now=NOW, attempts=5)
    assert outcome.retry_at == NOW + timedelta(seconds=7)
    assert outcome.error == {"code": "rate_limited", "retry_at": "2026-11-23T00:00:07+00:00"}


def test_without_a_connection_the_pauses_grow_to_two_minutes() -> None:
    error = caused_by(NetworkError("x"), httpx.ConnectError(""))
    pauses = []
    for attempts in (0, 1, 2, 50):
        until = of_error(error, now=NOW, attempts=attempts).retry_at
        assert until is not None
        pauses.append((until - NOW).total_seconds())
    assert pauses == [2, 4, 8, 120]


def test_every_code_that_an_error_can_have_has_words() -> None:
    codes = {*outcomes.WORDS_OF_BAD_REQUEST.values(), *outcomes.WORDS_OF_FORBIDDEN.values()}
    assert codes <= set(WORDS)


def test_an_unknown_code_still_has_words() -> None:
    assert "xyz" in in_words({"code": "xyz"})
    assert in_words({}) == ""
