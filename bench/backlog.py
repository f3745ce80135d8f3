"""How fast one process applies a full backlog, with nothing lost and each chat in its order."""

import asyncio
import json

from bench import telegram
from bench.report import Report
from bench.stage import Stage
from tickets.database_threads import in_database_thread

UPDATES = 4000
CHATS = 100
FIRST_CHAT = 6_000_000_000


async def measure(stage: Stage, report: Report) -> None:
    """Stores a backlog, starts the bot on it, and reads the pace off the rows."""
    report.section(f"Ingest of a backlog of {UPDATES} updates of {CHATS} chats, one process")
    bot_api = telegram.Telegram()
    await bot_api.start()
    try:
        await in_database_thread(_store)
        bot = stage.bot(bot_api.url, telegram.TOKEN)
        for _ in range(1200):
            if not await in_database_thread(_left):
                break
            await asyncio.sleep(0.1)
        pace, applied, in_order = await in_database_thread(_result)
        await asyncio.to_thread(stage.stop, bot)
    finally:
        await bot_api.stop()
    report.least("pace", pace, least=200, unit="/s")
    report.least("messages in their tickets", applied, least=UPDATES, unit="")
    report.least("chats in the order they were stored", in_order, least=CHATS, unit="")


def _store() -> None:
    from django.utils import timezone

    from telegram_bridge.models import Bot, Update
    from tickets.models import Inbox

    bot = Bot.objects.filter(telegram_id=int(telegram.TOKEN.partition(":")[0])).first()
    if bot is None:
        bot = Bot(inbox=Inbox.objects.create(name="bench"), telegram_id=int(telegram.TOKEN.partition(":")[0]))
        bot.token = telegram.TOKEN
        bot.save()
    rows = []
    for number in range(UPDATES):
        chat = FIRST_CHAT + number % CHATS
        raw = telegram.update(10_000_000 + number, chat, message_id=1 + number // CHATS, text=f"{number:06}")
        rows.append(
            Update(
                bot=bot,
                update_id=raw["update_id"],
                chat_id=chat,
                kind="message",
                raw=json.dumps(raw),
                stored_at=timezone.now(),
            )
        )
    Update.objects.bulk_create(rows)


def _left() -> int:
    from telegram_bridge.models import Update

    return Update.objects.filter(state=Update.State.STORED).count()


def _result() -> tuple[float, int, int]:
    from django.db.models import Max, Min

    from telegram_bridge.models import Update
    from tickets.models import Message

    done = Update.objects.filter(state=Update.State.DONE, update_id__gte=10_000_000)
    span = done.aggregate(first=Min("done_at"), last=Max("done_at"))
    seconds = (span["last"] - span["first"]).total_seconds()
    messages = Message.objects.filter(ticket__client__external_id__gte=FIRST_CHAT)
    texts: dict[int, list[str]] = {}
    for ticket, text in messages.order_by("ticket_id", "seq").values_list("ticket_id", "text"):
        texts.setdefault(ticket, []).append(text)
    in_order = sum(found == sorted(found) for found in texts.values())
    return done.count() / seconds, messages.count(), in_order
