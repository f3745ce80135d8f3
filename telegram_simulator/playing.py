"""What a client does in the messenger, and the updates that the bot gets of it.

Each action raises Refused, in words, when a person could not do it.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram_simulator.content import (
    KINDS,
    WITHOUT_CAPTION,
    caption_content,
    check_album,
    contact_content,
    location_content,
    media_content,
    text_content,
)
from telegram_simulator.errors import Refused
from telegram_simulator.files import Blob
from telegram_simulator.methods.changing import REACTIONS
from telegram_simulator.replies import reply_to
from telegram_simulator.world import Chat, Message, World


@dataclass
class Attached:
    """A file to send. `said`: what the client's program knows of it (width, height, duration …)."""

    kind: str
    blob: Blob
    said: dict[str, Any] = field(default_factory=dict)


@dataclass
class More:
    """What any message may have besides its content."""

    reply_to: int | None = None
    quote: str = ""
    entities: Any = None
    forward_origin: dict[str, Any] | None = None


class Player:
    """One client in the chat with one bot."""

    def __init__(self, world: World, bot_id: int, client_id: int) -> None:
        if bot_id not in world.bots:
            raise Refused("There is no such bot here.", 404)
        if client_id not in world.clients:
            raise Refused("There is no such client here.", 404)
        self._world = world
        self._client = world.clients[client_id]
        self.chat: Chat = world.chat(bot_id, client_id)

    def start(self, payload: str = "") -> Message:
        """Presses Start; `payload` is that of the link t.me/<bot>?start=<payload>."""
        if self.chat.blocked:
            self.unblock()
        return self.send_text(f"/start {payload}".strip())

    def send_text(self, text: str, more: More | None = None) -> Message:
        more = more or More()
        return self._put([text_content(text, more.entities)], more)[0]

    def send_location(self, said: dict[str, Any], more: More | None = None) -> Message:
        return self._put([location_content(said)], more or More())[0]

    def send_contact(self, said: dict[str, Any], more: More | None = None) -> Message:
        return self._put([contact_content(said)], more or More())[0]

    def send_files(
        self, attached: Sequence[Attached], caption: str, more: More | None = None
    ) -> list[Message]:
        """One message, or an album of 2 to 10; the caption stands at the first."""
        more = more or More()
        if any(each.kind not in KINDS for each in attached):
            raise Refused(f"A file's kind is one of {', '.join(KINDS)}.")
        if len(attached) != 1:
            check_album([each.kind for each in attached])
        files, bot_id = self._world.files, self.chat.bot_id
        contents = [media_content(files, bot_id, each.kind, each.blob, each.said) for each in attached]
        if attached[0].kind not in WITHOUT_CAPTION:
            contents[0] |= caption_content(caption, more.entities)
        return self._put(contents, more)

    def _put(self, contents: list[dict[str, Any]], more: More) -> list[Message]:
        if self.chat.blocked:
            raise Refused("This client has blocked the bot. Unblock it first.", 409)
        head: dict[str, Any] = {}
        if more.reply_to is not None:
            head |= reply_to(self._find(more.reply_to).content, quote=more.quote)
        if more.forward_origin:
            head["forward_origin"] = {"date": int(time.time())} | more.forward_origin
        if len(contents) > 1:
            head["media_group_id"] = str(secrets.randbits(53))
        messages = []
        for content in contents:
            messages.append(self._world.add_message(self.chat, head | content, from_bot=False))
            self._update("message", messages[-1].content)
        return messages

    def edit(self, message_id: int, text: str, entities: Any = None) -> Message:
        """Changes the text, or the caption of a file."""
        message = self._own(message_id)
        if "text" in message.content:
            names, new = ("text", "entities"), text_content(text, entities)
        elif any(kind in message.content for kind in KINDS if kind not in WITHOUT_CAPTION):
            names, new = ("caption", "caption_entities"), caption_content(text, entities)
        else:
            raise Refused("There is no text in this message.")
        kept = {name: value for name, value in message.content.items() if name not in names}
        message.content = kept | {"edit_date": int(time.time())} | new
        self._world.save_message(self.chat, message)
        self._update("edited_message", message.content)
        return message

    def delete(self, message_id: int) -> None:
        """For both sides. The bot is not told: the Bot API has no update for it."""
        self._world.delete_message(self.chat, self._find(message_id).id)
        self._world.save_chat(self.chat)

    def react(self, message_id: int, emoji: str) -> Message:
        """Sets the client's reaction; an empty one takes it back."""
        message = self._find(message_id)
        if emoji and emoji.rstrip("\ufe0f") not in REACTIONS:
            raise Refused("Telegram has no such reaction.")
        old, message.client_reaction = message.client_reaction, emoji
        self._world.save_message(self.chat, message)
        self._update(
            "message_reaction",
            {
                "chat": self._client.as_chat,
                "message_id": message_id,
                "user": self._client.user,
                "date": int(time.time()),
                "old_reaction": [{"type": "emoji", "emoji": old}] if old else [],
                "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
            },
        )
        return message

    def press(self, message_id: int, data: str) -> None:
        """Presses a button below a message of the bot."""
        message = self._find(message_id)
        rows = message.content.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise Refused("That message has no such button.")
        query = str(secrets.randbits(62))
        self._world.pressed[query] = (self.chat.bot_id, self._client.id)
        chat_instance = str(self.chat.bot_id * 31 + self._client.id)
        content = {"id": query, "from": self._client.user, "message": message.content, "data": data}
        self._update("callback_query", content | {"chat_instance": chat_instance})

    def block(self) -> None:
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        if self.chat.blocked == blocked:
            return
        self.chat.blocked = blocked
        self._world.save_chat(self.chat)
        bot = self._world.bots[self.chat.bot_id].user
        member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
        self._update(
            "my_chat_member",
            {
                "chat": self._client.as_chat,
                "from": self._client.user,
                "date": int(time.time()),
                "old_chat_member": member if blocked else kicked,
                "new_chat_member": kicked if blocked else member,
            },
        )

    def read(self) -> None:
        """Has seen everything that is there."""
        last = max(self.chat.messages, default=0)
        if last > self.chat.read_up_to:
            self.chat.read_up_to = last
            self._world.save_chat(self.chat)

    def _find(self, message_id: int) -> Message:
        message = self.chat.messages.get(message_id)
        if message is None:
            raise Refused(f"There is no message {message_id} in this chat.", 404)
        return message

    def _own(self, message_id: int) -> Message:
        message = self._find(message_id)
        if message.from_bot or "forward_origin" in message.content:
            raise Refused("A client can change its own messages only.", 403)
        return message

    def _update(self, kind: str, content: dict[str, Any]) -> None:
        self._world.updates.add(self.chat.bot_id, kind, content, lane=self._client.id)
