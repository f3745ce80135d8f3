"""What an error of a request means for the message: not delivered, to be tried later, or nobody knows.

Telegram has no key that makes a request idempotent: only what surely never left may be sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from tickets.models import Message

Delivery = Message.Delivery

# Raised before the first byte of a request went out.
NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.ProxyError,
)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=2)
LONGEST_DESCRIPTION = 300

# Telegram says what is wrong in words only; these are parts of them, in lower case.
WORDS_OF_FORBIDDEN = {
    "blocked": "blocked",
    "deactivated": "deactivated",
    "initiate conversation": "not_started",
    "not a member": "no_rights",
    "kicked": "no_rights",
    "have no rights": "no_rights",
    "not enough rights": "no_rights",
}
WORDS_OF_BAD_REQUEST = {
    "chat not found": "chat_not_found",
    "peer_id_invalid": "chat_not_found",
    "user not found": "chat_not_found",
    "message is too long": "too_long",
    "caption is too long": "too_long",
    "file is too big": "file_too_big",
    "request entity too large": "file_too_big",
    "wrong file": "wrong_file",
    "image_process_failed": "wrong_file",
    "photo_invalid_dimensions": "wrong_file",
    "wrong type of the web page content": "wrong_file",
    "file must be non-empty": "wrong_file",
    "failed to get": "wrong_file",
    "photo_save_file_invalid": "wrong_file",
    "can't parse entities": "formatting",
    "entity beginning": "formatting",
    "incorrect offset": "formatting",
    "incorrect length": "formatting",
    "entity_bounds_invalid": "formatting",
    "text is empty": "empty",
    "text must be non-empty": "empty",
    "quote_text_invalid": "quote_not_found",
    "quote not found": "quote_not_found",
    "voice_messages_forbidden": "voice_forbidden",
    "receiving of voice messages": "voice_forbidden",
    "receiving of video messages": "video_note_forbidden",
    "button_url_invalid": "wrong_button",
    "button_data_invalid": "wrong_button",
    "inline keyboard": "wrong_button",
    "wrong http url": "wrong_button",
    "not enough rights": "no_rights",
    "have no rights": "no_rights",
    "chat_write_forbidden": "no_rights",
    "need administrator rights": "no_rights",
    # Of a change of a message
    "message to edit not found": "message_gone",
    "message to react not found": "message_gone",
    "message can't be edited": "cannot_be_edited",
    "there is no text in the message": "cannot_be_edited",
    "there is no caption in the message": "cannot_be_edited",
    "message can't be deleted": "too_old_to_delete",
    "reaction_invalid": "reaction_refused",
    "reactions_too_many": "reaction_refused",
}


@dataclass(frozen=True)
class Outcome:
    """What to settle a delivery with; `retry_at` with a queued one."""

    delivery: Message.Delivery
    error: dict[str, object] = field(default_factory=dict)
    unreachable: bool = False
    retry_at: datetime | None = None


def of_error(error: BaseException, *, now: datetime, attempts: int) -> Outcome:
    """What `error`, raised by a request to Telegram, means. `attempts`: how often it was put off before."""
    for kind, outcome_of in RULES:
        if isinstance(error, kind):
            return outcome_of(error, now, attempts)
    return failed("internal", f"{type(error).__name__}: {error}")


def failed(code: str, description: str = "", *, unreachable: bool = False) -> Outcome:
    """Surely not delivered."""
    more = {"description": description[:LONGEST_DESCRIPTION]} if description else {}
    return Outcome(Delivery.FAILED, {"code": code, **more}, unreachable=unreachable)


def unknown(code: str) -> Outcome:
    """Delivered or not, nobody knows: a person decides whether to send it again."""
    return Outcome(Delivery.UNKNOWN, {"code": code})


def put_off(code: str, until: datetime) -> Outcome:
    """Surely not delivered yet, and tried again by itself."""
    return Outcome(Delivery.QUEUED, {"code": code, "retry_at": until.isoformat()}, retry_at=until)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries without a connection."""
    doublings: int = 2 ** min(attempts, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)


def _rate_limited(error: BaseException, now: datetime, attempts: int) -> Outcome:
    asked = getattr(error, "retry_after", 1)
    # A timedelta, as telegram_bridge/__init__.py asks for; the types still allow both.
    return put_off(
        "rate_limited", now + (asked if isinstance(asked, timedelta) else timedelta(seconds=asked))
    )


def _forbidden(error: BaseException, now: datetime, attempts: int) -> Outcome:
    code = _code(error, WORDS_OF_FORBIDDEN)
    if code:
        return failed(code, unreachable=True)
    return failed("bad_request", str(error), unreachable=True)


def _bad_request(error: BaseException, now: datetime, attempts: int) -> Outcome:
    code = _code(error, WORDS_OF_BAD_REQUEST)
    return failed(code) if code else failed("bad_request", str(error))


def code_of(error: BadRequest) -> str:
    """Our code for what Telegram says; empty for what has none."""
    return _code(error, WORDS_OF_BAD_REQUEST)


def _code(error: BaseException, words: dict[str, str]) -> str:
    said = str(error).lower()
    return next((code for part, code in words.items() if part in said), "")


def _network(error: BaseException, now: datetime, attempts: int) -> Outcome:
    cause = error.__cause__
    if isinstance(cause, NEVER_LEFT):
        return put_off("network", now + pause(attempts))
    if "request entity too large" in str(error).lower():  # 413: refused before it was read
        return failed("file_too_big")
    return unknown("no_answer")


# In order: BadRequest and TimedOut are NetworkErrors.
RULES: list[tuple[type[BaseException], Callable[[BaseException, datetime, int], Outcome]]] = [
    (RetryAfter, _rate_limited),
    (Forbidden, _forbidden),
    (InvalidToken, lambda error, now, attempts: failed("unauthorized")),
    (ChatMigrated, lambda error, now, attempts: failed("migrated")),
    (Conflict, lambda error, now, attempts: failed("bad_request", str(error))),
    (BadRequest, _bad_request),
    (NetworkError, _network),
    # Whatever else went wrong on the way back, the request had left: an answer that can't be read, say.
    (TelegramError, lambda error, now, attempts: unknown("no_answer")),
]
