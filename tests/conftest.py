"""What every test stands on: real servers, settings of its own, one database per worker, a browser.

The servers start when this file is imported, before Django reads its settings and before xdist starts its
workers, which inherit their addresses by the environment.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from embedded import throwaway
from tests import clean_slate, servers
from tests.processes import OwnServers, Processes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker

if servers.worker_number() == 0:
    servers.start()

# Everything that a developer's shell or .env could bring in. No test may reach the real Telegram: port 9
# of this machine answers nobody.
os.environ.update(
    DJANGO_SETTINGS_MODULE="helpdesk.settings",
    SECRET_KEY="only-for-tests-" + "x" * 40,
    DEBUG="False",
    ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
    CSRF_TRUSTED_ORIGINS="",
    PUBLIC_URL="",
    REDIS_URL=os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{servers.worker_number()}",
    TELEGRAM_BOT_TOKEN="",
    TELEGRAM_API_URL="http://127.0.0.1:9",
    STATE_DIR=str(servers.folder() / "state"),
    MEDIA_ROOT=str(servers.folder() / f"media-{servers.worker_number()}"),
    PORT="8000",
    ADMIN_USERNAME="admin",
    ADMIN_PASSWORD="",
    LANGUAGE_CODE="en",
    TIME_ZONE="UTC",
    ALLAUTH_TRUSTED_PROXY_COUNT="0",
)

# Only now, as Django reads its settings from the lines above.
import django
from django.conf import settings
from django.test import TransactionTestCase

Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher", *settings.PASSWORD_HASHERS]
# The hashed names of static files need `collectstatic`; only a real web process is worth that (`processes`).
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()
# Done with: xdist's workers inherit the environment, and where pytest-django finds this name it reads the
# settings before this file runs, so that all workers would share one Redis database and one folder of files.
del os.environ["DJANGO_SETTINGS_MODULE"]

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_CHROMIUM = (
    "no Chromium on this machine. To run the browser tests: apt-get install chromium "
    "(as root, `make test` does it), or put one in PATH"
)


def chromium() -> str | None:
    """The path of the system's Chromium, or None."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and chromium() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NO_CHROMIUM, pytrace=False)
        pytest.skip(NO_CHROMIUM)


# The database


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The cluster is thrown away as a whole: nobody waits for each database to be dropped first."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> None:
    """What the migrations wrote is remembered: a test with transactions of its own leaves that behind."""
    with django_db_blocker.unblock():
        clean_slate.remember()
    setattr(TransactionTestCase, "_fixture_teardown", lambda _: clean_slate.restore())  # noqa: B010  (untyped)


@pytest.fixture(autouse=True)
def _no_language_outlives_its_test() -> Iterator[None]:
    """A page in Russian leaves its thread in Russian; the next test would read the words in it."""
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _no_rule_outlives_its_test() -> None:
    """A rollback tells nobody: the rules of the test before are not those of this one."""
    from rules.compiled import cache

    cache._looked_at = float("-inf")


@pytest.fixture(autouse=True)
def _no_cache_outlives_its_test() -> Iterator[None]:
    """Rate limits and the like. Not a flush of all: a web process keeps its place in channel groups there."""
    yield
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        keys = list(client.scan_iter(match=":*:*", count=1000))
        if keys:
            client.delete(*keys)


@pytest.fixture
def live_database(transactional_db: None) -> str:
    """The URL of this worker's database, for a test whose data real processes must see (no rollback)."""
    from django.db import connection

    base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    return f"{base}/{connection.settings_dict['NAME']}"


@pytest.fixture(scope="session")
def lasting_processes() -> Iterator[list[Processes]]:
    """Holds what runs on from test to test: to start a web process takes as long as many a test."""
    holder: list[Processes] = []
    yield holder
    for one in holder:
        one.stop()


@pytest.fixture
def processes(
    request: pytest.FixtureRequest,
    live_database: str,
    lasting_processes: list[Processes],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Processes]:
    """Starts the product's real processes on this worker's database, and stops what still runs at the end;
    the web process alone is there for the next test too."""
    redis_url = os.environ["REDIS_URL"]
    if not lasting_processes:
        folder = tmp_path_factory.mktemp("lasting")
        lasting_processes.append(Processes(folder, database_url=live_database, redis_url=redis_url))
    running = Processes(
        tmp_path / "processes",
        database_url=live_database,
        redis_url=redis_url,
        lasting=lasting_processes[0],
    )
    yield running
    running.stop()
    if "browser" in request.fixturenames:
        # No page of this test asks for anything while its rows go.
        for context in request.getfixturevalue("browser").contexts:
            context.close()


@pytest.fixture
def own_servers(tmp_path: Path) -> Iterator[OwnServers]:
    """PostgreSQL (fsync on, migrated) and Valkey for one test alone, which may stop, kill and restart them.

    The test's own Django stays on the worker's database: look into this one with `own_servers.query`.
    """
    with throwaway.servers(durable=True) as (_, postgres, valkey):
        running = Processes(tmp_path / "processes", database_url=postgres.url, redis_url=valkey.url)
        try:
            running.manage("migrate", "--noinput")
            yield OwnServers(postgres, valkey, running)
        finally:
            running.stop()


# The browser


@pytest.fixture(scope="module")
def browser_arguments() -> list[str]:
    """For a module whose Chromium needs more."""
    return CHROMIUM_ARGUMENTS


@pytest.fixture(scope="module")
def browser(browser_arguments: list[str]) -> "Iterator[Browser]":
    """A headless Chromium for one module. Mark the tests `browser`.

    Not for a whole session: Playwright keeps an event loop running in this thread, where neither the
    coroutine tests nor Django's guard against blocking a loop would want it.
    """
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # two cores, and other tests beside: slow is not wrong
    path = chromium()
    if path is None:
        pytest.skip(NO_CHROMIUM)
    guard = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(executable_path=path, args=browser_arguments)
            yield running
            running.close()
    finally:
        if guard is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A page with cookies of its own. A second window is `browser.new_context().new_page()`."""
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()
