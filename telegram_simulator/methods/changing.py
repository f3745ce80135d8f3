"""Methods that change what is in a chat: edits, deletions, reactions, answers to buttons.

https://core.telegram.org/bots/api#updating-messages
"""

import time
from typing import Any

from telegram_simulator.content import caption_content, text_content
from telegram_simulator.errors import bad_request
from telegram_simulator.methods.outgoing import entities_of, existing_chat, markup_of, writable_chat
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.world import Chat, Message

DELETABLE_SECONDS = 48 * 3600
MOST_DELETED = 100
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
# The emoji that may be reactions. https://core.telegram.org/bots/api#reactiontypeemoji
_REACTIONS = """
    ❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡
    🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈
    😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿
    🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡
"""
REACTIONS = set(_REACTIONS.split())


@method("editMessageText")
async def edit_message_text(context: Context) -> dict[str, Any]:
    content = text_content(
        context.parameters.text("text"), entities_of(context.parameters, "entities")
    ) | markup_of(context.parameters)
    chat, message = _own(context)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _replace(context, chat, message, ("text", "entities", "reply_markup"), content)


@method("editMessageCaption")
async def edit_message_caption(context: Context) -> dict[str, Any]:
    content = caption_content(
        context.parameters.text("caption"), entities_of(context.parameters, "caption_entities")
    ) | markup_of(context.parameters)
    chat, message = _own(context)
    if not any(kind in message.content for kind in ("photo", "video", "document", "audio", "voice")):
        raise bad_request("there is no caption in the message to edit")
    return _replace(context, chat, message, ("caption", "caption_entities", "reply_markup"), content)


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(context: Context) -> dict[str, Any]:
    content = markup_of(context.parameters)
    chat, message = _own(context)
    return _replace(context, chat, message, ("reply_markup",), content)


def _own(context: Context) -> tuple[Chat, Message]:
    chat = writable_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot:
        raise bad_request("message can't be edited")
    return chat, message


def _replace(
    context: Context, chat: Chat, message: Message, names: tuple[str, ...], content: dict[str, Any]
) -> dict[str, Any]:
    before = message.content
    if content == {name: before[name] for name in names if name in before}:
        raise bad_request(SAME)
    kept = {name: value for name, value in before.items() if name not in names}
    message.content = kept | {"edit_date": int(time.time())} | content
    context.world.save_message(chat, message)
    return message.content


@method("deleteMessage")
async def delete_message(context: Context) -> bool:
    chat = existing_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if message.content["date"] < time.time() - DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    context.world.delete_message(chat, message.id)
    return True


@method("deleteMessages")
async def delete_messages(context: Context) -> bool:
    """Those that are there; one that is too old refuses them all."""
    asked = context.parameters.json("message_ids")
    if not isinstance(asked, list) or not 1 <= len(asked) <= MOST_DELETED:
        raise bad_request("message identifiers are not specified or too many")
    chat = existing_chat(context)
    found = [message for each in asked if (message := chat.messages.get(int(each)))]
    if any(message.content["date"] < time.time() - DELETABLE_SECONDS for message in found):
        raise bad_request("message can't be deleted for everyone")
    for message in found:
        context.world.delete_message(chat, message.id)
    return True


@method("setMessageReaction")
async def set_message_reaction(context: Context) -> bool:
    reactions = context.parameters.records("reaction")
    chat = writable_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emoji = str(reactions[0].get("emoji")) if reactions else ""
    if emoji and emoji.rstrip("\ufe0f") not in REACTIONS:
        raise bad_request("REACTION_INVALID")
    message.bot_reaction = emoji
    context.world.save_message(chat, message)
    return True


@method("answerCallbackQuery")
async def answer_callback_query(context: Context) -> bool:
    asked = context.world.pressed.pop(context.parameters.text("callback_query_id"), None)
    if asked is None or asked[0] != context.bot.id:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    words = {
        "text": context.parameters.text("text"),
        "alert": context.parameters.boolean("show_alert"),
    }
    context.world.tell({"event": "answer", "bot_id": asked[0], "client_id": asked[1]} | words)
    return True
