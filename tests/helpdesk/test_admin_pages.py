"""Every page of the administration opens, and none is a way around the verbs."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rules.models import Rule, RuleRun
from rules.operations import always_assign
from staff.models import Team, User
from telegram_bridge.models import Bot, Update
from tests.factories import make_bot, make_client, make_message, make_ticket, make_user
from tickets.models import Client as Person
from tickets.models import Inbox, Message, Status, Tag, Ticket, TicketEvent

pytestmark = pytest.mark.django_db

TOKEN = "123456789:AAE-the-token-of-a-test"
RECORDS = [Ticket, Message, TicketEvent, RuleRun, Update]


@pytest.fixture
def boss(client: Client) -> User:
    user = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def desk(boss: User) -> Bot:
    """One of everything."""
    bot = make_bot()
    person = make_client(inbox=bot.inbox, name="Мария")
    always_assign(person, assign_to=boss, staff=boss)
    ticket = make_ticket(client=person, text="Где мой заказ?")
    make_message(ticket)
    failed_update(bot)
    Tag.objects.create(name="Мария")
    Team.objects.create(name="Мария")
    return bot


def failed_update(bot: Bot, **fields: object) -> Update:
    values = {"update_id": 1, "raw": '{"a": "\\u0000\\ud800"}', "state": "failed", "error": "ValueError: x"}
    return Update.objects.create(bot=bot, stored_at=timezone.now(), **(values | fields))


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_the_administration_holds_what_it_should_and_nothing_else() -> None:
    shown = {model.__name__ for model in admin.site._registry}
    assert shown == {
        *("User", "Status", "Inbox", "Client", "Ticket", "Message", "TicketEvent"),
        *("Rule", "RuleRun", "Bot", "Update", "Tag", "Team"),
    }


@pytest.mark.parametrize("model", admin.site._registry)
def test_every_page_of_a_model_opens(client: Client, desk: Bot, model: type[Model]) -> None:
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    for searched in ("", "1", "мария", "'", "99999999999999999999", "\u2028"):
        assert client.get(address(model, "changelist"), {"q": searched}).status_code == 200
    assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.get(address(model, "history", row.pk)).status_code == 200
    assert client.get(address(model, "add")).status_code in {200, 403}


@pytest.mark.parametrize(("model", "title"), [(TicketEvent, "By author"), (User, "By administrator")])
def test_a_filter_is_named_in_words(client: Client, boss: User, model: type[Model], title: str) -> None:
    page = client.get(address(model, "changelist")).content.decode()
    assert title in " ".join(page.split())


@pytest.mark.parametrize("model", RECORDS)
def test_records_are_only_looked_at(client: Client, desk: Bot, model: type[Model]) -> None:
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    client.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk]})
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [Person, Bot, User])
def test_what_others_hang_on_is_not_deleted(client: Client, desk: Bot, model: type[Model]) -> None:
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_a_built_in_status_can_be_renamed_but_neither_deleted_nor_turned(client: Client, boss: User) -> None:
    page = client.get(address(Status, "change", Status.OPEN_ID)).content.decode()
    assert "one of the three built-in statuses" in page
    assert client.post(address(Status, "delete", Status.OPEN_ID), {"post": "yes"}).status_code == 403
    form = {"name": "New", "name_ru": "Новый", "kind": "closed", "colour": "red", "position": "1"}
    assert client.post(address(Status, "change", Status.OPEN_ID), form).status_code == 302
    status = Status.objects.get(pk=Status.OPEN_ID)
    assert (status.name, status.kind) == ("New", "open")


def test_a_status_of_ones_own_goes_when_no_ticket_has_it(client: Client, boss: User) -> None:
    form = {"name": "Waiting", "kind": "in_progress", "colour": "blue", "position": "5"}
    assert client.post(address(Status, "add"), form).status_code == 302
    status = Status.objects.get(name="Waiting")
    ticket = make_ticket(assignee=boss, status=status.pk)
    assert client.post(address(Status, "delete", status.pk), {"post": "yes"}).status_code == 403
    Ticket.objects.filter(pk=ticket.pk).update(status=Status.OPEN_ID)
    assert client.post(address(Status, "delete", status.pk), {"post": "yes"}).status_code == 302
    assert not Status.objects.filter(pk=status.pk).exists()


def test_only_notes_of_a_client_are_changed(client: Client, desk: Bot) -> None:
    person = Person.objects.get()
    with CaptureQueriesContext(connection) as queries:
        client.post(address(Person, "change", person.pk), {"notes": "Likes tea", "name": "Other"})
    person.refresh_from_db()
    assert (person.notes, person.name) == ("Likes tea", "Мария")
    # Written back as a whole, the row would undo what the bot's process wrote since it was read.
    (update,) = [row["sql"] for row in queries if row["sql"].startswith('UPDATE "tickets_client"')]
    assert "is_reachable" not in update.partition("WHERE")[0]


def test_a_bot_is_added_by_its_token_which_is_never_shown(client: Client, boss: User) -> None:
    answer = client.post(address(Bot, "add"), {"token": TOKEN, "inbox": ""}, follow=True)
    bot = Bot.objects.get()
    assert (bot.telegram_id, bot.token) == (123456789, TOKEN)
    assert bot.inbox == Inbox.objects.get()
    pages = answer.content.decode() + client.get(address(Bot, "change", bot.pk)).content.decode()
    assert TOKEN.partition(":")[2] not in pages
    assert bot.encrypted_token not in pages


@pytest.mark.parametrize("token", ["", "abc", "123456789", "0:", "1:x y", "1" * 30 + ":abc"])
def test_what_is_no_token_is_refused_in_words(client: Client, boss: User, token: str) -> None:
    answer = client.post(address(Bot, "add"), {"token": token})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not Bot.objects.exists()
    assert not Inbox.objects.exists()


def test_a_bots_token_can_be_renewed_but_not_by_another_bots(client: Client, boss: User) -> None:
    bot = make_bot("42:old")
    Bot.objects.filter(pk=bot.pk).update(state="running")
    page = address(Bot, "change", bot.pk)
    assert "token of another bot" in client.post(page, {"token": "43:other"}).content.decode()
    assert client.post(page, {"token": "42:new"}).status_code == 302
    assert client.post(page, {"token": ""}).status_code == 302
    bot.refresh_from_db()
    assert (bot.token, bot.state) == ("42:new", "running")
    assert "here already" in client.post(address(Bot, "add"), {"token": "42:again"}).content.decode()


def test_failed_updates_run_again_and_done_ones_do_not(client: Client, boss: User) -> None:
    bot = make_bot()
    failed = failed_update(bot)
    done = failed_update(bot, update_id=2, state="done", error="")
    selected = {"action": "run_again", "_selected_action": [failed.pk, done.pk]}
    page = client.post(address(Update, "changelist"), selected, follow=True).content.decode()
    assert "1 update is applied again now." in page
    failed.refresh_from_db()
    done.refresh_from_db()
    assert (failed.state, done.state) == ("stored", "done")


def test_a_rule_made_here_says_who_made_it(client: Client, boss: User) -> None:
    form = {
        "name": "",
        "event": "ticket_opened",
        "client": "",
        "assign_to": boss.pk,
        "position": "5",
        "editable_by": "all",
    }
    assert client.post(address(Rule, "add"), form | {"enabled": "on"}).status_code == 302
    assert Rule.objects.get().created_by == boss


def test_who_is_no_administrator_is_told_so(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/admin/", follow=True).status_code == 403
