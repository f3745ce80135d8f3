"""`python -m telegram_bridge.voice_conversion FROM TO`: what a browser recorded as Ogg/Opus, which Telegram
plays as a voice message. Writes the length in seconds to its standard output.

A process of its own that imports nothing of ours: it reads what a browser has sent, with little memory, time
and room. Opus is only put into the other container; anything else is encoded anew.
https://core.telegram.org/bots/api#sendvoice
"""

import contextlib
import math
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import av

LIMITS = {
    resource.RLIMIT_CPU: 120,
    resource.RLIMIT_AS: 1024**3,  # of addresses; FFmpeg's libraries alone take several hundred MB of them
    resource.RLIMIT_FSIZE: 50 * 1024 * 1024,
    resource.RLIMIT_CORE: 0,
}
BITS_PER_SECOND = 48_000
OPUS_RATE = 48_000

# Chosen by the first bytes, so that no file can name a format that opens other files or addresses.
FORMATS: list[tuple[str, Callable[[bytes], bool]]] = [
    ("matroska", lambda start: start.startswith(b"\x1a\x45\xdf\xa3")),
    ("ogg", lambda start: start.startswith(b"OggS")),
    ("mp4", lambda start: start[4:8] == b"ftyp"),
    ("wav", lambda start: start.startswith(b"RIFF") and start[8:12] == b"WAVE"),
    ("mp3", lambda start: start.startswith(b"ID3") or start[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}),
]


class NoSound(Exception):
    """Nothing in the file can be made into a voice message."""


def convert(source: BinaryIO, target: BinaryIO) -> int:
    """Writes `source` as Ogg/Opus to `target`. Returns its length in seconds, rounded up. Raises NoSound."""
    start = source.read(16)
    source.seek(0)
    container = next((name for name, is_it in FORMATS if is_it(start)), None)
    if container is None:
        raise NoSound("no format that a browser records in")
    try:
        with (
            av.open(source, format=container) as recorded,
            av.open(target, "w", format="ogg") as voice,
        ):
            if not recorded.streams.audio:
                raise NoSound("no sound in it")
            sound = recorded.streams.audio[0]
            is_opus = sound.codec_context.name in {"opus", "libopus"}
            seconds = (_remux if is_opus else _encode)(recorded, sound, voice)
    except (av.FFmpegError, ValueError) as error:
        raise NoSound(str(error)) from error
    if seconds <= 0:
        raise NoSound("it is empty")
    return max(1, math.ceil(seconds - 0.05))


def _remux(recorded: Any, sound: Any, voice: Any) -> float:
    out = voice.add_stream_from_template(sound)
    first, end = None, 0.0
    for packet in recorded.demux(sound):
        if packet.pts is None or not packet.size:
            continue
        first = packet.pts if first is None else first
        packet.pts -= first
        packet.dts = packet.pts
        end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        packet.stream = out
        voice.mux(packet)
    return end


def _encode(recorded: Any, sound: Any, voice: Any) -> float:
    out = voice.add_stream("libopus", rate=OPUS_RATE, layout="mono")
    out.bit_rate = BITS_PER_SECOND
    resampler = av.AudioResampler(format="s16", layout="mono", rate=OPUS_RATE)
    samples = 0
    for frame in recorded.decode(sound):
        frame.pts = None
        for piece in resampler.resample(frame):
            samples += piece.samples
            voice.mux(out.encode(piece))
    for piece in resampler.resample(None):
        samples += piece.samples
        voice.mux(out.encode(piece))
    voice.mux(out.encode(None))
    return samples / OPUS_RATE


def main(source: str, target: str) -> int:
    for what, most in LIMITS.items():
        with contextlib.suppress(ValueError, OSError):  # not every system knows each
            resource.setrlimit(what, (most, most))
    av.logging.set_level(av.logging.PANIC)
    with Path(source).open("rb") as recorded, Path(target).open("xb") as voice:
        try:
            seconds = convert(recorded, cast(BinaryIO, voice))
        except NoSound as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(f"{seconds}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
