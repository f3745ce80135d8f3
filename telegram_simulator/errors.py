"""The two ways to say no: as the Bot API says it, and in words to the person at the control API."""

from typing import Any


class ApiError(Exception):
    """An answer `ok: false`; the HTTP status equals the code. https://core.telegram.org/bots/api#making-requests"""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(words: str) -> ApiError:
    return ApiError(400, f"Bad Request: {words}")


class Refused(Exception):
    """What a client can't do, in words; `status` is the HTTP status of the control API's answer."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status
