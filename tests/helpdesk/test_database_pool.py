"""A web process whose connections all broke, as a restart of PostgreSQL breaks them, answers at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.conf import settings
from django.db import connection

from tests.factories import make_user
from tests.processes import Processes
from tests.tickets.cast import browser_of

pytestmark = pytest.mark.django_db(transaction=True)

ENOUGH = 6  # connections in the pool: looked at one by one they took 1 + 2 + 4 seconds and more


def test_the_first_page_after_all_connections_broke_comes_at_once(processes: Processes) -> None:
    name = settings.SESSION_COOKIE_NAME
    cookies = {name: browser_of(make_user("anna")).cookies[name].value}
    ours = set(connections_of_others())  # other threads of this test process keep theirs
    web = processes.web(own=True)

    def connections_of_web() -> set[int]:
        return set(connections_of_others()) - ours

    def read(_: int = 0) -> int:
        return httpx.get(f"{web.url}/tickets/", cookies=cookies, timeout=60).status_code

    deadline = time.monotonic() + 60
    with ThreadPoolExecutor(20) as readers:
        while len(connections_of_web()) < ENOUGH:
            assert time.monotonic() < deadline, "the pool did not grow"
            assert set(readers.map(read, range(40))) == {200}

    with connection.cursor() as cursor:
        for pid in connections_of_web():
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    began = time.monotonic()
    assert read() == 200
    assert time.monotonic() - began < 4


def connections_of_others() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]
