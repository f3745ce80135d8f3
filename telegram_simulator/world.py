"""Everything there is: bots, clients, their chats. In memory, written through to disk, told to the page."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from telegram_simulator.errors import Refused
from telegram_simulator.files import Files
from telegram_simulator.presses import Presses
from telegram_simulator.reactions import Reaction, first_emoji
from telegram_simulator.settings import Settings
from telegram_simulator.store import Store
from telegram_simulator.updates import Updates

TOKEN = re.compile(r"[1-9][0-9]{0,15}:[A-Za-z0-9_-]{3,80}")
Event = dict[str, Any]


@dataclass
class Bot:
    id: int
    token: str
    first_name: str
    username: str
    commands: list[dict[str, str]] = field(default_factory=list)
    photo: str = ""  # the content's sha256; empty: no picture

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}


@dataclass
class Client:
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    photo: str = ""  # the content's sha256; empty: no picture

    @property
    def user(self) -> dict[str, Any]:
        named = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return named | _present(self, "last_name", "username", "language_code")

    @property
    def as_chat(self) -> dict[str, Any]:
        named = {"id": self.id, "first_name": self.first_name}
        return named | _present(self, "last_name", "username") | {"type": "private"}


@dataclass
class Message:
    """`content` is the Bot API's Message object; the rest is what only the two sides see."""

    content: dict[str, Any]
    from_bot: bool
    client_reactions: list[Reaction] = field(default_factory=list)
    bot_reactions: list[Reaction] = field(default_factory=list)
    silent: bool = False  # sent with disable_notification
    votes: list[int] = field(default_factory=list)  # what the client chose in the poll that this is

    @property
    def id(self) -> int:
        return int(self.content["message_id"])

    @property
    def as_json(self) -> dict[str, Any]:
        """Everything, with the two sides' first emoji by themselves."""
        first = {
            "client_reaction": first_emoji(self.client_reactions),
            "bot_reaction": first_emoji(self.bot_reactions),
        }
        return asdict(self) | first

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Message":
        """Takes what earlier versions kept, too."""
        row = dict(row)
        for side in ("client", "bot"):
            emoji = row.pop(f"{side}_reaction", "")
            row.setdefault(f"{side}_reactions", [{"type": "emoji", "emoji": emoji}] if emoji else [])
        return cls(**row)


@dataclass
class Chat:
    """Between one bot and one client."""

    bot_id: int
    client_id: int
    started: bool = False
    blocked: bool = False
    next_message_id: int = 1
    read_up_to: int = 0
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def unread(self) -> int:
        return sum(1 for each in self.messages.values() if each.from_bot and each.id > self.read_up_to)


class World:
    """The one instance of a running simulator."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.store = Store(folder / "state.sqlite3")
        self.files = Files(folder / "files", self.store)
        self.updates = Updates(self.store)
        self.bots: dict[int, Bot] = {each["id"]: Bot(**each) for each in self.store.all("bot")}
        self.clients: dict[int, Client] = {each["id"]: Client(**each) for each in self.store.all("client")}
        self.chats: dict[tuple[int, int], Chat] = {}
        self.listeners: set[Callable[[Event], None]] = set()
        self.presses = Presses()
        self.settings = Settings()
        for each in self.store.all("chat"):
            chat = Chat(**each)
            self.chats[chat.bot_id, chat.client_id] = chat
        for each in self.store.all("message"):
            message = Message.from_json(each["message"])
            self.chats[each["bot_id"], each["client_id"]].messages[message.id] = message
        if not self.clients and not any(self.store.all("begun")):
            self._populate()

    def _populate(self) -> None:
        self.store.save("begun", 1, int(time.time()))
        self.add_client(first_name="Anna", last_name="Petrova", username="anna", language_code="ru")
        self.add_client(first_name="John", last_name="Smith", username="john", language_code="en")

    # Bots

    def add_bot(self, token: str, first_name: str = "", username: str = "") -> Bot:
        """The bot of that token; one with its id keeps its chats and takes the new token."""
        if not TOKEN.fullmatch(token):
            raise Refused("A bot's token is a number, a colon, and letters, digits, _ and - (at least 3).")
        number = int(token.partition(":")[0])
        known = self.bots.get(number)
        extra = "" if known or not self.bots else f"_{number}"
        bot = Bot(
            id=number,
            token=token,
            first_name=first_name or (known.first_name if known else "Helpdesk"),
            username=username or (known.username if known else f"helpdesk{extra}_bot"),
            commands=known.commands if known else [],
            photo=known.photo if known else "",
        )
        self.bots[number] = bot
        self.save_bot(bot)
        return bot

    def save_bot(self, bot: Bot) -> None:
        self.store.save("bot", bot.id, asdict(bot))
        self.tell({"event": "bot", "bot": bot_json(bot)})

    # Clients

    def add_client(self, first_name: str, **more: Any) -> Client:
        """A new client, or a known one with its particulars changed. `id` may be given. Raises Refused."""
        number = (
            more.pop("id", None) or max([each for each in self.clients if each < 2**40] + [5_000_000_000]) + 1
        )
        known = self.clients.get(number)
        username = str(more.get("username") or "").lstrip("@")
        if not isinstance(number, int) or not 0 < number < 2**52:
            raise Refused("A client's id is a whole number above 0 and below 2^52.")
        if not first_name.strip():
            raise Refused("A client needs a first name.")
        if username and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{2,31}", username):
            raise Refused("A user name begins with a letter and has 3 to 32 letters, digits or _.")
        client = Client(
            id=number,
            first_name=first_name.strip()[:64],
            last_name=str(more.get("last_name") or "").strip()[:64],
            username=username,
            language_code=str(more.get("language_code") or "").strip()[:12],
            photo=known.photo if known else "",
        )
        self.clients[client.id] = client
        self.save_client(client)
        return client

    def save_client(self, client: Client) -> None:
        self.store.save("client", client.id, asdict(client))
        self.tell({"event": "client", "client": asdict(client)})

    # Chats

    def chat(self, bot_id: int, client_id: int) -> Chat:
        key = (bot_id, client_id)
        if key not in self.chats:
            self.chats[key] = Chat(bot_id, client_id)
        return self.chats[key]

    def save_chat(self, chat: Chat) -> None:
        row = {name: value for name, value in vars(chat).items() if name != "messages"}
        self.store.save("chat", f"{chat.bot_id}:{chat.client_id}", row)
        self.tell({"event": "chat"} | row | {"unread": chat.unread})

    def add_message(self, chat: Chat, content: dict[str, Any], *, from_bot: bool, **more: Any) -> Message:
        """Appends it with the chat's next id, the date, and who wrote it. `more`: of the Message here."""
        sender = self.bots[chat.bot_id].user if from_bot else self.clients[chat.client_id].user
        head = {
            "message_id": chat.next_message_id,
            "from": sender,
            "chat": self.clients[chat.client_id].as_chat,
            "date": self.now(),
        }
        message = Message(head | content, from_bot, **more)
        chat.next_message_id += 1
        chat.messages[message.id] = message
        if not from_bot:
            chat.started = True
            chat.read_up_to = message.id
        self.save_message(chat, message, event="message")
        self.save_chat(chat)
        return message

    def save_message(self, chat: Chat, message: Message, *, event: str = "changed") -> None:
        row = {"bot_id": chat.bot_id, "client_id": chat.client_id, "message": message.as_json}
        self.store.save("message", f"{chat.bot_id}:{chat.client_id}:{message.id}", row)
        self.tell({"event": event} | row)

    def delete_message(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id]
        self.store.delete("message", f"{chat.bot_id}:{chat.client_id}:{message_id}")
        where = {"bot_id": chat.bot_id, "client_id": chat.client_id, "message_id": message_id}
        self.tell({"event": "deleted"} | where)

    # All

    def now(self) -> int:
        """The simulated time, in seconds."""
        return int(time.time()) + self.settings.ahead

    def tell(self, event: Event) -> None:
        for listener in list(self.listeners):
            listener(event)

    def reset(self, *, populate: bool = True) -> None:
        """As on the first day: no chats, files, waiting updates; bots and their update numbers stay."""
        for kind in ("client", "chat", "message"):
            self.store.delete_all(kind)
        self.clients.clear()
        self.chats.clear()
        self.files.forget_all()
        self.presses.forget_all()
        self.settings = Settings(local=self.settings.local)
        for bot_id in self.bots:
            self.updates.forget(bot_id)
        if populate:
            self._populate()
        self.tell({"event": "reset"})

    def close(self) -> None:
        self.store.close()


def bot_json(bot: Bot) -> dict[str, Any]:
    """The bot as the page sees it."""
    return bot.user | {"commands": bot.commands, "photo": bot.photo}


def _present(thing: object, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(thing, name))}
