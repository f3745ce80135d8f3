"""Where files lie while they arrive, from a form or from Telegram: on the disk where they stay.

A finished one is then renamed and not copied. A copy of 2,000 MB would be made with the ticket's row locked,
and everything that its client writes meanwhile would wait.
"""

import contextlib
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

OLDEST_LEFTOVER = 3600  # seconds


def temporary_folder() -> Path:
    """Below the files' place; made when it is needed."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_leftovers() -> None:
    """What a crash left in the temporary folder."""
    oldest = time.time() - OLDEST_LEFTOVER
    for path in temporary_folder().iterdir():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


class ArrivingFile(TemporaryUploadedFile):
    """A form's file; it leaves the disk with the request, unless it was moved away."""

    def __init__(
        self, name: str, content_type: str | None, size: int, charset: str | None, more: Any
    ) -> None:
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=temporary_folder())  # noqa: SIM115
        UploadedFile.__init__(self, file, name, content_type, size, charset, more)


class ArrivingFileHandler(TemporaryFileUploadHandler):
    """https://docs.djangoproject.com/en/5.2/topics/http/file-uploads/#upload-handlers"""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = ArrivingFile(
            self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra
        )
