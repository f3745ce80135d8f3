"""Methods that take messages away, react to them, and answer pressed buttons.

https://core.telegram.org/bots/api#deletemessage https://core.telegram.org/bots/api#setmessagereaction
"""

from dataclasses import asdict

from telegram_simulator.errors import bad_request
from telegram_simulator.forwards import CONTENT
from telegram_simulator.methods.outgoing import existing_chat, writable_chat
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.reactions import checked
from telegram_simulator.world import Chat, Message

DELETABLE_SECONDS = 48 * 3600
DICE_SECONDS = 24 * 3600
MOST_AT_ONCE = 100
MOST_ANSWER = 200
CANT_DELETE = "message can't be deleted for everyone"


@method("deleteMessage")
async def delete_message(context: Context) -> bool:
    chat = existing_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(context, message):
        raise bad_request(CANT_DELETE)
    _delete(context, chat, message)
    return True


@method("deleteMessages")
async def delete_messages(context: Context) -> bool:
    """Those that aren't there are passed over; one that can't go keeps all of them."""
    asked = context.parameters.json("message_ids")
    if not isinstance(asked, list) or not all(isinstance(each, int) for each in asked):
        raise bad_request("can't parse message identifiers JSON object")
    if not asked:
        raise bad_request("there are no messages to delete")
    if len(asked) > MOST_AT_ONCE:
        raise bad_request("too many messages to delete")
    chat = existing_chat(context)
    found = [chat.messages[each] for each in dict.fromkeys(asked) if each in chat.messages]
    if not all(_deletable(context, message) for message in found):
        raise bad_request(CANT_DELETE)
    for message in found:
        _delete(context, chat, message)
    return True


def _deletable(context: Context, message: Message) -> bool:
    """Within 48 hours; a dice in a private chat only after 24."""
    age = context.world.now() - int(message.content["date"])
    return age <= DELETABLE_SECONDS and ("dice" not in message.content or age > DICE_SECONDS)


def _delete(context: Context, chat: Chat, message: Message) -> None:
    context.world.delete_message(chat, message.id)
    context.world.save_chat(chat)


@method("setMessageReaction")
async def set_message_reaction(context: Context) -> bool:
    reactions = checked(context.parameters.json("reaction") or [], by_bot=True)
    chat = writable_chat(context)
    message = chat.messages.get(context.parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    if not CONTENT & set(message.content):  # https://core.telegram.org/bots/api#setmessagereaction
        raise bad_request("message can't be reacted")
    message.bot_reactions = reactions
    context.world.save_message(chat, message)
    return True


@method("answerCallbackQuery")
async def answer_callback_query(context: Context) -> bool:
    parameters, world = context.parameters, context.world
    text = parameters.text("text")
    if len(text) > MOST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.presses.waiting(parameters.text("callback_query_id"), context.bot.id, at=world.now())
    if press is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    press.answered, press.text = True, text
    press.alert, press.url = parameters.boolean("show_alert"), parameters.text("url")
    world.tell({"event": "answer"} | asdict(press))
    return True
