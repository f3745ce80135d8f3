"""Who may send a large body, and where; everybody else is answered before a byte of it is read."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from helpdesk.asgi_uploads import LARGE_BODY, UploadGate
from staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)

REPLY = "/tickets/7/reply/"


class Asked:
    """One request to the gate: what came back, and whether Django was reached or the body read."""

    def __init__(self, status: int, headers: Mapping[str, str], body: str, passed: bool) -> None:
        self.status, self.headers, self.body, self.passed = status, headers, body, passed


async def ask(path: str = REPLY, method: str = "POST", **headers: str) -> Asked:
    sent: list[Mapping[str, Any]] = []
    passed = False

    async def django(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        nonlocal passed
        passed = True

    async def receive() -> Mapping[str, Any]:
        raise AssertionError("the gate read the body")

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [
            (key.replace("_", "-").lower().encode(), value.encode()) for key, value in headers.items()
        ],
    }
    await UploadGate(django)(scope, receive, send)
    if not sent:
        return Asked(0, {}, "", passed)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Asked(sent[0]["status"], answered, sent[1]["body"].decode(), passed)


@pytest.fixture
def anna() -> User:
    user: User = User.objects.create_user(username="anna", password="correct horse")
    return user


@pytest.fixture
def cookie(anna: User) -> str:
    client = Client()
    client.force_login(anna)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


LARGE = {"Content_Length": str(LARGE_BODY + 1)}


async def test_a_signed_in_person_may_send_files_with_a_reply(cookie: str) -> None:
    assert (await ask(Cookie=cookie, **LARGE)).passed
    assert (await ask(Cookie=cookie, Transfer_Encoding="chunked")).passed


async def test_nobody_else_may(cookie: str, anna: User) -> None:
    for cookies in ({}, {"Cookie": "sessionid=invented"}, {"Cookie": "other=1"}):
        answer = await ask(**LARGE, **cookies)
        assert (answer.status, answer.passed) == (401, False)
    await User.objects.filter(pk=anna.pk).aupdate(is_active=False)
    assert (await ask(Cookie=cookie, **LARGE)).status == 401


async def test_a_changed_password_ends_the_session_here_too(cookie: str, anna: User) -> None:
    anna.set_password("another horse")
    await anna.asave()
    assert (await ask(Cookie=cookie, **LARGE)).status == 401


async def test_other_addresses_take_no_large_body_from_anybody(cookie: str) -> None:
    for path in ("/", "/tickets/7/status/", "/tickets/7/reply/more/", "/admin/tickets/7/reply/"):
        assert (await ask(path, Cookie=cookie, **LARGE)).status == 413
    assert (await ask(method="PUT", Cookie=cookie, **LARGE)).status == 413
    assert (await ask("/", Cookie=cookie, Transfer_Encoding="chunked")).status == 411


async def test_small_requests_pass_without_a_question() -> None:
    assert (await ask(Content_Length=str(LARGE_BODY))).passed
    assert (await ask("/", method="GET")).passed


async def test_the_refusal_speaks_the_callers_format_and_language() -> None:
    plain = await ask(**LARGE)
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.headers["content-length"] == str(len(plain.body.encode()))
    assert "Sign in" in plain.body
    for accepting in ({"Accept": "application/json"}, {"HX_Request": "true"}):
        assert "Sign in" in json.loads((await ask(**LARGE, **accepting)).body)["error"]
    with translation.override("ru"):
        expected = translation.gettext("Sign in before you send files. Nothing was sent.")
    assert (await ask(**LARGE, Accept_Language="ru")).body == expected
