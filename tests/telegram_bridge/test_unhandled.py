"""What has no place here yet is stored, shown as not handled, answers nobody and opens nothing."""

import pytest
import telegram
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from telegram.constants import UpdateType

from staff.models import User
from telegram_bridge import bot_reports
from telegram_bridge.models import TelegramMessage, Update
from telegram_bridge.update_kinds import HANDLED, NOT_HANDLED, kind_of
from tests.factories import make_bot, make_client, make_message, make_ticket, make_user
from tests.telegram_bridge.updates import CLIENT, Inbound, Json, message, received, text, user
from tickets.models import Client, Message, Ticket

pytestmark = pytest.mark.django_db

GROUP: Json = {"id": -5, "type": "group", "title": "Club"}
SUPERGROUP: Json = {"id": -1005, "type": "supergroup", "title": "Club"}


def test_every_kind_of_update_that_the_library_knows_is_handled_or_says_why_not() -> None:
    """A new version of it that brings a new kind fails this."""
    known = {kind.value for kind in UpdateType} | set(telegram.Update.ALL_TYPES)
    assert known == HANDLED | set(NOT_HANDLED)
    assert not HANDLED & set(NOT_HANDLED)


@pytest.mark.parametrize("kind", sorted(NOT_HANDLED))
def test_each_of_these_changes_nothing_and_gives_its_reason(inbound: Inbound, kind: str) -> None:
    update = inbound.apply(text("Hello") | {"id": "1"}, kind)
    assert (update.state, update.error) == ("skipped", NOT_HANDLED[kind])
    assert not Client.objects.exists()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.parametrize("body", [{"depth": 3}, [], "x", None])
def test_a_kind_that_is_yet_to_come_is_named(inbound: Inbound, body: object) -> None:
    update = inbound.apply(body, "hologram")  # type: ignore[arg-type]
    assert (update.state, update.error) == (
        "skipped",
        "A kind of update that this version doesn't know: hologram",
    )


def test_a_field_that_is_yet_to_come_hides_no_message(inbound: Inbound) -> None:
    assert kind_of({"update_id": 1, "hologram": {}, "message": {}}) == "message"


@pytest.mark.parametrize("chat", [GROUP, SUPERGROUP, GROUP | {"type": "channel"}])
@pytest.mark.parametrize("kind", ["message", "edited_message", "my_chat_member"])
def test_groups_and_channels_are_no_inboxes_yet(inbound: Inbound, chat: Json, kind: str) -> None:
    member = {"user": user(1, is_bot=True), "status": "member"}
    body = text("/start", chat=chat) | {"new_chat_member": member, "old_chat_member": member}
    update = inbound.apply(body, kind)
    assert (update.state, update.error) == ("skipped", f"Not a private chat: {chat['type']}")
    assert (Client.objects.count(), ProcrastinateJob.objects.count()) == (0, 0)


@pytest.fixture
def boss() -> User:
    return make_user("boss", is_staff=True, is_superuser=True)


def test_administrators_see_them_and_run_them_again(inbound: Inbound, boss: User, client: Browser) -> None:
    update = inbound.apply(text("Hello", chat=GROUP))
    inbound.apply(text("Hello"))
    client.force_login(boss)
    page = client.get("/admin/telegram_bridge/update/?state__exact=skipped").content.decode()
    assert "Not handled" in page
    assert "Not a private chat: group" in page
    assert "1 update" in page
    data = {"action": "run_again", "_selected_action": [update.pk]}
    client.post("/admin/telegram_bridge/update/", data)
    update.refresh_from_db()
    assert (update.state, update.error) == ("stored", "")
    inbound.apply_all()
    update.refresh_from_db()
    assert (update.state, update.tries) == ("skipped", 2)


def test_who_may_only_look_runs_nothing_again(inbound: Inbound, client: Browser) -> None:
    update = inbound.apply(text("Hello", chat=GROUP))
    looks = make_user(is_staff=True)
    looks.user_permissions.add(Permission.objects.get(codename="view_update"))
    client.force_login(looks)
    page = client.get("/admin/telegram_bridge/update/").content.decode()
    assert "Not a private chat: group" in page
    assert "Run again" not in page
    client.post("/admin/telegram_bridge/update/", {"action": "run_again", "_selected_action": [update.pk]})
    update.refresh_from_db()
    assert update.state == "skipped"


def test_they_are_no_failures_of_the_bot(inbound: Inbound) -> None:
    inbound.apply(text("Hello", chat=GROUP))
    (report,) = bot_reports.reports(timezone.now())
    assert (report.failed_updates, report.waiting_updates) == (0, 0)


class TestMigration:
    """A group that becomes a supergroup gets another id: https://core.telegram.org/bots/api#message"""

    TOLD = (
        message(chat=GROUP, migrate_to_chat_id=SUPERGROUP["id"]),
        message(chat=SUPERGROUP, migrate_from_chat_id=GROUP["id"]),
    )

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_what_is_known_of_the_group_follows_it_once(
        self, inbound: Inbound, order: tuple[int, int]
    ) -> None:
        group = make_client(inbox=inbound.bot.inbox, external_id=GROUP["id"])
        ours = make_message(make_ticket(client=group))
        row = TelegramMessage.objects.create(
            bot=inbound.bot, chat_id=GROUP["id"], telegram_id=3, message=ours
        )
        states = [inbound.apply(self.TOLD[number]).state for number in order]
        group.refresh_from_db()
        row.refresh_from_db()
        assert (group.external_id, row.chat_id) == (SUPERGROUP["id"], SUPERGROUP["id"])
        assert states == ["done", "skipped"]

    def test_where_numbers_or_clients_meet_the_old_ones_stay(self, inbound: Inbound) -> None:
        old = make_client(inbox=inbound.bot.inbox, external_id=GROUP["id"])
        new = make_client(inbox=inbound.bot.inbox, external_id=SUPERGROUP["id"])
        for client, chat in ((old, GROUP), (new, SUPERGROUP)):
            ours = make_message(make_ticket(client=client))
            TelegramMessage.objects.create(bot=inbound.bot, chat_id=chat["id"], telegram_id=3, message=ours)
        assert inbound.apply(self.TOLD[0]).state == "skipped"
        old.refresh_from_db()
        assert old.external_id == GROUP["id"]
        assert TelegramMessage.objects.filter(chat_id=GROUP["id"]).count() == 1

    def test_another_bots_chat_of_that_number_stays(self, inbound: Inbound) -> None:
        other = make_bot()
        client = make_client(inbox=other.inbox, external_id=GROUP["id"])
        ours = make_message(make_ticket(client=client))
        row = TelegramMessage.objects.create(bot=other, chat_id=GROUP["id"], telegram_id=3, message=ours)
        inbound.apply(self.TOLD[0])
        row.refresh_from_db()
        client.refresh_from_db()
        assert (row.chat_id, client.external_id) == (GROUP["id"], GROUP["id"])

    def test_of_a_group_that_nobody_knows_it_is_not_handled(self, inbound: Inbound) -> None:
        for body in self.TOLD:
            assert inbound.apply(body).state == "skipped"
        assert Update.objects.filter(state="failed").count() == 0

    def test_a_private_chat_migrates_nowhere(self, inbound: Inbound) -> None:
        received(inbound, text("Hello"))
        inbound.apply(message(migrate_to_chat_id=-7))
        assert Client.objects.get().external_id == CLIENT
        assert (Ticket.objects.count(), Message.objects.count()) == (1, 2)
