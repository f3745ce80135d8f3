"""The bots that send: one of each token in a process, with connections that stay open between messages."""

from contextvars import ContextVar
from typing import Any

import telegram
from django.conf import settings
from telegram.request import HTTPXRequest

ANSWER_SECONDS = 20
CONNECTIONS = 16

# Whether a request has begun since this was last set to False, in the current task.
request_began: ContextVar[bool] = ContextVar("request_began", default=False)

_bots: dict[str, telegram.Bot] = {}


class Request(HTTPXRequest):
    """Notes when a request begins: an error before that surely sent nothing."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        request_began.set(True)
        return await super().do_request(*args, **kwargs)


def upload_seconds() -> int:
    """For the largest file over a slow line, and for Telegram to look at it."""
    return 3600 if settings.TELEGRAM_LOCAL else 600


def sending_bot(token: str) -> telegram.Bot:
    """The one bot of this process that sends with `token`."""
    if token not in _bots:
        _bots[token] = _bot_of(token)
    return _bots[token]


async def close_bots() -> None:
    """Closes all connections to Telegram."""
    while _bots:
        _token, bot = _bots.popitem()
        await bot.request.shutdown()


def _bot_of(token: str) -> telegram.Bot:
    return telegram.Bot(
        token,
        base_url=f"{settings.TELEGRAM_API_URL}/bot",
        base_file_url=f"{settings.TELEGRAM_API_URL}/file/bot",
        request=Request(
            connection_pool_size=CONNECTIONS,
            connect_timeout=10,
            read_timeout=ANSWER_SECONDS,
            write_timeout=ANSWER_SECONDS,
            media_write_timeout=upload_seconds(),
            pool_timeout=30,
        ),
    )
