"""Employees in the admin: added without a password, deactivated instead of deleted."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from staff.models import User
from staff.roles import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PERSON = {
    "username": "nina",
    "first_name": "Nina",
    "last_name": "",
    "email": "",
    "role": "agent",
    "scope": "all",
}


@pytest.fixture
def boss(client: Client) -> User:
    user = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_a_new_person_has_no_password_but_a_link_that_is_shown_once(client: Client, boss: User) -> None:
    page = client.post("/admin/staff/user/add/", PERSON, follow=True).content.decode()
    nina = User.objects.get(username="nina")
    assert not nina.has_usable_password()
    assert (nina.is_staff, nina.is_superuser) == (False, False)
    link = re.search(r'class="password-link">http://testserver([^<]+)<', page)
    assert link is not None
    assert "Choose a password" in Client().get(link[1], follow=True).content.decode()
    assert "password-link" not in client.get("/admin/staff/user/").content.decode()


def test_an_administrator_is_added_with_one_choice(client: Client, boss: User) -> None:
    client.post("/admin/staff/user/add/", PERSON | {"role": "administrator"})
    nina = User.objects.get(username="nina")
    assert nina.is_staff
    assert nina.is_superuser


@pytest.mark.parametrize("role", list(Role))
def test_a_person_has_the_role_and_the_limit_that_were_chosen(client: Client, boss: User, role: Role) -> None:
    nina = make_user("nina")
    form = PERSON | {"role": role.value, "scope": "teams", "is_active": "on"}
    assert client.post(f"/admin/staff/user/{nina.pk}/change/", form).status_code == 302
    nina = User.objects.get(pk=nina.pk)
    assert (nina.role, nina.scope, nina.is_staff) == (role, "teams", role == Role.ADMINISTRATOR)
    assert nina.groups.count() == 1
    page = client.get(f"/admin/staff/user/{nina.pk}/change/").content.decode()
    assert f'<option value="{role.value}" selected>' in page


def test_a_capacity_is_set_with_the_rest(client: Client, boss: User) -> None:
    client.post("/admin/staff/user/add/", PERSON | {"capacity": "12"})
    nina = User.objects.get(username="nina")
    assert nina.capacity == 12
    address = f"/admin/staff/user/{nina.pk}/change/"
    page = client.post(address, PERSON | {"is_active": "on", "capacity": "10001"}).content.decode()
    assert "10000 tickets at most." in page
    client.post(address, PERSON | {"is_active": "on", "capacity": ""})
    assert User.objects.get(pk=nina.pk).capacity is None


def test_a_new_link_is_made_by_a_button_that_is_no_get(client: Client, boss: User) -> None:
    nina = make_user("nina")
    address = f"/admin/staff/user/{nina.pk}/password-link/"
    assert client.get(address).status_code == 405
    assert "password-link" in client.post(address, follow=True).content.decode()


def test_nobody_makes_links_but_administrators(client: Client) -> None:
    client.force_login(make_user())
    boss = make_user("boss", is_superuser=True, is_staff=True)
    answer = client.post(f"/admin/staff/user/{boss.pk}/password-link/", follow=True)
    assert 'class="password-link"' not in answer.content.decode()


def test_nobody_shuts_themselves_out(client: Client, boss: User) -> None:
    address = f"/admin/staff/user/{boss.pk}/change/"
    answer = client.post(address, PERSON | {"username": "boss"})
    assert answer.status_code == 200
    assert "deactivate your own account" in answer.content.decode().replace("&#x27;", "'")
    action = {"action": "deactivate", "_selected_action": [boss.pk]}
    client.post("/admin/staff/user/", action)
    boss.refresh_from_db()
    assert boss.is_active
    assert boss.is_superuser


def test_who_left_is_deactivated_and_can_not_be_deleted(client: Client, boss: User) -> None:
    nina = make_user("nina")
    assert client.post(f"/admin/staff/user/{nina.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post("/admin/staff/user/", {"action": "deactivate", "_selected_action": [nina.pk]})
    nina.refresh_from_db()
    assert not nina.is_active


def test_a_lost_second_factor_can_be_removed(client: Client, boss: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    nina = make_user("nina")
    TOTP.activate(nina, generate_totp_secret())
    client.post("/admin/staff/user/", {"action": "remove_second_factor", "_selected_action": [nina.pk]})
    assert not Authenticator.objects.exists()
