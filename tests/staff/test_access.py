"""Only active employees come in, on every address there is."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import make_user

pytestmark = pytest.mark.django_db

# Who is not signed in may see these: they are the door itself, or say nothing about anybody.
OPEN = re.compile(
    r"^(accounts/(login|logout|signup|inactive|invitation|password/reset|email/$|confirm-email|2fa/(authenticate|webauthn/login))"
    r"|admin/(login|logout|jsi18n)|healthz|readyz|metrics|manifest|$|telegram/|static/)"
)
SAMPLES = {"uidb36": "1", "key": "x-y", "object_id": "1", "content_type_id": "1", "app_label": "tickets"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[str]:
    found = []
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, route)
        else:
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda name: SAMPLES.get(name[1], "1"), route))
    return found


def closed_addresses() -> list[str]:
    plain = [address for address in addresses(get_resolver().url_patterns) if "(?P" not in address]
    return sorted({f"/{address}" for address in plain if not OPEN.match(address)})


def test_the_walk_finds_the_pages_it_is_about() -> None:
    found = closed_addresses()
    assert {"/tickets/", "/tickets/1/", "/files/1/", "/rules/", "/bots/", "/profile/", "/admin/"} <= set(
        found
    )


@pytest.mark.parametrize("address", closed_addresses())
def test_nobody_sees_a_page_before_signing_in(client: Client, address: str) -> None:
    for answer in (client.get(address), client.post(address)):
        if answer.status_code in {401, 405}:
            continue
        assert answer.status_code == 302, address
        assert "/login/" in answer["Location"], (address, answer["Location"])


@pytest.mark.parametrize("address", ["/tickets/", "/rules/", "/bots/", "/profile/", "/admin/"])
def test_a_deactivated_employee_is_out_at_once(client: Client, address: str) -> None:
    user = make_user("left", is_staff=True, is_superuser=True)
    client.force_login(user)
    assert client.get(address).status_code == 200
    user.is_active = False
    user.save()
    answer = client.get(address)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_htmx_is_told_to_leave_for_the_sign_in(client: Client) -> None:
    answer = client.get("/bots/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/"


def test_after_signing_in_one_is_where_one_wanted_to_be(client: Client) -> None:
    answer = client.get("/rules/?page=2")
    assert answer["Location"] == "/accounts/login/?next=/rules/%3Fpage%3D2"


def test_who_is_no_administrator_does_not_come_into_the_admin(client: Client) -> None:
    client.force_login(make_user())
    answer = client.get("/admin/")
    assert answer.status_code in {302, 403}
