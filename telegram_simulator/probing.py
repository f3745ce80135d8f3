"""What a file's first bytes tell: the size of a picture, the length of a sound or film.

Only headers are read. Formats: PNG, JPEG, GIF, WebP; MP4 and its relatives; Ogg Opus; WAV.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SNIFFED = 64 * 1024


@dataclass(frozen=True)
class Shape:
    """Zero is "not known". `width` and `height` in pixels, `duration` in seconds."""

    width: int = 0
    height: int = 0
    duration: int = 0


def shape_of(path: Path) -> Shape:
    """The shape of the file; all zeros when it is nothing that this module knows."""
    with path.open("rb") as file:
        start = file.read(SNIFFED)
        try:
            return _shape(file, start, path.stat().st_size)
        except (struct.error, IndexError, ValueError, ZeroDivisionError):
            return Shape()  # a broken header says nothing


def _shape(file: BinaryIO, start: bytes, size: int) -> Shape:
    shape = Shape()
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        shape = Shape(*struct.unpack(">II", start[16:24]))
    elif start[:6] in {b"GIF87a", b"GIF89a"}:
        shape = Shape(*struct.unpack("<HH", start[6:10]))
    elif start.startswith(b"\xff\xd8"):
        shape = _jpeg(file)
    elif start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        shape = _webp(start)
    elif start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        shape = _wav(start, size)
    elif start.startswith(b"OggS"):
        shape = _ogg(file, size)
    elif start[4:8] == b"ftyp":
        shape = _mp4(file, size)
    return shape


def _jpeg(file: BinaryIO) -> Shape:
    """Walks the segments up to the frame header; one may be longer than what was sniffed (a large EXIF)."""
    file.seek(2)
    while True:
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:
            return Shape()
        (length,) = struct.unpack(">H", file.read(2))
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", file.read(5)[1:5])
            return Shape(width, height)
        file.seek(length - 2, 1)


def _webp(start: bytes) -> Shape:
    kind = start[12:16]
    if kind == b"VP8X":
        return Shape(int.from_bytes(start[24:27], "little") + 1, int.from_bytes(start[27:30], "little") + 1)
    if kind == b"VP8L":
        bits = int.from_bytes(start[21:25], "little")
        return Shape((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", start[26:30])
    return Shape(width & 0x3FFF, height & 0x3FFF)


def _wav(start: bytes, size: int) -> Shape:
    (bytes_per_second,) = struct.unpack("<I", start[28:32])
    return Shape(duration=round((size - 44) / bytes_per_second))


def _ogg(file: BinaryIO, size: int) -> Shape:
    """The last page's position; for Opus it always counts 48,000 a second (RFC 7845)."""
    file.seek(max(0, size - SNIFFED))
    end = file.read()
    (position,) = struct.unpack("<q", end[(at := end.rindex(b"OggS")) + 6 : at + 14])
    return Shape(duration=max(1, round(position / 48_000)))


def _mp4(file: BinaryIO, size: int) -> Shape:
    """Duration from `mvhd`, width and height from the largest `tkhd`. ISO/IEC 14496-12."""
    width = height = duration = 0
    todo = [(0, size)]
    while todo:
        begin, end = todo.pop()
        while begin + 8 <= end:
            file.seek(begin)
            length, kind = struct.unpack(">I4s", file.read(8))
            body = begin + 8
            if length == 1:
                (length,) = struct.unpack(">Q", file.read(8))
                body += 8
            length = length or end - begin
            if length < 8:
                break
            if kind in {b"moov", b"trak"}:
                todo.append((body, begin + length))
            elif kind == b"mvhd":
                file.seek(body)
                head = file.read(32)
                scale, units = (
                    struct.unpack(">II", head[12:20]) if not head[0] else struct.unpack(">IQ", head[20:32])
                )
                duration = round(units / scale)
            elif kind == b"tkhd":
                file.seek(begin + length - 8)
                wide, high = struct.unpack(">II", file.read(8))
                width, height = max(width, wide >> 16), max(height, high >> 16)
            begin += length
    return Shape(width, height, duration)
