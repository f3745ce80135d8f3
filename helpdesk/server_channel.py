"""One browser's connection: it can be held, waited for, and ended politely in the middle of a body.

The parser is Twisted's; what is added is when to read from the socket, for how long, and how to close.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.protocols import basic
from twisted.web import http

# Twisted is typed in part, its zope interfaces not at all: the checker would complain of what works.
HTTPChannel: Any = http.HTTPChannel
LineReceiver: Any = basic.LineReceiver

BUFFERED_BODY = 64 * 1024  # up to here the body is complete before the application starts


@dataclass(frozen=True)
class Limits:
    """How much, and how long, one connection may ask of the server. Bytes and seconds."""

    body: Callable[[str], int] = lambda path: 1024 * 1024  # the longest body taken at a path
    keep_alive: float = (
        130  # longer than a reverse proxy keeps its own end (Caddy: 120), so that it closes first
    )
    headers: float = 20  # from the first byte of a request to the last of its headers
    body_idle: float = 60  # between two pieces of a body
    slowest_upload: int = 1024  # bytes a second, on average …
    upload_grace: float = 60  # … after this many seconds
    write_stall: float = 60  # a client that takes nothing for so long is gone
    # After a refusal the rest of the body is thrown away for a while: a socket closed with unread data
    # resets the connection, and the client would lose the answer (RFC 9112, section 9.6).
    linger: float = 10
    linger_bytes: int = 2 * 1024 * 1024


class Channel(HTTPChannel):  # type: ignore[misc]  # see HTTPChannel
    """A connection that can hold its body back, be waited for, and end politely in the middle of a body."""

    body_held = False
    receiving = False  # a body's headers have come, its end has not
    _in_headers = False
    _discarding: int | None = None

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.writable = asyncio.Event()
        self.writable.set()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._discarding is not None:
            self._discard(len(data))
            return
        if not self.line_mode:
            self.resetTimeout()
        LineReceiver.dataReceived(self, data)
        # One time-out for all headers: a client that sends a byte now and then does not prolong it. Headers
        # that come in one piece need none (a timer made shorter costs Twisted a search through all).
        in_headers = bool(self.line_mode and (self._buffer or self._receivedHeaderSize))
        if in_headers and not self._in_headers:
            self.setTimeout(self.limits.headers)
        self._in_headers = in_headers

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's name)
        if self._discarding is not None:
            self._discard(len(data))
        else:
            super().rawDataReceived(data)

    def allHeadersReceived(self) -> None:  # noqa: N802 (Twisted's name)
        request = self.requests[-1]
        self.receiving = self.length != 0
        if self.receiving:
            self.setTimeout(self.limits.body_idle)
        if self.length is not None and self.length <= BUFFERED_BODY:
            super().allHeadersReceived()
            return
        self.persistent = self.checkPersistence(request, self._version)
        request.begin(self._command, self._path, self._version, self.length)

    def allContentReceived(self) -> None:  # noqa: N802 (Twisted's name)
        self.receiving = False
        if self._discarding is not None:
            self.loseConnection()
            return
        # Twisted stops the clock while the request is answered and goes on with this value.
        self.timeOut = self.limits.keep_alive
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:  # noqa: N802 (Twisted's name)
        if not request.body_pending:
            super().requestDone(request)
            return
        self.requests.remove(request)
        self._discarding = self.limits.linger_bytes
        self.writable.set()
        self._networkProducer.unregisterProducer()
        self._networkProducer.resumeProducing()
        self.transport.loseWriteConnection()
        self.setTimeout(self.limits.linger)

    def _discard(self, size: int) -> None:
        self._discarding = (self._discarding or 0) - size
        if self._discarding <= 0:
            self.loseConnection()

    def hold_body(self) -> None:
        self.body_held = True
        self.setTimeout(None)
        self._networkProducer.pauseProducing()

    def release_body(self) -> None:
        if not self.body_held:
            return
        self.body_held = False
        if self.receiving:
            self.setTimeout(self.limits.body_idle)
        if not self._waitingForTransport:
            self._networkProducer.resumeProducing()

    def pauseProducing(self) -> None:  # noqa: N802 (Twisted's name)
        """The transport holds more than 64 KB that the client has not taken."""
        self.writable.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802 (Twisted's name)
        super().resumeProducing()
        self.writable.set()
        if self.body_held:
            self._networkProducer.pauseProducing()
        if self.transport.disconnecting:
            # A paused producer keeps a closing transport open; a closed websocket still has us as one.
            self._networkProducer.unregisterProducer()

    def stopProducing(self) -> None:  # noqa: N802 (Twisted's name)
        self.writable.set()
        super().stopProducing()

    def loseConnection(self) -> None:  # noqa: N802 (Twisted's name)
        self.writable.set()
        super().loseConnection()

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802 (Twisted's name)
        self.writable.set()
        super().connectionLost(reason)

    def unsent(self) -> int:
        """How many bytes wait in this process for the client to take them."""
        transport = self.transport
        return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)

    def close_when_idle(self) -> None:
        """Closes now, or after the running request; a connection that became a websocket stays."""
        if not self.requests:
            self.loseConnection()
            return
        self.persistent = False
        request = self.requests[0]
        if not request._response_started:
            request.setHeader(b"Connection", b"close")
