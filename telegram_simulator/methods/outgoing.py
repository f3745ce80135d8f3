"""What every method that writes to a chat begins with: may it, to whom, with which buttons, which file.

The order of the checks and the words are the real server's.
"""

from collections.abc import Mapping
from typing import Any

from telegram_simulator.errors import ApiError, bad_request
from telegram_simulator.files import Blob, StoredFile
from telegram_simulator.methods.registry import Context
from telegram_simulator.parameters import Parameters
from telegram_simulator.world import Chat

MOST_CALLBACK_DATA = 64  # bytes
WRONG_FILE = "wrong file identifier/HTTP URL specified"


def existing_chat(context: Context) -> Chat:
    """The chat that `chat_id` names. Raises ApiError; it says nothing about whether the bot may write."""
    asked = context.parameters.text("chat_id").strip()
    if not asked:
        raise bad_request("chat_id is empty")
    try:
        client = context.world.clients.get(int(asked))
    except ValueError:
        client = None  # a @name finds channels and groups only
    if client is None:
        raise bad_request("chat not found")
    return context.world.chat(context.bot.id, client.id)


def writable_chat(context: Context) -> Chat:
    """The chat to write to. Raises ApiError 403 when its client blocked the bot or never started it."""
    chat = existing_chat(context)
    if chat.blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    if not chat.started:
        raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
    return chat


def entities_of(parameters: Parameters, name: str) -> Any:
    if parameters.text("parse_mode"):
        # Formatting comes as entities; this server knows no markup language.
        raise bad_request("unsupported parse_mode")
    return parameters.json(name)


def markup_of(parameters: Parameters) -> dict[str, Any]:
    """`reply_markup` as it stays with the message (buttons below it), or nothing. Raises ApiError."""
    markup = parameters.json("reply_markup")
    if markup is None:
        return {}
    if not isinstance(markup, dict):
        raise bad_request("can't parse reply keyboard markup JSON object")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return {}
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse inline keyboard: expected an Array of Array of InlineKeyboardButton")
    for row in rows:
        for button in row:
            _check_button(button)
    return {"reply_markup": {"inline_keyboard": rows}} if any(rows) else {}


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not button.get("text"):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= MOST_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if data is None and not any(name in button for name in ("url", "copy_text", "web_app", "login_url")):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def file_of(context: Context, value: Any, kind: str, *, part: str = "") -> Blob | StoredFile:
    """The uploaded file (the part's own name, or `attach://name`) or a known `file_id`. Raises ApiError."""
    uploads = context.parameters.files
    if part and part in uploads:
        return uploads[part]
    if not isinstance(value, str) or not value:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if value.startswith("attach://"):
        if value[9:] not in uploads:
            raise bad_request(WRONG_FILE)
        return uploads[value[9:]]
    file = context.world.files.of_bot(context.bot.id, value)
    if file is None:
        raise bad_request(WRONG_FILE)
    if file.kind != kind and {file.kind, kind} != {"animation", "document"}:
        had, wanted = _kind_words(file.kind), _kind_words(kind)
        raise bad_request(f"can't use file of type {had} as {wanted}")
    return file


def said_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = ("width", "height", "duration", "length", "performer", "title", "emoji")
    return {name: parameters[name] for name in names if name in parameters}


def _kind_words(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_"))
