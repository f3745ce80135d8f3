"""A small ASGI application behind the real server, run as a process by test_server.py.

`python tests/helpdesk/transport_app.py PORT [trusted proxies]`. Its time-outs are short, so that tests are.
"""

import asyncio
import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helpdesk.server import body_limit, serve
from helpdesk.server_channel import Limits

PIECE = b"x" * 65536
facts: dict[str, Any] = {"sent": 0, "cancelled": 0, "disconnects": 0}
read_on = asyncio.Event()


async def reply(send: Any, body: str, status: int = 200) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body.encode()})


async def read_body(receive: Any) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            facts["disconnects"] += 1
            raise asyncio.CancelledError
        size += len(message["body"])
        digest.update(message["body"])
        if not message["more_body"]:
            return size, digest.hexdigest()


def memory() -> dict[str, int]:
    """The process's memory in KiB, now and at its highest."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {line[:5]: int(line.split()[1]) for line in lines if line.startswith(("VmHWM", "VmRSS"))}


async def stream(send: Any, pieces: int) -> None:
    facts["sent"] = 0
    await send({"type": "http.response.start", "status": 200, "headers": []})
    try:
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            facts["sent"] += len(PIECE)
    except asyncio.CancelledError:
        facts["cancelled"] += 1
        raise
    await send({"type": "http.response.body"})


async def stream_until_gone(receive: Any, send: Any) -> None:
    """As Django does: a disconnect cancels the answer."""
    await read_body(receive)
    answer = asyncio.ensure_future(stream(send, 10_000))
    gone = asyncio.ensure_future(receive())
    await asyncio.wait([answer, gone], return_when=asyncio.FIRST_COMPLETED)
    answer.cancel()


async def websocket(path: str, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    if path == "/ws/flood/":
        facts["sent"] = 0
        for _ in range(1000):
            await send({"type": "websocket.send", "bytes": PIECE})
            facts["sent"] += len(PIECE)
    while (message := await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": message["text"]})


async def http(  # noqa: PLR0912 (a table of paths)
    scope: Mapping[str, Any], receive: Any, send: Any
) -> None:
    match scope["path"]:
        case "/upload/":
            await reply(send, "{} {}".format(*await read_body(receive)))
        case "/upload/refused/":
            await reply(send, "not for you", status=401)
        case "/upload/first/":
            first = await receive()
            await reply(send, f"{len(first['body'])} more={first['more_body']}")
        case "/upload/held/":
            read_on.clear()
            await read_on.wait()
            await reply(send, "{} {}".format(*await read_body(receive)))
        case "/read-on/":
            read_on.set()
            await reply(send, "")
        case "/endless/":
            await stream_until_gone(receive, send)
        case "/big/":
            await read_body(receive)
            await stream(send, 800)
        case "/broken/":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise RuntimeError("in the middle of an answer")
        case "/failing/":
            raise RuntimeError("before an answer")
        case "/silent/":
            return
        case "/slow/":
            await read_body(receive)
            await asyncio.sleep(1)
            await reply(send, "finished")
        case "/scope/":
            await reply(send, json.dumps({"client": scope["client"], "scheme": scope["scheme"]}))
        case "/facts/":
            await reply(send, json.dumps(facts | memory()))
        case _:
            await reply(send, "{} {}".format(*await read_body(receive)))


async def application(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await websocket(scope["path"], receive, send)
    else:
        await http(scope, receive, send)


if __name__ == "__main__":
    serve(
        application,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        limits=Limits(
            body=body_limit([r"^/upload/"], 80 * 1024 * 1024),
            headers=1,
            body_idle=1.5,
            upload_grace=3,
            write_stall=3,
            linger=1,
            linger_bytes=128 * 1024,
        ),
        trusted_proxies=int(sys.argv[2]) if len(sys.argv) > 2 else 0,
    )
