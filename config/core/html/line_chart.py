"""Lines over time prepared for drawing, so that templates need not compute."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 14, 30
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a class for its look, its name, its points as SVG wants them, and each point for its dot."""

    look: str
    name: str
    points: str
    dots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis, at its place in units of the drawing."""

    label: str
    at: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """What components/line_chart.html draws."""

    title: str
    description: str
    lines: tuple[Line, ...]
    columns: tuple[Mark, ...]
    heights: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def line_chart(
    *, title: str, unit: str, columns: Sequence[str], lines: Sequence[tuple[str, str, Sequence[float | None]]]
) -> LineChart:
    """
    Return the drawing of some lines over the same columns.

    unit   what the heights are counted in, such as "hours"
    lines  (look, name, one value for each column); a column without a value has no point
    """
    top = _round_up(max((value for _, _, values in lines for value in values if value is not None), default=1))
    places = [_x(index, len(columns)) for index in range(len(columns))]
    return LineChart(
        title=title,
        description=_description(title, unit, columns, lines),
        lines=tuple(_line(look, name, values, places, top) for look, name, values in lines),
        columns=tuple(Mark(label, f"{x:.1f}") for label, x in zip(columns, places, strict=True)),
        heights=tuple(Mark(f"{top * part / 4:g}", f"{_y(top * part / 4, top):.1f}") for part in range(5)),
    )


def _line(look: str, name: str, values: Sequence[float | None], places: Sequence[float], top: float) -> Line:
    dots = tuple(
        (f"{x:.1f}", f"{_y(value, top):.1f}") for x, value in zip(places, values, strict=True) if value is not None
    )
    return Line(look, name, " ".join(f"{x},{y}" for x, y in dots), dots)


def _x(index: int, count: int) -> float:
    return LEFT + 8 + (WIDTH - RIGHT - LEFT - 16) * (index / (count - 1) if count > 1 else 0.5)


def _y(value: float, top: float) -> float:
    return TOP + (HEIGHT - BOTTOM - TOP) * (1 - value / top)


def _round_up(value: float) -> float:
    size = 1.0
    while True:
        for step in _STEPS:
            if value <= 4 * step * size:
                return 4 * step * size
        size *= 10


def _description(
    title: str, unit: str, columns: Sequence[str], lines: Sequence[tuple[str, str, Sequence[float | None]]]
) -> str:
    if not columns:
        return f"{title}: nothing to show yet."
    last = [f"{name} {values[-1]:g} {unit}" for _, name, values in lines if values and values[-1] is not None]
    return f"{title}, {columns[0]} to {columns[-1]}. In the last week: {', '.join(last) or 'nothing'}."
