"""The account pages in a real browser: passkeys and codes work under our Content-Security-Policy."""

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from staff.links import password_link
from staff.models import User
from tests.factories import PASSWORD, make_user
from tests.flows.staff_browser import errors_of
from tests.processes import Processes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A telephone's own key: it knows its owner by a finger, and keeps who they are.
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def anna(live_database: str) -> User:
    return make_user("anna", first_name="Anna")


@pytest.fixture
def window(browser: "Browser", processes: Processes, anna: User) -> "Iterator[Page]":
    # By name: browsers give no passkey to a bare address.
    context = browser.new_context(base_url=f"http://localhost:{processes.web().port}", locale="en-US")
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors = errors_of(page)
    yield page
    context.close()
    assert errors == []


def sign_in(page: "Page", password: str = PASSWORD) -> None:
    page.goto("/accounts/login/")
    page.fill("[name=login]", "anna")
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_that_it_is_me(page: "Page") -> None:
    page.wait_for_url("**/accounts/reauthenticate/**")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_out(page: "Page") -> None:
    page.locator(".me-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_one_signs_in_with_a_passkey_alone(window: "Page") -> None:
    session = window.context.new_cdp_session(window)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(window)
    window.wait_for_url("**/tickets/")
    window.goto("/accounts/2fa/webauthn/add/")
    confirm_that_it_is_me(window)
    window.fill("[name=name]", "My phone")
    window.get_by_role("button", name="Add").click()
    window.wait_for_url("**/recovery-codes/")
    window.goto("/accounts/2fa/webauthn/")
    assert "My phone" in window.inner_text("main")
    sign_out(window)
    window.get_by_role("button", name="Sign in with a passkey").click()
    window.wait_for_url("**/tickets/")


def test_who_has_no_passkey_is_told_so_on_the_page(window: "Page") -> None:
    session = window.context.new_cdp_session(window)
    session.send("WebAuthn.enable")  # and no key
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    window.goto("/accounts/login/")
    window.get_by_role("button", name="Sign in with a passkey").click()
    assert "No passkey was used" in window.get_by_role("alert").inner_text()


def test_an_app_with_codes_is_set_up_and_asked_for_from_then_on(window: "Page") -> None:
    sign_in(window)
    window.wait_for_url("**/tickets/")
    window.goto("/accounts/2fa/totp/activate/")
    confirm_that_it_is_me(window)
    secret = window.get_by_label("Authenticator secret").input_value()
    assert window.locator("main img").evaluate("(picture) => picture.naturalWidth > 0")
    window.fill("[name=code]", code(secret))
    window.get_by_role("button", name="Activate").click()
    window.wait_for_url("**/recovery-codes/")
    spare = re.findall(r"\d{8}", window.locator("main textarea").input_value())[0]
    sign_out(window)
    sign_in(window)
    window.wait_for_url("**/accounts/2fa/authenticate/")
    window.locator("[name=code]").first.fill("000000")
    window.get_by_role("button", name="Sign In").click()
    assert "Incorrect code" in window.inner_text("main")
    window.locator("[name=code]").first.fill(spare)
    window.get_by_role("button", name="Sign In").click()
    window.wait_for_url("**/tickets/")


def test_a_new_person_chooses_a_password_and_is_in(window: "Page", anna: User) -> None:
    window.goto(password_link(anna))
    for field in ("password1", "password2"):
        window.fill(f"[name={field}]", "words nobody guesses 7")
    window.get_by_role("button", name="Save the password").click()
    window.get_by_role("link", name="Sign in").click()
    sign_in(window, "words nobody guesses 7")
    window.wait_for_url("**/tickets/")


def code(secret: str) -> str:
    """What an authenticator app shows now."""
    from allauth.mfa.totp.internal import auth

    counter: Any = int(time.time()) // 30
    return str(auth.format_hotp_value(auth.hotp_value(secret, counter)))
