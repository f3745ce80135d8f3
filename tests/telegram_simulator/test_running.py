"""As a program: what it says, what it keeps, how it ends; and the page's door to it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
from aiohttp import ClientSession

from embedded import ports
from telegram_simulator.client import Simulator
from telegram_simulator.testing import RunningSimulator, running_simulator
from tests.processes import ROOT

from .conftest import PNG, bot_of, news

TOKEN = "3000003:PROGRAM"


def command(port: int, *arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "telegram_simulator", "--port", str(port), *arguments]


@contextmanager
def program(port: int, folder: Path, *more: str) -> "Iterator[subprocess.Popen[bytes]]":
    """Runs it with its state in `folder`; what it writes is in `folder`/log."""
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            command(port, "--token", TOKEN, "--state", str(folder / "state"), *more),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 20
        while not ports.answers(port):
            assert child.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield child
    finally:
        child.kill()
        child.wait(10)


def test_chats_files_and_waiting_updates_survive_a_kill(tmp_path: Path) -> None:
    port = ports.any_free()
    with program(port, tmp_path) as child:
        with Simulator(f"http://127.0.0.1:{port}") as simulator:
            anna = simulator.client(5_000_000_001, "Anna")
            anna.send_text("Before")
            sent = anna.send_file("photo", PNG)
            anna.close()
        child.kill()
        child.wait(10)
    with program(port, tmp_path):
        url = f"http://127.0.0.1:{port}"
        updates = httpx.get(f"{url}/bot{TOKEN}/getUpdates").json()["result"]
        assert [each["message"].get("text") for each in updates] == ["Before", None]
        with Simulator(url) as simulator:
            anna = simulator.client(5_000_000_001, "Anna")
            assert anna.download(sent["photo"][-1]["file_id"]) == PNG
            assert anna.send_text("After")["message_id"] == sent["message_id"] + 1
            anna.close()


def test_started_as_an_own_server_it_hands_out_paths_that_survive_a_restart(tmp_path: Path) -> None:
    port = ports.any_free()
    url = f"http://127.0.0.1:{port}"
    file_id = ""
    for _ in range(2):
        with program(port, tmp_path, "--local"):
            if not file_id:
                with Simulator(url) as simulator:
                    anna = simulator.client(first_name="Anna")
                    file_id = anna.send_file("document", b"bill", "bill.txt")["document"]["file_id"]
                    anna.close()
            found = httpx.get(f"{url}/bot{TOKEN}/getFile", params={"file_id": file_id}).json()["result"]
            assert Path(found["file_path"]).read_bytes() == b"bill"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_and_cleanly_even_during_a_long_poll(tmp_path: Path, number: int) -> None:
    port = ports.any_free()
    url = f"http://127.0.0.1:{port}"
    with program(port, tmp_path) as child, ThreadPoolExecutor() as threads:
        poll = threads.submit(httpx.get, f"{url}/bot{TOKEN}/getUpdates?timeout=30", timeout=40)
        with Simulator(url) as simulator:
            deadline = time.monotonic() + 10
            while not simulator.calls("getUpdates"):
                assert time.monotonic() < deadline
                time.sleep(0.05)
        begun = time.monotonic()
        child.send_signal(number)
        assert child.wait(10) == 0
        assert time.monotonic() - begun < 5
        assert poll.result(10).json() == {"ok": True, "result": []}
    assert (tmp_path / "log").read_text() == f"Telegram simulator: {url}/\n"


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            command(port, "--token", TOKEN, "--state", str(tmp_path)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_without_a_proper_token_it_says_what_is_missing(token: str) -> None:
    env = {name: value for name, value in os.environ.items() if name != "TELEGRAM_BOT_TOKEN"}
    arguments = ["--token", token] if token else []
    ended = subprocess.run(
        command(ports.any_free(), *arguments),
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "token" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_bot_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    with running_simulator(state=tmp_path) as simulator:
        anna = simulator.client(5_000_000_001, "Anna")
        anna.start()
        async with bot_of(simulator) as bot:
            last = (await news(bot))[-1].update_id
    with running_simulator(state=tmp_path) as simulator:
        async with bot_of(simulator) as bot:
            assert await bot.get_updates() == ()
            await bot.send_message(5_000_000_001, "Still here")
            simulator.client(5_000_000_001, "Anna").send_text("Me too")
            assert [update.update_id for update in await bot.get_updates()] == [last + 1]


async def test_the_page_is_told_of_every_change(simulator: RunningSimulator, bot: telegram.Bot) -> None:
    async with ClientSession() as session, session.ws_connect(f"{simulator.url}/control/live") as page:
        assert (await page.receive_json(timeout=5))["event"] == "hello"
        anna = await asyncio.to_thread(simulator.client, 5_000_000_001, "Anna")
        await asyncio.to_thread(anna.start)
        sent = await bot.send_message(anna.id, "Good day")
        await bot.edit_message_text("Good evening", anna.id, sent.message_id)
        await bot.delete_message(anna.id, sent.message_id)
        events: list[dict[str, Any]] = []
        while not events or events[-1]["event"] != "deleted":
            events.append(await page.receive_json(timeout=5))
    told = [
        (event["event"], event["message"]["content"]["text"])
        for event in events
        if event["event"] in {"message", "changed"}
    ]
    assert told == [("message", "/start"), ("message", "Good day"), ("changed", "Good evening")]


def test_another_sites_page_may_not_play(simulator: RunningSimulator) -> None:
    answer = httpx.post(f"{simulator.url}/control/reset", headers={"Origin": "http://evil.example"}, json={})
    assert answer.status_code == 403
    own = httpx.post(f"{simulator.url}/control/reset", headers={"Origin": simulator.url}, json={})
    assert own.status_code == 200


def test_a_clients_html_never_runs_in_the_page(simulator: RunningSimulator) -> None:
    sent = simulator.client(first_name="Eve").send_file(
        "document", b"<script>alert(1)</script>", "page.html", "text/html"
    )
    answer = httpx.get(f"{simulator.url}/control/files/{sent['document']['file_id']}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
