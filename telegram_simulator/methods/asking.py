"""Methods that ask: who am I, whose chat is this, where is that file."""

from typing import Any

from telegram_simulator.content import media_content
from telegram_simulator.errors import bad_request
from telegram_simulator.files import MOST_DOWN, Blob
from telegram_simulator.methods.registry import Context, method
from telegram_simulator.world import Bot, Client


@method("getMe")
async def get_me(context: Context) -> dict[str, Any]:
    return context.bot.user | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("logOut")
async def log_out(_: Context) -> bool:
    return True


@method("close")
async def close(_: Context) -> bool:
    return True


@method("getFile")
async def get_file(context: Context) -> dict[str, Any]:
    file = context.world.files.of_bot(context.bot.id, context.parameters.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    local = context.world.settings.local
    if file.size > MOST_DOWN and not local:
        raise bad_request("file is too big")
    ids = {"file_id": file.file_id, "file_unique_id": file.file_unique_id}
    path = str(context.world.files.local_path(file)) if local else file.path
    return ids | {"file_size": file.size, "file_path": path}


@method("getChat")
async def get_chat(context: Context) -> dict[str, Any]:
    client = _client(context, "chat_id")
    if client is None:
        raise bad_request("chat not found")
    more = {
        "accent_color_id": client.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if client.photo:
        small, *_, big = _photo(context, client)
        more["photo"] = {
            "small_file_id": small["file_id"],
            "small_file_unique_id": small["file_unique_id"],
            "big_file_id": big["file_id"],
            "big_file_unique_id": big["file_unique_id"],
        }
    return client.as_chat | more


@method("getUserProfilePhotos")
async def get_user_profile_photos(context: Context) -> dict[str, Any]:
    user_id = context.parameters.integer("user_id")
    person: Client | Bot | None = context.bot if user_id == context.bot.id else _client(context, "user_id")
    if person is None:
        raise bad_request("user not found")
    photos = [_photo(context, person)] if person.photo else []
    offset = max(0, context.parameters.integer("offset"))
    limit = min(100, max(1, context.parameters.integer("limit", 100)))
    return {"total_count": len(photos), "photos": photos[offset : offset + limit]}


def _client(context: Context, name: str) -> Client | None:
    """A person this bot may ask about: one who has written to it."""
    client = context.world.clients.get(context.parameters.integer(name))
    return client if client and context.world.chat(context.bot.id, client.id).started else None


def _photo(context: Context, person: Client | Bot) -> list[dict[str, Any]]:
    files = context.world.files
    path = files.on_disk(person.photo)
    blob = Blob(person.photo, path.stat().st_size, "", "image/jpeg")
    sizes: list[dict[str, Any]] = media_content(files, context.bot.id, "photo", blob, {})["photo"]
    return sizes if len(sizes) > 1 else sizes * 2


@method("setMyCommands")
async def set_my_commands(context: Context) -> bool:
    commands = context.parameters.records("commands")
    for each in commands:
        if not each.get("command") or not each.get("description"):
            raise bad_request("BOT_COMMAND_INVALID")
    if not context.parameters.text("language_code") and context.parameters.json("scope") is None:
        context.bot.commands = commands
        context.world.save_bot(context.bot)
    return True


@method("getMyCommands")
async def get_my_commands(context: Context) -> list[dict[str, str]]:
    return context.bot.commands


@method("deleteMyCommands")
async def delete_my_commands(context: Context) -> bool:
    context.bot.commands = []
    context.world.save_bot(context.bot)
    return True
