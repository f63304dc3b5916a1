"""Functions over dates and times; the present instant is pinned for a whole evaluation."""

from collections.abc import Callable
from datetime import date
from typing import Any

from intake.domain.fhirpath.element import Collection, single
from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.functions.conversions import to_date_time
from intake.domain.fhirpath.scope import Frame
from intake.domain.fhirpath.temporal import Temporal

_PARTS = ("year", "month", "day", "hour", "minute", "millisecond")


def _today(frame: Frame, _focus: Collection) -> Collection:
    return [Temporal("Date", frame.world.moment().parts[:3])]


def _time_of_day(frame: Frame, _focus: Collection) -> Collection:
    return [Temporal("Time", frame.world.moment().parts[3:])]


def _moment(focus: Collection) -> Temporal | None:
    value = single(focus)
    if value is None or (isinstance(value, Temporal) and value.kind == "Time"):
        return value
    found = to_date_time(value)
    if found is None:
        raise Failed("A date was expected.")
    return found


def _part(place: int) -> Callable[..., Collection]:
    def run(_frame: Frame, focus: Collection) -> Collection:
        value = _moment(focus)
        here = place - (3 if value and value.kind == "Time" else 0)
        return [value.parts[here]] if value and 0 <= here < len(value.parts) else []

    return run


def _fraction(*, seconds: bool) -> Callable[..., Collection]:
    def run(_frame: Frame, focus: Collection) -> Collection:
        found = _part(5)(_frame, focus)
        return [found[0] // 1000 if seconds else found[0] % 1000] if found else []

    return run


def _between(*, whole: bool) -> Callable[..., Collection]:
    """`duration` counts whole units that passed, `difference` the boundaries that were crossed (FHIRPath 3.0.0)."""

    def run(_frame: Frame, focus: Collection, other: Collection, precision: Collection) -> Collection:
        one, two, told = _moment(focus), _moment(other), single(precision)
        if one is None or two is None or told is None:
            return []
        return [_distance(one, two, str(told).removesuffix("s"), whole=whole)]

    return run


def _distance(one: Temporal, two: Temporal, unit: str, *, whole: bool) -> int:
    if unit in {"year", "month"}:
        months = (two.parts[0] - one.parts[0]) * 12 + _at(two, 1) - _at(one, 1)
        if not whole:
            return months if unit == "month" else two.parts[0] - one.parts[0]
        if months > 0 and two.parts[2:] < one.parts[2:]:
            months -= 1
        elif months < 0 and two.parts[2:] > one.parts[2:]:
            months += 1
        return months if unit == "month" else int(months / 12)
    days = (_day(two) - _day(one)).days
    if unit == "day":
        return days
    if unit == "week":
        return int(days / 7)
    raise Failed("This unit is not supported here.")


def _at(value: Temporal, place: int) -> int:
    return value.parts[place] if place < len(value.parts) else 1


def _day(value: Temporal) -> date:
    return date(value.parts[0], _at(value, 1), _at(value, 2))


def _date_only(_frame: Frame, focus: Collection) -> Collection:
    value: Any = _moment(focus)
    return [Temporal("Date", value.parts[:3])] if value else []


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    "now": (0, 0, lambda frame, _focus: [frame.world.moment()]),
    "today": (0, 0, _today),
    "timeOfDay": (0, 0, _time_of_day),
    "yearOf": (0, 0, _part(0)),
    "monthOf": (0, 0, _part(1)),
    "dayOf": (0, 0, _part(2)),
    "hourOf": (0, 0, _part(3)),
    "minuteOf": (0, 0, _part(4)),
    "secondOf": (0, 0, _fraction(seconds=True)),
    "millisecondOf": (0, 0, _fraction(seconds=False)),
    "dateOf": (0, 0, _date_only),
    "duration": (2, 2, _between(whole=True)),
    "difference": (2, 2, _between(whole=False)),
}
