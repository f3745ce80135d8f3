"""One part of a message sent through python-telegram-bot; files go from disk, never through memory."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import telegram

from telegram_bridge.chat_actions import uploading
from telegram_bridge.plan import COVERABLE, WITHOUT_CAPTION, Part, Upload, sent_as
from telegram_bridge.quoting import Quote
from telegram_bridge.sending_bots import upload_seconds
from tickets.models import Message

Kind = Message.Kind


@dataclass(frozen=True)
class Manner:
    """How a message is sent: what it answers, and Message.options."""

    reply_to: int | None = None
    quote: Quote | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reply(self) -> telegram.ReplyParameters | None:
        if self.quote is not None:
            return telegram.ReplyParameters(
                message_id=self.quote.telegram_id,
                allow_sending_without_reply=True,
                quote=self.quote.text,
                quote_entities=_entities(self.quote.entities),
                quote_position=self.quote.position,
            )
        if self.reply_to is not None:
            # A target that was deleted meanwhile: better an answer without it than none.
            return telegram.ReplyParameters(message_id=self.reply_to, allow_sending_without_reply=True)
        return None


async def send(bot: telegram.Bot, chat_id: int, part: Part, manner: Manner) -> list[int]:
    """Sends `part` and returns the ids of the Telegram messages it became.

    Raises FileNotFoundError before anything is sent, and telegram.error.TelegramError.
    """
    common: dict[str, Any] = {"reply_parameters": manner.reply}
    if manner.options.get("silent"):
        common["disable_notification"] = True
    if part.buttons:
        common["reply_markup"] = keyboard(part.buttons)
    if not part.files:
        return [(await _send_text(bot, chat_id, part, manner, common)).message_id]
    covered = bool(manner.options.get("spoiler"))
    with ExitStack() as stack:
        opened = [_open(stack, file, attach=len(part.files) > 1) for file in part.files]
        async with uploading(bot, chat_id, sent_as(part.files[0])):
            if len(opened) == 1:
                sent = [await _send_file(bot, chat_id, part, opened[0], common, covered=covered)]
            else:
                sent = list(
                    await bot.send_media_group(
                        chat_id,
                        [
                            _album_item(part, index, file, covered=covered)
                            for index, file in enumerate(opened)
                        ],
                        read_timeout=upload_seconds(),
                        **common,
                    )
                )
    return [message.message_id for message in sent]


def keyboard(rows: list[list[dict[str, str]]]) -> telegram.InlineKeyboardMarkup:
    """https://core.telegram.org/bots/api#inlinekeyboardmarkup; `data` comes back when a button is pressed."""
    return telegram.InlineKeyboardMarkup(
        [
            [
                telegram.InlineKeyboardButton(
                    button["text"], url=button.get("url"), callback_data=button.get("data")
                )
                for button in row
            ]
            for row in rows
        ]
    )


def link_preview(options: Mapping[str, Any]) -> dict[str, Any]:
    """A preview is shown unless the message says no."""
    if options.get("link_preview") is False:
        return {"link_preview_options": telegram.LinkPreviewOptions(is_disabled=True)}
    return {}


async def _send_text(
    bot: telegram.Bot, chat_id: int, part: Part, manner: Manner, common: dict[str, Any]
) -> telegram.Message:
    return await bot.send_message(
        chat_id, part.text, entities=_entities(part.entities), **common, **link_preview(manner.options)
    )


def _open(stack: ExitStack, file: Upload, *, attach: bool = False) -> telegram.InputFile:
    """The file as httpx reads it, piece by piece. `attach`: it is named by an address in an album's JSON."""
    handle = Path(file.path).open("rb")  # noqa: SIM115  (closed by the stack)
    stack.enter_context(handle)
    return telegram.InputFile(handle, filename=file.name or None, attach=attach, read_file_handle=False)


def _entities(entities: list[dict[str, Any]]) -> list[telegram.MessageEntity]:
    return [telegram.MessageEntity.de_json(entity, None) for entity in entities]


async def _send_file(
    bot: telegram.Bot,
    chat_id: int,
    part: Part,
    file: telegram.InputFile,
    common: dict[str, Any],
    *,
    covered: bool,
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
    more: dict[str, Any] = common | _shape(upload, kind, covered=covered)
    if kind not in WITHOUT_CAPTION and part.text:
        more |= {"caption": part.text, "caption_entities": _entities(part.entities)}
    message: telegram.Message = await methods[kind](chat_id, file, read_timeout=upload_seconds(), **more)
    return message


def _shape(file: Upload, kind: str, *, covered: bool) -> dict[str, Any]:
    if kind in {Kind.VIDEO, Kind.ANIMATION}:
        shape = {"width": file.width, "height": file.height, "duration": file.duration}
    elif kind in {Kind.VOICE, Kind.AUDIO, Kind.VIDEO_NOTE}:
        shape = {"duration": file.duration}
    else:
        shape = {}
    more: dict[str, Any] = {"supports_streaming": True} if kind == Kind.VIDEO else {}
    if kind == Kind.DOCUMENT:
        more["disable_content_type_detection"] = True  # a picture sent as a file stays one
    if covered and kind in COVERABLE:
        more["has_spoiler"] = True
    return more | {name: value for name, value in shape.items() if value is not None}


def _album_item(part: Part, index: int, file: telegram.InputFile, *, covered: bool) -> Any:
    upload = part.files[index]
    kind = sent_as(upload)
    types: dict[str, Callable[..., Any]] = {
        Kind.PHOTO: telegram.InputMediaPhoto,
        Kind.VIDEO: telegram.InputMediaVideo,
        Kind.AUDIO: telegram.InputMediaAudio,
        Kind.DOCUMENT: telegram.InputMediaDocument,
    }
    # The caption of the first item is shown as the album's.
    more = _shape(upload, kind, covered=covered)
    if index == 0 and part.text:
        more |= {"caption": part.text, "caption_entities": _entities(part.entities)}
    return types[kind](file, **more)
