"""Sound as browsers record it: a tone, in the container and codec that each of them hands over."""

import array
import io
import math
from fractions import Fraction
from typing import Any

import av

RATE, PIECE = 48_000, 960


def recording(container: str, codec: str, *, seconds: int = 2) -> bytes:
    """("webm", "libopus") as Chromium, ("mp4", "aac") as Safari, ("ogg", "libopus") as Firefox."""
    whole = io.BytesIO()
    target: Any = whole
    with av.open(target, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=RATE, layout="mono")
        for number in range(seconds * RATE // PIECE):
            file.mux(stream.encode(_tone(number)))
        file.mux(stream.encode(None))
    return whole.getvalue()


def _tone(number: int) -> Any:
    frame = av.AudioFrame(format="s16", layout="mono", samples=PIECE)
    wave = array.array("h", (int(9000 * math.sin((number * PIECE + at) / 20)) for at in range(PIECE)))
    frame.planes[0].update(wave.tobytes())
    frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), number * PIECE
    return frame
