"""Anna's chat on the simulator's page, open in a real browser, and the bot's side of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

ANNA = 5_000_000_001
JOHN = 5_000_000_002


@pytest.fixture
def anna(simulator: RunningSimulator) -> SimulatedClient:
    """Anna of the first day, who has pressed Start."""
    client = simulator.client(ANNA, "Anna", last_name="Petrova", username="anna", language_code="ru")
    client.start()
    return client


@pytest.fixture
def chat(page: "Page", simulator: RunningSimulator, anna: SimulatedClient) -> "Iterator[Page]":
    """Anna's chat, open. No script may fail and nothing may be fetched from elsewhere meanwhile."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((simulator.url, "blob:")) else problems.append(request.url)
        ),
    )
    page.goto(f"{simulator.url}/#{ANNA}")
    page.locator('[data-message-id="1"]').wait_for()
    yield page
    assert problems == []


def as_bot(simulator: RunningSimulator, method: str, **parameters: Any) -> Any:
    answer = httpx.post(f"{simulator.url}/bot{simulator.token}/{method}", json=parameters, timeout=10)
    assert answer.is_success, answer.text
    return answer.json()["result"]


def chosen(name: str, mime: str, content: bytes) -> "FilePayload":
    return {"name": name, "mimeType": mime, "buffer": content}
