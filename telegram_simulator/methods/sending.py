"""Methods that put new messages into a chat. https://core.telegram.org/bots/api#sendmessage and below."""

import secrets
from typing import Any

from telegram_simulator.content import (
    COVERED,
    KINDS,
    WITHOUT_CAPTION,
    caption_content,
    check_album,
    check_voice,
    media_content,
    text_content,
)
from telegram_simulator.errors import bad_request
from telegram_simulator.kinds import MAKERS
from telegram_simulator.methods.outgoing import (
    entities_of,
    file_of,
    link_preview_of,
    markup_of,
    options_of,
    said_of,
    writable_chat,
)
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.replies import reply_fields
from telegram_simulator.world import Chat

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
METHODS = {
    "sendPhoto": "photo", "sendVideo": "video", "sendAnimation": "animation", "sendDocument": "document",
    "sendAudio": "audio", "sendVoice": "voice", "sendVideoNote": "video_note", "sendSticker": "sticker",
}  # fmt: skip
# What is no file: which maker, and which parameters are JSON.
KIND_METHODS: dict[str, tuple[str, tuple[str, ...]]] = {
    "sendLocation": ("location", ()),
    "sendVenue": ("venue", ()),
    "sendContact": ("contact", ()),
    "sendDice": ("dice", ()),
    "sendPoll": (
        "poll", ("options", "question_entities", "explanation_entities", "correct_option_ids"),
    ),
}  # fmt: skip
FLAGS = {"is_anonymous", "allows_multiple_answers", "allows_revoting", "is_closed"}
NUMBERS = {"correct_option_id", "open_period", "close_date"}


@method("sendMessage")
async def send_message(context: Context) -> dict[str, Any]:
    parameters = context.parameters
    content = text_content(parameters.text("text"), entities_of(parameters, "entities"))
    return _send(context, content | link_preview_of(parameters))


def _send(context: Context, content: dict[str, Any]) -> dict[str, Any]:
    markup = markup_of(context.parameters)
    return put(context, writable_chat(context), content, markup=markup)


def put(
    context: Context, chat: Chat, content: dict[str, Any], *, markup: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Adds the message, with what it answers and the options that any method takes. Raises ApiError."""
    parameters = context.parameters
    whole = reply_fields(chat, parameters) | content | options_of(parameters) | (markup or {})
    silent = parameters.boolean("disable_notification")
    return context.world.add_message(chat, whole, from_bot=True, silent=silent).content


async def _send_media(context: Context, kind: str) -> dict[str, Any]:
    parameters = context.parameters
    caption = {}
    if kind not in WITHOUT_CAPTION:
        caption = caption_content(parameters.text("caption"), entities_of(parameters, "caption_entities"))
        if parameters.boolean("show_caption_above_media"):
            caption["show_caption_above_media"] = True
    markup = markup_of(parameters)
    chat = writable_chat(context)
    source = file_of(context, parameters.values.get(kind), kind, part=kind)
    if kind == "voice" and context.world.settings.strict:
        check_voice(context.world.files, source)
    if kind == "document" and source.mime_type == "image/gif":
        kind = "animation"  # as the real server does with every GIF
    media = media_content(context.world.files, context.bot.id, kind, source, said_of(parameters.values))
    if kind in COVERED and parameters.boolean("has_spoiler"):
        media["has_media_spoiler"] = True
    return put(context, chat, media | caption, markup=markup)


def _register(name: str, kind: str) -> None:
    @method(name)
    async def send(context: Context) -> dict[str, Any]:
        return await _send_media(context, kind)


def _register_kind(name: str, kind: str, lists: tuple[str, ...]) -> None:
    @method(name)
    async def send(context: Context) -> dict[str, Any]:
        said = context.parameters.values | {each: context.parameters.json(each) for each in lists}
        for each in FLAGS & set(said):
            said[each] = context.parameters.boolean(each)
        for each in NUMBERS & set(said):
            said[each] = context.parameters.integer(each, -1)
        return _send(context, MAKERS[kind](said))


for _name, _kind in METHODS.items():
    _register(_name, _kind)
for _name, (_kind, _lists) in KIND_METHODS.items():
    _register_kind(_name, _kind, _lists)


@method("sendMediaGroup")
async def send_media_group(context: Context) -> list[dict[str, Any]]:
    """All of the album or nothing: the messages appear only when every item was good."""
    parameters = context.parameters
    items = parameters.records("media")
    kinds = [str(item.get("type")) for item in items]
    if any(kind not in KINDS for kind in kinds):
        raise bad_request("can't parse media JSON object: unknown media type")
    check_album(kinds)
    if context.world.settings.strict and "reply_markup" in parameters.values:
        # The real server passes over it: the buttons would be lost without a word.
        raise bad_request("an album has no reply_markup")
    chat = writable_chat(context)
    contents = [_album_item(context, item, kind) for item, kind in zip(items, kinds, strict=True)]
    group = {"media_group_id": str(secrets.randbits(53))}
    reply_fields(chat, parameters)  # refused before the first one is there
    return [put(context, chat, group | content) for content in contents]


def _album_item(context: Context, item: dict[str, Any], kind: str) -> dict[str, Any]:
    if item.get("parse_mode"):
        raise bad_request("unsupported parse_mode")
    caption = caption_content(str(item.get("caption") or ""), item.get("caption_entities"))
    source = file_of(context, item.get("media"), kind)
    media = media_content(context.world.files, context.bot.id, kind, source, said_of(item))
    if kind in COVERED and str(item.get("has_spoiler")).lower() == "true":
        media["has_media_spoiler"] = True
    return media | caption


@method("sendChatAction")
async def send_chat_action(context: Context) -> bool:
    action = context.parameters.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(context)
    where = {"bot_id": chat.bot_id, "client_id": chat.client_id}
    context.world.tell({"event": "action", "action": action} | where)
    return True
