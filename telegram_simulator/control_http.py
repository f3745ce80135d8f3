"""What the control API's answers share: words for refusals, bodies as JSON, files that can do no harm."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from telegram_simulator.errors import ApiError, Refused
from telegram_simulator.playing import Player
from telegram_simulator.world import Client, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
# A client's HTML must not run in our page. https://developer.mozilla.org/docs/Web/HTTP/Headers/Content-Security-Policy
HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "video/", "audio/")


@web.middleware
async def in_words(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answers refusals of the control API with words, and other sites' pages not at all."""
    if not request.path.startswith("/control/"):
        return await handler(request)
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        return web.json_response({"error": "Only the simulator's own page may do this."}, status=403)
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=refused.status)
    except ApiError as error:
        words = error.description.removeprefix("Bad Request: ")
        return web.json_response({"error": words}, status=error.code)
    except (ValueError, TypeError) as error:
        return web.json_response({"error": f"That can't be read: {error}"}, status=400)


async def body_of(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body; empty when there is no body. Raises Refused."""
    text = await request.text()
    try:
        body = json.loads(text or "{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("The body has to be a JSON object.")
    return body


def bot_of(request: web.Request, world: World) -> int:
    """The id of the bot that `?bot=` names, or of the first one. Raises Refused."""
    asked = request.query.get("bot", "")
    if asked.isdigit() and int(asked) in world.bots:
        return int(asked)
    if asked or not world.bots:
        raise Refused("There is no such bot here.", 404)
    return next(iter(world.bots))


def client_of(request: web.Request, world: World) -> Client:
    """The client that the path names. Raises Refused."""
    client = world.clients.get(int(request.match_info["client"]))
    if client is None:
        raise Refused("There is no such client here.", 404)
    return client


def player_of(request: web.Request, world: World) -> Player:
    """The client that the path names, with the bot that the query names. Raises Refused."""
    return Player(world, bot_of(request, world), client_of(request, world).id)


def file_answer(path: str, mime_type: str, name: str) -> web.StreamResponse:
    inline = mime_type.startswith(SHOWN_INLINE)
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter != '"' else "_" for letter in name
    )
    disposition = "inline" if inline else f'attachment; filename="{plain}"'
    kind = mime_type if inline else "application/octet-stream"
    return web.FileResponse(
        path, headers=HARMLESS | {"Content-Type": kind, "Content-Disposition": disposition}
    )
