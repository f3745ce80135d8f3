"""What a client does in the messenger, and the updates that the bot gets of it.

Each action raises Refused, in words, when a person could not do it. Changes of what is in the chat already
are in retouching.py.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram_simulator.composing import Attached, content_with_files, media_contents
from telegram_simulator.content import KINDS, WITHOUT_CAPTION, caption_content, check_album, text_content
from telegram_simulator.errors import Refused
from telegram_simulator.forwards import checked_origin, external_reply
from telegram_simulator.reactions import Reaction, checked
from telegram_simulator.replies import reply_to
from telegram_simulator.world import Chat, Message, World

__all__ = ["Attached", "More", "Player"]


@dataclass
class More:
    """What any message may have besides its content. `fields`: anything else of the Bot API's Message."""

    reply_to: int | None = None
    quote: str = ""
    quote_position: int = 0
    entities: Any = None
    forward_origin: dict[str, Any] | None = None
    external_reply: dict[str, Any] | None = None
    reply_to_story: dict[str, Any] | None = None
    spoiler: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


class Player:
    """One client in the chat with one bot."""

    def __init__(self, world: World, bot_id: int, client_id: int) -> None:
        if bot_id not in world.bots:
            raise Refused("There is no such bot here.", 404)
        if client_id not in world.clients:
            raise Refused("There is no such client here.", 404)
        self.world = world
        self.client = world.clients[client_id]
        self.chat: Chat = world.chat(bot_id, client_id)

    def start(self, payload: str = "") -> Message:
        """Presses Start; `payload` is that of the link t.me/<bot>?start=<payload>."""
        if self.chat.blocked:
            self.unblock()
        return self.send_text(f"/start {payload}".strip())

    def send_text(self, text: str, more: More | None = None) -> Message:
        more = more or More()
        return self._put([text_content(text, more.entities)], more)[0]

    def send_kind(
        self, kind: str, said: dict[str, Any], more: More | None = None, files: Sequence[Attached] = ()
    ) -> Message:
        """A place, contact, dice, poll, game, story, checklist, gift, or paid media. Raises ApiError."""
        more = more or More()
        content = content_with_files(self.world.files, self.chat.bot_id, kind, said, files)
        if kind == "paid_media":
            content |= caption_content(str(said.get("caption") or ""), more.entities)
        return self._put([content], more)[0]

    def send_files(
        self, attached: Sequence[Attached], caption: str, more: More | None = None
    ) -> list[Message]:
        """One message, or an album of 2 to 10; the caption stands at the first."""
        more = more or More()
        if any(each.kind not in KINDS for each in attached):
            raise Refused(f"A file's kind is one of {', '.join(KINDS)}.")
        if len(attached) != 1:
            check_album([each.kind for each in attached])
        contents = media_contents(self.world.files, self.chat.bot_id, attached, spoiler=more.spoiler)
        if attached[0].kind not in WITHOUT_CAPTION:
            contents[0] |= caption_content(caption, more.entities)
        return self._put(contents, more)

    def send_raw(self, fields: dict[str, Any], more: More | None = None) -> Message:
        """A message with exactly these fields: service messages, kinds that this server doesn't know."""
        kept = {name: value for name, value in fields.items() if name not in {"message_id", "chat"}}
        return self._put([kept], more or More())[0]

    def _put(self, contents: list[dict[str, Any]], more: More) -> list[Message]:
        if self.chat.blocked:
            raise Refused("This client has blocked the bot. Unblock it first.", 409)
        head = self._head(more)
        if len(contents) > 1:
            head["media_group_id"] = str(secrets.randbits(53))
        messages = []
        for content in contents:
            whole = head | content | more.fields
            messages.append(self.world.add_message(self.chat, whole, from_bot=False))
            self.update("message", messages[-1].content)
        return messages

    def _head(self, more: More) -> dict[str, Any]:
        """What it answers, and where it comes from."""
        head: dict[str, Any] = {}
        now = self.world.now()
        if more.reply_to is not None:
            target = self.find(more.reply_to).content
            head |= reply_to(target, quote=more.quote, position=more.quote_position)
        if more.external_reply:
            head["external_reply"] = external_reply(more.external_reply, date=now)
            if more.quote:
                head["quote"] = {"text": more.quote, "position": more.quote_position, "is_manual": True}
        if more.reply_to_story:
            head["reply_to_story"] = more.reply_to_story
        if more.forward_origin:
            head["forward_origin"] = checked_origin(more.forward_origin, date=now)
        return head

    def react(self, message_id: int, wanted: list[Any]) -> Message:
        """Sets the client's reactions; none takes them back. Raises Refused."""
        message = self.find(message_id)
        new = checked(wanted, by_bot=False)
        old, message.client_reactions = message.client_reactions, new
        self.world.save_message(self.chat, message)
        if old != new:
            self._tell_reaction(message_id, old, new)
        return message

    def _tell_reaction(self, message_id: int, old: list[Reaction], new: list[Reaction]) -> None:
        self.update(
            "message_reaction",
            {
                "chat": self.client.as_chat,
                "message_id": message_id,
                "user": self.client.user,
                "date": self.world.now(),
                "old_reaction": old,
                "new_reaction": new,
            },
        )

    def press(self, message_id: int, data: str) -> str:
        """Presses a button below a message of the bot; returns the callback query's id."""
        message = self.find(message_id)
        rows = message.content.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise Refused("That message has no such button.")
        press = self.world.presses.begin(
            self.chat.bot_id, self.client.id, message_id, data, at=self.world.now()
        )
        chat_instance = str(self.chat.bot_id * 31 + self.client.id)
        content = {"id": press.id, "from": self.client.user, "message": message.content, "data": data}
        self.update("callback_query", content | {"chat_instance": chat_instance})
        return press.id

    def block(self) -> None:
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        if self.chat.blocked == blocked:
            return
        self.chat.blocked = blocked
        self.world.save_chat(self.chat)
        bot = self.world.bots[self.chat.bot_id].user
        member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
        self.update(
            "my_chat_member",
            {
                "chat": self.client.as_chat,
                "from": self.client.user,
                "date": self.world.now(),
                "old_chat_member": member if blocked else kicked,
                "new_chat_member": kicked if blocked else member,
            },
        )

    def read(self) -> None:
        """Has seen everything that is there."""
        last = max(self.chat.messages, default=0)
        if last > self.chat.read_up_to:
            self.chat.read_up_to = last
            self.world.save_chat(self.chat)

    def find(self, message_id: int) -> Message:
        message = self.chat.messages.get(message_id)
        if message is None:
            raise Refused(f"There is no message {message_id} in this chat.", 404)
        return message

    def own(self, message_id: int) -> Message:
        message = self.find(message_id)
        if message.from_bot or "forward_origin" in message.content:
            raise Refused("A client can change its own messages only.", 403)
        return message

    def update(self, kind: str, content: dict[str, Any]) -> None:
        self.world.updates.add(self.chat.bot_id, kind, content, lane=self.client.id)
