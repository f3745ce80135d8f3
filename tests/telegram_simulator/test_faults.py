"""Faults on demand: each is what a bot meets in the wild, and passes when its calls are used up."""

import asyncio
import time

import httpx
import pytest
import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from telegram_simulator.client import Refusal, SimulatedClient
from telegram_simulator.testing import RunningSimulator


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ({"code": 429, "parameters": {"retry_after": 7}}, RetryAfter),
        ({"code": 403}, Forbidden),
        ({"code": 401}, InvalidToken),
        ({"code": 400, "description": "Bad Request: odd"}, BadRequest),
        ({"code": 500}, NetworkError),
    ],
)
async def test_an_error_is_answered_once_and_nothing_is_sent(
    simulator: RunningSimulator,
    bot: telegram.Bot,
    anna: SimulatedClient,
    fault: dict[str, object],
    raised: type[Exception],
) -> None:
    simulator.fault("error", method="sendMessage", **fault)
    with pytest.raises(raised):
        await bot.send_message(anna.id, "one")
    await bot.send_message(anna.id, "two")
    assert [message.text for message in anna.from_bot()] == ["two"]


def test_too_many_requests_say_when_to_come_again(simulator: RunningSimulator) -> None:
    simulator.fault("error", method="sendMessage", code=429, parameters={"retry_after": 7})
    answer = httpx.post(f"{simulator.url}/bot{simulator.token}/sendMessage", json={"chat_id": 1})
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }


async def test_a_gateways_page_is_no_json(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.fault("raw", method="sendMessage", code=502, times=2)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(anna.id, "one")
    await bot.send_message(anna.id, "two")
    assert [message.text for message in anna.from_bot()] == ["two"]


@pytest.mark.parametrize(("kind", "seen"), [("drop_before", []), ("drop_after", ["one"])])
async def test_a_broken_connection_leaves_the_message_unsent_or_sent(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient, kind: str, seen: list[str]
) -> None:
    simulator.fault(kind, method="sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "one")
    assert [message.text for message in anna.from_bot()] == seen


async def test_a_slow_answer_comes_late(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.fault("delay", method="sendMessage", milliseconds=400)
    begun = time.monotonic()
    await bot.send_message(anna.id, "one")
    assert time.monotonic() - begun > 0.4


async def test_a_held_answer_waits_until_it_is_released(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    simulator.fault("hold", method="sendMessage")
    sending = asyncio.create_task(bot.send_message(anna.id, "one"))
    await asyncio.to_thread(anna.wait_for, "one")
    await asyncio.sleep(0.1)
    assert not sending.done()
    await asyncio.to_thread(simulator.release)
    assert (await sending).text == "one"


async def test_a_fault_may_be_for_one_chat_and_for_ever(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient, stranger: SimulatedClient
) -> None:
    stranger.start()
    simulator.fault("error", method="*", chat_id=anna.id, code=403, times=None)
    for _ in range(3):
        with pytest.raises(Forbidden):
            await bot.send_message(anna.id, "one")
    await bot.send_message(stranger.id, "two")
    simulator.clear_faults()
    await bot.send_message(anna.id, "three")


async def test_a_download_can_break_in_the_middle(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    sent = await bot.send_document(anna.id, b"x" * 100_000)
    assert sent.document is not None
    file = await bot.get_file(sent.document.file_id)
    simulator.fault("drop_after", method="download")
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert len(await file.download_as_bytearray()) == 100_000


def test_an_unknown_fault_is_refused_in_words(simulator: RunningSimulator) -> None:
    with pytest.raises(Refusal, match="kind is one of"):
        simulator.fault("earthquake")
    with pytest.raises(Refusal, match="No such fault"):
        simulator.fault("error", colour="red")


async def test_every_call_is_listed_with_its_parameters_and_time(
    simulator: RunningSimulator, bot: telegram.Bot, anna: SimulatedClient
) -> None:
    begun = time.time_ns()
    await bot.send_message(anna.id, "Hello")
    await bot.send_document(anna.id, b"12345", filename="five.txt")
    with pytest.raises(BadRequest):
        await bot.send_message(anna.id, " ")
    sent, refused = simulator.calls("sendMessage")
    assert sent["parameters"] == {"chat_id": str(anna.id), "text": "Hello"}
    assert begun <= sent["arrived_ns"] <= refused["arrived_ns"] <= time.time_ns()
    assert (sent["status"], refused["status"]) == (200, 400)
    assert refused["description"] == "Bad Request: message text is empty"
    (document,) = simulator.calls("sendDocument", after=sent["number"])
    assert document["parameters"]["document"]["size"] == 5
    simulator.clear_calls()
    assert simulator.calls() == []
