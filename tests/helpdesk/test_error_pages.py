"""Errors are pages of ours, in the reader's language, and say what to do."""

import pytest
from django.http import HttpRequest
from django.test import Client
from django.views.defaults import server_error

from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_wrong_address_is_explained(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(make_user())
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    russian = client.get("/nothing/here/", headers={"Accept-Language": "ru"}).content.decode()
    assert "Здесь ничего нет" in russian


def test_an_outdated_form_says_that_what_was_typed_is_not_lost() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    answer = client.post("/profile/", {})
    assert answer.status_code == 403
    assert "Your text is not lost" in answer.content.decode()


def test_a_host_that_is_not_ours_is_refused_on_a_page(client: Client) -> None:
    answer = client.get("/tickets/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "not understood" in answer.content.decode()


def test_the_page_for_our_own_errors_needs_no_database() -> None:
    answer = server_error(HttpRequest())
    assert answer.status_code == 500
    assert "The error is ours" in answer.content.decode()


def test_pages_allow_no_inline_script_and_no_other_origin(client: Client) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
