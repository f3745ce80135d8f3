"""Files over HTTP, from a real server process: ranges, versions, names, pace, and what can't run."""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import wave
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from playwright.sync_api import Error as PlaywrightError

from tickets.file_responses import file_response, is_safe_inline

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
APP = Path(__file__).with_name("files_app.py")
MIB = 1024 * 1024
SCRIPT = '<script>document.title = "ran"</script>'


@dataclass
class Files:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, name: str, content_type: str = "text/plain", **headers: str) -> httpx.Response:
        return self.ask("GET", name, content_type, **headers)

    def ask(self, method: str, name: str, content_type: str = "text/plain", **headers: str) -> httpx.Response:
        url = f"{self.url}/file/{name}"
        spelled = {key.replace("_", "-"): value for key, value in headers.items()}
        return httpx.request(method, url, params={"type": content_type}, headers=spelled, timeout=20)

    def peak(self) -> int:
        """The server's highest memory so far, in KiB."""
        peak: int = httpx.get(self.url + "/memory/").json()["VmHWM"]
        return peak


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "digits").write_bytes(b"0123456789")
    (folder / "empty").write_bytes(b"")
    with (folder / "large").open("wb") as large:
        large.truncate(50 * MIB)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(APP), str(port), str(folder)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield Files(folder, port)
    finally:
        process.kill()
        process.wait()


# Ranges


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=2-5", 206, b"2345", "bytes 2-5/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=4-999", 206, b"456789", "bytes 4-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789", None),
    ],
)
def test_a_range_gives_that_part(
    files: Files, asked: str, status: int, body: bytes, content_range: str | None
) -> None:
    answer = files.get("digits", Range=asked)
    assert (answer.status_code, answer.content) == (status, body)
    assert answer.headers.get("Content-Range") == content_range
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_an_empty_file_has_no_range(files: Files) -> None:
    assert files.get("empty").content == b""
    assert files.get("empty", Range="bytes=0-").status_code == 416
    assert files.get("empty", Range="bytes=-5").status_code == 416


def test_a_range_of_another_version_gives_the_whole_file(files: Files) -> None:
    etag = files.get("digits").headers["ETag"]
    assert files.get("digits", Range="bytes=0-1", If_Range=etag).status_code == 206
    assert files.get("digits", Range="bytes=0-1", If_Range='"other"').content == b"0123456789"


def test_head_says_what_get_would_send(files: Files) -> None:
    head = files.ask("HEAD", "large")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(50 * MIB))


def test_an_unchanged_file_is_not_sent_again(files: Files) -> None:
    (files.folder / "changing").write_bytes(b"one")
    first = files.get("changing")
    assert files.get("changing", If_None_Match=first.headers["ETag"]).status_code == 304
    assert files.get("changing", If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    (files.folder / "changing").write_bytes(b"two")
    assert files.get("changing", If_None_Match=first.headers["ETag"]).content == b"two"
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db  # closing an answer gives connections back
def test_without_an_asynchronous_server_the_same_bytes_come(files: Files) -> None:
    request = RequestFactory().get("/", headers={"Range": "bytes=2-4"})
    response = file_response(
        request, path=files.folder / "digits", name="a.txt", content_type="text/plain", inline=True
    )
    assert isinstance(response, StreamingHttpResponse)
    assert b"".join(response) == b"234"
    response.close()


# Pace


def test_a_large_file_read_slowly_stays_on_the_disk(files: Files) -> None:
    files.get("digits")
    before = files.peak()
    with socket.create_connection(("127.0.0.1", files.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(
            b"GET /file/large?type=video/mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        )
        received = 0
        for _ in range(15):  # 200 KB/s
            received += len(connection.recv(20_000))
            time.sleep(0.1)
        slow = files.peak() - before
        while piece := connection.recv(MIB):
            received += len(piece)
    assert received > 50 * MIB
    assert slow < 5 * 1024
    assert files.peak() - before < 5 * 1024


def test_uploads_add_little_memory_from_the_socket_to_the_view(files: Files) -> None:
    small = {"file": ("a.bin", b"x" * 1000)}
    assert httpx.post(files.url + "/upload/", files=small).text == "1000"
    before = files.peak()
    answers: list[str] = []

    def upload() -> None:
        with (files.folder / "large").open("rb") as large:
            sent = {"file": ("a.bin", large)}
            answers.append(httpx.post(files.url + "/upload/", files=sent, timeout=60).text)

    uploads = [threading.Thread(target=upload) for _ in range(3)]
    for one in uploads:
        one.start()
    for one in uploads:
        one.join()
    assert answers == [str(50 * MIB)] * 3
    assert files.peak() - before < 10 * 1024


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(files: Files) -> None:
    shrinking = files.folder / "shrinking"
    with shrinking.open("wb") as file:
        file.truncate(50 * MIB)
    with httpx.stream("GET", f"{files.url}/file/shrinking") as answer:
        os.truncate(shrinking, 1000)
        with pytest.raises(httpx.TransportError):
            answer.read()
    assert files.get("digits").content == b"0123456789"


# What can't run


@pytest.mark.parametrize(
    ("content_type", "sent_as", "shown"),
    [
        ("image/png", "image/png", True),
        ("IMAGE/JPEG; x=y", "image/jpeg", True),
        ("video/mp4", "video/mp4", True),
        ("audio/ogg", "audio/ogg", True),
        ("text/plain", "text/plain; charset=utf-8", True),
        ("text/plain; charset=utf-7", "text/plain; charset=utf-8", True),
        ("image/svg+xml", "application/octet-stream", False),
        ("text/html", "application/octet-stream", False),
        ("application/xhtml+xml", "application/octet-stream", False),
        ("application/pdf", "application/octet-stream", False),
        ("text/javascript", "application/octet-stream", False),
        ("", "application/octet-stream", False),
        ("image/png\r\nX-Evil: 1", "application/octet-stream", False),
    ],
)
def test_only_types_that_cannot_run_are_shown(
    files: Files, content_type: str, sent_as: str, shown: bool
) -> None:
    answer = files.get("digits", content_type)
    assert is_safe_inline(content_type) is shown
    assert answer.headers["Content-Type"] == sent_as
    assert answer.headers["Content-Disposition"].partition(";")[0] == ("inline" if shown else "attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("report.txt", 'filename="report.txt"'),
        ('a"b\\c.txt', 'filename="c.txt"'),
        ("отчёт 1.txt", "filename*=utf-8''%D0%BE%D1%82%D1%87%D1%91%D1%82%201.txt"),
        ("a\r\nX-Evil: 1", 'filename="aX-Evil: 1"'),
        ("../../etc/passwd", 'filename="passwd"'),
        ("photo\u202egpj.exe", 'filename="photogpj.exe"'),
        ("half \ud83d pair", 'filename="half  pair"'),
        ("", 'filename="file"'),
    ],
)
def test_any_name_makes_a_header(files: Files, name: str, said: str) -> None:
    request = RequestFactory().head("/")
    response = file_response(
        request, path=files.folder / "digits", name=name, content_type="text/plain", inline=False
    )
    assert response.headers["Content-Disposition"] == f"attachment; {said}"


def picture() -> bytes:
    """A red PNG of 40 × 30."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * 40 for _ in range(30))
    header = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


@pytest.mark.browser
def test_nothing_a_client_sends_runs_in_the_browser(files: Files, page: "Page") -> None:
    (files.folder / "text").write_text(SCRIPT, encoding="utf-8")
    page.goto(f"{files.url}/file/text?type=text/plain")
    assert SCRIPT in page.inner_text("body")
    assert page.title() != "ran"
    for content_type in ("text/html", "image/svg+xml", "application/xhtml+xml", "application/pdf"):
        with page.expect_download() as download, contextlib.suppress(PlaywrightError):
            page.goto(f"{files.url}/file/text?type={content_type}")
        assert download.value.suggested_filename.startswith("text")
        assert page.title() != "ran"


@pytest.mark.browser
def test_a_picture_and_a_recording_opened_directly_are_shown(files: Files, page: "Page") -> None:
    (files.folder / "red.png").write_bytes(picture())
    with wave.open(str(files.folder / "silence.wav"), "wb") as recording:
        recording.setparams((1, 2, 8000, 0, "NONE", ""))
        recording.writeframes(b"\0\0" * 16_000)
    page.goto(f"{files.url}/file/red.png?type=image/png")
    assert page.evaluate("document.querySelector('img').naturalWidth") == 40
    page.goto(f"{files.url}/file/silence.wav?type=audio/wav")
    page.wait_for_function("document.querySelector('video, audio').readyState >= 1")
    assert page.evaluate("document.querySelector('video, audio').duration") == 2
