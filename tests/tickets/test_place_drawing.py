"""The drawing of a place: to scale, whole at the edges of the world, and never wrong enough to fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.place_drawing import HEIGHT, METRES_OF_DEGREE, WIDTH, Drawing, drawing


def drawn(latitude: float, longitude: float, **more: Any) -> Drawing:
    found = drawing({"latitude": latitude, "longitude": longitude, **more})
    assert found is not None
    return found


def test_the_circle_and_the_bar_have_one_scale() -> None:
    place = drawn(0, 0, horizontal_accuracy=500)

    assert float(place.accuracy) / 500 == pytest.approx(float(place.bar) / place.metres, rel=0.01)
    assert float(place.accuracy) < HEIGHT / 2


def test_lines_of_the_net_are_as_far_apart_as_degrees_are() -> None:
    place = drawn(60, 30)  # where a degree of longitude is half as long as one of latitude

    def per_degree(first: Any, second: Any) -> float:
        degrees = [float(line.label.rstrip("°")) for line in (first, second)]
        return (float(second.at) - float(first.at)) / (degrees[1] - degrees[0])

    labelled = [line for line in place.meridians if line.label]
    up = [line for line in place.parallels if line.label]
    assert per_degree(*labelled[:2]) == pytest.approx(-per_degree(*up[:2]) / 2, rel=0.05)


def test_a_degree_is_as_long_on_the_net_as_the_bar_says() -> None:
    place = drawn(0, 10)
    first, second = [line for line in place.meridians if line.label][:2]
    degrees = float(second.label.rstrip("°")) - float(first.label.rstrip("°"))

    metres = (float(second.at) - float(first.at)) / float(place.bar) * place.metres
    assert metres == pytest.approx(degrees * METRES_OF_DEGREE, rel=0.02)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"latitude": 5},
        {"latitude": "5", "longitude": 5},
        {"latitude": 91, "longitude": 0},
        {"latitude": 0, "longitude": 180.5},
        {"latitude": float("nan"), "longitude": 0},
        {"latitude": True, "longitude": 0},
    ],
)
def test_what_is_no_place_on_earth_has_no_drawing(wrong: Any) -> None:
    assert drawing(wrong) is None


numbers = st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=2))


@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180), accuracy=numbers, other=numbers)
def test_every_place_is_drawn_with_a_few_lines_within_its_edges(
    latitude: float, longitude: float, accuracy: Any, other: Any
) -> None:
    place = drawn(
        latitude, longitude, horizontal_accuracy=accuracy, proximity_alert_radius=other, heading=other
    )

    assert len(place.meridians) <= 10
    assert len(place.parallels) <= 6
    assert all(-1 <= float(line.at) <= WIDTH + 1 for line in place.meridians)
    assert all(-1 <= float(line.at) <= HEIGHT + 1 for line in place.parallels)
    assert all(float(part) == float(part) for part in place.world.split())
    assert 10 <= float(place.bar) <= 91
