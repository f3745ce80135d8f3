"""Methods that change a message of the bot: text, caption, file, buttons, a live location, a poll.

Each sets the keyboard anew: without `reply_markup` it goes. https://core.telegram.org/bots/api#updating-messages
"""

from typing import Any

from telegram_simulator.content import KINDS, caption_content, media_content, text_content
from telegram_simulator.errors import bad_request
from telegram_simulator.kinds import location_content
from telegram_simulator.methods.outgoing import (
    entities_of,
    file_of,
    link_preview_of,
    markup_of,
    said_of,
    writable_chat,
)
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.world import Chat, Message

SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
CAPTIONED = ("photo", "video", "animation", "document", "audio", "voice", "paid_media")
EDITABLE = ("animation", "audio", "document", "photo", "video")
TEXT = ("text", "entities", "link_preview_options")
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
# What an item of an album may become: only what may stand in the same album.
PICTURES = {"photo", "video"}
SAME_ALBUM = {"photo": PICTURES, "video": PICTURES, "document": {"document"}, "audio": {"audio"}}


@method("editMessageText")
async def edit_message_text(context: Context) -> dict[str, Any]:
    parameters = context.parameters
    content = text_content(parameters.text("text"), entities_of(parameters, "entities"))
    content |= link_preview_of(parameters) | markup_of(parameters)
    chat, message = _own(context)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _replace(context, chat, message, (*TEXT, "reply_markup"), content)


@method("editMessageCaption")
async def edit_message_caption(context: Context) -> dict[str, Any]:
    parameters = context.parameters
    content = caption_content(parameters.text("caption"), entities_of(parameters, "caption_entities"))
    if parameters.boolean("show_caption_above_media"):
        content["show_caption_above_media"] = True
    content |= markup_of(parameters)
    chat, message = _own(context)
    if not any(kind in message.content for kind in CAPTIONED):
        raise bad_request("there is no caption in the message to edit")
    return _replace(context, chat, message, (*CAPTION, "reply_markup"), content)


@method("editMessageMedia")
async def edit_message_media(context: Context) -> dict[str, Any]:
    parameters = context.parameters
    item = parameters.json("media")
    if not isinstance(item, dict) or item.get("type") not in EDITABLE:
        raise bad_request("can't parse input media JSON object: unknown media type")
    kind = str(item["type"])
    if item.get("parse_mode"):
        raise bad_request("unsupported parse_mode")
    caption = caption_content(str(item.get("caption") or ""), item.get("caption_entities"))
    markup = markup_of(parameters)
    chat, message = _own(context)
    current = next((each for each in (*CAPTIONED, "text") if each in message.content), "")
    if not current or current in {"voice", "paid_media"}:
        raise bad_request("message can't be edited")
    if "media_group_id" in message.content and kind not in SAME_ALBUM[current]:
        raise bad_request("message can't be edited: the new file can't stand in the album")
    source = file_of(context, item.get("media"), kind)
    media = media_content(context.world.files, context.bot.id, kind, source, said_of(item))
    if str(item.get("has_spoiler")).lower() == "true":
        media["has_media_spoiler"] = True
    names = (*KINDS, *TEXT, *CAPTION, "has_media_spoiler", "reply_markup")
    return _replace(context, chat, message, names, media | caption | markup)


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(context: Context) -> dict[str, Any]:
    content = markup_of(context.parameters)
    chat, message = _own(context)
    return _replace(context, chat, message, ("reply_markup",), content)


@method("editMessageLiveLocation")
async def edit_message_live_location(context: Context) -> dict[str, Any]:
    markup = markup_of(context.parameters)
    chat, message = _own(context)
    period = _live(context, message)
    said = {"live_period": period} | context.parameters.values
    return _replace(context, chat, message, ("location", "reply_markup"), location_content(said) | markup)


@method("stopMessageLiveLocation")
async def stop_message_live_location(context: Context) -> dict[str, Any]:
    markup = markup_of(context.parameters)
    chat, message = _own(context)
    _live(context, message)
    place = {name: message.content["location"][name] for name in ("latitude", "longitude")}
    return _replace(context, chat, message, ("location", "reply_markup"), {"location": place} | markup)


def _live(context: Context, message: Message) -> int:
    """The period of a live location that goes on. Raises ApiError."""
    period = int((message.content.get("location") or {}).get("live_period") or 0)
    if not period or message.content["date"] + period < context.world.now():
        raise bad_request("message can't be edited")
    return period


@method("stopPoll")
async def stop_poll(context: Context) -> dict[str, Any]:
    markup = markup_of(context.parameters)
    chat = writable_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None or "poll" not in message.content:
        raise bad_request("message with poll to stop not found")
    if not message.from_bot or "forward_origin" in message.content:
        raise bad_request("poll can't be stopped")
    if message.content["poll"]["is_closed"]:
        raise bad_request("poll has already been closed")
    poll: dict[str, Any] = message.content["poll"] | {"is_closed": True}
    kept = {name: value for name, value in message.content.items() if name != "reply_markup"}
    message.content = kept | {"poll": poll} | markup
    context.world.save_message(chat, message)
    context.world.updates.add(context.bot.id, "poll", poll, lane=chat.client_id)
    return poll


def _own(context: Context) -> tuple[Chat, Message]:
    chat = writable_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or "forward_origin" in message.content:
        raise bad_request("message can't be edited")
    return chat, message


def _replace(
    context: Context, chat: Chat, message: Message, names: tuple[str, ...], content: dict[str, Any]
) -> dict[str, Any]:
    before = message.content
    if content == {name: before[name] for name in names if name in before}:
        raise bad_request(SAME)
    kept = {name: value for name, value in before.items() if name not in names}
    message.content = kept | {"edit_date": context.world.now()} | content
    context.world.save_message(chat, message)
    return message.content
