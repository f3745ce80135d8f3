"""The control API, by which the page, the Python client and tests play: JSON over HTTP below `/control/`.

The bot is the first one, or the one that `?bot=<id>` names. What can't be done is answered with an HTTP error
and `{"error": "<words>"}`.

    GET    state                             {"bots": […], "clients": […], "chats": […]}
    POST   bots                              {"token", "first_name", "username"}
    POST   clients                           {"id", "first_name", "last_name", "username", "language_code"}
    POST   clients/<id>/photo                multipart: a picture as `file`
    GET    clients/<id>/messages             [{"message": <Bot API message>, "from_bot", reactions}]
    POST   clients/<id>/messages             JSON {"text" | "location": {…} | "contact": {…}} or multipart:
                                             files as `file`, one kind per file as `kind`, facts as JSON
                                             in `said`, one `caption`; both: "reply_to", "quote",
                                             "entities", "forward_origin"
    POST   clients/<id>/start                {"payload"}
    POST   clients/<id>/messages/<n>/edit    {"text", "entities"}: the text or the caption
    DELETE clients/<id>/messages/<n>
    POST   clients/<id>/messages/<n>/react   {"emoji"}; empty takes it back
    POST   clients/<id>/messages/<n>/press   {"data"}: the button with this callback data
    POST   clients/<id>/block | unblock | read
    POST   updates                           {"raw": {…} or "text with $UPDATE_ID", "lane": <chat>}
    POST   duplicates                        {"times"}: so many of the next updates come twice
    GET    calls?after=<number>&method=      what bots called: parameters, time of arrival, status
    DELETE calls
    GET, POST, DELETE faults                 see faults.py
    POST   release                           lets held answers go
    POST   reset                             {"populate": true}: as on the first day, or empty
    GET    files/<file_id>                   the content, as the client's program shows it
    GET    live                              a websocket: every change as one JSON object
"""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from telegram_simulator.control_http import Handler, body_of, bot_of, file_answer
from telegram_simulator.errors import Refused
from telegram_simulator.playing import Attached, More, Player
from telegram_simulator.probing import Shape
from telegram_simulator.uploads import Upload, read_upload
from telegram_simulator.world import Chat, Client, Message, World


class Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, app: web.Application) -> None:
        client = "/control/clients/{client:[0-9]+}"
        message = client + "/messages/{message:[0-9]+}"
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/control/state", self._state),
            ("POST", "/control/bots", self._add_bot),
            ("POST", "/control/clients", self._add_client),
            ("POST", client + "/photo", self._set_photo),
            ("GET", client + "/messages", self._messages),
            ("POST", client + "/messages", self._send),
            ("POST", client + "/start", self._start),
            ("POST", client + "/{verb:block|unblock|read}", self._verb),
            ("POST", message + "/edit", self._edit),
            ("DELETE", message, self._delete),
            ("POST", message + "/react", self._react),
            ("POST", message + "/press", self._press),
            ("GET", "/control/files/{file_id}", self._file),
        ]
        for http_method, path, handler in routes:
            app.router.add_route(http_method, path, handler)

    # Who is there

    async def _state(self, _: web.Request) -> web.Response:
        world = self._world
        return web.json_response(
            {
                "bots": [bot.user | {"commands": bot.commands} for bot in world.bots.values()],
                "clients": [asdict(client) for client in world.clients.values()],
                "chats": [chat_json(chat) for chat in world.chats.values()],
            }
        )

    async def _add_bot(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        names = {name: str(asked.get(name) or "") for name in ("token", "first_name", "username")}
        return web.json_response(self._world.add_bot(**names).user)

    async def _add_client(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        names = ("id", "last_name", "username", "language_code")
        more = {name: asked[name] for name in names if asked.get(name)}
        client = self._world.add_client(str(asked.get("first_name") or ""), **more)
        return web.json_response(asdict(client))

    async def _set_photo(self, request: web.Request) -> web.Response:
        upload = await read_upload(request, self._world.files)
        client = self._client(request)
        if not upload.files or self._world.files.shape(upload.files[0]) == Shape():
            raise Refused("A picture (PNG, JPEG, GIF or WebP) is needed.")
        client.photo = upload.files[0].sha256
        self._world.save_client(client)
        return web.json_response(asdict(client))

    # What a client does

    async def _messages(self, request: web.Request) -> web.Response:
        chat = self._player(request).chat
        return web.json_response([asdict(message) for message in chat.messages.values()])

    async def _send(self, request: web.Request) -> web.Response:
        player = self._player(request)
        if request.content_type.startswith("multipart/"):
            upload = await read_upload(request, self._world.files)
            return _sent(player.send_files(attached(upload), upload.caption, _more(upload.fields)))
        asked = await body_of(request)
        more = _more(asked)
        if isinstance(asked.get("location"), dict):
            return _sent([player.send_location(asked["location"], more)])
        if isinstance(asked.get("contact"), dict):
            return _sent([player.send_contact(asked["contact"], more)])
        return _sent([player.send_text(str(asked.get("text") or ""), more)])

    async def _start(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        return _sent([self._player(request).start(str(asked.get("payload") or ""))])

    async def _verb(self, request: web.Request) -> web.Response:
        player = self._player(request)
        {"block": player.block, "unblock": player.unblock, "read": player.read}[request.match_info["verb"]]()
        return web.json_response(chat_json(player.chat))

    async def _edit(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        number = int(request.match_info["message"])
        return _sent(
            [self._player(request).edit(number, str(asked.get("text") or ""), asked.get("entities"))]
        )

    async def _delete(self, request: web.Request) -> web.Response:
        self._player(request).delete(int(request.match_info["message"]))
        return web.json_response({})

    async def _react(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        number = int(request.match_info["message"])
        return _sent([self._player(request).react(number, str(asked.get("emoji") or ""))])

    async def _press(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        self._player(request).press(int(request.match_info["message"]), str(asked.get("data") or ""))
        return web.json_response({})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        files = self._world.files
        name = request.match_info["file_id"]
        file = files.by_id(name)
        if file:
            return file_answer(str(files.on_disk(file.sha256)), file.mime_type, file.name)
        if any(client.photo == name for client in self._world.clients.values()):
            return file_answer(str(files.on_disk(name)), "image/png", "")
        raise Refused("There is no such file here.", 404)

    def _client(self, request: web.Request) -> Client:
        client = self._world.clients.get(int(request.match_info["client"]))
        if client is None:
            raise Refused("There is no such client here.", 404)
        return client

    def _player(self, request: web.Request) -> Player:
        return Player(self._world, bot_of(request, self._world), self._client(request).id)


def chat_json(chat: Chat) -> dict[str, Any]:
    last = next(reversed(chat.messages.values()), None)
    row = {name: value for name, value in vars(chat).items() if name != "messages"}
    return row | {"unread": chat.unread, "last": asdict(last) if last else None}


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
    origin = asked.get("forward_origin")
    return More(
        reply_to=int(asked["reply_to"]) if asked.get("reply_to") else None,
        quote=str(asked.get("quote") or ""),
        entities=asked.get("entities"),
        forward_origin=origin if isinstance(origin, dict) else None,
    )


def _sent(messages: list[Message]) -> web.Response:
    return web.json_response([asdict(message) for message in messages])
