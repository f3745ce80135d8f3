"""Administrators add bots and change them on pages; a token goes in and never comes out."""

import re

import httpx
import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django.fixtures import Settings

from telegram_bridge import bots, secret_text
from telegram_bridge.models import Bot, Update
from telegram_simulator.testing import RunningSimulator
from tests.factories import make_bot, make_client, make_user
from tickets.models import Inbox

pytestmark = pytest.mark.django_db

TOKEN = "1000002:SECOND-BOT-OF-THE-TESTS"
PART = "SECOND-BOT-OF-THE-TESTS"
ANOTHER = "1000002:A-NEWER-TOKEN-OF-THE-SECOND-BOT"


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(make_user("boss", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def sales(simulator: RunningSimulator) -> None:
    """A bot at Telegram that the desk doesn't know yet."""
    simulator.add_bot(TOKEN, first_name="Sales", username="sales_bot")


def add(client: Client, token: str) -> str:
    return client.post("/bots/add/", {"token": token}, follow=True).content.decode()


@pytest.mark.usefixtures("sales")
class TestAdding:
    def test_a_token_makes_a_bot_with_its_names_and_an_inbox_named_after_it(self, boss: Client) -> None:
        page = add(boss, f"  {TOKEN} ")
        bot = Bot.objects.get()
        assert (bot.telegram_id, bot.name, bot.username, bot.inbox.name) == (
            1000002,
            "Sales",
            "sales_bot",
            "Sales",
        )
        assert (bot.token, bot.mode, bot.state) == (TOKEN, "polling", "starting")
        assert PART not in bot.encrypted_token
        assert "@sales_bot is here. It begins to receive in a moment." in page
        assert PART not in page
        assert PART not in boss.get("/bots/").content.decode()

    def test_the_same_token_again_changes_nothing(self, boss: Client) -> None:
        add(boss, TOKEN)
        before = Bot.objects.values().get()
        assert "@sales_bot is here already, with this very token." in add(boss, TOKEN)
        assert Bot.objects.values().get() == before

    def test_another_token_of_a_known_bot_is_offered_as_its_replacement(
        self, boss: Client, simulator: RunningSimulator
    ) -> None:
        add(boss, TOKEN)
        client = make_client(inbox=Bot.objects.get().inbox)
        simulator.add_bot(ANOTHER)
        page = add(boss, ANOTHER)
        assert "@sales_bot is here already" in page
        assert "Replace the token" in page
        assert "A-NEWER-TOKEN" not in page
        assert Bot.objects.get().token == TOKEN
        address, sealed = re.findall(r'action="(/bots/\d+/token/)".*?name="sealed" value="([^"]+)"', page)[0]
        page = boss.post(address, {"sealed": sealed}, follow=True).content.decode()
        assert "The token was replaced." in page
        bot = Bot.objects.get()
        assert (bot.token, bot.inbox, Inbox.objects.count()) == (ANOTHER, client.inbox, 1)

    @pytest.mark.parametrize(
        ("token", "words"),
        [
            ("", "This is no bot token."),
            ("hello", "This is no bot token."),
            ("1000002:", "This is no bot token."),
            ("1000002:ключ", "This is no bot token."),
            ("1000002:NOT-THE-RIGHT-ONE", "Telegram doesn&#x27;t know this token."),
            ("4000004:OF-NO-BOT-AT-ALL", "Telegram doesn&#x27;t know this token."),
            ("9" * 18 + ":OF-NO-BOT-AT-ALL", "Telegram doesn&#x27;t know this token."),
        ],
    )
    def test_a_wrong_token_is_refused_in_words(self, boss: Client, token: str, words: str) -> None:
        page = add(boss, token)
        assert words in page
        assert not Bot.objects.exists()
        assert not Inbox.objects.exists()
        assert "NOT-THE-RIGHT" not in page

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            ({"kind": "drop_before"}, "Telegram can&#x27;t be reached from this server."),
            ({"kind": "error", "code": 500}, "Telegram answered 500 Internal Server Error."),
            ({"kind": "error", "code": 429, "parameters": {"retry_after": 3}}, "Telegram answered 429"),
            ({"kind": "raw", "code": 200, "body": "<html>"}, "Telegram answered 200"),
        ],
    )
    def test_a_telegram_in_trouble_is_told_of(
        self, boss: Client, simulator: RunningSimulator, fault: dict[str, object], words: str
    ) -> None:
        simulator.http.post("/control/faults", json=fault | {"method": "getMe"}).raise_for_status()
        assert words in add(boss, TOKEN)
        assert not Bot.objects.exists()


def test_a_telegram_that_is_nowhere_is_told_of_without_the_token(
    boss: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    assert "Telegram can&#x27;t be reached from this server." in add(boss, TOKEN)
    assert PART not in caplog.text


class TestReplacingAToken:
    @pytest.fixture
    def bot(self, sales: None) -> Bot:
        return make_bot(TOKEN, username="sales_bot")

    def replace(self, client: Client, bot: Bot, **form: str) -> str:
        return client.post(f"/bots/{bot.pk}/token/", form, follow=True).content.decode()

    @pytest.mark.parametrize(
        ("token", "words"),
        [
            ("1000001:OF-ANOTHER-BOT", "This is the token of another bot (1000001)."),
            ("1000002:NOT-THE-RIGHT-ONE", "Telegram doesn&#x27;t know this token."),
            ("nonsense", "This is no bot token."),
        ],
    )
    def test_a_token_that_does_not_work_replaces_none_that_does(
        self, boss: Client, bot: Bot, token: str, words: str
    ) -> None:
        assert words in self.replace(boss, bot, token=token)
        assert Bot.objects.get().token == TOKEN

    @pytest.mark.parametrize("sealed", ["x", secret_text.encrypt(TOKEN, key="another key" * 4), ":::"])
    def test_what_was_not_sealed_here_is_refused(self, boss: Client, bot: Bot, sealed: str) -> None:
        assert "This took too long." in self.replace(boss, bot, sealed=sealed)

    def test_one_saved_under_another_secret_key_is_replaced_too(
        self, boss: Client, bot: Bot, settings: Settings
    ) -> None:
        Bot.objects.update(encrypted_token=secret_text.encrypt("1000002:x", key="another key" * 4))
        self.replace(boss, bot, token=TOKEN)
        assert bots.readable_token(Bot.objects.get()) == TOKEN


class TestChanging:
    def test_a_webhook_without_a_public_address_is_refused_in_words(self, boss: Client) -> None:
        bot = make_bot()
        page = boss.post(f"/bots/{bot.pk}/mode/", {"mode": "webhook"}, follow=True).content.decode()
        assert "A webhook needs a public https address. Set PUBLIC_URL" in page
        assert Bot.objects.get().mode == "polling"

    def test_each_switch_to_a_webhook_makes_a_new_secret(self, boss: Client, settings: Settings) -> None:
        settings.PUBLIC_URL = "https://testserver"
        bot, secrets = make_bot(), set()
        for mode in ("webhook", "polling", "webhook"):
            boss.post(f"/bots/{bot.pk}/mode/", {"mode": mode})
            bot.refresh_from_db()
            assert (bot.mode, bot.state) == (mode, "switching")
            secrets.add(bot.webhook_secret)
        assert len(secrets) == 2
        assert all(len(secret) >= 32 and re.fullmatch(r"[A-Za-z0-9_-]+", secret) for secret in secrets)
        page = boss.get(f"/bots/{bot.pk}/").content.decode()
        assert f"https://testserver/telegram/webhook/{bot.telegram_id}/" in page
        assert bot.webhook_secret not in page

    def test_the_mode_it_has_already_is_no_change(self, boss: Client) -> None:
        bot = make_bot(state="running")
        boss.post(f"/bots/{bot.pk}/mode/", {"mode": "polling"})
        assert Bot.objects.get().state == "running"

    def test_a_bot_that_nobody_wrote_to_can_be_removed_with_its_inbox(
        self, boss: Client, simulator: RunningSimulator
    ) -> None:
        simulator.add_bot(TOKEN)
        bot = make_bot(TOKEN, mode="webhook")
        Update.objects.create(bot=bot, update_id=1, raw="{}", state="skipped", stored_at=bot.created_at)
        url = f"{simulator.url}/bot{TOKEN}"
        httpx.post(f"{url}/setWebhook", json={"url": "https://testserver/x"})
        page = boss.post(f"/bots/{bot.pk}/remove/", follow=True).content.decode()
        assert "was removed." in page
        assert (Bot.objects.count(), Inbox.objects.count(), Update.objects.count()) == (0, 0, 0)
        assert httpx.post(f"{url}/getWebhookInfo").json()["result"]["url"] == ""
        assert boss.post(f"/bots/{bot.pk}/remove/").status_code == 302

    def test_one_with_clients_stays(self, boss: Client) -> None:
        bot = make_bot()
        make_client(inbox=bot.inbox)
        page = boss.post(f"/bots/{bot.pk}/remove/", follow=True).content.decode()
        assert "Clients have written to this bot" in page
        assert Bot.objects.exists()

    @pytest.mark.parametrize("state", ["stored", "failed"])
    def test_one_with_a_message_that_is_not_applied_stays(self, boss: Client, state: str) -> None:
        bot = make_bot()
        Update.objects.create(bot=bot, update_id=1, raw="{}", state=state, stored_at=bot.created_at)
        page = boss.post(f"/bots/{bot.pk}/remove/", follow=True).content.decode()
        assert "Clients have written to this bot" in page
        assert Update.objects.exists()

    def test_the_one_of_the_settings_stays(self, boss: Client, settings: Settings) -> None:
        bot = make_bot()
        settings.TELEGRAM_BOT_TOKEN = bot.token
        page = boss.post(f"/bots/{bot.pk}/remove/", follow=True).content.decode()
        assert "TELEGRAM_BOT_TOKEN" in page
        assert Bot.objects.exists()


class TestWhoMay:
    PLACES = ("add", "{}/token", "{}/mode", "{}/receiving", "{}/remove")

    @pytest.mark.parametrize("place", PLACES)
    def test_who_is_no_administrator_changes_nothing(self, client: Client, place: str) -> None:
        bot = make_bot(TOKEN)
        before = Bot.objects.values().get()
        client.force_login(make_user())
        form = {"token": ANOTHER, "mode": "webhook", "enabled": "0"}
        answer = client.post(f"/bots/{place.format(bot.pk)}/", form)
        assert answer.status_code == 403
        assert Bot.objects.values().get() == before

    @pytest.mark.parametrize("place", PLACES)
    def test_looking_changes_nothing(self, boss: Client, place: str) -> None:
        bot = make_bot(TOKEN)
        assert boss.get(f"/bots/{place.format(bot.pk)}/").status_code == 405

    def test_an_agent_sees_how_the_bots_are_and_no_way_to_change_them(self, client: Client) -> None:
        bot = make_bot(TOKEN)
        client.force_login(make_user())
        page = client.get("/bots/").content.decode()
        assert bot.inbox.name in page
        assert "Add a bot" not in page
        assert f'href="/bots/{bot.pk}/"' not in page
        assert client.get(f"/bots/{bot.pk}/").status_code == 403

    def test_one_permission_is_enough_for_what_it_is_about(self, client: Client, sales: None) -> None:
        user = make_user(is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="add_bot"))
        client.force_login(user)
        assert "Add a bot" in client.get("/bots/").content.decode()
        assert client.post("/bots/add/", {"token": TOKEN}).status_code == 302
        bot = Bot.objects.get()
        assert client.post(f"/bots/{bot.pk}/mode/", {"mode": "polling"}).status_code == 403


def test_a_bot_that_is_gone_is_a_page_that_is_gone(boss: Client) -> None:
    for place in ("/bots/99/", "/bots/99/picture/"):
        assert boss.get(place).status_code == 404
    for verb in ("token", "mode", "receiving"):
        assert boss.post(f"/bots/99/{verb}/").status_code == 404
