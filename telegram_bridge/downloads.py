"""Fetches a client's file: streamed to disk with constant memory, tried again while Telegram is away.

A job that runs twice does no harm: a file that is settled is left alone.
https://core.telegram.org/bots/api#getfile
"""

import asyncio
import logging
import secrets
import shutil
from pathlib import Path, PurePath

import httpx
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext_noop
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from telegram_bridge import outcomes
from telegram_bridge.bot_threads import persistently
from telegram_bridge.bots import readable_token
from telegram_bridge.models import TelegramFile
from telegram_bridge.sending_bots import sending_bot
from telegram_bridge.waits import PutOff
from tickets import operations
from tickets.arriving_files import temporary_folder
from tickets.models import Attachment

logger = logging.getLogger(__name__)

State = Attachment.State

MOST_ATTEMPTS = 20  # with pauses of up to two minutes: Telegram may be away for half an hour
CHUNK = 64 * 1024
TIMEOUT = httpx.Timeout(60, connect=10)

# Shown to staff; translated where it is shown.
REFUSED = gettext_noop("Telegram no longer gives this file.")
UNAUTHORIZED = gettext_noop("Telegram refused the bot's token when the file was to be fetched.")
AWAY = gettext_noop("Telegram could not be reached for too long.")
DISK = gettext_noop("The file could not be written to the disk.")


class Fetched(File):  # type: ignore[type-arg]  # generic in the stubs only
    """A finished temporary file, which Django's storage moves instead of copying."""

    def __init__(self, path: Path) -> None:
        super().__init__(None, name=path.name)
        self.path = path

    def temporary_file_path(self) -> str:
        return str(self.path)


async def fetch_file(attachment_id: int, *, attempts: int) -> None:
    """Fetches the file of an attachment, or settles why it can't be. Raises PutOff to be called again."""
    found = await persistently(_waiting, attachment_id)
    if found is None:
        return
    file, token = found
    if token is None:
        await persistently(_settle, file.attachment, State.FAILED, UNAUTHORIZED)
        return
    try:
        await _fetch(file, token)
    except RetryAfter as error:
        until = outcomes.of_error(error, now=timezone.now(), attempts=attempts).retry_at
        raise PutOff(until or timezone.now()) from error
    except BadRequest as error:
        if "too big" in str(error).lower():
            await persistently(_settle, file.attachment, State.TOO_BIG, "")
        elif "temporarily" in str(error).lower():
            await _later(file, attempts, error, REFUSED)
        else:
            await persistently(_settle, file.attachment, State.FAILED, REFUSED)
    except (InvalidToken, Forbidden):
        await persistently(_settle, file.attachment, State.FAILED, UNAUTHORIZED)
    except (TelegramError, httpx.HTTPError) as error:
        await _later(file, attempts, error, AWAY)
    except OSError as error:
        logger.error("A client's file could not be written below %s: %s", settings.MEDIA_ROOT, error)
        await _later(file, attempts, error, DISK)


async def _later(file: TelegramFile, attempts: int, error: Exception, words: str) -> None:
    """Tries again after a pause; after many tries the file is settled with `words`."""
    if attempts >= MOST_ATTEMPTS:
        await persistently(_settle, file.attachment, State.FAILED, words)
        return
    raise PutOff(timezone.now() + outcomes.pause(attempts)) from error


def _waiting(attachment_id: int) -> tuple[TelegramFile, str | None] | None:
    files = TelegramFile.objects.select_related("attachment", "bot")
    file = files.filter(attachment=attachment_id, attachment__state=State.WAITING).first()
    return (file, readable_token(file.bot)) if file is not None else None


async def _fetch(file: TelegramFile, token: str) -> None:
    at_telegram = await sending_bot(token).get_file(file.file_id, read_timeout=_patience())
    where = str(at_telegram.file_path)
    path = temporary_folder() / secrets.token_hex(16)
    try:
        size = await bring(where, token, path)
        await persistently(_keep, file.attachment, path, size, PurePath(where).name)
    finally:
        path.unlink(missing_ok=True)


async def bring(where: str, token: str, path: Path) -> int:
    """Writes the file that getFile has named to `path`, from the disk or by HTTP; returns its bytes."""
    on_disk = _on_disk(where)
    if on_disk is not None:
        return await asyncio.to_thread(_copy, on_disk, path)
    return await stream(_address(where, token), path)


def _patience() -> float:
    """Seconds for getFile: a server of our own answers when it has the whole file."""
    return 3600.0 if settings.TELEGRAM_LOCAL else 20.0


def _on_disk(where: str) -> Path | None:
    """The file itself, when a server of our own has put it where we can read it."""
    path = Path(where)
    return path if settings.TELEGRAM_LOCAL and path.is_absolute() and path.is_file() else None


def _address(where: str, token: str) -> str:
    """Where to fetch a file by HTTP. A server of our own names a path on its disk, in a folder that is called
    as the token is; below it the names are those of the address."""
    _folder, found, name = where.rpartition(f"/{token}/")
    if settings.TELEGRAM_LOCAL and found:
        return f"{settings.TELEGRAM_API_URL}/file/bot{token}/{name}"
    return where


def _copy(source: Path, target: Path) -> int:
    with source.open("rb") as reading, target.open("xb") as writing:
        shutil.copyfileobj(reading, writing, CHUNK)
        return writing.tell()


async def stream(url: str, path: Path) -> int:
    """Writes what `url` gives to `path`; returns its bytes. A body cut short raises httpx.HTTPError."""
    size = 0
    async with httpx.AsyncClient(timeout=TIMEOUT) as client, client.stream("GET", url) as answer:
        if answer.status_code in {401, 404}:
            raise BadRequest("temporarily unavailable: the link has expired")
        answer.raise_for_status()
        with path.open("xb") as file:
            async for chunk in answer.aiter_bytes(CHUNK):
                file.write(chunk)
                size += len(chunk)
    return size


def _keep(attachment: Attachment, path: Path, size: int, name_at_telegram: str) -> None:
    """Moves the file to its place and settles it. Name and MIME type stay those of the message."""
    # Called again after the database went away, it has been moved already.
    if not attachment.file:
        attachment.file.save(attachment.name or name_at_telegram, Fetched(path), save=False)
    attachment.size = size
    attachment.state, attachment.error = State.READY, ""
    operations.settle_file(attachment, "file", "size")


def _settle(attachment: Attachment, state: Attachment.State, error: str) -> None:
    attachment.state, attachment.error = state, error
    operations.settle_file(attachment)
