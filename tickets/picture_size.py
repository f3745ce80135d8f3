"""How large a picture is, from its first bytes: the page keeps its place free before it is loaded.

PNG: https://www.w3.org/TR/png/#11IHDR · GIF: https://www.w3.org/Graphics/GIF/spec-gif89a.txt (18) ·
JPEG: ITU-T T.81, B.2.2 · WebP: RFC 9649, section 2.
"""

import struct
from typing import BinaryIO

# A JPEG's frame header comes behind its metadata: a thumbnail and a colour profile take a few hundred kB.
LONGEST_METADATA = 2 * 1024 * 1024
# Start of frame, all kinds; C4, C8 and CC lie among them and are something else.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_size(file: BinaryIO) -> tuple[int, int] | None:
    """(width, height) in pixels of a PNG, GIF, JPEG or WebP, None for anything else. Rewinds `file`."""
    file.seek(0)
    try:
        head = file.read(30)
        if head.startswith(b"\xff\xd8"):
            file.seek(2)
            return _size_of_jpeg(file)
        return _size_of(head)
    except struct.error:
        return None  # shorter than its own header says
    finally:
        file.seek(0)


def _size_of(head: bytes) -> tuple[int, int] | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        width, height = struct.unpack(">II", head[16:24])
        return width, height
    if head.startswith((b"GIF87a", b"GIF89a")):
        width, height = struct.unpack("<HH", head[6:10])
        return width, height
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _size_of_webp(head)
    return None


def _size_of_webp(head: bytes) -> tuple[int, int] | None:
    match head[12:16]:
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack("<I", head[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case _:
            return None


def _size_of_jpeg(file: BinaryIO) -> tuple[int, int] | None:
    while file.tell() < LONGEST_METADATA:
        marker, kind, length = struct.unpack(">BBH", file.read(4))
        if marker != 0xFF:
            return None
        if kind in FRAMES:
            _precision, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
    return None
