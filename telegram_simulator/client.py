"""Plays one client by program, over the control API. For tests, benches and demonstrations.

anna = SimulatedClient("http://127.0.0.1:8081", first_name="Anna", language_code="ru")
anna.start()
anna.send_text("hi")
anna.wait_for(lambda message: message.from_bot and "hello" in message.text)
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from telegram_simulator.client_kinds import SendsKinds, Sent
from telegram_simulator.driving import Refusal, Simulator

__all__ = ["FileToSend", "Refusal", "SeenMessage", "SimulatedClient", "Simulator"]

NAMES = {
    "photo": "photo.jpg",
    "video": "video.mp4",
    "voice": "voice.oga",
    "audio": "music.mp3",
    "animation": "fun.mp4",
}


@dataclass(frozen=True)
class FileToSend:
    """`content`: the bytes, or the path. An empty `mime` is guessed from the name by the simulator."""

    kind: str
    content: bytes | Path
    name: str = ""
    mime: str = ""
    said: dict[str, Any] | None = None  # width, height, duration …


@dataclass(frozen=True)
class SeenMessage:
    """A message as the client sees it. `data` is the Bot API's Message object."""

    data: Sent
    from_bot: bool
    client_reaction: str  # the first emoji; all of them are in `client_reactions`
    bot_reaction: str
    client_reactions: tuple[dict[str, Any], ...] = ()
    bot_reactions: tuple[dict[str, Any], ...] = ()
    silent: bool = False
    votes: tuple[int, ...] = ()

    @property
    def id(self) -> int:
        return int(self.data["message_id"])

    @property
    def text(self) -> str:
        """The text or the caption."""
        return str(self.data.get("text") or self.data.get("caption") or "")

    @property
    def edited(self) -> bool:
        return "edit_date" in self.data

    @property
    def reply_to(self) -> int | None:
        target = self.data.get("reply_to_message")
        return int(target["message_id"]) if target else None


class SimulatedClient(SendsKinds):
    """One person. Made when it isn't there yet; `bot` chooses among several bots."""

    def __init__(
        self,
        base_url: str,
        user_id: int | None = None,
        first_name: str = "Client",
        *,
        last_name: str = "",
        username: str = "",
        language_code: str = "en",
        bot: int | None = None,
    ) -> None:
        self._simulator = Simulator(base_url)
        self._params = {"bot": bot} if bot else {}
        person = {
            "id": user_id,
            "first_name": first_name,
            "last_name": last_name,
            "username": username,
            "language_code": language_code,
        }
        try:
            self.id = int(self._simulator.ask("POST", "clients", json=person)["id"])
        except BaseException:
            self._simulator.close()
            raise

    def start(self, payload: str = "") -> Sent:
        return self._one(self._do("POST", "start", json={"payload": payload}))

    def send_text(self, text: str, **more: Any) -> Sent:
        """`more`: reply_to, quote, quote_position, entities, forward_origin (see origins.py), external_reply,
        reply_to_story, and `fields`: anything else of the Bot API's Message."""
        return self._one(self._do("POST", "messages", json={"text": text} | more))

    def send_file(
        self, kind: str, content: bytes | Path, name: str = "", mime: str = "", caption: str = "", **more: Any
    ) -> Sent:
        """`kind`: photo, video, animation, document, audio, voice, video_note or sticker."""
        said = more.pop("said", None)
        return self.send_album([FileToSend(kind, content, name, mime, said)], caption, **more)[0]

    def send_album(self, files: Sequence[FileToSend], caption: str = "", **more: Any) -> list[Sent]:
        """One message for each file, in one album. Files are streamed from disk when given by path."""
        return [each["content"] for each in self._upload("messages", files, {"caption": caption} | more)]

    def replace_file(self, message_id: int, file: FileToSend, caption: str = "") -> Sent:
        """Edits a message: another file takes the place of the one that is there."""
        return self._one(self._upload(f"messages/{message_id}/edit", [file], {"caption": caption}))

    def _upload(self, path: str, files: Sequence[FileToSend], more: dict[str, Any]) -> Any:
        fields: dict[str, Any] = {"kind": [file.kind for file in files]}
        fields["said"] = [json.dumps(file.said or {}) for file in files]
        for name, value in more.items():
            fields[name] = value if isinstance(value, str) else json.dumps(value)
        parts: list[tuple[str, Any]] = []
        handles = []
        try:
            for file in files:
                own = (
                    file.content.name if isinstance(file.content, Path) else NAMES.get(file.kind, "file.bin")
                )
                body: Any = file.content
                if isinstance(body, Path):
                    body = body.open("rb")
                    handles.append(body)
                parts.append(("file", (file.name or own, body, file.mime or "application/octet-stream")))
            return self._do("POST", path, data=fields, files=parts)
        finally:
            for handle in handles:
                handle.close()

    def edit(self, message_id: int, text: str, **more: Any) -> Sent:
        return self._one(self._do("POST", f"messages/{message_id}/edit", json={"text": text} | more))

    def delete(self, message_id: int) -> None:
        self._do("DELETE", f"messages/{message_id}")

    def edit_raw(self, message_id: int, fields: dict[str, Any]) -> Sent:
        """Sets these fields of a message, whatever they are; None takes one away."""
        return self._one(self._do("POST", f"messages/{message_id}/edit", json={"raw": fields}))

    def react(self, message_id: int, emoji: str | Sequence[str | dict[str, Any]]) -> None:
        """One emoji ("" takes it back), or several: emoji, or the Bot API's ReactionType objects."""
        body = {"emoji": emoji} if isinstance(emoji, str) else {"reactions": list(emoji)}
        self._do("POST", f"messages/{message_id}/react", json=body)

    def press(self, message_id: int, data: str) -> str:
        """Presses the button with that callback data; returns the query's id."""
        return str(self._do("POST", f"messages/{message_id}/press", json={"data": data})["id"])

    def presses(self) -> list[dict[str, Any]]:
        """All, oldest first: {"id", "message_id", "data", "answered", "text", "alert", "url"}."""
        return cast("list[dict[str, Any]]", self._do("GET", "presses"))

    def wait_for_answer(self, query: str, *, seconds: float = 30) -> dict[str, Any]:
        """What the bot answered to a pressed button."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for press in self.presses():
                if press["id"] == query and press["answered"]:
                    return press
            time.sleep(0.03)
        raise AssertionError(f"The button pressed as {query} was not answered for {seconds} s.")

    def block(self) -> None:
        self._do("POST", "block")

    def unblock(self) -> None:
        self._do("POST", "unblock")

    def set_photo(self, content: bytes) -> None:
        self._do("POST", "photo", files={"file": ("avatar.png", content, "image/png")})

    def remove_photo(self) -> None:
        self._do("DELETE", "photo")

    def send_raw_update(self, raw: dict[str, Any] | str) -> int:
        """As Simulator.send_raw_update, in this client's order."""
        return self._simulator.send_raw_update(raw, lane=self.id, bot=self._params.get("bot"))

    def messages(self) -> list[SeenMessage]:
        """The whole chat, oldest first, without what was deleted."""
        return [
            SeenMessage(
                data=each["content"],
                from_bot=each["from_bot"],
                client_reaction=each["client_reaction"],
                bot_reaction=each["bot_reaction"],
                client_reactions=tuple(each["client_reactions"]),
                bot_reactions=tuple(each["bot_reactions"]),
                silent=each["silent"],
                votes=tuple(each["votes"]),
            )
            for each in self._do("GET", "messages")
        ]

    def from_bot(self) -> list[SeenMessage]:
        return [message for message in self.messages() if message.from_bot]

    def wait_for(self, wanted: Callable[[SeenMessage], bool] | str, *, seconds: float = 30) -> SeenMessage:
        """The first message of the bot with that text in it, or any message that `wanted` says yes to."""
        deadline = time.monotonic() + seconds
        while True:
            for message in self.messages():
                if (
                    message.from_bot and wanted in message.text
                    if isinstance(wanted, str)
                    else wanted(message)
                ):
                    return message
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"Client {self.id} waited {seconds} s in vain and sees {self.messages()}"
                )
            time.sleep(0.03)

    def download(self, file_id: str) -> bytes:
        """The content of a file in the chat, as the client's program would fetch it."""
        answer = self._simulator.http.get(f"/control/files/{file_id}")
        answer.raise_for_status()
        return answer.content

    def close(self) -> None:
        self._simulator.close()

    def _do(self, http_method: str, path: str, **more: Any) -> Any:
        return self._simulator.ask(http_method, f"clients/{self.id}/{path}", params=self._params, **more)
