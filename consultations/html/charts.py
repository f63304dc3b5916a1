"""Charts as shapes of an inline SVG; the numbers behind each stand in a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 720, 160, 4
ROW = 28


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in the chart's own units; `title` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of bars shows: parts from the bottom up as (kind, number), and its name."""

    name: str
    parts: Sequence[tuple[str, float]]


def bars(columns: Sequence[Column], *, unit: str) -> list[Bar]:
    """Return the bars of some columns, scaled so that the highest fills the chart; nothing when all are empty."""
    highest = max((sum(number for _, number in one.parts) for one in columns), default=0)
    if not highest:
        return []
    width = WIDTH / len(columns)
    drawn = []
    for place, one in enumerate(columns):
        top = float(HEIGHT)
        for kind, number in one.parts:
            height = HEIGHT * number / highest
            top -= height
            title = f"{one.name}: {number:g} {unit} {kind}".strip()
            drawn.append(
                Bar(round(place * width, 1), round(top, 1), round(width - GAP, 1), round(height, 1), kind, title)
            )
    return [bar for bar in drawn if bar.height]


def shares(rows: Sequence[Column]) -> list[Bar]:
    """Return one whole row of the chart's width for each column, divided by the share of each part."""
    drawn = []
    for place, one in enumerate(rows):
        total = sum(number for _, number in one.parts)
        left = 0.0
        for kind, number in one.parts if total else ():
            width = WIDTH * number / total
            title = f"{one.name}: {100 * number / total:.1f} % {kind}"
            drawn.append(Bar(round(left, 1), place * ROW, round(width, 1), ROW - GAP, kind, title))
            left += width
    return [bar for bar in drawn if bar.width]
