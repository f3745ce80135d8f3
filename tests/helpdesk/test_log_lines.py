"""What the log says, as the settings have it written."""

import io
import logging
import logging.config
from copy import deepcopy
from typing import Any

import httpx
import pytest
from django.conf import settings

TOKEN = "1234567890:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"  # the example of the Bot API's page


@pytest.fixture
def written() -> io.StringIO:
    """All that a logger of its own, with the handler of the settings, has written."""
    lines = io.StringIO()
    said: Any = deepcopy(settings.LOGGING)
    handler = said["handlers"]["console"] | {"stream": lines}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "incremental": False,
            "formatters": said["formatters"],
            "handlers": {"lines": handler},
            "loggers": {"a_test": {"handlers": ["lines"], "level": "INFO", "propagate": False}},
        }
    )
    return lines


def test_a_token_is_in_no_line_and_no_traceback(written: io.StringIO) -> None:
    request = httpx.Request("GET", f"https://api.telegram.org/file/bot{TOKEN}/photos/file_0.jpg")
    try:
        httpx.Response(500, request=request).raise_for_status()
    except httpx.HTTPStatusError as error:
        logging.getLogger("a_test").exception("Not fetched: %s", error)
    assert TOKEN.partition(":")[2] not in written.getvalue()
    assert written.getvalue().count("/bot1234567890:…/photos/file_0.jpg") == 2


def test_whatever_else_there_is_stays_as_it_is(written: io.StringIO) -> None:
    words = "12:34:56 a:b 1234:short https://example.com:8443/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa [2001:db8::1]"
    logging.getLogger("a_test").info(words)
    assert written.getvalue().rstrip().endswith(f"INFO a_test: {words}")
