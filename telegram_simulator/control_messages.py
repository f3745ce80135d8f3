"""The control API's part for what stands in a chat: sending of every kind, edits, votes, presses.

The paths are listed in control.py.
"""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from telegram_simulator import retouching
from telegram_simulator.composing import Attached
from telegram_simulator.control_http import Handler, body_of, player_of
from telegram_simulator.errors import Refused
from telegram_simulator.kinds import MAKERS
from telegram_simulator.playing import More
from telegram_simulator.uploads import Upload, read_upload
from telegram_simulator.world import Message, World

KINDS = (*MAKERS, "paid_media")


class ControlMessages:
    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, app: web.Application) -> None:
        client = "/control/clients/{client:[0-9]+}"
        message = client + "/messages/{message:[0-9]+}"
        routes: list[tuple[str, str, Handler]] = [
            ("GET", client + "/messages", self._messages),
            ("POST", client + "/messages", self._send),
            ("GET", client + "/presses", self._presses),
            ("DELETE", message, self._delete),
            ("POST", message + "/edit", self._edit),
            ("POST", message + "/react", self._react),
            ("POST", message + "/press", self._press),
            ("POST", message + "/vote", self._vote),
            ("POST", message + "/{verb:close-poll|stop-location}", self._end),
            ("POST", message + "/location", self._move),
            ("POST", message + "/tasks", self._tasks),
        ]
        for http_method, path, handler in routes:
            app.router.add_route(http_method, path, handler)

    async def _messages(self, request: web.Request) -> web.Response:
        chat = player_of(request, self._world).chat
        return web.json_response([message.as_json for message in chat.messages.values()])

    async def _send(self, request: web.Request) -> web.Response:
        player = player_of(request, self._world)
        upload = await self._upload(request)
        asked = upload.fields if upload else await body_of(request)
        more = _more(asked)
        for kind in KINDS:
            if isinstance(asked.get(kind), dict):
                files = attached(upload) if upload and upload.files else []
                return sent([player.send_kind(kind, asked[kind], more, files)])
        if upload:
            return sent(player.send_files(attached(upload), upload.caption, more))
        if isinstance(asked.get("raw"), dict):
            return sent([player.send_raw(asked["raw"], more)])
        return sent([player.send_text(str(asked.get("text") or ""), more)])

    async def _upload(self, request: web.Request) -> Upload | None:
        if not request.content_type.startswith("multipart/"):
            return None
        return await read_upload(request, self._world.files)

    async def _edit(self, request: web.Request) -> web.Response:
        player, number = player_of(request, self._world), _number(request)
        upload = await self._upload(request)
        if upload:
            return sent([retouching.replace_file(player, number, attached(upload), upload.caption)])
        asked = await body_of(request)
        if isinstance(asked.get("raw"), dict):
            return sent([retouching.edit_raw(player, number, asked["raw"])])
        text = str(asked.get("text") or "")
        return sent([retouching.edit(player, number, text, asked.get("entities"))])

    async def _delete(self, request: web.Request) -> web.Response:
        retouching.delete(player_of(request, self._world), _number(request))
        return web.json_response({})

    async def _react(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        wanted = asked.get("reactions")
        if wanted is None:
            wanted = [asked["emoji"]] if asked.get("emoji") else []
        return sent([player_of(request, self._world).react(_number(request), wanted)])

    async def _press(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        query = player_of(request, self._world).press(_number(request), str(asked.get("data") or ""))
        return web.json_response({"id": query})

    async def _presses(self, request: web.Request) -> web.Response:
        player = player_of(request, self._world)
        found = self._world.presses.of(player.chat.bot_id, player.client.id)
        return web.json_response([asdict(press) for press in found])

    async def _vote(self, request: web.Request) -> web.Response:
        chosen = (await body_of(request)).get("options")
        if not isinstance(chosen, list):
            raise Refused("`options` are the numbers of the chosen answers, from 0.")
        return sent([retouching.vote(player_of(request, self._world), _number(request), chosen)])

    async def _end(self, request: web.Request) -> web.Response:
        verbs = {"close-poll": retouching.close_poll, "stop-location": retouching.stop_location}
        verb = verbs[request.match_info["verb"]]
        return sent([verb(player_of(request, self._world), _number(request))])

    async def _move(self, request: web.Request) -> web.Response:
        said = await body_of(request)
        return sent([retouching.move(player_of(request, self._world), _number(request), said)])

    async def _tasks(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        player, number = player_of(request, self._world), _number(request)
        if asked.get("add"):
            return sent([retouching.add_tasks(player, number, list(asked["add"]))])
        done, undone = list(asked.get("done") or []), list(asked.get("undone") or [])
        return sent([retouching.mark_tasks(player, number, done, undone)])


def _number(request: web.Request) -> int:
    return int(request.match_info["message"])


def attached(upload: Upload) -> list[Attached]:
    if not upload.files:
        raise Refused("There is no file in this.")
    if len(upload.kinds) != len(upload.files):
        raise Refused("Each file needs its kind.")
    said = upload.said + [{}] * len(upload.files)
    return [
        Attached(kind, blob, said[at])
        for at, (kind, blob) in enumerate(zip(upload.kinds, upload.files, strict=True))
    ]


def _more(asked: dict[str, Any]) -> More:
    def record(name: str) -> dict[str, Any] | None:
        value = asked.get(name)
        return value if isinstance(value, dict) else None

    return More(
        reply_to=int(asked["reply_to"]) if asked.get("reply_to") else None,
        quote=str(asked.get("quote") or ""),
        quote_position=int(asked.get("quote_position") or 0),
        entities=asked.get("entities"),
        forward_origin=record("forward_origin"),
        external_reply=record("external_reply"),
        reply_to_story=record("reply_to_story"),
        spoiler=asked.get("spoiler") in {True, "true"},
        fields=record("fields") or {},
    )


def sent(messages: list[Message]) -> web.Response:
    return web.json_response([message.as_json for message in messages])
