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
from types import TracebackType
from typing import Any, Self, cast

import httpx

Sent = dict[str, Any]  # the Bot API's Message object
NAMES = {
    "photo": "photo.jpg",
    "video": "video.mp4",
    "voice": "voice.oga",
    "audio": "music.mp3",
    "animation": "fun.mp4",
}


class Refusal(Exception):
    """The simulator said no, in words."""


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
    client_reaction: str
    bot_reaction: str

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


class Simulator:
    """The control API itself: bots, faults, calls, everything that is not one client's doing."""

    def __init__(self, base_url: str) -> None:
        self.url = base_url.rstrip("/")
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def ask(self, http_method: str, path: str, **more: Any) -> Any:
        """One request below /control/. Raises Refusal."""
        answer = self.http.request(http_method, f"/control/{path}", **more)
        if not answer.is_success:
            raise Refusal(answer.json()["error"] if "json" in answer.headers["content-type"] else answer.text)
        return answer.json()

    def state(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.ask("GET", "state"))

    def add_bot(self, token: str, **names: str) -> dict[str, Any]:
        return cast("dict[str, Any]", self.ask("POST", "bots", json={"token": token} | names))

    def calls(self, method: str = "", *, after: int = 0) -> list[dict[str, Any]]:
        """What bots called, in the order of arrival (`arrived_ns`, `arrived_monotonic_ns`)."""
        found = self.ask("GET", "calls", params={"method": method, "after": after})
        return cast("list[dict[str, Any]]", found)

    def clear_calls(self) -> None:
        self.ask("DELETE", "calls")

    def fault(self, kind: str, **more: Any) -> dict[str, Any]:
        """Switches a fault on, see faults.py: `fault("error", method="sendMessage", code=403)`."""
        return cast("dict[str, Any]", self.ask("POST", "faults", json={"kind": kind} | more))

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")

    def release(self) -> None:
        """Lets the answers go that a fault of kind `hold` keeps."""
        self.ask("POST", "release")

    def duplicate_updates(self, times: int = 1) -> None:
        self.ask("POST", "duplicates", json={"times": times})

    def send_raw_update(self, raw: dict[str, Any] | str, *, lane: int = 0, bot: int | None = None) -> int:
        """Hands the bot an object, or text in which $UPDATE_ID becomes the number. Returns the number."""
        more = {"params": {"bot": bot}} if bot else {}
        answer = self.ask("POST", "updates", json={"raw": raw, "lane": lane}, **more)
        return int(answer["update_id"])

    def reset(self, *, populate: bool = True) -> None:
        self.ask("POST", "reset", json={"populate": populate})

    def client(
        self, user_id: int | None = None, first_name: str = "Client", **more: Any
    ) -> "SimulatedClient":
        return SimulatedClient(self.url, user_id, first_name, **more)

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SimulatedClient:
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
        """`more`: reply_to, quote, entities, forward_origin."""
        return self._one(self._do("POST", "messages", json={"text": text} | more))

    def send_location(self, latitude: float, longitude: float, **more: Any) -> Sent:
        place = {"latitude": latitude, "longitude": longitude}
        return self._one(self._do("POST", "messages", json={"location": place} | more))

    def send_contact(self, phone_number: str, first_name: str, **more: Any) -> Sent:
        contact = {"phone_number": phone_number, "first_name": first_name}
        return self._one(self._do("POST", "messages", json={"contact": contact} | more))

    def send_file(
        self, kind: str, content: bytes | Path, name: str = "", mime: str = "", caption: str = "", **more: Any
    ) -> Sent:
        """`kind`: photo, video, animation, document, audio, voice, video_note or sticker."""
        said = more.pop("said", None)
        return self.send_album([FileToSend(kind, content, name, mime, said)], caption, **more)[0]

    def send_album(self, files: Sequence[FileToSend], caption: str = "", **more: Any) -> list[Sent]:
        """One message for each file, in one album. Files are streamed from disk when given by path."""
        fields: dict[str, Any] = {"caption": caption, "kind": [file.kind for file in files]}
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
            return [each["content"] for each in self._do("POST", "messages", data=fields, files=parts)]
        finally:
            for handle in handles:
                handle.close()

    def edit(self, message_id: int, text: str, **more: Any) -> Sent:
        return self._one(self._do("POST", f"messages/{message_id}/edit", json={"text": text} | more))

    def delete(self, message_id: int) -> None:
        self._do("DELETE", f"messages/{message_id}")

    def react(self, message_id: int, emoji: str) -> None:
        self._do("POST", f"messages/{message_id}/react", json={"emoji": emoji})

    def press(self, message_id: int, data: str) -> None:
        self._do("POST", f"messages/{message_id}/press", json={"data": data})

    def block(self) -> None:
        self._do("POST", "block")

    def unblock(self) -> None:
        self._do("POST", "unblock")

    def set_photo(self, content: bytes) -> None:
        self._do("POST", "photo", files={"file": ("avatar.png", content, "image/png")})

    def send_raw_update(self, raw: dict[str, Any] | str) -> int:
        """As Simulator.send_raw_update, in this client's order."""
        return self._simulator.send_raw_update(raw, lane=self.id, bot=self._params.get("bot"))

    def messages(self) -> list[SeenMessage]:
        """The whole chat, oldest first, without what was deleted."""
        return [
            SeenMessage(each["content"], each["from_bot"], each["client_reaction"], each["bot_reaction"])
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

    @staticmethod
    def _one(messages: list[dict[str, Any]]) -> Sent:
        return cast("Sent", messages[0]["content"])
