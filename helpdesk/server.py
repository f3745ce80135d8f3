"""The web server process: `python -m helpdesk.server --host 127.0.0.1 --port 8000`.

Daphne with bounded memory: see `helpdesk/server_channel.py` for what a connection may ask. On SIGTERM or
SIGINT it stops listening, closes websockets (1001, going away), lets running requests finish for some
seconds, and exits with 0. A port that is taken is one line on stderr and exit code 1.
"""

# First: it installs the reactor that runs on asyncio, and Twisted keeps the first one it sees.
from daphne.server import Server as DaphneServer  # isort: skip

import argparse
import asyncio
import errno
import functools
import logging
import os
import re
import signal
import socket
import sys
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from daphne.access import AccessLogGenerator
from daphne.endpoints import build_endpoint_description_strings
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted import logger as twisted_logger
from twisted.internet import defer, endpoints
from twisted.internet import reactor as twisted_reactor

from helpdesk.server_channel import Limits
from helpdesk.server_http import Factory, Request, RequestQueue, channel_of

logger = logging.getLogger("helpdesk.server")  # also when run as `__main__`
# Twisted's interfaces hide from the type checker what its objects can do.
reactor: Any = twisted_reactor
log: Any = twisted_logger
listen_on: Any = endpoints.serverFromString

Application = Callable[[Any, Any, Any], Awaitable[None]]

OTHER_BODIES = 1024 * 1024  # the longest body outside the upload paths
WEBSOCKET_MESSAGE = 64 * 1024  # our pages send a few words
SHUTDOWN_GRACE = 8.0  # seconds for running requests; `docker stop` kills after 10
CANCEL_GRACE = 1.0


class Server(DaphneServer):  # type: ignore[misc]  # Daphne has no types
    """Daphne's server with our connections, an honest client address and an end that loses no request."""

    def __init__(self, application: Application, *, limits: Limits, trusted_proxies: int = 0, **options: Any):
        super().__init__(application, signal_handlers=False, server_name="", **options)
        self.limits = limits
        self.trusted_proxies = trusted_proxies
        self.listen_failure: BaseException | None = None
        self.ports: list[Any] = []
        self._shutdown: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Serves until a signal; returns at once when a port can't be had (see `listen_failure`)."""
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Factory(self, self.limits)
        self.ws_factory = WebSocketFactory(self, server="")
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=WEBSOCKET_MESSAGE,
            maxFramePayloadSize=WEBSOCKET_MESSAGE,
        )
        warnings_only = log.LogLevelFilterPredicate(defaultLogLevel=log.LogLevel.warn)
        observer = log.FilteringLogObserver(log.STDLibLogObserver("helpdesk.server.twisted"), [warnings_only])
        log.globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        for description in self.endpoints:
            listening = listen_on(reactor, description).listen(self.http_factory)
            listening.addCallbacks(self.listen_success, self.listen_error)
        if self.listen_failure is not None:
            return
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.begin_shutdown)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.run(installSignalHandlers=False)

    def listen_success(self, port: Any) -> None:
        self.ports.append(port)
        address = port.getHost()
        logger.info("Listening on http://%s:%s", address.host, address.port)

    def listen_error(self, failure: Any) -> None:
        self.listen_failure = failure.value

    # The application's side

    def create_application(
        self, protocol: Any, scope: dict[str, Any]
    ) -> asyncio.Queue[dict[str, Any]] | None:
        if protocol not in self.connections:
            return None
        scope["asgi"] = {"version": "3.0"}
        if self.trusted_proxies:
            believe_proxies(scope, self.trusted_proxies)
        queue = RequestQueue(protocol) if isinstance(protocol, Request) else asyncio.Queue()
        send = functools.partial(self.handle_reply, protocol)
        running = asyncio.ensure_future(self.application(scope, queue.get, send))
        self.connections[protocol]["application_instance"] = running
        running.add_done_callback(functools.partial(self._application_done, protocol))
        return queue

    def _application_done(self, protocol: Any, running: asyncio.Future[None]) -> None:
        """Answers for an application that failed, at once; Daphne looks for such ones once a second."""
        error = None if running.cancelled() else running.exception()
        if error is not None:
            logger.error("Exception inside application: %s", error, exc_info=error)
        details = self.connections.get(protocol, {})
        details.pop("application_instance", None)
        if details.get("disconnected"):
            del self.connections[protocol]
        elif details and (error is not None or isinstance(protocol, Request)):
            protocol.handle_exception(error)  # of a request: not finished, so its client still waits

    def protocol_disconnected(self, protocol: Any) -> None:
        if protocol in self.connections:
            super().protocol_disconnected(protocol)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """The application's `send`: returns when the client has taken enough of what came before."""
        details = self.connections.get(protocol)
        if details is None or details.get("disconnected"):
            await asyncio.sleep(0)  # an endless answer to a gone client lets the loop breathe until cancelled
            return
        await super().handle_reply(protocol, message)
        # Nothing may wait after the last piece: Django would take the end of the request for a client
        # that left, and cancel what it is just finishing.
        channel = channel_of(protocol)
        if channel is not None and not channel.writable.is_set():
            await channel.writable.wait()

    # The end

    def begin_shutdown(self) -> None:
        if self._shutdown is None:
            self._shutdown = asyncio.ensure_future(self._finish_and_stop())
        else:
            self.stop()  # asked twice: at once

    async def _finish_and_stop(self) -> None:
        loop = asyncio.get_running_loop()
        for port in self.ports:
            await defer.maybeDeferred(port.stopListening).asFuture(loop)
        for protocol in list(self.connections):
            if isinstance(protocol, WebSocketProtocol) and protocol.state == protocol.STATE_OPEN:
                protocol.sendCloseFrame(code=1001, isReply=False)
        deadline = loop.time() + SHUTDOWN_GRACE
        while (channels := self.http_factory.open_channels()) and loop.time() < deadline:
            for channel in channels:
                channel.close_when_idle()
            await asyncio.sleep(0.05)
        self.stop()

    def kill_all_applications(self) -> defer.Deferred[Any]:
        """Cancels what still runs, and gives it a moment to say goodbye."""
        running = [
            instance
            for details in self.connections.values()
            if (instance := details.get("application_instance")) is not None and not instance.done()
        ]
        for instance in running:
            instance.cancel()
        return defer.Deferred.fromFuture(asyncio.ensure_future(_settled(running)))


async def _settled(tasks: list[asyncio.Future[None]]) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=CANCEL_GRACE)


def believe_proxies(scope: dict[str, Any], count: int) -> None:
    """Takes the client's address and scheme from what the `count` proxies in front of us said.

    Each proxy appends the address it was called from, so the client's is the count-th from the right
    (as in allauth); what stands further left was written by the client itself.
    """
    headers: dict[bytes, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, []).extend(part.strip() for part in value.decode("latin1").split(","))
    forwarded = headers.get(b"x-forwarded-for", [])
    if len(forwarded) >= count:
        scope["client"] = [forwarded[-count], 0]
    scheme = headers.get(b"x-forwarded-proto", [""])[-1]
    if scope["type"] == "http" and scheme in {"http", "https"}:
        scope["scheme"] = scheme


def body_limit(upload_paths: Sequence[str], longest: int) -> Callable[[str], int]:
    """The longest body taken at a path: `longest` where files are sent, 1 MiB everywhere else."""
    patterns = [re.compile(pattern) for pattern in upload_paths]
    return lambda path: longest if any(pattern.search(path) for pattern in patterns) else OTHER_BODIES


def serve(
    application: Application,
    *,
    host: str,
    port: int,
    limits: Limits,
    trusted_proxies: int = 0,
    access_log: bool = False,
) -> None:
    """Serves until SIGTERM or SIGINT. Raises SystemExit with words when the address can't be had."""
    server = Server(
        application,
        limits=limits,
        trusted_proxies=trusted_proxies,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        request_buffer_size=64 * 1024,
        action_logger=AccessLogGenerator(sys.stdout) if access_log else None,
    )
    server.run()
    if server.listen_failure is not None:
        raise SystemExit(_why_not_listening(host, port, server.listen_failure))


def _why_not_listening(host: str, port: int, failure: BaseException) -> str:
    cause = getattr(failure, "socketError", None)
    code = getattr(cause, "errno", None)
    if code == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program. Stop that one, or set PORT to a free port."
        )
    if code == errno.EACCES:
        return f"Port {port} on {host} needs more rights than this user has. Set PORT to one above 1023."
    if code == errno.EADDRNOTAVAIL or isinstance(cause, socket.gaierror):
        return f"Port {port}: this machine has no address {host}."
    return f"Port {port} on {host} can't be used: {failure}"


# The loop that brings messages to open pages shares the interpreter with threads that draw pages: Python's
# usual 5 ms before one may interrupt another added up to seconds with many of them.
SWITCH_SECONDS = 0.0005


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves the product as its settings say."""
    parser = argparse.ArgumentParser(
        prog="python -m helpdesk.server", description="The helpdesk's web server."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, help="the port to listen on (default: the setting PORT)")
    parser.add_argument("--access-log", action="store_true", help="write a line for each request")
    options = parser.parse_args(arguments)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    # WhiteNoise reads a static file as a whole under ASGI: the largest has 90 kB compressed, and browsers
    # keep it for ever. Files of clients and staff go through tickets/file_responses.py.
    warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        from helpdesk.asgi import application

        serve(
            application,
            host=options.host,
            port=settings.PORT if options.port is None else options.port,
            limits=Limits(body=body_limit(settings.UPLOAD_PATHS, settings.MAX_REQUEST_BYTES)),
            trusted_proxies=settings.ALLAUTH_TRUSTED_PROXY_COUNT,
            access_log=options.access_log,
        )
    except ImproperlyConfigured as error:
        raise SystemExit(f"The server does not start: {error}") from error


if __name__ == "__main__":
    main()
