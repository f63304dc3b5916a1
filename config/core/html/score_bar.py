"""A score prepared for drawing, so that templates need not compute."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

WIDTH = 320
GAP = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """One band of the scale, in units of the drawing."""

    label: str
    low: int
    x: str
    width: str
    is_present: bool


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """What components/score.html draws."""

    name: str
    value: int | None
    maximum: int
    band: str
    segments: tuple[Segment, ...]
    marker_points: str
    description: str


def score_bar(*, name: str, value: int | None, maximum: int, bands: Sequence[tuple[int, str]]) -> ScoreBar:
    """
    Return the drawing of a score.

    value    None when too few questions were answered
    maximum  the highest possible score; the lowest is the first band's
    bands    (lowest score, label) in rising order, such as [(0, "Minimal"), (5, "Mild")]
    """
    lowest = bands[0][0]
    scale = WIDTH / (maximum + 1 - lowest)
    ends = [*(low for low, _ in bands[1:]), maximum + 1]
    segments = tuple(
        Segment(
            label=label,
            low=low,
            x=f"{(low - lowest) * scale:.1f}",
            width=f"{(end - low) * scale - GAP:.1f}",
            is_present=value is not None and low <= value < end,
        )
        for (low, label), end in zip(bands, ends, strict=True)
    )
    band = next((segment.label for segment in segments if segment.is_present), gettext("Not enough answers"))
    return ScoreBar(
        name=name,
        value=value,
        maximum=maximum,
        band=band,
        segments=segments,
        marker_points="" if value is None else _marker((value - lowest + 0.5) * scale),
        description=_description(name=name, value=value, maximum=maximum, segments=segments, ends=ends),
    )


def _marker(x: float) -> str:
    return f"{x - 6:.1f},2 {x + 6:.1f},2 {x:.1f},11"


def _description(*, name: str, value: int | None, maximum: int, segments: Sequence[Segment], ends: list[int]) -> str:
    scored = gettext("not scored")
    if value is not None:
        scored = gettext("%(value)s of %(maximum)s") % {"value": value, "maximum": maximum}
    ranges = ", ".join(
        gettext("%(low)s to %(high)s %(band)s") % {"low": s.low, "high": end - 1, "band": s.label.lower()}
        for s, end in zip(segments, ends, strict=True)
    )
    return gettext("%(name)s: %(scored)s. Bands: %(ranges)s.") % {"name": name, "scored": scored, "ranges": ranges}
