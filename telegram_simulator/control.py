"""The control API, by which the page, the Python client and tests play: JSON over HTTP below `/control/`.

The bot is the first one, or the one that `?bot=<id>` names. What can't be done is answered with an HTTP error
and `{"error": "<words>"}`.

    GET    state                        {"bots": […], "clients": […], "chats": […]}
    POST   bots                         {"token", "first_name", "username"}
    POST   bots/<id>/photo              multipart: a picture as `file`
    POST   clients                      {"id", "first_name", "last_name", "username", "language_code"}
    POST   clients/<id>/photo           multipart: a picture as `file`; DELETE takes it away
    POST   clients/<id>/start           {"payload"}
    POST   clients/<id>/block | unblock | read
    GET    clients/<id>/messages        [{"content": <Bot API message>, "from_bot", reactions, votes …}]
    POST   clients/<id>/messages        one of {"text"}, {"location": {…}}, venue, contact, dice, poll, game,
                                        story, checklist, gift, paid_media, {"raw": {…}} (any fields); or
                                        multipart: files as `file`, one kind per file as `kind`, facts as JSON
                                        in `said`, one `caption` (with game or paid_media: its files); all:
                                        "reply_to", "quote", "quote_position", "entities", "spoiler",
                                        "forward_origin", "external_reply", "reply_to_story", "fields"
    GET    clients/<id>/presses         which were answered, and how
    DELETE clients/<id>/messages/<n>
      and below it, by POST:
           edit                         {"text", "entities"}: the text or the caption; {"raw": {…}}; or
                                        multipart with another file
           react                        {"emoji"}, empty takes it back; or {"reactions": [<ReactionType>]}
           press                        {"data"}: the button with this callback data; its query's {"id"}
           vote                         {"options": [0]}; empty takes the vote back
           close-poll | stop-location
           location                     {"latitude", "longitude"}: a live location moves
           tasks                        {"done": [1], "undone": []} or {"add": ["text"]}
    POST   updates                      {"raw": {…} or "text with $UPDATE_ID", "lane": <chat>}; {"many": […]}
    POST   duplicates                   {"times"}: so many of the next updates come twice
    POST   late                         {"skip", "seconds"}: one of the next updates comes later
    POST   shuffle                      {"next", "seed"}: so many of the next updates come in another order
    GET    calls?after=<number>&method= what bots called: parameters, time of arrival, status
    DELETE calls
    GET, POST, DELETE faults            see faults.py
    GET, POST, DELETE chaos             random faults with a seed, see chaos.py
    GET, POST, DELETE limits            how many messages a second, see limits.py
    GET, POST settings                  {"strict", "local", "ahead"}, see settings.py
    POST   release                      lets held answers and late updates go
    POST   reset                        {"populate": true}: as on the first day, or empty
    GET    files/<file_id>              the content, as the client's program shows it
    GET    live                         a websocket: every change as one JSON object
"""

from dataclasses import asdict
from typing import Any

from aiohttp import web

from telegram_simulator.control_http import Handler, body_of, client_of, file_answer, player_of
from telegram_simulator.control_messages import sent
from telegram_simulator.errors import Refused
from telegram_simulator.probing import Shape
from telegram_simulator.uploads import read_upload
from telegram_simulator.world import Bot, Chat, Client, World, bot_json


class Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, app: web.Application) -> None:
        client = "/control/clients/{client:[0-9]+}"
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/control/state", self._state),
            ("POST", "/control/bots", self._add_bot),
            ("POST", "/control/bots/{bot:[0-9]+}/photo", self._set_bot_photo),
            ("POST", "/control/clients", self._add_client),
            ("POST", client + "/photo", self._set_photo),
            ("DELETE", client + "/photo", self._remove_photo),
            ("POST", client + "/start", self._start),
            ("POST", client + "/{verb:block|unblock|read}", self._verb),
            ("GET", "/control/files/{file_id}", self._file),
        ]
        for http_method, path, handler in routes:
            app.router.add_route(http_method, path, handler)

    # Who is there

    async def _state(self, _: web.Request) -> web.Response:
        world = self._world
        return web.json_response(
            {
                "bots": [bot_json(bot) for bot in world.bots.values()],
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
        client = client_of(request, self._world)
        client.photo = await self._picture(request)
        self._world.save_client(client)
        return web.json_response(asdict(client))

    async def _remove_photo(self, request: web.Request) -> web.Response:
        client = client_of(request, self._world)
        client.photo = ""
        self._world.save_client(client)
        return web.json_response(asdict(client))

    async def _set_bot_photo(self, request: web.Request) -> web.Response:
        bot = self._world.bots.get(int(request.match_info["bot"]))
        if bot is None:
            raise Refused("There is no such bot here.", 404)
        bot.photo = await self._picture(request)
        self._world.save_bot(bot)
        return web.json_response(bot_json(bot))

    async def _picture(self, request: web.Request) -> str:
        """The sha256 of the picture in the body. Raises Refused."""
        upload = await read_upload(request, self._world.files)
        if not upload.files or self._world.files.shape(upload.files[0]) == Shape():
            raise Refused("A picture (PNG, JPEG, GIF or WebP) is needed.")
        return upload.files[0].sha256

    # What a client does with the chat itself; with its messages: control_messages.py

    async def _start(self, request: web.Request) -> web.Response:
        asked = await body_of(request)
        return sent([player_of(request, self._world).start(str(asked.get("payload") or ""))])

    async def _verb(self, request: web.Request) -> web.Response:
        player = player_of(request, self._world)
        {"block": player.block, "unblock": player.unblock, "read": player.read}[request.match_info["verb"]]()
        return web.json_response(chat_json(player.chat))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        files = self._world.files
        name = request.match_info["file_id"]
        file = files.by_id(name)
        if file:
            return file_answer(str(files.on_disk(file.sha256)), file.mime_type, file.name)
        people: list[Client | Bot] = [*self._world.clients.values(), *self._world.bots.values()]
        if any(person.photo == name for person in people):
            return file_answer(str(files.on_disk(name)), "image/png", "")
        raise Refused("There is no such file here.", 404)


def chat_json(chat: Chat) -> dict[str, Any]:
    last = next(reversed(chat.messages.values()), None)
    row = {name: value for name, value in vars(chat).items() if name != "messages"}
    return row | {"unread": chat.unread, "last": last.as_json if last else None}
