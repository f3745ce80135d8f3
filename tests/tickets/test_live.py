"""The sockets, against a real channel layer: every page converges to the journal, in order, from anywhere."""

import asyncio
import json
import re
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.layers import channel_layers, get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from helpdesk.asgi import application
from staff.models import User
from tests import factories
from tests.tickets.cast import browser_of, picture, receive
from tickets import consumers, conversation, hub, live, operations
from tickets.content import Content
from tickets.models import Message, Status, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture(autouse=True)
async def process(monkeypatch: Any) -> Any:
    """A web process of its own: hub and publisher start anew, and end with the test."""
    # A layer of its own too: channels-redis keeps a lock in it that belongs to one event loop.
    monkeypatch.setattr(channel_layers, "backends", {})
    fresh, publisher = hub.Hub(), live.Publisher()
    monkeypatch.setattr(hub, "hub", fresh)
    monkeypatch.setattr(consumers, "hub", fresh)
    monkeypatch.setattr(live, "_publisher", publisher)
    monkeypatch.setattr(hub, "LIST_SECONDS", 0.02)
    yield fresh
    for task in list(fresh._tasks):
        task.cancel()
    await asyncio.gather(*fresh._tasks, return_exceptions=True)
    await forget_redis(asyncio.get_running_loop())
    if loop := publisher._loop:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(finish(loop), loop))
        loop.call_soon_threadsafe(loop.stop)
        while loop.is_running():  # noqa: ASYNC110  (a thread's loop has no event to wait for)
            await asyncio.sleep(0.005)
        loop.close()


async def finish(loop: Any) -> None:
    """Lets the publisher tell what it was asked to."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)
    await forget_redis(loop)


async def forget_redis(loop: Any) -> None:
    """Closes the connections that `loop` has to Redis; channels-redis keeps some for each event loop."""
    if layer := get_channel_layer()._layers.pop(loop, None):
        await layer.flush()


async def all_watching(ticket: Any, number: int) -> None:
    """A page is let in a moment before the hub knows it."""
    while len(hub.hub.watching.get(ticket.pk, ())) < number:  # noqa: ASYNC110  (the hub has no event for it)
        await asyncio.sleep(0.01)


class Page:
    """An open page: what it was sent, and what it therefore shows."""

    def __init__(self, user: Any, ticket: Any, *, after: Any = 0, language: Any = "en") -> None:
        self.path = f"/ws/tickets/{ticket.pk}/?after={after}&language={language}"
        self.user = user
        self.seq = after
        self.items: dict[str, tuple[int, str]] = {}
        self.frames: list[dict[str, Any]] = []
        self.panel_changes = 0

    async def open(self) -> Any:
        self.socket = WebsocketCommunicator(application, self.path, headers=await headers(self.user))
        accepted, _code = await self.socket.connect()
        assert accepted
        return self

    async def read(self) -> Any:
        frame = json.loads(await self.socket.receive_from(timeout=20))
        self.frames.append(frame)
        if frame["type"] == "events":
            assert frame["after"] <= self.seq, "a gap"
            self.seq = max(self.seq, frame["seq"])
            self.panel_changes += frame["panel_changed"]
            self.items.update(shown(frame["html"]))
        return frame

    async def until(self, seq: Any) -> None:
        while self.seq < seq:
            await self.read()

    async def close_code(self) -> Any:
        while True:
            message = await self.socket.receive_output(timeout=20)
            if message["type"] == "websocket.close":
                return message.get("code")

    async def close(self) -> None:
        await self.socket.disconnect()


def shown(html: Any) -> Any:
    """Each item's id, with its place and its markup."""
    start = r'<(?:article|div) id="((?:message|event)-\d+)"'
    item = rf'({start}.*? data-seq="(\d+)".*?(?=<(?:article|div) id="(?:message|event)-|\Z))'
    found = re.findall(item, html, re.DOTALL)
    return {name: (int(seq), markup) for markup, name, seq in found}


async def headers(user: Any) -> Any:
    cookies = ""
    if user is not None:
        browser = await sync_to_async(browser_of)(user)
        cookies = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    return [(b"cookie", cookies.encode()), (b"origin", b"http://localhost"), (b"host", b"localhost")]


@sync_to_async
def cast() -> Any:
    anna = factories.make_user("anna", first_name="Anna")
    ticket = factories.make_ticket(text="first", assignee=anna, status=Status.IN_PROGRESS_ID)
    return anna, ticket


@sync_to_async
def say(ticket: Any, text: Any = "more") -> Any:
    return receive(ticket, Content(text=text))


@sync_to_async
def last_seq(ticket: Any) -> Any:
    return Ticket.objects.get(pk=ticket.pk).last_seq


async def whole(user: Any, ticket: Any) -> Any:
    """What a page that is opened now shows."""
    page = await Page(user, ticket).open()
    await page.until(await last_seq(ticket))
    await page.close()
    return page.items


async def test_what_is_written_appears_on_an_open_page_at_once() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()

    message = await say(ticket, "hello live")
    frame = await page.read()

    assert frame["after"] == ticket.last_seq
    assert frame["seq"] == ticket.last_seq + 1
    assert "hello live" in page.items[f"message-{message.pk}"][1]
    assert not frame["panel_changed"]
    await page.close()


async def test_a_page_catches_up_from_any_number_to_the_same_conversation() -> None:
    anna, ticket = await cast()
    for number in range(5):
        await say(ticket, f"number {number}")
    everything = await whole(anna, ticket)
    last = await last_seq(ticket)

    for after in range(last + 1):
        page = await Page(anna, ticket, after=after).open()
        await page.until(last)
        assert page.items == {name: item for name, item in everything.items() if item[0] > after}
        await page.close()


async def test_items_come_in_the_conversations_order() -> None:
    anna, ticket = await cast()
    for number in range(5):
        await say(ticket, f"number {number}")

    places = [place for place, _markup in (await whole(anna, ticket)).values()]

    assert places == sorted(places) == list(range(1, await last_seq(ticket) + 1))


async def test_a_long_absence_comes_in_several_frames_without_gap_or_double(monkeypatch: Any) -> None:
    monkeypatch.setattr(conversation, "FRAME_SIZE", 3)
    anna, ticket = await cast()
    for number in range(10):
        await say(ticket, f"number {number}")

    page = await Page(anna, ticket).open()
    await page.until(await last_seq(ticket))

    assert len(page.frames) == 5
    assert [frame["after"] for frame in page.frames] == [0, *(frame["seq"] for frame in page.frames[:-1])]
    assert len(page.items) == 14
    await page.close()


async def test_a_page_that_claims_to_be_ahead_is_brought_back() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=10**12).open()
    page.seq = ticket.last_seq
    await all_watching(ticket, 1)
    await say(ticket)

    assert (await page.read())["seq"] == ticket.last_seq + 1
    await page.close()


async def test_a_delivery_changes_the_message_that_is_there_and_not_the_panel() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()
    message = await sync_to_async(factories.make_message)(ticket, text="answer", author=anna)
    await page.until(ticket.last_seq + 1)

    await sync_to_async(operations.begin_delivery)(message.pk, claim=factories.CLAIM)
    await sync_to_async(operations.settle_delivery)(
        message.pk, claim=factories.CLAIM, delivery=Message.Delivery.SENT
    )
    await page.until(ticket.last_seq + 3)

    assert list(page.items) == [f"message-{message.pk}"]
    place, markup = page.items[f"message-{message.pk}"]
    assert place == ticket.last_seq + 1
    assert 'data-delivery="sent"' in markup
    assert page.panel_changes == 0
    await page.close()


async def test_a_reply_with_a_file_tells_the_panel_that_lists_the_files() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()

    content = Content(kind="photo", text="see", files=[picture()])
    await sync_to_async(factories.make_message)(ticket, content=content, author=anna)
    await page.until(ticket.last_seq + 1)

    assert page.panel_changes == 1
    await page.close()


async def test_a_change_of_hands_is_a_line_in_the_conversation_and_tells_the_panel() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()

    await sync_to_async(operations.assign)(ticket, assignee=None, staff=anna)
    frame = await page.read()

    assert "Anna took the ticket away from Anna" in frame["html"]
    assert frame["panel_changed"]
    await page.close()


async def test_a_message_that_the_channel_layer_dropped_is_found_by_the_sweep(
    process: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(hub, "SWEEP_SECONDS", 0.5)
    subscribed, catch_up = asyncio.Event(), process._catch_up

    def catch_up_and_tell() -> None:
        catch_up()
        subscribed.set()

    monkeypatch.setattr(process, "_catch_up", catch_up_and_tell)
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()
    # The hub looks once more when it has subscribed: that must not be what finds the message.
    await subscribed.wait()
    while process._delivering:  # noqa: ASYNC110  (the hub has no event for it)
        await asyncio.sleep(0.005)
    monkeypatch.setattr(live, "changed", lambda tickets, **more: None)

    message = await say(ticket, "nobody was told")
    await asyncio.wait_for(page.until(ticket.last_seq + 1), 12)

    assert f"message-{message.pk}" in page.items
    await page.close()


async def test_an_open_page_hears_regularly_that_its_connection_lives(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub, "SWEEP_SECONDS", 0.1)
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()

    assert await page.read() == {"type": "alive"}
    await page.close()


async def test_who_signs_out_in_one_tab_is_shown_out_in_the_others(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub, "SWEEP_SECONDS", 0.1)
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()
    await Session.objects.all().adelete()

    assert await asyncio.wait_for(page.close_code(), 10) == consumers.NOT_SIGNED_IN


async def test_a_page_that_takes_nothing_does_not_hold_up_the_others(process: Any, monkeypatch: Any) -> None:
    class Stuck:
        user_id, session_key, language, after = 0, "", "en", 0

        async def send_text(self, text: str) -> None:
            await asyncio.Event().wait()

        async def dismiss(self) -> None: ...

    monkeypatch.setattr(hub, "SLOWEST_SECONDS", 0.1)
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()
    await all_watching(ticket, 1)
    process.watch(ticket.pk, Stuck())
    for number in range(3):
        await say(ticket, f"number {number}")

    await asyncio.wait_for(page.until(ticket.last_seq + 3), 10)
    await page.close()


async def test_an_employee_who_was_deactivated_is_shown_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(hub, "SWEEP_SECONDS", 0.1)
    anna, ticket = await cast()
    page = await Page(anna, ticket, after=ticket.last_seq).open()
    anna.is_active = False
    await anna.asave()

    assert await asyncio.wait_for(page.close_code(), 10) == consumers.NOT_SIGNED_IN


async def test_who_was_deactivated_gets_no_socket() -> None:
    anna, ticket = await cast()
    signed_in = await headers(anna)
    anna.is_active = False
    await anna.asave()
    socket = WebsocketCommunicator(application, f"/ws/tickets/{ticket.pk}/", headers=signed_in)
    await socket.connect()

    assert await socket.receive_output() == {"type": "websocket.close", "code": consumers.NOT_SIGNED_IN}


@pytest.mark.parametrize("path", ["/ws/tickets/1/", "/ws/inbox/"])
async def test_nobody_listens_without_signing_in(path: Any) -> None:
    _anna, ticket = await cast()
    socket = WebsocketCommunicator(
        application, path.replace("1", str(ticket.pk)), headers=await headers(None)
    )
    await socket.connect()

    assert await socket.receive_output() == {"type": "websocket.close", "code": consumers.NOT_SIGNED_IN}


async def test_a_page_of_another_site_gets_no_socket() -> None:
    anna, ticket = await cast()
    foreign = [(name, value) for name, value in await headers(anna) if name != b"origin"]
    socket = WebsocketCommunicator(
        application, f"/ws/tickets/{ticket.pk}/", headers=[*foreign, (b"origin", b"https://evil.example")]
    )

    accepted, _code = await socket.connect()

    assert not accepted


async def test_a_ticket_that_is_none_is_said_to_be_none() -> None:
    anna, _ticket = await cast()
    socket = WebsocketCommunicator(application, "/ws/tickets/999999/", headers=await headers(anna))
    await socket.connect()

    assert await socket.receive_output() == {"type": "websocket.close", "code": consumers.NOT_FOUND}


async def test_many_pages_cost_one_read_and_rendering_per_change_and_language(monkeypatch: Any) -> Any:
    anna, ticket = await cast()
    rendered = []
    real = conversation.frame_since

    def counted(ticket_id: Any, *, after: Any, language: Any) -> Any:
        frame = real(ticket_id, after=after, language=language)
        if frame:
            rendered.append((after, language))
        return frame

    monkeypatch.setattr(conversation, "frame_since", counted)
    pages = [
        await Page(anna, ticket, after=ticket.last_seq, language=language).open()
        for language in ["en"] * 15 + ["ru"] * 5
    ]

    await all_watching(ticket, len(pages))
    await say(ticket)
    await asyncio.gather(*(page.until(ticket.last_seq + 1) for page in pages))

    assert sorted(rendered) == [(ticket.last_seq, "en"), (ticket.last_seq, "ru")]
    for page in pages:
        await page.close()


async def test_each_page_reads_its_own_language() -> None:
    anna, ticket = await cast()
    english = await Page(anna, ticket, language="en").open()
    russian = await Page(anna, ticket, language="ru").open()
    unknown = await Page(anna, ticket, language="xx").open()
    for page in (english, russian, unknown):
        await page.until(ticket.last_seq)
        await page.close()

    markup = [page.items[f"event-{ticket.last_seq}"][1] for page in (english, russian, unknown)]
    assert "Open → In progress" in markup[0]
    assert "Открыт → В работе" in markup[1]
    assert markup[2] == markup[0]


async def test_many_changes_at_once_reach_every_page_in_order() -> None:
    anna, ticket = await cast()
    pages = [await Page(anna, ticket, after=after).open() for after in (0, 2, ticket.last_seq)]

    for number in range(20):
        await say(ticket, f"burst {number}")
    last = await last_seq(ticket)
    await asyncio.gather(*(page.until(last) for page in pages))

    for page in pages:
        numbers = [frame["seq"] for frame in page.frames if frame["type"] == "events"]
        assert numbers == sorted(numbers)
        places = [place for place, _markup in page.items.values()]
        assert places == sorted(set(places))
        await page.close()


async def test_the_list_hears_which_tickets_changed() -> None:
    anna, ticket = await cast()
    socket = WebsocketCommunicator(application, "/ws/inbox/", headers=await headers(anna))
    await socket.connect()
    first = json.loads(await socket.receive_from(timeout=20))
    assert (first["type"], first["tickets"]) == ("changed", [0])  # it may have missed something

    await say(ticket)

    frame = first
    while frame["tickets"] != [ticket.pk]:
        frame = json.loads(await socket.receive_from(timeout=20))
        if frame["type"] == "alert":
            frame = first
    assert frame["wait"] == 1000
    facts = frame["facts"][str(ticket.pk)]
    assert (facts["assignee"], facts["status"], facts["state"]) == (anna.pk, Status.IN_PROGRESS_ID, "open")
    await socket.disconnect()


async def test_whose_sight_is_limited_is_not_told_what_a_ticket_is() -> None:
    anna, ticket = await cast()
    await sync_to_async(User.objects.filter(pk=anna.pk).update)(scope="inboxes")
    socket = WebsocketCommunicator(application, "/ws/inbox/", headers=await headers(anna))
    await socket.connect()
    await socket.receive_from(timeout=20)
    await say(ticket)
    frame = json.loads(await socket.receive_from(timeout=20))
    assert (frame["type"], "facts" in frame) == ("changed", False)
    await socket.disconnect()


async def test_many_lists_are_told_to_ask_less_often(process: Any, monkeypatch: Any) -> None:
    anna, _ticket = await cast()
    monkeypatch.setattr(hub, "QUERIES_PER_SECOND", hub.LIST_QUERIES / 4)
    socket = WebsocketCommunicator(application, "/ws/inbox/", headers=await headers(anna))
    await socket.connect()
    assert json.loads(await socket.receive_from(timeout=20))["wait"] == 4000
    await socket.disconnect()


async def test_who_has_a_ticket_is_told_at_once_that_its_client_wrote() -> None:
    anna, ticket = await cast()
    await sync_to_async(operations.take)(ticket, staff=anna)
    socket = WebsocketCommunicator(application, "/ws/inbox/?language=ru", headers=await headers(anna))
    await socket.connect()
    await say(ticket, "Where is it?")
    while True:
        frame = json.loads(await socket.receive_from(timeout=20))
        if frame["type"] == "alert" and frame["kind"] == "message":
            break
    assert frame["title"].endswith(f"пишет в тикете #{ticket.pk}")
    assert (frame["text"], frame["sound"]) == ("Where is it?", True)
    await socket.disconnect()


async def test_what_the_page_shows_and_what_the_socket_sends_is_the_same_markup() -> None:
    anna, ticket = await cast()
    await say(ticket, "same")
    browser = await sync_to_async(browser_of)(anna)
    answer = await sync_to_async(browser.get)(reverse("ticket", args=[ticket.pk]))

    page = re.sub(r"\s+", " ", answer.content.decode())
    for _place, markup in (await whole(anna, ticket)).values():
        assert re.sub(r"\s+", " ", markup).strip() in page
