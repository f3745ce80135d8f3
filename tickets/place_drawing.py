"""A place as a small drawing of our own: a net of degrees around its pin, and where on Earth that is.

Maps with streets would have to be asked for elsewhere, which tells others what clients send us. What is drawn
to scale: the net, the circle within which the place lies, the circle of a proximity alert, the scale bar.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 320, 168  # of the drawing, in its own units
REGION = 46  # degrees that the little map of the region shows, from top to bottom
METRES_OF_DEGREE = 111_320
FINEST = 2.0  # metres per unit, when no circle asks for more
LINE_EVERY = 48  # units between two lines of the net, or somewhat more
SCALE_BAR = 90  # units that the scale bar has at most
# Of static/vendor/world-atlas/world.svg: so many units for a degree, from 180° west and 90° north on. It goes
# on for 70° beyond its edges, so that a place near one lies amid what is around it.
WORLD_UNITS = 10
MOST_WIDENED = 0.35
LABEL, BELOW = 36, 132  # units: the room of a label at the right edge; where the scale bar begins


@dataclass(frozen=True)
class Line:
    """A meridian or a parallel: where it runs, and its degrees where there is room for them."""

    at: str
    label: str


@dataclass(frozen=True)
class Drawing:
    """What the template draws; numbers are words already, with a point in every language."""

    meridians: list[Line]
    parallels: list[Line]
    accuracy: str  # radius; empty without one
    alert: str
    heading: str  # degrees clockwise from north; empty without one
    bar: str
    metres: int  # that the bar stands for
    world: str  # the part of the world's map that is shown, as a viewBox
    width: int = WIDTH
    height: int = HEIGHT


def drawing(details: Mapping[str, Any]) -> Drawing | None:
    """The drawing of a location's details, or None when they name no place on Earth."""
    latitude, longitude = _number(details.get("latitude")), _number(details.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    accuracy = _radius(details.get("horizontal_accuracy"))
    alert = _radius(details.get("proximity_alert_radius"))
    heading = _number(details.get("heading"))
    scale = max(FINEST, accuracy / (HEIGHT * 0.42), alert / (HEIGHT * 0.42))
    # Meridians meet at a pole; the last degree before it is drawn as if they didn't.
    narrowing = max(math.cos(math.radians(latitude)), 0.02)
    metres = _round_number_below(SCALE_BAR * scale)
    return Drawing(
        meridians=_net(longitude, METRES_OF_DEGREE * narrowing / scale, WIDTH, most=180),
        parallels=_net(latitude, -METRES_OF_DEGREE / scale, HEIGHT, most=90),
        accuracy=f"{accuracy / scale:.1f}" if accuracy > 0 else "",
        alert=f"{alert / scale:.1f}" if alert > 0 else "",
        heading=f"{heading % 360:.0f}" if heading is not None else "",
        bar=f"{metres / scale:.1f}",
        metres=int(metres),
        world=_region(latitude, longitude),
    )


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def _radius(value: Any) -> float:
    """Metres; nothing real is larger than a degree."""
    return min(max(_number(value) or 0.0, 0.0), METRES_OF_DEGREE)


def _net(centre: float, per_degree: float, length: int, *, most: int) -> list[Line]:
    """The lines across `length` units with `centre` degrees in the middle, none beyond `most` degrees."""
    step = _round_number_above(LINE_EVERY / abs(per_degree))
    digits = max(0, -math.floor(math.log10(step)))
    half = length / 2 / abs(per_degree)
    found = []
    for number in range(math.ceil((centre - half) / step), math.floor((centre + half) / step) + 1):
        degrees = number * step
        if abs(degrees) <= most:
            at = length / 2 + (degrees - centre) * per_degree
            is_free = at < length - LABEL if length == WIDTH else 24 < at < BELOW
            found.append(Line(f"{at:.1f}", f"{degrees:.{digits}f}°" if is_free else ""))
    return found


def _round_number_above(value: float) -> float:
    """The next of 1, 2, 5, 10, 20 …"""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value * (1 - 1e-9))


def _round_number_below(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * factor for factor in (5, 2, 1) if power * factor <= value * (1 + 1e-9))


def _region(latitude: float, longitude: float) -> str:
    """Wider in degrees towards the poles, where degrees are narrower: coasts keep their shape."""
    width = REGION / max(math.cos(math.radians(latitude)), MOST_WIDENED)
    left, top = (longitude + 180 - width / 2) * WORLD_UNITS, (90 - latitude - REGION / 2) * WORLD_UNITS
    return f"{left:.0f} {top:.0f} {width * WORLD_UNITS:.0f} {REGION * WORLD_UNITS}"
