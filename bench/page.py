"""A ticket of 200 messages: opened from another one, and in a real browser that has been there before."""

import asyncio
import shutil
import time
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from bench.report import Report, median
from bench.stage import Stage, employee, signed_in
from tickets.database_threads import in_database_thread

if TYPE_CHECKING:
    from staff.models import User

MESSAGES = 200
TIMES, WARM_UP = 20, 5
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIRED = "addEventListener('ticket-mounted', () => { window.wired = performance.now(); }, true)"


async def measure(stage: Stage, report: Report) -> None:
    user, cookies = await in_database_thread(employee, "reader")
    ticket = await in_database_thread(_conversation, user)
    web, url = stage.web()
    report.section(f"A ticket of {MESSAGES} messages, by one person")
    switches = await _switches(url, ticket, cookies)
    report.limit("opened from another ticket, by the server", median(switches), most=100, unit="ms")
    if chromium := next((path for name in CHROMIUM if (path := shutil.which(name))), None):
        at_work = await _at_work(chromium, f"{url}/tickets/{ticket}/", cookies)
        report.limit("its page at work, median", median(at_work), most=300, unit="ms")
    else:
        print("       no Chromium on this machine: its page was not opened")
    await asyncio.to_thread(stage.stop, web)


def _conversation(staff: "User") -> int:
    from django.utils import timezone

    from tickets import steps
    from tickets.content import Content
    from tickets.journal import by_staff, change
    from tickets.models import Client, Inbox

    inbox = Inbox.objects.create(name="Page")
    client = Client.objects.create(inbox=inbox, external_id=9_000_000_001, name="Maria")
    with change() as opened:
        ticket = steps.open_ticket(opened, client)
        steps.take(opened, ticket, staff, by_staff(staff))
        for number in range(MESSAGES // 2):
            asked = Content(text=f"A question of some length, number {number}, with words in it.")
            steps.receive_message(opened, ticket, asked, written_at=timezone.now())
            answer = Content(text=f"An answer of some length, number {number}.")
            steps.write_message(opened, ticket, answer, actor=by_staff(staff))
    return ticket.pk


async def _switches(url: str, ticket: int, cookies: dict[str, str]) -> list[float]:
    times = []
    headers = {"HX-Request": "true", "HX-Target": "ticket-pane", "Accept": "text/html"}
    async with signed_in(url, cookies) as client:
        for _ in range(WARM_UP + TIMES):
            started = time.perf_counter()
            (await client.get(f"/tickets/{ticket}/", headers=headers)).raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
    return times[WARM_UP:]


async def _at_work(chromium: str, address: str, cookies: dict[str, str]) -> list[float]:
    """Milliseconds from asking for the page to its scripts at work."""
    times = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context()
        await context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
        page = await context.new_page()
        await page.add_init_script(WIRED)
        for _ in range(WARM_UP + TIMES):
            await page.goto(address)
            await page.wait_for_function("window.wired")
            times.append(float(await page.evaluate("window.wired")))
        await browser.close()
    return times[WARM_UP:]
