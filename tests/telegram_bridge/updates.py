"""Updates as Telegram sends them, for tests that begin at the stored row."""

import itertools
import json
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from telegram_bridge import ingest, storing
from telegram_bridge.models import Bot, TelegramMessage, Update
from tests.factories import make_user
from tickets import operations
from tickets.models import Message, Status, Ticket, TicketEvent

Json = dict[str, Any]
CLIENT = 7_000_000_001
SENT_AT = 1_700_000_000

_numbers = itertools.count(1)


def user(user_id: int = CLIENT, **fields: Any) -> Json:
    return {
        "id": user_id,
        "is_bot": False,
        "first_name": "Ann",
        "last_name": "Lee",
        "language_code": "en",
    } | fields


def message(user_id: int = CLIENT, **fields: Any) -> Json:
    """A message of a client in the private chat with the bot."""
    sender = fields.pop("sender", user(user_id))
    chat = {"id": user_id, "type": "private", "first_name": "Ann"}
    return {"message_id": next(_numbers), "from": sender, "chat": chat, "date": SENT_AT} | fields


def text(words: str, user_id: int = CLIENT, **fields: Any) -> Json:
    return message(user_id, text=words, **fields)


def photo(unique: str = "", size: int = 1000) -> list[Json]:
    unique = unique or f"unique{next(_numbers)}"
    small = {"file_id": f"s-{unique}", "file_unique_id": f"s-{unique}", "width": 90, "height": 60}
    large = {"file_id": f"l-{unique}", "file_unique_id": f"l-{unique}", "width": 900, "height": 600}
    return [small | {"file_size": 10}, large | {"file_size": size}]


def file(**fields: Any) -> Json:
    number = next(_numbers)
    return {"file_id": f"id{number}", "file_unique_id": f"unique{number}", "file_size": 5} | fields


def membership(status: str, user_id: int = CLIENT) -> Json:
    bot = user(1, is_bot=True, first_name="Bot")
    was = "kicked" if status == "member" else "member"
    return {
        "chat": {"id": user_id, "type": "private", "first_name": "Ann"},
        "from": user(user_id),
        "date": SENT_AT,
        "old_chat_member": _member(was, bot),
        "new_chat_member": _member(status, bot),
    }


def _member(status: str, bot: Json) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


class Inbound:
    """Stores updates of a bot and applies them, as the bot's process does."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    def store(self, body: Json, kind: str = "message") -> Update:
        raw = storing.read_update(json.loads(json.dumps({"update_id": next(_numbers), kind: body})))
        storing.store(self.bot.pk, [raw], now=timezone.now())
        return Update.objects.get(bot=self.bot, update_id=raw.update_id)

    def apply(self, body: Json, kind: str = "message") -> Update:
        """The update after it was applied, done or failed."""
        update = self.store(body, kind)
        self.apply_all()
        update.refresh_from_db()
        return update

    def apply_all(self) -> None:
        for lane in ingest.waiting_lanes():
            while ingest.apply_next(lane, self.bot.inbox_id):
                pass


def received(inbound: Inbound, body: Json) -> Message:
    """Our message, once the update with `body` was applied."""
    update = inbound.apply(body)
    assert (update.state, update.error) == ("done", "")
    return TelegramMessage.objects.get(
        bot=inbound.bot, chat_id=body["chat"]["id"], telegram_id=body["message_id"]
    ).message


def edited(inbound: Inbound, ours: Message, body: Json, **fields: Any) -> Message:
    """Our message, after the client edited `body`."""
    fields = {"edit_date": SENT_AT + 100} | fields
    update = inbound.apply({**body, **fields}, "edited_message")
    assert (update.state, update.error) == ("done", "")
    ours.refresh_from_db()
    return ours


def close(ticket: Ticket) -> None:
    operations.set_status(ticket, status=Status.objects.get(pk=Status.CLOSED_ID), staff=make_user())


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("seq").values_list("kind", flat=True))


def last_row(of: Ticket | Message) -> TicketEvent:
    """The last row of the journal, of a ticket or about a message."""
    row = of.events.order_by("seq").last()
    assert row is not None
    return row


def jobs(name: str) -> list[Json]:
    tasks = ProcrastinateJob.objects.filter(task_name=f"telegram_bridge.{name}").order_by("id")
    return [dict(args) for args in tasks.values_list("args", flat=True)]
