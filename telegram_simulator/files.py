"""The files of all chats: one copy per content on disk, and the ids by which a bot knows them.

A `file_id` works for one bot only; a `file_unique_id` is the same for the same content. Uploads are streamed:
no file is ever held in memory. https://core.telegram.org/bots/api#file
"""

import base64
import hashlib
import mimetypes
import secrets
import shutil
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from telegram_simulator.errors import ApiError
from telegram_simulator.probing import Shape, shape_of
from telegram_simulator.store import Store

MOST_UP = 50 * 1024 * 1024
MOST_UP_LOCAL = 2000 * 1024 * 1024  # to an own Bot API server
MOST_DOWN = 20 * 1024 * 1024
FOLDERS = {
    "photo": "photos", "document": "documents", "video": "videos", "audio": "music", "voice": "voice",
    "animation": "animations", "video_note": "video_notes", "sticker": "stickers",
}  # fmt: skip
# What the real server calls them, whatever this machine's table of types says.
SUFFIXES = {"image/jpeg": ".jpg", "audio/ogg": ".oga", "video/mp4": ".mp4", "audio/mpeg": ".mp3"}
TYPES = {
    ".oga": "audio/ogg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".webm": "video/webm",
    ".tgs": "application/x-tgsticker",
}  # fmt: skip


@dataclass(frozen=True)
class Blob:
    """Content that has arrived, with the name and type that came with it."""

    sha256: str
    size: int
    name: str
    mime_type: str


@dataclass(frozen=True)
class StoredFile:
    """A blob as one bot knows it."""

    file_id: str
    file_unique_id: str
    bot_id: int
    kind: str
    sha256: str
    size: int
    name: str
    mime_type: str
    path: str

    @property
    def blob(self) -> Blob:
        return Blob(self.sha256, self.size, self.name, self.mime_type)


class Files:
    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob("arriving-*"):
            leftover.unlink()
        self._local = folder.parent / "local"
        self._store = store
        self._by_id = {each["file_id"]: StoredFile(**each) for each in store.all("file")}
        self._by_path = {(file.bot_id, file.path): file for file in self._by_id.values()}

    async def receive(
        self, chunks: AsyncIterator[bytes], *, name: str, mime_type: str, most: int = MOST_UP
    ) -> Blob:
        """Streams an upload to disk. Raises ApiError 413 above `most` bytes, after reading it to the end."""
        name = PurePosixPath(name.replace("\\", "/")).name
        arriving = self._folder / f"arriving-{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            with arriving.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size <= most:
                        digest.update(chunk)
                        file.write(chunk)
            if size > most:
                raise ApiError(413, "Request Entity Too Large")
            arriving.replace(self._folder / digest.hexdigest())
        finally:
            arriving.unlink(missing_ok=True)
        return Blob(digest.hexdigest(), size, name, mime_type or type_of(name))

    def adopt(self, path: Path) -> Blob:
        """A copy of a file on this machine."""
        arriving = self._folder / f"arriving-{secrets.token_hex(8)}"
        shutil.copyfile(path, arriving)
        with arriving.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        arriving.replace(self._folder / sha256)
        return Blob(sha256, (self._folder / sha256).stat().st_size, path.name, type_of(path.name))

    def local_path(self, file: StoredFile) -> Path:
        """Where an own Bot API server keeps it: absolute, with a name that ends as the content asks."""
        path = (self._local / str(file.bot_id) / file.path).absolute()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(self._folder / file.sha256)
        return path

    def register(self, bot_id: int, kind: str, blob: Blob, *, size: str = "") -> StoredFile:
        """The file that `bot_id` knows this content by. `size` tells a photo's sizes apart."""
        number = len(self._by_path)
        suffix = SUFFIXES.get(blob.mime_type) or PurePosixPath(blob.name).suffix
        suffix = suffix or mimetypes.guess_extension(blob.mime_type) or ""
        unique = hashlib.sha256(f"{kind}:{size}:{blob.sha256}".encode()).digest()[:11]
        file = StoredFile(
            file_id="AgACAgIAAxkB" + _url_safe(secrets.token_bytes(36)),
            file_unique_id="AQAD" + _url_safe(unique),
            bot_id=bot_id,
            kind=kind,
            sha256=blob.sha256,
            size=blob.size,
            name=blob.name,
            mime_type=blob.mime_type,
            path=f"{FOLDERS[kind]}/file_{number}{suffix}",
        )
        self._by_id[file.file_id] = self._by_path[bot_id, file.path] = file
        self._store.save("file", file.file_id, asdict(file))
        return file

    def of_bot(self, bot_id: int, file_id: str) -> StoredFile | None:
        file = self._by_id.get(file_id)
        return file if file and file.bot_id == bot_id else None

    def by_id(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def by_path(self, bot_id: int, path: str) -> StoredFile | None:
        return self._by_path.get((bot_id, path))

    def on_disk(self, sha256: str) -> Path:
        return self._folder / sha256

    def shape(self, blob: Blob) -> Shape:
        return shape_of(self.on_disk(blob.sha256))

    def forget_all(self) -> None:
        self._by_id.clear()
        self._by_path.clear()
        self._store.delete_all("file")
        for path in self._folder.iterdir():
            path.unlink()
        shutil.rmtree(self._local, ignore_errors=True)


def type_of(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
