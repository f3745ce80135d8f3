"""From Telegram to the open page, and from Send to Telegram."""

import asyncio
import time
import uuid
from typing import Any

import aiohttp
import httpx
import psycopg
from channels.layers import get_channel_layer

from bench import telegram
from bench.floor import GROUP
from bench.report import Report, median, percentile
from bench.stage import Stage, cookie_header, employee, signed_in
from tickets.database_threads import in_database_thread

PER_SECOND = 20
MESSAGES = 200
WARM_UP = 20
CHAT = 4_000_000_001
# Answers go round these chats, as those of a desk do: one chat alone would be paced to a message a second.
CHATS = 40


async def measure(stage: Stage, report: Report) -> None:
    """Both directions, with the product's own web and bot processes."""
    bot_api = telegram.Telegram()
    await bot_api.start()
    web, url = stage.web()
    bot = stage.bot(bot_api.url, telegram.TOKEN)
    floor, floor_url = stage.floor()
    user, cookies = await in_database_thread(employee, "bench")
    try:
        report.section(f"Update's arrival to the open page, {PER_SECOND} messages a second")
        bot_api.push(CHAT, text="first")
        ticket = await _ticket()
        ours = await _to_page(bot_api, url, ticket, cookies)
        base = await _floor_broadcast(stage, floor_url)
        report.ratio("median", median(ours), median(base), most=3)
        report.ratio("99 %", percentile(ours, 99), percentile(base, 99), most=6)
        report.section("Send pressed to the request leaving for Telegram")
        for number in range(1, CHATS):
            bot_api.push(CHAT + number, text="first")
        tickets = [await _ticket(CHAT + number) for number in range(CHATS)]
        for each in tickets:
            await in_database_thread(_take, each, user)
        ours = await _to_telegram(bot_api, url, tickets, cookies)
        base = await _floor_post(floor_url, cookies)
        report.ratio("median", median(ours), median(base), most=3)
        report.ratio("99 % (no promise)", percentile(ours, 99), percentile(base, 99), most=99)
    finally:
        await asyncio.to_thread(stage.stop, bot, web, floor)
        await bot_api.stop()


async def _ticket(chat: int = CHAT) -> int:
    from tickets.models import Ticket

    def newest() -> int | None:
        return Ticket.objects.filter(client__external_id=chat).values_list("pk", flat=True).first()

    for _ in range(200):
        if found := await in_database_thread(newest):
            return found
        await asyncio.sleep(0.05)
    raise RuntimeError("The bot made no ticket")


def _take(ticket_id: int, user: Any) -> None:
    from tickets import operations
    from tickets.models import Ticket

    operations.take(Ticket.objects.get(pk=ticket_id), staff=user)


async def _to_page(bot_api: telegram.Telegram, url: str, ticket: int, cookies: dict[str, str]) -> list[float]:
    shown: dict[int, float] = {}
    sent: list[int] = []
    async with aiohttp.ClientSession(headers=cookie_header(cookies)) as session:
        address = f"{url}/ws/tickets/{ticket}/?after=0&language=en"
        async with session.ws_connect(address, origin=url) as socket:

            async def listen() -> None:
                async for frame in socket:
                    now = time.perf_counter()
                    for number in sent[len(shown) :]:
                        if f"bench message {number}." in frame.data:
                            shown[number] = now

            listener = asyncio.create_task(listen())
            await asyncio.sleep(1)
            for _ in range(WARM_UP + MESSAGES):
                number = bot_api.next_update_id
                sent.append(number)
                bot_api.push(CHAT, text=f"bench message {number}.")
                await asyncio.sleep(1 / PER_SECOND)
            await asyncio.sleep(2)
            listener.cancel()
    if len(shown) != len(sent):
        raise RuntimeError(f"{len(sent) - len(shown)} of {len(sent)} messages never reached the page")
    return [(shown[number] - bot_api.handed_out[number]) * 1000 for number in sent[WARM_UP:]]


async def _floor_broadcast(stage: Stage, url: str) -> list[float]:
    """Three bare INSERT transactions, then a bare broadcast to a bare socket in the same kind of process."""
    layer: Any = get_channel_layer()
    times: list[float] = []
    connection = await psycopg.AsyncConnection.connect(stage.env["DATABASE_URL"], autocommit=True)
    async with (
        connection,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/ws/floor/") as socket,
    ):
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS bench_floor (id bigserial primary key, text text)"
        )
        await asyncio.sleep(0.5)
        for number in range(WARM_UP + MESSAGES):
            started = time.perf_counter()
            for _ in range(3):
                await connection.execute("INSERT INTO bench_floor (text) VALUES (%s)", (f"bench {number}",))
            await layer.group_send(GROUP, {"type": "floor.message", "text": str(number)})
            await socket.receive()
            times.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(max(0, 1 / PER_SECOND - times[-1] / 1000))
    return times[WARM_UP:]


async def _to_telegram(
    bot_api: telegram.Telegram, url: str, tickets: list[int], cookies: dict[str, str]
) -> list[float]:
    times = []
    async with signed_in(url, cookies) as client:
        for number in range(WARM_UP + MESSAGES // 2):
            text = f"answer {number}"
            bot_api.received.clear()
            started = time.perf_counter()
            answer = await client.post(
                f"/tickets/{tickets[number % CHATS]}/reply/", data={"text": text, "key": str(uuid.uuid4())}
            )
            answer.raise_for_status()
            while text not in bot_api.arrivals:
                await asyncio.wait_for(bot_api.received.wait(), timeout=20)
                bot_api.received.clear()
            times.append((bot_api.arrivals[text] - started) * 1000)
            await asyncio.sleep(0.03)
    return times[WARM_UP:]


async def _floor_post(url: str, cookies: dict[str, str]) -> list[float]:
    times = []
    async with httpx.AsyncClient(base_url=url, cookies=cookies) as client:
        for number in range(WARM_UP + MESSAGES // 2):
            started = time.perf_counter()
            (await client.post("/insert/", data={"name": f"floor {number}"})).raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.03)
    return times[WARM_UP:]
