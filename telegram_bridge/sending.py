"""One part of a message sent through python-telegram-bot; files go from disk, never through memory."""

from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import telegram
from django.conf import settings
from telegram.request import HTTPXRequest

from telegram_bridge.plan import WITHOUT_CAPTION, Part, Upload, sent_as
from tickets.models import Message

Kind = Message.Kind

ANSWER_SECONDS = 20
UPLOAD_SECONDS = 600  # for 50 MB over a slow line, and for Telegram to look at them
CONNECTIONS = 16


# Whether a request has begun since this was last set to False, in the current task.
request_began: ContextVar[bool] = ContextVar("request_began", default=False)


class Request(HTTPXRequest):
    """Notes when a request begins: an error before that surely sent nothing."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        request_began.set(True)
        return await super().do_request(*args, **kwargs)


def bot_of(token: str) -> telegram.Bot:
    """A bot that sends; its connections are opened when they are needed and kept."""
    return telegram.Bot(
        token,
        base_url=f"{settings.TELEGRAM_API_URL}/bot",
        base_file_url=f"{settings.TELEGRAM_API_URL}/file/bot",
        request=Request(
            connection_pool_size=CONNECTIONS,
            connect_timeout=10,
            read_timeout=ANSWER_SECONDS,
            write_timeout=ANSWER_SECONDS,
            media_write_timeout=UPLOAD_SECONDS,
            pool_timeout=30,
        ),
    )


async def send(bot: telegram.Bot, chat_id: int, part: Part, *, reply_to: int | None) -> list[int]:
    """Sends `part` and returns the ids of the Telegram messages it became.

    Raises FileNotFoundError before anything is sent, and telegram.error.TelegramError.
    """
    reply = (
        telegram.ReplyParameters(message_id=reply_to, allow_sending_without_reply=True)
        if reply_to is not None
        else None
    )
    with ExitStack() as stack:
        if not part.files:
            sent = [
                await bot.send_message(chat_id, part.text, entities=_entities(part), reply_parameters=reply)
            ]
        elif len(part.files) == 1:
            sent = [await _send_file(bot, chat_id, part, _open(stack, part.files[0]), reply)]
        else:
            media = [
                _album_item(part, index, _open(stack, file, attach=True))
                for index, file in enumerate(part.files)
            ]
            sent = list(
                await bot.send_media_group(
                    chat_id, media, reply_parameters=reply, read_timeout=UPLOAD_SECONDS
                )
            )
    return [message.message_id for message in sent]


def _open(stack: ExitStack, file: Upload, *, attach: bool = False) -> telegram.InputFile:
    """The file as httpx reads it, piece by piece. `attach`: it is named by an address in an album's JSON."""
    handle = Path(file.path).open("rb")  # noqa: SIM115  (closed by the stack)
    stack.enter_context(handle)
    return telegram.InputFile(handle, filename=file.name or None, attach=attach, read_file_handle=False)


def _entities(part: Part) -> list[telegram.MessageEntity]:
    return [telegram.MessageEntity.de_json(entity, None) for entity in part.entities]


async def _send_file(
    bot: telegram.Bot,
    chat_id: int,
    part: Part,
    file: telegram.InputFile,
    reply: telegram.ReplyParameters | None,
) -> telegram.Message:
    upload = part.files[0]
    kind = sent_as(upload)
    methods: dict[str, Callable[..., Any]] = {
        Kind.PHOTO: bot.send_photo,
        Kind.VIDEO: bot.send_video,
        Kind.ANIMATION: bot.send_animation,
        Kind.VOICE: bot.send_voice,
        Kind.AUDIO: bot.send_audio,
        Kind.VIDEO_NOTE: bot.send_video_note,
        Kind.STICKER: bot.send_sticker,
        Kind.DOCUMENT: bot.send_document,
    }
    more: dict[str, Any] = {}
    if kind not in WITHOUT_CAPTION and part.text:
        more = {"caption": part.text, "caption_entities": _entities(part)}
    message: telegram.Message = await methods[kind](
        chat_id, file, reply_parameters=reply, read_timeout=UPLOAD_SECONDS, **more, **_shape(upload, kind)
    )
    return message


def _shape(file: Upload, kind: str) -> dict[str, Any]:
    if kind in {Kind.VIDEO, Kind.ANIMATION}:
        shape = {"width": file.width, "height": file.height, "duration": file.duration}
    elif kind in {Kind.VOICE, Kind.AUDIO, Kind.VIDEO_NOTE}:
        shape = {"duration": file.duration}
    else:
        shape = {}
    streamed: dict[str, Any] = {"supports_streaming": True} if kind == Kind.VIDEO else {}
    return streamed | {name: value for name, value in shape.items() if value is not None}


def _album_item(part: Part, index: int, file: telegram.InputFile) -> Any:
    upload = part.files[index]
    kind = sent_as(upload)
    types: dict[str, Callable[..., Any]] = {
        Kind.PHOTO: telegram.InputMediaPhoto,
        Kind.VIDEO: telegram.InputMediaVideo,
        Kind.AUDIO: telegram.InputMediaAudio,
        Kind.DOCUMENT: telegram.InputMediaDocument,
    }
    # The caption of the first item is shown as the album's.
    more: dict[str, Any] = {}
    if index == 0 and part.text:
        more = {"caption": part.text, "caption_entities": _entities(part)}
    return types[kind](file, **more, **_shape(upload, kind))
