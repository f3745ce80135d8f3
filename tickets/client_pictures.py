"""A client's picture: where it is served, and whether what lies there is one."""

from pathlib import Path
from urllib.parse import quote

from django.urls import reverse

# How a picture begins, by its type. Telegram gives JPEG; nothing that could run is let through.
BEGINNINGS: list[tuple[bytes, str]] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
]


def address(client_id: int, key: str) -> str:
    """Where the picture is, with its version: another picture has another address."""
    return f"{reverse('client-avatar', args=[client_id])}?v={quote(key or '1', safe='')}"


def image_type(path: str | Path) -> str:
    """The MIME type of the picture at `path`, nothing for what is none. Raises FileNotFoundError."""
    with Path(path).open("rb") as file:
        beginning = file.read(12)
    if beginning[:4] == b"RIFF" and beginning[8:] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in BEGINNINGS if beginning.startswith(start)), "")
