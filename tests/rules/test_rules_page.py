"""The rules page: one click adds a rule, one takes it back; and it is applied when the next ticket opens."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from rules.models import Rule, RuleRun
from rules.operations import always_assign
from staff.models import User
from tests.factories import make_client, make_ticket, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client: Client) -> User:
    user = make_user("anna", first_name="Anna")
    client.force_login(user)
    return user


def test_one_post_adds_a_rule_that_the_next_ticket_follows(client: Client, anna: User) -> None:
    person = make_client(name="Maria")
    answer = client.post("/rules/add/", {"client": person.pk, "assign_to": anna.pk}, follow=True)
    page = answer.content.decode()
    assert "From now on every new ticket of Maria goes to Anna." in page
    assert "Undo" in page
    assert make_ticket(client=person).assignee == anna
    assert "Applied last" in client.get("/rules/").content.decode()


def test_it_leads_back_to_the_page_it_was_added_from_and_nowhere_else(client: Client, anna: User) -> None:
    form = {"client": make_client().pk, "assign_to": anna.pk}
    assert client.post("/rules/add/", form | {"next": "/tickets/1/?a=b"})["Location"] == "/tickets/1/?a=b"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert client.post("/rules/add/", form | {"next": elsewhere})["Location"] == "/rules/"


def test_undo_takes_a_new_rule_away_and_brings_a_replaced_one_back(client: Client, anna: User) -> None:
    boris, person = make_user("boris"), make_client()
    page = client.post("/rules/add/", {"client": person.pk, "assign_to": boris.pk}, follow=True)
    assert f"/rules/{Rule.objects.get().pk}/remove/" in page.content.decode()
    page = client.post("/rules/add/", {"client": person.pk, "assign_to": anna.pk}, follow=True)
    assert f'name="assign_to" value="{boris.pk}"' in page.content.decode()
    assert Rule.objects.get().assign_to == anna


@pytest.mark.parametrize(
    "form", [{}, {"client": "x"}, {"client": "999999"}, {"client": "9" * 40}, {"assign_to": "999999"}]
)
def test_a_wrong_form_is_explained_and_adds_nothing(client: Client, anna: User, form: dict[str, str]) -> None:
    answer = client.post("/rules/add/", form, follow=True)
    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode()
    assert not Rule.objects.exists()


def test_a_colleague_who_left_gets_no_rule(client: Client, anna: User) -> None:
    gone = make_user("gone", is_active=False)
    page = client.post("/rules/add/", {"client": make_client().pk, "assign_to": gone.pk}, follow=True)
    assert "no longer works here" in page.content.decode()
    assert not Rule.objects.exists()


def test_a_rule_is_switched_off_on_and_removed(client: Client, anna: User) -> None:
    person = make_client()
    rule = always_assign(person, assign_to=anna, staff=anna)
    client.post(f"/rules/{rule.pk}/switch/", {"enabled": "0"})
    assert make_ticket(client=person, status=3).assignee != anna
    client.post(f"/rules/{rule.pk}/switch/", {"enabled": "1"})
    assert make_ticket(client=person).assignee == anna
    client.post(f"/rules/{rule.pk}/remove/")
    client.post(f"/rules/{rule.pk}/remove/")  # a second click
    assert not Rule.objects.exists()


@pytest.mark.parametrize("address", ["/rules/add/", "/rules/1/remove/", "/rules/1/switch/"])
def test_a_get_changes_nothing(client: Client, anna: User, address: str) -> None:
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("wanted", ["мария", "@maria", "КУЗН", "елкина"])
def test_a_client_is_found_as_people_write(client: Client, anna: User, wanted: str) -> None:
    make_client(name="Мария Кузнецова-Ёлкина", username="maria_k")
    page = client.get("/rules/", {"client": wanted}).content.decode()
    assert "Мария Кузнецова-Ёлкина" in page
    part = client.get("/rules/", {"client": wanted}, headers={"HX-Target": "found-clients"}).content.decode()
    assert "Мария" in part
    assert "<html" not in part


def test_odd_searches_are_no_error(client: Client, anna: User) -> None:
    for wanted in ("\0", "%", "'", "x" * 5000, "@"):
        assert client.get("/rules/", {"client": wanted}).status_code == 200


@pytest.mark.parametrize("count", [2, 30])
def test_the_page_needs_as_many_queries_for_many_rules_as_for_few(
    client: Client, anna: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        person = make_client()
        always_assign(person, assign_to=anna, staff=anna)
        make_ticket(client=person)
    client.get("/rules/")
    assert RuleRun.objects.count() == count
    with django_assert_max_num_queries(9):
        page = client.get("/rules/").content.decode()
    assert page.count("Applied last") == count


def test_a_clients_name_can_not_run_in_the_message_about_a_rule(client: Client, anna: User) -> None:
    person = make_client(name="<script>alert(1)</script>")
    page = client.post("/rules/add/", {"client": person.pk, "assign_to": anna.pk}, follow=True)
    assert "<script>alert(1)" not in page.content.decode()


def test_a_ticket_says_who_gets_its_clients_new_ones_and_takes_the_rule_back(
    client: Client, anna: User
) -> None:
    ticket = make_ticket()
    address = f"/tickets/{ticket.pk}/"
    assert "New tickets go to" not in client.get(address).content.decode()
    rule = always_assign(ticket.client, assign_to=anna, staff=anna)
    page = client.get(address).content.decode()
    assert f"New tickets go to {anna.name}." in page
    assert f'action="/rules/{rule.pk}/remove/"' in page
    Rule.objects.filter(pk=rule.pk).update(enabled=False)
    assert "Switched off." in client.get(address).content.decode()
