"""A file on disk as an HTTP answer: in ranges, at the reader's pace, and unable to run in the browser.

Django's `FileResponse` reads the whole file under ASGI and knows no ranges. Here a piece is read when
the one before it was taken. What clients send is not trusted: only types that cannot run anything are
shown in the browser, each under its own sandbox; everything else is a download.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

PIECE = 256 * 1024

# Pictures without scripts, sound, film and plain text. No SVG, HTML or XML: they run scripts. No PDF:
# Chromium 156 runs a PDF's own script in its viewer, also under `sandbox` (an `app.alert` opened a dialog).
SAFE_INLINE = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp",
        "audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/aac", "audio/ogg",
        "audio/opus", "audio/wav", "audio/x-wav", "audio/webm", "audio/flac", "audio/x-flac",
        "video/mp4", "video/webm", "video/ogg", "video/quicktime",
        "text/plain",
    }
)  # fmt: skip

# `sandbox` takes scripts, forms and pop-ups from the file. The rest lets the browser's own page around a
# picture or a film show it: media-src for the film, the style for the frame.
POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"
)
# Chromium's player fetches the film once more, and may not from an origin of its own; scripts stay off.
PLAYER_POLICY = f"{POLICY} allow-same-origin"

# Reads wait for the disk in threads of their own, so that many slow readers take no thread from the pages.
_disk = ThreadPoolExecutor(max_workers=4, thread_name_prefix="file-response")
_RANGE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")


def is_safe_inline(content_type: str) -> bool:
    """Whether a file of this MIME type may be shown in the browser instead of being downloaded."""
    return _bare(content_type) in SAFE_INLINE


def file_response(
    request: HttpRequest, *, path: str | Path, name: str, content_type: str, inline: bool
) -> HttpResponseBase:
    """Returns the file at `path`, or the part of it that the request asks for.

    `name` is what the browser saves it as. `inline` asks for it to be shown; a type that is not safe
    becomes a download all the same. Raises FileNotFoundError when there is no such file.
    """
    found = Path(path).stat()
    etag, modified = f'"{found.st_mtime_ns:x}-{found.st_size:x}"', int(found.st_mtime)
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    if unchanged is not None:
        return _with_headers(unchanged, etag, modified)

    whole = range(found.st_size)
    part = _asked_for(request, found.st_size, etag, modified)
    if part is not None and not part:
        response: HttpResponseBase = HttpResponse(status=416, content_type="text/plain")
        response["Content-Range"] = f"bytes */{found.st_size}"
        return _with_headers(response, etag, modified)

    sent = whole if part is None else part
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(_pieces(request, path, sent))
    if part is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{found.st_size}"
    response["Content-Length"] = str(len(sent))
    response["Content-Type"] = _content_type(content_type)
    disposition = content_disposition_header(not (inline and is_safe_inline(content_type)), _plain(name))
    response["Content-Disposition"] = disposition or "inline"
    return _with_headers(response, etag, modified)


def _with_headers(response: HttpResponseBase, etag: str, modified: int) -> HttpResponseBase:
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    response["Accept-Ranges"] = "bytes"
    # Kept by this browser only, and asked for again each time: someone may have been signed out since.
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    is_played = response.get("Content-Type", "").startswith(("audio/", "video/"))
    # django-csp keeps a header that is there.
    response["Content-Security-Policy"] = PLAYER_POLICY if is_played else POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _asked_for(request: HttpRequest, size: int, etag: str, modified: int) -> range | None:
    """The bytes that the request asks for: None without a range, an empty one when there are no such bytes.

    One range only, as browsers ask; several, or an If-Range that names another version, give the
    whole file, which RFC 9110 (section 14.2) always allows.
    """
    asked = _RANGE.match(request.headers.get("Range", ""))
    if asked is None or request.method != "GET":
        return None
    if request.headers.get("If-Range", etag) not in {etag, http_date(modified)}:
        return None
    first, last = asked.groups()
    if not first:
        return range(max(size - int(last), 0), size) if last else None
    if last and int(last) < int(first):
        return None  # not a valid range, so as if it were not there
    return range(int(first), min(int(last) + 1, size) if last else size)


class _Pieces:
    """Part of a file, read piece by piece; Django closes it with the response."""

    def __init__(self, path: str | Path, part: range) -> None:
        self._file: BinaryIO = Path(path).open("rb")  # noqa: SIM115 (the response closes it)
        self._file.seek(part.start)
        self._left = len(part)

    def read(self) -> bytes:
        """The next piece, empty at the end. Raises OSError when the file became shorter than was promised."""
        piece = self._file.read(min(PIECE, self._left))
        if self._left and not piece:
            raise OSError(f"{self._file.name} became shorter while it was sent")
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


class _SyncPieces(_Pieces):
    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")


class _AsyncPieces(_Pieces):
    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await asyncio.get_running_loop().run_in_executor(_disk, self.read)
        if not piece:
            raise StopAsyncIteration
        return piece


def _pieces(request: HttpRequest, path: str | Path, part: range) -> _SyncPieces | _AsyncPieces:
    """What the request's server can iterate: asynchronous under ASGI, else plain (test client, WSGI)."""
    return _AsyncPieces(path, part) if isinstance(request, ASGIRequest) else _SyncPieces(path, part)


def _bare(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _content_type(content_type: str) -> str:
    """A safe type as itself, anything else as bytes: no browser then guesses that it could be a page."""
    bare = _bare(content_type)
    if bare not in SAFE_INLINE:
        return "application/octet-stream"
    return "text/plain; charset=utf-8" if bare == "text/plain" else bare


def _plain(name: str) -> str:
    """The name without what can't stand in a header or misleads: controls, surrogates, direction marks."""
    printable = "".join(character for character in name if character.isprintable())
    return os.path.basename(printable.replace("\\", "/")) or "file"  # noqa: PTH119 (a name, not a path)
