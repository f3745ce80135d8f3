"""Who is at a ticket, what a page reports about itself, and who is shown out: by real sockets."""

import asyncio
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from staff.models import User
from tests import factories
from tests.tickets.test_live import Page, cast, last_seq, process  # noqa: F401  (the fixture)
from tickets import live
from tickets.hub import Hub
from tickets.models import ReadMark
from tickets.presence import LOOKING, LOOKING_SECONDS, TYPING, TYPING_SECONDS, Presence

pytestmark = pytest.mark.django_db(transaction=True)


async def present(page: Page, wanted: Any) -> None:
    """Reads until the page shows `wanted`: names and states."""
    while True:
        frame = await page.read()
        if frame["type"] == "present" and [(one["name"], one["state"]) for one in frame["people"]] == wanted:
            return


async def say(page: Page, **command: Any) -> None:
    await page.socket.send_to(text_data=json.dumps(command))


@pytest.mark.asyncio
async def test_colleagues_see_each_other_look_type_and_leave() -> None:
    anna, ticket = await cast()
    boris = await sync_to_async(factories.make_user)("boris", first_name="Boris")
    hers, his = await Page(anna, ticket).open(), await Page(boris, ticket).open()
    await say(his, looking=True)
    await present(hers, [("Boris", LOOKING)])
    await say(his, typing=True)
    await present(hers, [("Boris", TYPING)])
    await his.close()
    await present(hers, [])
    await hers.close()


@pytest.mark.asyncio
async def test_every_web_process_knows_who_is_there(process: Any) -> None:  # noqa: F811
    anna, ticket = await cast()
    page = await Page(anna, ticket).open()
    other = Hub()
    other.start()
    try:
        await say(page, looking=True)
        while other._presence.of(ticket.pk) != {anna.pk: LOOKING}:
            await say(page, looking=True)
            await asyncio.sleep(0.1)
    finally:
        for task in list(other._tasks):
            task.cancel()
        await asyncio.gather(*other._tasks, return_exceptions=True)
    await page.close()


def test_presence_ends_by_itself() -> None:
    now = 0.0
    presence = Presence(lambda: now)
    presence.report(1, 7, TYPING)
    assert presence.of(1) == {7: TYPING}
    now = TYPING_SECONDS + 1
    assert presence.of(1) == {7: LOOKING}
    now = LOOKING_SECONDS + 1
    assert presence.of(1) == {}


@pytest.mark.asyncio
async def test_a_page_reports_how_far_it_was_read_and_rubbish_changes_nothing() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket).open()
    for rubbish in ("[", "7", '{"read": "x"}', '{"read": -1}', '{"read": 1e99}', "[" * 150, "x" * 10_000):
        await page.socket.send_to(text_data=rubbish)
    seq = await last_seq(ticket)
    await say(page, read=seq)
    while not await ReadMark.objects.filter(staff=anna, ticket=ticket, seq=seq).aexists():  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await page.close()


@pytest.mark.asyncio
async def test_a_deactivated_person_is_shown_out_at_once() -> None:
    anna, ticket = await cast()
    page = await Page(anna, ticket).open()
    await page.until(await last_seq(ticket))
    await User.objects.filter(pk=anna.pk).aupdate(is_active=False)
    live.person_changed(anna.pk)
    assert await asyncio.wait_for(page.close_code(), 5) == 4401


@pytest.mark.asyncio
async def test_a_ticket_out_of_sight_lets_nobody_in_and_nobody_stay() -> None:
    anna, ticket = await cast()
    boris = await sync_to_async(factories.make_user)("boris")
    page = await Page(boris, ticket).open()
    await page.until(await last_seq(ticket))
    await User.objects.filter(pk=boris.pk).aupdate(scope=User.Scope.INBOXES)
    live.person_changed(boris.pk)
    assert await asyncio.wait_for(page.close_code(), 5) == 4404
    again = await Page(boris, ticket).open()
    assert await again.close_code() == 4404
    assert anna.is_active
