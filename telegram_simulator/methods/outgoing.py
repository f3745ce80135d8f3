"""What every method that writes to a chat begins with: may it, to whom, with which buttons, which file.

The order of the checks and the words are the real server's.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from telegram_simulator.errors import ApiError, bad_request
from telegram_simulator.files import Blob, StoredFile
from telegram_simulator.keyboards import markup_of
from telegram_simulator.methods.registry import Context
from telegram_simulator.parameters import Parameters
from telegram_simulator.world import Chat

__all__ = ["markup_of"]

WRONG_FILE = "wrong file identifier/HTTP URL specified"


def existing_chat(context: Context, name: str = "chat_id") -> Chat:
    """The chat that `chat_id` names. Raises ApiError; it says nothing about whether the bot may write."""
    asked = context.parameters.text(name).strip()
    if not asked:
        raise bad_request(f"{name} is empty")
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


def link_preview_of(parameters: Parameters) -> dict[str, Any]:
    """`link_preview_options` as the message keeps them, when they were given. Raises ApiError."""
    options = parameters.json("link_preview_options")
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise bad_request("can't parse link preview options JSON object")
    return {"link_preview_options": options}


def options_of(parameters: Parameters) -> dict[str, Any]:
    """Fields of the message that any method may set by an option."""
    fields: dict[str, Any] = {}
    if parameters.boolean("protect_content"):
        fields["has_protected_content"] = True
    if effect := parameters.text("message_effect_id"):
        fields["effect_id"] = effect
    return fields


def file_of(context: Context, value: Any, kind: str, *, part: str = "") -> Blob | StoredFile:
    """The uploaded file (the part's own name, or `attach://name`) or a known `file_id`. Raises ApiError."""
    uploads = context.parameters.files
    if part and part in uploads:
        return uploads[part]
    if not isinstance(value, str) or not value:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if value.startswith("file://") and context.world.settings.local:
        return _on_this_machine(context, value)
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


def _on_this_machine(context: Context, address: str) -> Blob:
    """A file named by its path, as an own Bot API server takes it. Raises ApiError."""
    path = Path(unquote(urlsplit(address).path))
    if not path.is_file():
        raise bad_request(f"{WRONG_FILE}: file isn't found")
    return context.world.files.adopt(path)


def said_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = ("width", "height", "duration", "length", "performer", "title", "emoji")
    return {name: parameters[name] for name in names if name in parameters}


def _kind_words(kind: str) -> str:
    return "".join(word.capitalize() for word in kind.split("_"))
