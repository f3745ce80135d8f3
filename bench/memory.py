"""What the two processes hold when idle, and what a 50 MB file adds to their peaks."""

import asyncio
import os
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import telegram
from bench.report import Report
from bench.stage import Stage, employee, signed_in
from tickets.database_threads import in_database_thread

IDLE_SECONDS = int(os.environ.get("BENCH_IDLE_SECONDS", "60"))
CHAT = 4_000_000_009
FILE_BYTES = 50 * 1024 * 1024 - 1024
MB = 1024
HAS_PROC = Path("/proc/self/clear_refs").exists()


def _status(pid: int, name: str) -> int:
    """A figure of /proc/<pid>/status in kB."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _forget_peak(pid: int) -> int:
    """Sets the peak back to what is held now, and returns that: proc(5), /proc/pid/clear_refs."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status(pid, "VmHWM")


async def measure(stage: Stage, report: Report) -> None:
    report.section(f"Memory, {IDLE_SECONDS} s after the start")
    if not HAS_PROC:
        print("  this system has no /proc: not measured", flush=True)
        return
    bot_api = telegram.Telegram()
    await bot_api.start()
    web, url = stage.web()
    bot = stage.bot(bot_api.url, telegram.TOKEN)
    user, cookies = await in_database_thread(employee, "uploader")
    async with signed_in(url, cookies) as client:
        (await client.get("/tickets/")).raise_for_status()
    await asyncio.sleep(IDLE_SECONDS)
    report.limit("web, VmRSS", _status(web.pid, "VmRSS") / MB, most=150, unit="MB")
    report.limit("bot, VmRSS", _status(bot.pid, "VmRSS") / MB, most=150, unit="MB")
    try:
        await _files(report, bot_api, url, cookies, user.pk, {"web": web.pid, "bot": bot.pid})
    finally:
        await asyncio.to_thread(stage.stop, bot, web)
        await bot_api.stop()


async def _files(  # noqa: PLR0917  (private, with one caller)
    report: Report,
    bot_api: telegram.Telegram,
    url: str,
    cookies: dict[str, str],
    user_id: int,
    pids: dict[str, int],
) -> None:
    def added(before: dict[str, int], what: str) -> None:
        for name, pid in pids.items():
            report.limit(
                f"{what}: peak of {name} grows by",
                (_status(pid, "VmHWM") - before[name]) / MB,
                most=10,
                unit="MB",
            )

    bot_api.push(CHAT, text="hello")
    ticket = await _until(lambda: _take_ticket(user_id))
    before = {name: _forget_peak(pid) for name, pid in pids.items()}
    async with signed_in(url, cookies) as client:
        form = {"text": "", "key": str(uuid.uuid4())}
        body = {"files": ("large.bin", os.urandom(FILE_BYTES), "application/octet-stream")}
        answer = await client.post(f"/tickets/{ticket}/reply/", data=form, files=body)
        answer.raise_for_status()
        await _until(lambda: "file" in bot_api.arrivals)
    added(before, "50 MB sent")
    before = {name: _forget_peak(pid) for name, pid in pids.items()}
    attachment = await in_database_thread(_newest_file)
    async with (
        signed_in(url, cookies) as client,
        client.stream("GET", f"/files/{attachment}/?download=1") as response,
    ):
        taken = 0
        async for block in response.aiter_raw(64 * 1024):
            taken += len(block)
            await asyncio.sleep(0.05 if taken < 4 * 1024 * 1024 else 0)
    if taken != FILE_BYTES:
        raise RuntimeError(f"{taken} of {FILE_BYTES} bytes came back")
    added(before, "50 MB read slowly")
    before = {name: _forget_peak(pid) for name, pid in pids.items()}
    document = {
        "file_id": "f",
        "file_unique_id": "u",
        "file_name": "in.bin",
        "file_size": telegram.FILE_BYTES,
    }
    bot_api.push(CHAT, document=document)
    await _until(_file_is_here)
    added(before, "19 MB received")


async def _until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    for _ in range(int(seconds * 20)):
        if found := await in_database_thread(condition):
            return found
        await asyncio.sleep(0.05)
    raise RuntimeError("Nothing happened for too long")


def _take_ticket(user_id: int) -> int | None:
    from staff.models import User
    from tickets import operations
    from tickets.models import Ticket

    ticket = Ticket.objects.filter(client__external_id=CHAT).first()
    if ticket is None:
        return None
    operations.take(ticket, staff=User.objects.get(pk=user_id))
    return ticket.pk


def _newest_file() -> int:
    from tickets.models import Attachment

    return Attachment.objects.latest("pk").pk


def _file_is_here() -> bool:
    from tickets.models import Attachment

    return Attachment.objects.filter(name="in.bin", state=Attachment.State.READY).exists()
