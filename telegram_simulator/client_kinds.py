"""What a client can send besides texts and files, by program: part of `SimulatedClient`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from telegram_simulator.client import FileToSend

Sent = dict[str, Any]  # the Bot API's Message object


class SendsKinds:
    """`more` is that of `send_text`. Each returns the message as it is in the chat."""

    def _do(self, http_method: str, path: str, **more: Any) -> Any:
        raise NotImplementedError

    def _upload(self, path: str, files: "Sequence[FileToSend]", more: dict[str, Any]) -> Any:
        raise NotImplementedError

    def send_kind(self, kind: str, said: dict[str, Any], **more: Any) -> Sent:
        """A kind of kinds.py with what its maker takes."""
        return self._one(self._do("POST", "messages", json={kind: said} | more))

    def send_raw(self, fields: dict[str, Any], **more: Any) -> Sent:
        """A message with exactly these fields: service messages, kinds that nobody knows yet."""
        return self._one(self._do("POST", "messages", json={"raw": fields} | more))

    def send_location(self, latitude: float, longitude: float, **more: Any) -> Sent:
        return self.send_kind("location", {"latitude": latitude, "longitude": longitude}, **more)

    def send_live_location(
        self, latitude: float, longitude: float, live_period: int = 900, **said: Any
    ) -> Sent:
        """`said`: heading, proximity_alert_radius, horizontal_accuracy."""
        place = {"latitude": latitude, "longitude": longitude, "live_period": live_period}
        return self.send_kind("location", place | said)

    def move(self, message_id: int, latitude: float, longitude: float, **said: Any) -> Sent:
        """The next place of a live location."""
        place = {"latitude": latitude, "longitude": longitude} | said
        return self._one(self._do("POST", f"messages/{message_id}/location", json=place))

    def stop_location(self, message_id: int) -> Sent:
        return self._one(self._do("POST", f"messages/{message_id}/stop-location"))

    def send_venue(self, latitude: float, longitude: float, title: str, address: str, **more: Any) -> Sent:
        place = {"latitude": latitude, "longitude": longitude, "title": title, "address": address}
        return self.send_kind("venue", place, **more)

    def send_contact(self, phone_number: str, first_name: str, **more: Any) -> Sent:
        """`more` may hold last_name, vcard and user_id, too."""
        own = {name: more.pop(name) for name in ("last_name", "vcard", "user_id") if name in more}
        return self.send_kind(
            "contact", {"phone_number": phone_number, "first_name": first_name} | own, **more
        )

    def send_dice(self, emoji: str = "🎲", value: int = 0, **more: Any) -> Sent:
        """`value` 0: thrown by the simulator."""
        return self.send_kind("dice", {"emoji": emoji, "value": value}, **more)

    def send_poll(self, question: str, options: Sequence[str], **said: Any) -> Sent:
        """`said`: the parameters of the Bot API's sendPoll, such as `type="quiz", correct_option_id=1`."""
        return self.send_kind("poll", {"question": question, "options": list(options)} | said)

    def vote(self, message_id: int, *options: int) -> Sent:
        """Chooses answers by their numbers from 0; none takes the vote back."""
        return self._one(self._do("POST", f"messages/{message_id}/vote", json={"options": options}))

    def close_poll(self, message_id: int) -> Sent:
        return self._one(self._do("POST", f"messages/{message_id}/close-poll"))

    def send_checklist(self, title: str, tasks: Sequence[str], **said: Any) -> Sent:
        return self.send_kind("checklist", {"title": title, "tasks": list(tasks)} | said)

    def mark_tasks(self, message_id: int, done: Sequence[int] = (), undone: Sequence[int] = ()) -> Sent:
        """By the tasks' ids, from 1. Returns the service message that tells of it."""
        marked = {"done": list(done), "undone": list(undone)}
        return self._one(self._do("POST", f"messages/{message_id}/tasks", json=marked))

    def add_tasks(self, message_id: int, *texts: str) -> Sent:
        return self._one(self._do("POST", f"messages/{message_id}/tasks", json={"add": texts}))

    def send_story(self, title: str = "News", **said: Any) -> Sent:
        chat = {"id": -1001000000001, "type": "channel", "title": title}
        return self.send_kind("story", {"chat": chat} | said)

    def send_gift(self, text: str = "", star_count: int = 15) -> Sent:
        return self.send_kind("gift", {"text": text, "star_count": star_count})

    def send_game(self, title: str, description: str, files: "Sequence[FileToSend]" = ()) -> Sent:
        """`files`: its photo, its animation."""
        game = {"title": title, "description": description}
        if not files:
            return self.send_kind("game", game)
        return self._one(self._upload("messages", files, {"game": game}))

    def send_paid_media(
        self, star_count: int, files: "Sequence[FileToSend]" = (), caption: str = "", **said: Any
    ) -> Sent:
        """`said`: `previews=[{"width", "height", "duration"}]` of what was not paid for."""
        media = {"star_count": star_count, "caption": caption} | said
        if not files:
            return self.send_kind("paid_media", media)
        return self._one(self._upload("messages", files, {"paid_media": media}))

    @staticmethod
    def _one(messages: list[dict[str, Any]]) -> Sent:
        return cast("Sent", messages[0]["content"])
