"""The course of a score prepared for drawing: values are written at their points, so that it reads without colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

WIDTH, HEIGHT = 360, 190
# At the end stand the names of the bands, beside the points and not under them.
LEFT, RIGHT, TOP, BOTTOM = 34, 84, 22, 34
MOST_POINTS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement, in units of the drawing; `label_y` keeps its value clear of its line."""

    label: str
    value: int
    x: str
    y: str
    label_y: str


@dataclass(frozen=True, slots=True)
class Level:
    """Where a band begins."""

    label: str
    low: int
    y: str
    text_y: str


@dataclass(frozen=True, slots=True)
class TrendPlot:
    """What components/trend.html draws."""

    name: str
    points: tuple[Point, ...]
    levels: tuple[Level, ...]
    line: str
    description: str


def trend_plot(
    *, name: str, maximum: int, bands: Sequence[tuple[int, str]], course: Sequence[tuple[str, int]]
) -> TrendPlot | None:
    """
    Return the drawing of a score's course; None with fewer than two measurements.

    bands   (lowest score, label) in rising order
    course  (day in words, score), oldest first; the last six are drawn, one step apart each
    """
    shown = list(course)[-MOST_POINTS:]
    if len(shown) < 2:
        return None
    lowest = bands[0][0] if bands else 0
    step = (WIDTH - LEFT - RIGHT - 24) / (len(shown) - 1)

    def height(value: int) -> float:
        return HEIGHT - BOTTOM - (value - lowest) / (maximum - lowest) * (HEIGHT - TOP - BOTTOM)

    course_in_words = ", ".join(
        gettext("%(day)s: %(value)s of %(maximum)s") % {"day": label, "value": value, "maximum": maximum}
        for label, value in shown
    )
    points = tuple(
        Point(label, value, f"{LEFT + 12 + place * step:.1f}", f"{height(value):.1f}", f"{height(value) - 9:.1f}")
        for place, (label, value) in enumerate(shown)
    )
    levels = tuple(Level(text, low, f"{height(low):.1f}", f"{height(low) - 3:.1f}") for low, text in bands)
    return TrendPlot(
        name=name,
        points=points,
        levels=levels,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        description=gettext("%(name)s over time: %(course)s.") % {"name": name, "course": course_in_words},
    )
