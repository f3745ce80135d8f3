"""A voice recorded in the browser becomes what Telegram plays as one, before its message is sent.

Its job holds the chat's lane, so the message and what is written after it wait; the message stays queued. A
job that runs twice does no harm: what is Ogg with a known length is left alone.
"""

import asyncio
import contextlib
import logging
import secrets
import sys
import uuid
from pathlib import Path, PurePath

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.storage import default_storage

from telegram_bridge import outcomes
from telegram_bridge.bot_threads import persistently
from telegram_bridge.delivery_jobs import unready_voices
from telegram_bridge.downloads import Fetched
from tickets import operations
from tickets.arriving_files import temporary_folder
from tickets.models import Attachment

logger = logging.getLogger(__name__)

SECONDS = 180.0  # of the wall clock; the process has a limit of its own for its work
LONGEST_WORDS = 300


class NotConverted(Exception):
    """The recording is no sound that can be sent, in the converter's words."""


async def convert(message_id: int) -> None:
    """Converts every recording of the message that needs it; fails the message, with words, when one can't
    be. The recording itself is kept."""
    for voice in await persistently(_unready, message_id):
        converted, recorded = temporary_folder() / f"{secrets.token_hex(16)}.ogg", str(voice.file.name)
        try:
            seconds = await _run(Path(voice.file.path), converted)
            await persistently(_keep, voice, converted, seconds)
            default_storage.delete(recorded)
        except (NotConverted, OSError) as error:
            logger.warning("The voice of message %s could not be converted: %s", message_id, error)
            await persistently(_fail, message_id, uuid.uuid4(), str(error))
            return
        finally:
            converted.unlink(missing_ok=True)


def _unready(message_id: int) -> list[Attachment]:
    return [voice for voice in unready_voices(message_id) if voice.file]


async def _run(source: Path, target: Path) -> int:
    """The length in seconds of what was made. Raises NotConverted."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telegram_bridge.voice_conversion", str(source), str(target)),
        cwd=settings.BASE_DIR,
        env={},  # it reads what a browser has sent, and needs to know nothing
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, complaint = await process.communicate()
    except TimeoutError:
        raise NotConverted("it took too long") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0 or not said.strip().isdigit():
        words = complaint.decode(errors="replace").strip()[-LONGEST_WORDS:]
        raise NotConverted(words or f"the converter ended with {process.returncode}")
    return int(said)


def _keep(voice: Attachment, converted: Path, seconds: int) -> None:
    """The converted file takes the recording's place. May be called again after the database went away."""
    if converted.exists():
        voice.size = converted.stat().st_size
        voice.file.save(converted.name, Fetched(converted), save=False)
    voice.name = f"{PurePath(voice.name).stem or 'voice'}.ogg"[:255]
    voice.mime_type, voice.duration = "audio/ogg", seconds
    operations.settle_file(voice, "file", "size", "name", "mime_type", "duration")


def _fail(message_id: int, claim: uuid.UUID, words: str) -> None:
    """May be called again after the database went away, with the same claim."""
    with contextlib.suppress(ObjectDoesNotExist):
        if operations.begin_delivery(message_id, claim=claim) is not None:
            outcome = outcomes.failed("voice_failed", words)
            operations.settle_delivery(
                message_id, claim=claim, delivery=outcome.delivery, error=outcome.error
            )
