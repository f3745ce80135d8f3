"""One HTTP request: its body flows in and its answer flows out no faster than they are taken.

Daphne starts the application when the whole body is in memory and its `send` never waits. Here a body
above 64 KB reaches the application as it arrives, a full queue stops reading from the socket, a
refusal needs no body, and `send` waits until the client has taken what was sent before.

Daphne's translation to ASGI stays as it is; the connection underneath is `helpdesk/server_channel.py`.
"""

import asyncio
import io
import time
import weakref
from typing import Any
from urllib.parse import unquote

from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.web import http

from helpdesk.server_channel import BUFFERED_BODY, Channel, Limits

QUEUE_HIGH = 256 * 1024  # waiting for the application: stop reading from the socket
QUEUE_LOW = 64 * 1024  # … and read on


class RequestQueue(asyncio.Queue[dict[str, Any]]):
    """What the application's `receive` reads; tells the request how much of the body was taken."""

    def __init__(self, request: "Request") -> None:
        super().__init__()
        self._request = request

    def put_nowait(self, item: dict[str, Any]) -> None:
        # Daphne puts the body it finds in `content`: of a streamed body that is nothing, and its end.
        if item["type"] != "http.request" or not self._request.streaming:
            super().put_nowait(item)

    def feed(self, body: bytes, *, more: bool) -> None:
        super().put_nowait({"type": "http.request", "body": body, "more_body": more})

    async def get(self) -> dict[str, Any]:
        self._request.body_wanted()
        message = await super().get()
        self._request.body_taken(len(message.get("body", b"")))
        return message


class Request(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """A request whose large body is streamed, and whose refusal does not wait for the body."""

    error_template = "<!doctype html><title>%(title)s</title><h1>%(title)s</h1><p>%(body)s</p>"

    streaming = False
    body_pending = False  # streamed, and its end has not come
    body_limit = BUFFERED_BODY
    received = 0
    _held = 0
    _expects_continue = False
    _waited = 0.0
    _checked = 0.0
    _unsent = 0
    _stalled = 0.0

    def begin(self, command: bytes, uri: bytes, version: bytes, length: int | None) -> None:
        """Starts the application at the headers of a request with a large body or one of unknown length."""
        self.streaming = self.body_pending = True
        self.method, self.uri, self.clientproto = command, uri, version
        self.path = uri.split(b"?", 1)[0]
        self.args: dict[bytes, list[bytes]] = {}
        self.content = io.BytesIO()
        expect = self.requestHeaders.getRawHeaders(b"Expect") or [b""]
        self._expects_continue = expect[0].lower() == b"100-continue"
        self.body_limit = self.server.limits.body(unquote(self.path.decode("ascii", "replace")))
        if length is not None and length > self.body_limit:
            self.refuse_body()
        elif (self.requestHeaders.getRawHeaders(b"Upgrade") or [b""])[0].lower() == b"websocket":
            self.basic_error(400, b"Bad Request", "A request for a websocket has no body.")
        else:
            self.process()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802 (Twisted's name)
        if not self.streaming:
            super().requestReceived(command, path, version)
        elif self.body_pending:
            self.body_pending = False
            if self.application_queue is not None:
                self.application_queue.feed(b"", more=False)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        self.received += len(data)
        if not self.streaming:
            super().handleContentChunk(data)
        elif self.finished or self.application_queue is None:
            return
        elif self.received > self.body_limit:
            self.refuse_body()
        else:
            self._held += len(data)
            self.application_queue.feed(data, more=True)
            if self._held > QUEUE_HIGH:
                self.channel.hold_body()

    def refuse_body(self) -> None:
        """Answers 413, or cuts the connection when another answer is already on its way."""
        if self._response_started:
            self.channel.forceAbortClient()
            return
        size = f"{self.body_limit // 1024} KiB"
        self.basic_error(
            413, b"Content Too Large", f"What was sent is too large: at most {size} is taken here."
        )

    def body_wanted(self) -> None:
        if self._expects_continue and not self._response_started and self.channel is not None:
            self._expects_continue = False
            self.channel._send100Continue()

    def body_taken(self, size: int) -> None:
        self._held -= size
        # `channel` is gone once the answer is finished or the client is.
        channel = getattr(self, "channel", None)
        if size and self._held < QUEUE_LOW and channel is not None:
            channel.release_body()

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message.get("type") == "http.response.start" and self.body_pending:
            # What is left of the body must not be read as the next request.
            self.channel.persistent = False
            self.setHeader(b"Connection", b"close")
        elif message.get("type") == "http.response.body" and (
            self.method == b"HEAD" or self.code in http.NO_BODY_CODES
        ):
            # Twisted drops the first piece of a body that must not be there, Daphne sends the second.
            message = {**message, "body": b""}
        super().handle_reply(message)

    def handle_exception(self, exception: BaseException | None) -> None:
        if not self._response_started:
            super().handle_exception(exception)
        elif not self.finished and self.channel is not None:
            # Half an answer must not look like a whole one.
            self.channel.forceAbortClient()

    def check_timeouts(self) -> None:
        """Called every two seconds: cuts clients that send or take too slowly to be real."""
        channel = getattr(self, "channel", None)
        if channel is None or channel.transport is None or self.finished:
            return
        now, limits = time.monotonic(), self.server.limits
        passed = now - self._checked if self._checked else 0.0
        self._checked = now
        if channel.receiving and not channel.body_held:
            self._waited += passed
            if self._waited > limits.upload_grace + self.received / limits.slowest_upload:
                channel.timeoutConnection()
        unsent = channel.unsent()
        self._stalled = self._stalled + passed if unsent and unsent == self._unsent else 0.0
        self._unsent = unsent
        if self._stalled > limits.write_stall:
            channel.forceAbortClient()


class Factory(HTTPFactory):  # type: ignore[misc]  # Daphne has no types
    """Makes our channels, and knows those that are open."""

    def __init__(self, server: Any, limits: Limits) -> None:
        super().__init__(server)
        self.limits = limits
        self.timeOut = limits.headers  # until the first byte comes
        self.channels: weakref.WeakSet[Channel] = weakref.WeakSet()

    def protocol(self) -> Channel:
        return Channel(self.limits)

    def buildProtocol(self, addr: Any) -> Channel:  # noqa: N802 (Twisted's name)
        channel: Channel = super().buildProtocol(addr)
        channel.requestFactory = Request
        self.channels.add(channel)
        return channel

    def log(self, request: Any) -> None:
        """Twisted's own access log: Daphne's action logger is the one we have."""

    def open_channels(self) -> list[Channel]:
        """The connections that are open, websockets among them."""
        return [channel for channel in list(self.channels) if getattr(channel.transport, "connected", False)]


def channel_of(protocol: Any) -> Channel | None:
    """The connection under a request, or under a websocket that began as one; None when it is gone."""
    channel = getattr(protocol, "channel", None) or getattr(
        getattr(protocol, "transport", None), "producer", None
    )
    return channel if isinstance(channel, Channel) else None
