"""Clients' profile pictures: asked for seldom, kept small, gone when the client removes them."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from telegram import PhotoSize

from telegram_bridge import jobs as bridge_jobs
from telegram_bridge.avatars import MOST_ATTEMPTS, fetch_avatar
from telegram_bridge.models import Bot
from telegram_bridge.profile_pictures import LARGEST, fitting_size
from telegram_bridge.waits import PutOff
from telegram_simulator.client import SimulatedClient
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_client, make_ticket
from tests.telegram_bridge.conftest import Run
from tests.telegram_bridge.updates import CLIENT, Inbound, jobs, last_row, membership, received, text, user
from tickets import avatars
from tickets.arriving_files import temporary_folder
from tickets.models import Client

PICTURE = (Path(__file__).parent / "picture.png").read_bytes()


def asked() -> int:
    return len(jobs("fetch_avatar"))


@pytest.mark.django_db
class TestAsking:
    def test_a_new_client_is_asked_for_once(self, inbound: Inbound) -> None:
        received(inbound, text("Hello"))
        received(inbound, text("Again"))
        assert jobs("fetch_avatar") == [{"client_id": Client.objects.get().pk}]

    def test_a_client_who_only_starts_the_bot_too(self, inbound: Inbound) -> None:
        inbound.apply(text("/start"))
        assert asked() == 1

    def test_a_changed_profile_is_a_reason_to_look(self, inbound: Inbound) -> None:
        received(inbound, text("Hello"))
        received(inbound, text("Hello", sender=user(first_name="Anna")))
        assert asked() == 2

    def test_otherwise_it_is_looked_for_once_a_day_at_most(self, inbound: Inbound) -> None:
        received(inbound, text("Hello"))
        for hours, count in ((23, 1), (25, 2)):
            Client.objects.update(avatar_checked_at=timezone.now() - timedelta(hours=hours))
            for _ in range(2):
                received(inbound, text("Hello"))
            assert asked() == count

    def test_a_client_from_before_pictures_were_kept_is_asked_for(self, inbound: Inbound) -> None:
        make_client(inbox=inbound.bot.inbox, external_id=CLIENT, name="Ann Lee", language_code="en")
        received(inbound, text("Hello"))
        assert asked() == 1

    def test_who_blocks_the_bot_is_not_looked_at(self, inbound: Inbound) -> None:
        received(inbound, text("Hello"))
        inbound.apply(membership("kicked"), "my_chat_member")
        assert asked() == 1


def test_files_go_before_pictures(db: None) -> None:
    """A crowd that writes in the morning is looked at, each of them; nobody's file waits for that."""
    bridge_jobs.queue_avatar(1)
    bridge_jobs.queue_file(2)
    picture, file = ProcrastinateJob.objects.order_by("id")
    assert (picture.queue_name, picture.priority < file.priority) == (file.queue_name, True)


@pytest.fixture
def person(simulator: RunningSimulator, bot: Bot) -> SimulatedClient:
    someone = simulator.client(first_name="Ann")
    someone.start()
    return someone


@pytest.fixture
def ann(person: SimulatedClient, bot: Bot) -> Client:
    return make_client(inbox=bot.inbox, external_id=person.id)


def look(run: Run, client: Client, *, attempts: int = 0) -> Client:
    run(fetch_avatar(client.pk, attempts=attempts))
    client.refresh_from_db()
    return client


def content(client: Client) -> bytes:
    with client.avatar.open() as file:
        return bytes(file.read())


class TestFetching:
    def test_a_picture_is_kept_and_told_in_the_open_ticket(
        self, person: SimulatedClient, ann: Client, run: Run
    ) -> None:
        ticket = make_ticket(client=ann)
        person.set_photo(PICTURE)
        look(run, ann)
        assert (content(ann), bool(ann.avatar_key)) == (PICTURE, True)
        assert str(ann.avatar.name).startswith("avatars/")
        assert last_row(ticket).kind == "client_changed"
        assert list(temporary_folder().iterdir()) == []

    def test_the_same_one_is_not_fetched_again(
        self, person: SimulatedClient, ann: Client, simulator: RunningSimulator, run: Run
    ) -> None:
        ticket = make_ticket(client=ann)
        person.set_photo(PICTURE)
        look(run, ann)
        before, seen = ann.avatar.name, ticket.events.count()
        simulator.clear_calls()
        look(run, ann)
        assert [call["method"] for call in simulator.calls()] == ["getUserProfilePhotos"]
        assert (ann.avatar.name, ticket.events.count()) == (before, seen)

    def test_another_one_replaces_it_and_the_old_file_leaves_the_disk(
        self, person: SimulatedClient, ann: Client, run: Run
    ) -> None:
        person.set_photo(PICTURE)
        before = look(run, ann).avatar.name
        other = PICTURE + b"more"
        person.set_photo(other)
        look(run, ann)
        assert content(ann) == other
        assert not default_storage.exists(str(before))

    def test_one_that_was_removed_is_removed(self, ann: Client, run: Run) -> None:
        ticket = make_ticket(client=ann)
        avatars.keep_avatar(ann.pk, key="before", picture=PICTURE)
        ann.refresh_from_db()
        path = ann.avatar.name
        look(run, ann)
        assert (bool(ann.avatar), ann.avatar_key) == (False, "")
        assert not default_storage.exists(str(path))
        assert ticket.events.filter(kind="client_changed").count() == 2

    def test_who_has_none_leaves_no_trace(self, ann: Client, run: Run) -> None:
        ticket = make_ticket(client=ann)
        look(run, ann)
        assert (bool(ann.avatar), last_row(ticket).kind) == (False, "ticket_opened")

    def test_what_is_no_picture_is_not_kept(self, ann: Client) -> None:
        assert not avatars.keep_avatar(ann.pk, key="new", picture=b"<svg onload=alert(1)>")
        ann.refresh_from_db()
        assert not ann.avatar

    @pytest.mark.parametrize("method", ["getUserProfilePhotos", "getFile", "download"])
    def test_what_passes_is_tried_again_and_not_for_ever(
        self, *, person: SimulatedClient, ann: Client, simulator: RunningSimulator, run: Run, method: str
    ) -> None:
        person.set_photo(PICTURE)
        for _ in range(2):
            simulator.fault("drop_before", method=method)
        with pytest.raises(PutOff):
            look(run, ann)
        assert not look(run, ann, attempts=MOST_ATTEMPTS).avatar
        assert look(run, ann, attempts=1).avatar

    def test_the_log_never_names_the_token(
        self,
        person: SimulatedClient,
        ann: Client,
        simulator: RunningSimulator,
        run: Run,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        person.set_photo(PICTURE)
        caplog.set_level(logging.INFO, logger="telegram_bridge")
        simulator.fault("error", method="download", code=500)
        look(run, ann, attempts=MOST_ATTEMPTS)
        assert f"The picture of client {ann.pk} was not fetched" in caplog.text
        assert simulator.token not in caplog.text

    def test_what_is_far_larger_than_a_picture_is_not_kept(
        self, person: SimulatedClient, ann: Client, simulator: RunningSimulator, run: Run
    ) -> None:
        person.set_photo(PICTURE)
        simulator.fault("raw", method="download", code=200, body="GIF89a\x01\x00\x01\x00" + " " * LARGEST)
        assert not look(run, ann).avatar
        assert list(temporary_folder().iterdir()) == []

    def test_a_wait_that_telegram_asks_for_is_obeyed(
        self, ann: Client, simulator: RunningSimulator, run: Run
    ) -> None:
        simulator.fault("error", method="getUserProfilePhotos", code=429, parameters={"retry_after": 100})
        with pytest.raises(PutOff) as put_off:
            look(run, ann)
        assert put_off.value.until - timezone.now() > timedelta(seconds=60)

    def test_a_person_whom_telegram_does_not_show_keeps_what_there_is(
        self, ann: Client, simulator: RunningSimulator, run: Run
    ) -> None:
        avatars.keep_avatar(ann.pk, key="before", picture=PICTURE)
        simulator.fault(
            "error", method="getUserProfilePhotos", code=400, description="Bad Request: user not found"
        )
        assert look(run, ann).avatar_key == "before"

    def test_a_client_who_is_gone_costs_nothing(self, bot: Bot, run: Run) -> None:
        run(fetch_avatar(10**9, attempts=0))


@pytest.mark.parametrize(
    ("sides", "wanted"), [([640, 320, 160, 90], 160), ([640, 320, 90], 320), ([90, 120], 120), ([200], 200)]
)
def test_the_smallest_size_that_is_large_enough(sides: list[int], wanted: int) -> None:
    sizes = [PhotoSize(f"id{side}", f"unique{side}", side, side + 5) for side in sides]
    assert fitting_size(sizes).width == wanted


@pytest.mark.django_db(transaction=True)
def test_a_file_of_a_change_that_failed_leaves_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    client = make_client()
    kept: list[str] = []

    def fail(*args: object, **kwargs: object) -> None:
        kept.extend(path.name for path in Path(default_storage.path("avatars")).rglob("*") if path.is_file())
        raise ValueError("a fault of ours")

    before = {path for path in Path(default_storage.path("avatars")).rglob("*") if path.is_file()}
    monkeypatch.setattr(avatars, "_tell", fail)
    with pytest.raises(ValueError, match="a fault of ours"):
        avatars.keep_avatar(client.pk, key="new", picture=PICTURE)
    after = {path for path in Path(default_storage.path("avatars")).rglob("*") if path.is_file()}
    assert len(kept) == len(before) + 1
    assert after == before


@pytest.mark.django_db
def test_a_picture_without_a_ticket_is_kept_all_the_same() -> None:
    client = make_client()
    client.avatar.save("old.jpg", ContentFile(PICTURE))
    assert avatars.keep_avatar(client.pk, key="new", picture=PICTURE)
    assert not avatars.keep_avatar(client.pk, key="new", picture=PICTURE)
