"""`ensure_admin` leaves an administrator who can sign in, and nothing else changed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from staff.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def run() -> str:
    said = StringIO()
    call_command("ensure_admin", stdout=said)
    return said.getvalue()


def test_it_creates_the_administrator_with_the_password_given(settings: Settings) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "boss", "the first password"
    assert "created" in run()
    boss = User.objects.get(username="boss")
    assert boss.check_password("the first password")
    assert boss.is_superuser
    assert boss.is_staff


def test_a_second_run_changes_nothing(settings: Settings) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "boss", "the first password"
    run()
    settings.ADMIN_PASSWORD = "another one"
    assert "nothing was changed" in run()
    assert User.objects.get().check_password("the first password")


def test_without_a_password_it_says_a_link_that_works(settings: Settings) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "boss", ""
    said = run()
    link = said.split()[-1]
    assert not User.objects.get().has_usable_password()
    assert "Choose a password" in Client().get(link, follow=True).content.decode()


def test_an_administrator_without_a_password_gets_the_one_given(settings: Settings) -> None:
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "boss", ""
    run()
    settings.ADMIN_PASSWORD = "given later 1"
    assert "given a password" in run()
    assert User.objects.get().check_password("given later 1")


def test_somebody_else_of_that_name_is_not_made_an_administrator(settings: Settings) -> None:
    make_user("boss")
    settings.ADMIN_USERNAME = "boss"
    with pytest.raises(CommandError, match="no active administrator"):
        run()
    assert not User.objects.get().is_superuser


@pytest.mark.parametrize("name", ["", "two words"])
def test_a_name_that_can_not_be_one_is_refused_in_words(settings: Settings, name: str) -> None:
    settings.ADMIN_USERNAME = name
    with pytest.raises(CommandError, match="ADMIN_USERNAME"):
        run()
