"""copyMessage and forwardMessage. https://core.telegram.org/bots/api#forwardmessage"""

from typing import Any

from telegram_simulator.content import KINDS, WITHOUT_CAPTION, caption_content
from telegram_simulator.errors import bad_request
from telegram_simulator.forwards import content_of, origin_of
from telegram_simulator.methods.outgoing import entities_of, existing_chat, markup_of, writable_chat
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.methods.sending import put
from telegram_simulator.world import Message


@method("forwardMessage")
async def forward_message(context: Context) -> dict[str, Any]:
    chat = writable_chat(context)
    message, content = _source(context, "forward")
    author = context.bot if message.from_bot else context.world.clients[_from_chat(context)]
    kept = {name: value for name, value in content.items() if name != "reply_markup"}
    return put(context, chat, kept | {"forward_origin": origin_of(message, author)})


@method("copyMessage")
async def copy_message(context: Context) -> dict[str, Any]:
    parameters = context.parameters
    markup = markup_of(parameters)
    chat = writable_chat(context)
    _, content = _source(context, "copy")
    if "paid_media" in content or content.get("poll", {}).get("is_closed"):
        raise bad_request("message can't be copied")
    content = {name: value for name, value in content.items() if name != "reply_markup"}
    captioned = any(kind in content for kind in KINDS if kind not in WITHOUT_CAPTION)
    if captioned and "caption" in parameters.values:
        content = {name: value for name, value in content.items() if not name.startswith("caption")}
        content |= caption_content(parameters.text("caption"), entities_of(parameters, "caption_entities"))
    return {"message_id": put(context, chat, content, markup=markup)["message_id"]}


def _from_chat(context: Context) -> int:
    return existing_chat(context, "from_chat_id").client_id


def _source(context: Context, what: str) -> tuple[Message, dict[str, Any]]:
    chat = existing_chat(context, "from_chat_id")
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request(f"message to {what} not found")
    content = content_of(message)
    if content is None or message.content.get("has_protected_content"):
        raise bad_request(f"message can't be {'copied' if what == 'copy' else 'forwarded'}")
    return message, content
