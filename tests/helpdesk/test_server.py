"""The server process over real sockets: what it holds, whom it waits for, whom it cuts, how it ends."""

import asyncio
import contextlib
import hashlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = Path(__file__).with_name("transport_app.py")
MIB = 1024 * 1024


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=20, **options)

    def facts(self) -> dict[str, int]:
        facts: dict[str, int] = self.get("/facts/").json()
        return facts

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def post_head(self, path: str, length: int, *extra: str) -> bytes:
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {length}", *extra, "", ""]
        return "\r\n".join(lines).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running_server(*arguments: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(APP), str(port), *arguments], env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    server = Server(process, port)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), server.connect():
                break
            time.sleep(0.05)
        yield server
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as server:
        yield server


def read_all(connection: socket.socket) -> bytes:
    """Everything the server sends until it closes."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def seconds_until_closed(connection: socket.socket) -> float:
    start = time.monotonic()
    read_all(connection)
    return time.monotonic() - start


# Bodies


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 900_000])
def test_a_body_of_any_size_arrives_whole(server: Server, size: int) -> None:
    body = os.urandom(size)
    answer = httpx.post(server.url + "/", content=body)
    assert answer.text == f"{size} {hashlib.sha256(body).hexdigest()}"


def test_a_chunked_body_arrives_whole_and_the_connection_serves_on(server: Server) -> None:
    pieces = [os.urandom(70_000) for _ in range(20)]
    digest = hashlib.sha256(b"".join(pieces)).hexdigest()
    with httpx.Client(base_url=server.url) as client:
        assert client.post("/upload/", content=iter(pieces)).text == f"1400000 {digest}"
        assert client.post("/upload/", content=b"".join(pieces)).text == f"1400000 {digest}"
        assert client.post("/", content=b"a").text.startswith("1 ")


def test_the_application_sees_the_first_piece_while_the_rest_is_still_coming(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/first/", 10 * MIB) + b"x" * 1000)
        assert b"1000 more=True" in connection.recv(65536)


def test_a_refusal_is_answered_at_the_headers(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/refused/", 50 * MIB))
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"Connection: close" in answer
    assert b"not for you" in answer


def test_a_client_that_sends_on_after_a_refusal_still_sees_the_answer(server: Server) -> None:
    answer = httpx.post(server.url + "/upload/refused/", content=b"x" * 50 * MIB)
    assert (answer.status_code, answer.text) == (401, "not for you")


def test_the_rest_of_a_refused_body_does_not_reset_the_connection(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/refused/", 70_000))
        answer = b""
        while b"not for you" not in answer:
            answer += connection.recv(65536)
        for _ in range(7):  # a reset would fail the second piece, and on some systems lose the answer
            connection.sendall(b"x" * 10_000)
            time.sleep(0.02)
        while connection.recv(65536):
            pass


def test_what_follows_a_refused_body_is_not_read_as_a_request(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/refused/", 70_000) + b"x" * 70_000)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert read_all(connection).count(b"HTTP/1.1") == 1


def test_a_body_that_is_announced_too_long_is_refused_at_the_headers(server: Server) -> None:
    for path, length in [("/", MIB + 1), ("/upload/", 80 * MIB + 1)]:
        with server.connect() as connection:
            connection.sendall(server.post_head(path, length))
            assert read_all(connection).startswith(b"HTTP/1.1 413")


def test_a_body_without_a_length_is_counted_and_refused(server: Server) -> None:
    answer = httpx.post(server.url + "/", content=iter([b"x" * 65536] * 100))
    assert answer.status_code == 413
    assert "1024 KiB" in answer.text


def test_the_client_is_asked_to_continue_only_when_the_application_reads(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/", 100_000, "Expect: 100-continue"))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"x" * 100_000)
        assert b"100000 " in connection.recv(65536)
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/refused/", 100_000, "Expect: 100-continue"))
        assert b"100 Continue" not in read_all(connection)


def test_a_body_is_read_no_faster_than_the_application_takes_it(server: Server) -> None:
    body = os.urandom(40 * MIB)
    before = server.facts()["VmHWM"]
    answer: list[httpx.Response] = []
    sender = threading.Thread(
        target=lambda: answer.append(httpx.post(server.url + "/upload/held/", content=body, timeout=20))
    )
    sender.start()
    time.sleep(2)  # longer than the idle time-out, which must not run while it is us who do not read
    assert server.facts()["VmHWM"] - before < 3 * 1024
    server.get("/read-on/")
    sender.join()
    assert answer[0].text == f"{len(body)} {hashlib.sha256(body).hexdigest()}"
    assert server.facts()["VmHWM"] - before < 3 * 1024


def test_several_large_bodies_at_once_are_not_held_in_memory(server: Server) -> None:
    before = server.facts()["VmHWM"]
    body = b"x" * 50 * MIB
    senders = [
        threading.Thread(
            target=httpx.post, args=(server.url + "/upload/",), kwargs={"content": body, "timeout": 60}
        )
        for _ in range(4)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert server.facts()["VmHWM"] - before < 6 * 1024


def test_a_client_that_leaves_in_the_middle_of_its_body_is_noticed(server: Server) -> None:
    before = server.facts()["disconnects"]
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/", 10 * MIB) + b"x" * 100_000)
    time.sleep(0.3)
    assert server.facts()["disconnects"] == before + 1


# Answers


def test_a_slow_reader_is_waited_for(server: Server) -> None:
    before = server.facts()["VmHWM"]
    with server.connect() as connection:
        connection.sendall(b"GET /big/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(0.7)
        first = server.facts()["sent"]
        time.sleep(0.5)
        # What is on its way is in the kernel's buffers, and it stays as it is while nobody reads.
        assert server.facts()["sent"] == first < 20 * MIB
        received = 0
        while received < 800 * 65536:
            received += len(connection.recv(MIB))
    assert server.facts()["VmHWM"] - before < 3 * 1024


async def test_a_websocket_that_does_not_read_is_waited_for(server: Server) -> None:
    before = server.facts()["VmHWM"]
    async with aiohttp.ClientSession() as session, session.ws_connect(server.url + "/ws/flood/") as websocket:
        await asyncio.sleep(0.7)
        first = server.facts()["sent"]
        await asyncio.sleep(0.3)
        assert server.facts()["sent"] == first < 20 * MIB
        for _ in range(1000):
            assert len(await websocket.receive_bytes(timeout=5)) == 65536
    assert server.facts()["VmHWM"] - before < 3 * 1024


def test_an_answer_to_a_client_that_left_is_cancelled(server: Server) -> None:
    before = server.facts()["cancelled"]
    with server.connect() as connection:
        connection.sendall(b"GET /endless/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.recv(1000)
    time.sleep(0.5)
    assert server.facts()["cancelled"] == before + 1


def test_a_client_that_takes_nothing_at_all_is_cut(server: Server) -> None:
    before = server.facts()["cancelled"]
    with server.connect() as connection:
        connection.sendall(b"GET /endless/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        deadline = time.monotonic() + 12
        while server.facts()["cancelled"] == before and time.monotonic() < deadline:
            time.sleep(0.3)
        assert server.facts()["cancelled"] == before + 1


def test_half_an_answer_does_not_look_like_a_whole_one(server: Server) -> None:
    with pytest.raises(httpx.TransportError):
        server.get("/broken/")
    assert server.get("/").status_code == 200


def test_an_application_that_fails_is_answered_for_at_once(server: Server) -> None:
    for path in ("/failing/", "/silent/"):
        times = []
        for _ in range(3):  # Daphne would look for such ones once a second
            start = time.monotonic()
            assert server.get(path).status_code == 500
            times.append(time.monotonic() - start)
        assert min(times) < 0.5


def test_a_head_request_gets_no_body_however_many_pieces_there_are(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(b"HEAD /big/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"xxx" not in read_all(connection)


# Slow and silent clients


def test_headers_that_trickle_in_are_cut(server: Server) -> None:
    with server.connect() as connection:
        start = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 100:
                connection.sendall(bytes([byte]))
                if select.select([connection], [], [], 0.05)[0]:
                    break
        assert 0.8 < time.monotonic() - start < 3


def test_a_body_that_stops_coming_is_cut(server: Server) -> None:
    for length in (1000, 100_000):
        with server.connect() as connection:
            connection.sendall(server.post_head("/upload/", length) + b"x" * 500)
            assert seconds_until_closed(connection) < 3


def test_a_body_that_trickles_in_is_cut(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(server.post_head("/upload/", 100_000))
        start = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() - start < 15:
                connection.sendall(b"x")
                if select.select([connection], [], [], 0.3)[0]:
                    break
        assert 3 < time.monotonic() - start < 12


# Who is asking


def test_forwarded_headers_are_believed_only_behind_a_proxy(server: Server) -> None:
    forwarded = {"X-Forwarded-For": "6.6.6.6, 203.0.113.7", "X-Forwarded-Proto": "https"}
    direct = server.get("/scope/", headers=forwarded).json()
    assert (direct["client"][0], direct["scheme"]) == ("127.0.0.1", "http")
    with running_server("1") as behind_proxy:
        # The proxy appended the last address; what stands before it is the client's invention.
        seen = behind_proxy.get("/scope/", headers=forwarded).json()
        assert (seen["client"][0], seen["scheme"]) == ("203.0.113.7", "https")


# The end


async def test_sigterm_closes_sockets_and_lets_running_requests_finish() -> None:
    with running_server() as server:
        async with aiohttp.ClientSession() as session, session.ws_connect(server.url + "/ws/") as websocket:
            await websocket.send_str("hello")
            assert await websocket.receive_str() == "hello"
            running = asyncio.ensure_future(asyncio.to_thread(server.get, "/slow/"))
            await asyncio.sleep(0.3)
            server.process.send_signal(signal.SIGTERM)
            message = await websocket.receive(timeout=2)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
            assert (await running).text == "finished"
        assert await asyncio.to_thread(server.process.wait, 5) == 0


def test_an_idle_server_ends_at_once_on_ctrl_c() -> None:
    with running_server() as server, httpx.Client(base_url=server.url) as client:
        client.get("/")  # leaves a connection open
        start = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(5) == 0
        assert time.monotonic() - start < 2


def test_a_taken_port_is_named_in_one_line(server: Server) -> None:
    second = subprocess.run(
        [sys.executable, str(APP), str(server.port)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == (
        f"Port {server.port} on 127.0.0.1 is taken by another program. "
        "Stop that one, or set PORT to a free port.\n"
    )
