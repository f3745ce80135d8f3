"""Signing in, out, and choosing a password by a link."""

import pytest
from django.test import Client

from staff.links import password_link
from staff.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("login", ["anna", "Anna@Example.com"])
def test_one_signs_in_by_user_name_or_e_mail(client: Client, login: str) -> None:
    make_user("anna", email="anna@example.com")
    answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/tickets/"


def test_a_wrong_password_is_said_on_the_page(client: Client) -> None:
    make_user("anna")
    answer = client.post("/accounts/login/", {"login": "anna", "password": "wrong"})
    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode() or "field-error" in answer.content.decode()


def test_guessing_is_stopped_even_with_the_right_password(client: Client) -> None:
    make_user("anna")
    for _try in range(12):
        client.post("/accounts/login/", {"login": "anna", "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": "anna", "password": PASSWORD})
    assert answer.status_code != 302


def test_the_admin_has_no_sign_in_of_its_own(client: Client) -> None:
    answer = client.get("/admin/login/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post("/accounts/signup/", {"username": "x", "password1": PASSWORD, "email": ""})
    assert "No sign-up" in answer.content.decode()
    assert not User.objects.exists()


def test_a_person_chooses_a_password_by_a_link_that_works_once(client: Client) -> None:
    user = make_user("new")
    user.set_unusable_password()
    user.save()
    link = password_link(user)
    form = client.get(link, follow=True)
    assert "Choose a password" in form.content.decode()
    address = form.redirect_chain[-1][0]
    words = {"password1": "a long new secret 7", "password2": "a long new secret 7"}
    done = client.post(address, words, follow=True)
    assert "Password saved" in done.content.decode()
    user.refresh_from_db()
    assert user.check_password("a long new secret 7")
    again = Client().get(link, follow=True)
    assert "This link no longer works" in again.content.decode()


def test_a_forgotten_password_leads_to_an_administrator_and_sends_no_mail(client: Client) -> None:
    from django.core import mail

    make_user("anna", email="anna@example.com")
    assert "administrator" in client.get("/accounts/password/reset/").content.decode()
    assert client.post("/accounts/password/reset/", {"email": "anna@example.com"}).status_code == 405
    assert not mail.outbox


@pytest.mark.parametrize(
    "address",
    ["/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/logout/"],
)
def test_the_account_pages_open(client: Client, address: str) -> None:
    user = make_user("anna")
    client.post("/accounts/login/", {"login": "anna", "password": PASSWORD})
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert user.name in answer.content.decode()
