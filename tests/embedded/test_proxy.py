"""The proxy's configuration in a real Caddy, in front of a server that tells what reached it."""

import http.client
import json
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded import ports
from embedded.processes import Child
from tests.processes import ROOT


class Upstream(BaseHTTPRequestHandler):
    """Answers with the headers it got and how long the body was."""

    def do_GET(self) -> None:
        self._tell()

    def do_POST(self) -> None:
        self._tell()

    def _tell(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left and (piece := self.rfile.read(min(left, 65536))):
            left -= len(piece)
        if left:  # the proxy gave up in the middle
            self.close_connection = True
            return
        answer = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Caddy with our Caddyfile, without TLS."""
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("no caddy on this machine: apt-get install caddy")
    home: Path = tmp_path_factory.mktemp("caddy")
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=upstream.serve_forever)
    thread.start()
    port = ports.any_free()
    child = Child(
        "caddy",
        [caddy, "run", "--config", str(ROOT / "deploy/Caddyfile"), "--adapter", "caddyfile"],
        log=home / "caddy.log",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DOMAIN": f"http://127.0.0.1:{port}",
            "UPSTREAM": f"127.0.0.1:{upstream.server_port}",
        },
        cwd=home,
    )
    child.start().wait_until(lambda: ports.answers(port), seconds=20)
    yield port
    child.stop()
    upstream.shutdown()
    thread.join()
    upstream.server_close()


def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, b"" if answer.status == 101 else answer.read()
    finally:
        connection.close()


def test_metrics_are_not_for_the_outside(proxy: int) -> None:
    assert ask(proxy, "GET", "/metrics")[0] == 404
    assert ask(proxy, "GET", "/metrics/")[0] == 404
    assert ask(proxy, "GET", "/tickets/")[0] == 200


def test_what_a_client_says_about_its_own_address_is_not_passed_on(proxy: int) -> None:
    forged = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}
    _, answer = ask(proxy, "GET", "/", headers=forged)
    seen = json.loads(answer)
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"


def test_a_long_body_is_taken_for_a_reply_and_nowhere_else(proxy: int) -> None:
    three_megabytes = b"x" * 3_000_000
    assert ask(proxy, "POST", "/tickets/7/reply/", three_megabytes)[0] == 200
    assert ask(proxy, "POST", "/accounts/login/", three_megabytes)[0] != 200


def test_telegrams_webhook_requests_get_through_with_their_secret_and_no_longer_than_a_megabyte(
    proxy: int,
) -> None:
    path, secret = "/telegram/webhook/1000001/", {"X-Telegram-Bot-Api-Secret-Token": "secret"}
    status, answer = ask(proxy, "POST", path, b"x" * 1_000_000, secret)
    assert (status, json.loads(answer)["x-telegram-bot-api-secret-token"]) == (200, "secret")
    assert ask(proxy, "POST", path, b"x" * 1_100_000, secret)[0] != 200


def test_websockets_get_through(proxy: int) -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert ask(proxy, "GET", "/ws/inbox/", headers=headers)[0] == 101
