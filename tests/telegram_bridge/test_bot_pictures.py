"""A bot's card shows the picture that the bot has in Telegram."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django.fixtures import Settings

from telegram_bridge import bot_pictures
from telegram_bridge.models import Bot
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_user
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.test_own_api_server import names_its_disk

PICTURE = (Path(__file__).parent / "picture.png").read_bytes()


def set_photo(simulator: RunningSimulator, content: bytes) -> None:
    simulator.set_bot_photo(content)


def follow(bot: Bot, run: Run) -> Bot:
    run(bot_pictures.follow(bot.pk, bot.token, bot.telegram_id))
    return Bot.objects.get(pk=bot.pk)


def shown(client: Client, bot: Bot) -> bytes:
    answer = client.get(f"/bots/{bot.pk}/picture/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.fixture
def staff(client: Client, transactional_db: None) -> Client:
    client.force_login(make_user())
    return client


def test_it_is_fetched_once_and_shown(bot: Bot, simulator: RunningSimulator, run: Run, staff: Client) -> None:
    set_photo(simulator, PICTURE)
    bot = follow(bot, run)
    assert shown(staff, bot) == PICTURE
    assert f'src="/bots/{bot.pk}/picture/"' in staff.get("/bots/").content.decode()
    simulator.clear_calls()
    assert follow(bot, run).avatar == bot.avatar
    assert simulator.calls("getFile") == []


def test_a_new_one_takes_the_place_of_the_old(
    bot: Bot, simulator: RunningSimulator, run: Run, staff: Client
) -> None:
    set_photo(simulator, PICTURE)
    old = Path(follow(bot, run).avatar.path)
    set_photo(simulator, PICTURE + b"\0")
    bot = follow(bot, run)
    assert shown(staff, bot) == PICTURE + b"\0"
    assert not old.exists()


def test_one_that_was_taken_away_is_shown_no_more(
    bot: Bot, simulator: RunningSimulator, run: Run, staff: Client
) -> None:
    bot.avatar.save("old.png", ContentFile(PICTURE))
    path = Path(bot.avatar.path)
    assert not follow(bot, run).avatar
    assert not path.exists()


def test_a_server_of_ones_own_names_its_disk(
    *, bot: Bot, simulator: RunningSimulator, run: Run, staff: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.TELEGRAM_LOCAL = True
    theirs = tmp_path / "file_0.png"
    theirs.write_bytes(PICTURE)
    set_photo(simulator, PICTURE + b"\0")
    names_its_disk(simulator, str(theirs))
    assert shown(staff, follow(bot, run)) == PICTURE
    assert not simulator.calls("download")


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "getUserProfilePhotos", "kind": "error", "code": 500},
        {"method": "getFile", "kind": "drop_before"},
        {"method": "download", "kind": "drop_after"},
        {"method": "download", "kind": "raw", "code": 200, "body": "<svg onload='alert(1)'>"},
    ],
)
def test_whatever_goes_wrong_the_card_is_there_without_it(
    *, bot: Bot, simulator: RunningSimulator, run: Run, staff: Client, fault: dict[str, object]
) -> None:
    set_photo(simulator, PICTURE)
    simulator.ask("POST", "faults", json=fault)
    bot = follow(bot, run)
    assert not bot.avatar
    assert staff.get(f"/bots/{bot.pk}/picture/").status_code == 404
    assert bot.inbox.name in staff.get("/bots/").content.decode()
