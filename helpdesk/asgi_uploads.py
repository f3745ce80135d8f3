"""A large body is read only from a signed-in person, and only where files are sent.

Django looks at who is asking after it has spooled the whole body to disk. The gate stands in front of
it, looks at the headers alone, and answers a refusal without reading: the server then closes.
"""

import io
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.utils import translation
from django.utils.translation import gettext as _

from staff.sessions import user_of_cookies
from tickets.database_threads import in_database_thread

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

LARGE_BODY = 1024 * 1024  # from here on it matters who sends it


class UploadGate:
    """ASGI middleware in front of Django. `paths` are patterns, as in the setting UPLOAD_PATHS."""

    def __init__(self, app: Application, *, paths: Iterable[str] | None = None) -> None:
        self.app = app
        self.paths = [re.compile(path) for path in (settings.UPLOAD_PATHS if paths is None else paths)]

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (size := body_size(scope)) != 0:
            refusal = await self._refusal(scope, size)
            if refusal is not None:
                await _answer(scope, send, *refusal)
                return
        await self.app(scope, receive, send)

    async def _refusal(self, scope: dict[str, Any], size: int | None) -> tuple[HTTPStatus, str] | None:
        """Why this request's body is not read, as a status and words; None when it may pass."""
        if size is not None and size <= LARGE_BODY:
            return None
        with translation.override(_language(scope)):
            if scope["method"] != "POST" or not any(path.search(scope["path"]) for path in self.paths):
                if size is None:
                    return HTTPStatus.LENGTH_REQUIRED, _("A request to this address must say how long it is.")
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("This is too large to be sent to this address.")
            if await _is_signed_in(scope):
                return None
            return HTTPStatus.UNAUTHORIZED, _("Sign in before you send files. Nothing was sent.")


def body_size(scope: dict[str, Any]) -> int | None:
    """How many bytes of body the headers announce; None when they leave it open (chunked)."""
    size = 0
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            try:
                size = int(value)
            except ValueError:
                return None
    return size


async def _is_signed_in(scope: dict[str, Any]) -> bool:
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin1")
    return bool(cookies) and await in_database_thread(user_of_cookies, cookies) is not None


def _language(scope: dict[str, Any]) -> str:
    return translation.get_language_from_request(ASGIRequest(scope, io.BytesIO()))


async def _answer(scope: dict[str, Any], send: Send, status: HTTPStatus, words: str) -> None:
    headers = dict(scope["headers"])
    wants_json = b"application/json" in headers.get(b"accept", b"") or b"hx-request" in headers
    if wants_json:
        content_type, body = b"application/json", json.dumps({"error": words}).encode()
    else:
        content_type, body = b"text/plain; charset=utf-8", words.encode()
    await send(
        {
            "type": "http.response.start",
            "status": int(status),
            "headers": [
                (b"content-type", content_type),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
