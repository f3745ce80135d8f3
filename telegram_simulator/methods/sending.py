"""Methods that put new messages into a chat. https://core.telegram.org/bots/api#sendmessage and below."""

import secrets
from typing import Any

from telegram_simulator.content import (
    KINDS,
    WITHOUT_CAPTION,
    caption_content,
    check_album,
    contact_content,
    location_content,
    media_content,
    text_content,
)
from telegram_simulator.errors import bad_request
from telegram_simulator.methods.outgoing import entities_of, file_of, markup_of, said_of, writable_chat
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.replies import reply_fields

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
METHODS = {
    "sendPhoto": "photo", "sendVideo": "video", "sendAnimation": "animation", "sendDocument": "document",
    "sendAudio": "audio", "sendVoice": "voice", "sendVideoNote": "video_note", "sendSticker": "sticker",
}  # fmt: skip


@method("sendMessage")
async def send_message(context: Context) -> dict[str, Any]:
    parameters = context.parameters
    content = text_content(parameters.text("text"), entities_of(parameters, "entities"))
    return _put(context, content)


@method("sendLocation")
async def send_location(context: Context) -> dict[str, Any]:
    return _put(context, location_content(context.parameters.values))


@method("sendContact")
async def send_contact(context: Context) -> dict[str, Any]:
    return _put(context, contact_content(context.parameters.values))


def _put(context: Context, content: dict[str, Any]) -> dict[str, Any]:
    markup = markup_of(context.parameters)
    chat = writable_chat(context)
    reply = reply_fields(chat, context.parameters)
    return context.world.add_message(chat, reply | content | markup, from_bot=True).content


async def _send_media(context: Context, kind: str) -> dict[str, Any]:
    parameters = context.parameters
    caption = {}
    if kind not in WITHOUT_CAPTION:
        caption = caption_content(parameters.text("caption"), entities_of(parameters, "caption_entities"))
    markup = markup_of(parameters)
    chat = writable_chat(context)
    source = file_of(context, parameters.values.get(kind), kind, part=kind)
    reply = reply_fields(chat, parameters)
    if kind == "document" and source.mime_type == "image/gif":
        kind = "animation"  # as the real server does with every GIF
    media = media_content(context.world.files, context.bot.id, kind, source, said_of(parameters.values))
    return context.world.add_message(chat, reply | media | caption | markup, from_bot=True).content


def _register(name: str, kind: str) -> None:
    @method(name)
    async def send(context: Context) -> dict[str, Any]:
        return await _send_media(context, kind)


for _name, _kind in METHODS.items():
    _register(_name, _kind)


@method("sendMediaGroup")
async def send_media_group(context: Context) -> list[dict[str, Any]]:
    """All of the album or nothing: the messages appear only when every item was good."""
    items = context.parameters.records("media")
    kinds = [str(item.get("type")) for item in items]
    if any(kind not in KINDS for kind in kinds):
        raise bad_request("can't parse media JSON object: unknown media type")
    check_album(kinds)
    chat = writable_chat(context)
    reply = reply_fields(chat, context.parameters)
    contents = []
    for item, kind in zip(items, kinds, strict=True):
        if item.get("parse_mode"):
            raise bad_request("unsupported parse_mode")
        caption = caption_content(str(item.get("caption") or ""), item.get("caption_entities"))
        source = file_of(context, item.get("media"), kind)
        media = media_content(context.world.files, context.bot.id, kind, source, said_of(item))
        contents.append(media | caption)
    group = {"media_group_id": str(secrets.randbits(53))}
    return [
        context.world.add_message(chat, reply | group | content, from_bot=True).content
        for content in contents
    ]


@method("sendChatAction")
async def send_chat_action(context: Context) -> bool:
    action = context.parameters.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(context)
    where = {"bot_id": chat.bot_id, "client_id": chat.client_id}
    context.world.tell({"event": "action", "action": action} | where)
    return True
