"""Dates, date-times and times of FHIRPath: each as precise as it was written, and unknown beyond that."""

import re
from calendar import monthrange
from datetime import datetime, timedelta

from intake.domain.fhirpath.faults import Failed

_DATE = r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
_CLOCK = r"(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?"
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_DATE_ONLY = re.compile(_DATE)
_DATE_TIME = re.compile(f"{_DATE}(?:T(?:{_CLOCK}{_ZONE})?)?")
_TIME_ONLY = re.compile(_CLOCK)
_LIMITS = ((1, 9999), (1, 12), (1, 31), (0, 23), (0, 59), (0, 59_999))
_UNITS = ("year", "month", "day", "hour", "minute", "millisecond")
# How many of a finer unit make one of the unit before, when precision ends there (FHIRPath 2.0.0, section 6.7).
_FINER = (12, 30, 24, 60, 60_000)
_DEFINITE = {"d": "day", "wk": "week", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
CALENDAR_UNITS = frozenset(
    name + ending
    for name in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for ending in ("", "s")
)


class Temporal:
    """
    A point in time, known to a precision.

    kind    Date, DateTime or Time
    parts   year, month, day, hour, minute, milliseconds of the minute, as far as known; a Time begins at the hour
    offset  minutes from UTC, None when not said
    digits  decimal places that the second was written with
    """

    __slots__ = ("digits", "kind", "offset", "parts")

    def __init__(self, kind: str, parts: tuple[int, ...], offset: int | None = None, digits: int = 0) -> None:
        self.kind, self.parts, self.offset, self.digits = kind, parts, offset, digits

    def __str__(self) -> str:
        if self.kind == "Time":
            return _clock_text(self.parts, self.digits)
        year, rest = f"{self.parts[0]:04}", "".join(f"-{part:02}" for part in self.parts[1:3])
        if self.kind == "Date" or len(self.parts) <= 3:
            return year + rest
        return f"{year}{rest}T{_clock_text(self.parts[3:], self.digits)}{_zone_text(self.offset)}"

    def __repr__(self) -> str:
        return f"@{'T' if self.kind == 'Time' else ''}{self}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Temporal) and str(self) == str(other) and self.kind == other.kind

    def __hash__(self) -> int:
        return hash((self.kind, self.parts, self.offset))

    @property
    def precision(self) -> int:
        """Return the precision in digits, as FHIRPath counts them: 4 a year, 8 a day, 17 a millisecond."""
        if self.kind == "Time":
            return 2 * len(self.parts) + (3 if self.digits else 0)
        return 2 + 2 * len(self.parts) + (3 if self.digits else 0)

    def order(self, other: "Temporal") -> int | None:
        """
        Return -1, 0 or 1 as this is before, at or after the other; None when the known parts do not decide.

        Raises  Failed for a time against a date
        """
        if (self.kind == "Time") != (other.kind == "Time"):
            raise Failed("A time cannot be compared with a date.")
        one, two = self.parts, other.parts
        if len(one) > 3 and len(two) > 3 and self.kind != "Time" and self.offset != other.offset:
            if self.offset is None or other.offset is None:
                return self._far_order(other)
            one, two = self._at_utc(), other._at_utc()
        for mine, theirs in zip(one, two, strict=False):
            if mine != theirs:
                return 1 if mine > theirs else -1
        return 0 if len(one) == len(two) else None

    def _far_order(self, other: "Temporal") -> int | None:
        """Return the order without a common zone: decided only where no zone could turn it."""
        apart = self._moment() - other._moment()
        return None if abs(apart) <= timedelta(hours=26) else (1 if apart > timedelta(0) else -1)

    def _moment(self) -> datetime:
        year, month, day, hour, minute, milliseconds = (*self.parts, *(0, 1, 1, 0, 0, 0)[len(self.parts) :])
        start = datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the offset is kept beside it
        return start + timedelta(milliseconds=milliseconds)

    def _at_utc(self) -> tuple[int, ...]:
        try:
            moment = self._moment() - timedelta(minutes=self.offset or 0)
        except (OverflowError, ValueError) as error:
            raise Failed("The date is out of range.") from error
        return _parts_of(moment)[: len(self.parts)]

    def plus(self, amount: int, unit: str) -> "Temporal":
        """
        Return this moved by whole units; months keep the day where the month has it.

        unit    a calendar word, or a UCUM unit from weeks down
        Raises  Failed for units without a fixed calendar meaning, and outside the years 1 to 9999
        """
        unit = unit.removesuffix("s") if unit in CALENDAR_UNITS else _DEFINITE.get(unit, "")
        if not unit or (self.kind == "Time" and unit in {"year", "month", "week", "day"}):
            raise Failed("This unit cannot be added to a date or a time.")
        if unit == "week":
            amount, unit = amount * 7, "day"
        elif unit == "second":
            amount, unit = amount * 1000, "millisecond"
        try:
            return self._moved(amount, _UNITS.index(unit))
        except (OverflowError, ValueError) as error:
            raise Failed("The date is out of range.") from error

    def _moved(self, amount: int, level: int) -> "Temporal":
        first = 3 if self.kind == "Time" else 0
        last = first + len(self.parts) - 1
        while level > last:
            amount, level = int(amount / _FINER[level - 1]), level - 1
        if level <= 1:
            parts = _plus_months(self.parts, amount if level == 1 else amount * 12)
        else:
            step = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(milliseconds=1))[level - 2]
            whole = Temporal("DateTime", (2000, 1, 1, *self.parts)) if first else self
            parts = _parts_of(whole._moment() + step * amount)[first : last + 1]
        return Temporal(self.kind, parts, self.offset, self.digits)


def parse_date(text: str) -> Temporal | None:
    """Return a Date, None for what is none."""
    found = _DATE_ONLY.fullmatch(text)
    return _made("Date", found.groups()) if found else None


def parse_date_time(text: str) -> Temporal | None:
    """Return a DateTime, None for what is none; `T` may stand at its end."""
    found = _DATE_TIME.fullmatch(text)
    return _made("DateTime", found.groups()) if found else None


def parse_time(text: str) -> Temporal | None:
    """Return a Time, None for what is none."""
    found = _TIME_ONLY.fullmatch(text.removeprefix("T"))
    return _made("Time", (None, None, None, *found.groups())) if found else None


def parse_moment(text: str) -> Temporal | None:
    """Return a Date, or a DateTime where a time of day is told; None for neither."""
    return parse_date(text) or parse_date_time(text)


def boundary(value: Temporal, precision: int | None, *, high: bool) -> Temporal | None:
    """
    Return the first, or the last, moment that the value may stand for.

    precision  digits as in Temporal.precision; None for the finest
    """
    is_time = value.kind == "Time"
    most = precision if precision is not None else (9 if is_time else 8 if value.kind == "Date" else 17)
    count = (most if is_time else most - 2) // 2
    if most not in ({2, 4, 6, 9} if is_time else {4, 6, 8, 10, 12, 14, 17}):
        return None
    parts = list(value.parts[: min(count, 3 if is_time else 6)])
    first = 3 if is_time else 0
    while len(parts) < min(count, 3 if is_time else 6):
        parts.append(_edge(parts, first + len(parts), high=high))
    kind = "Time" if is_time else "Date" if value.kind == "Date" and len(parts) <= 3 else "DateTime"
    offset = value.offset if value.offset is not None else (-720 if high else 840)
    return Temporal(kind, tuple(parts), offset if len(parts) > 3 and not is_time else None, 3 if most in {9, 17} else 0)


def _edge(parts: list[int], level: int, *, high: bool) -> int:
    if level == 2 and high:
        return monthrange(parts[0], parts[1])[1]
    return _LIMITS[level][high]


def _made(kind: str, groups: tuple[str | None, ...]) -> Temporal | None:
    second, fraction, zone = (*groups, None, None, None, None, None)[5:8]
    parts = [int(part) for part in groups[:5] if part is not None]
    if second is not None:
        parts.append(int(second) * 1000 + int(((fraction or "") + "000")[:3]))
    limits = _LIMITS[3:] if kind == "Time" else _LIMITS
    if any(not low <= part <= high for part, (low, high) in zip(parts, limits, strict=False)):
        return None
    if kind != "Time" and len(parts) > 2 and parts[2] > monthrange(parts[0], parts[1])[1]:
        return None
    return Temporal(kind, tuple(parts), _minutes(zone), len(fraction or ""))


def _minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    return (int(zone[1:3]) * 60 + int(zone[4:6])) * (-1 if zone[0] == "-" else 1)


def _plus_months(parts: tuple[int, ...], months: int) -> tuple[int, ...]:
    known = (*parts, *(1, 1, 1)[len(parts) :])
    year, month = divmod(known[0] * 12 + known[1] - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise Failed("The date is out of range.")
    day = min(known[2], monthrange(year, month + 1)[1])
    return (year, month + 1, day, *parts[3:])[: len(parts)]


def _parts_of(moment: datetime) -> tuple[int, ...]:
    milliseconds = moment.second * 1000 + moment.microsecond // 1000
    return moment.year, moment.month, moment.day, moment.hour, moment.minute, milliseconds


def _clock_text(parts: tuple[int, ...], digits: int) -> str:
    told = ":".join(f"{part:02}" for part in parts[:2])
    if len(parts) < 3:
        return told
    second, fraction = divmod(parts[2], 1000)
    return f"{told}:{second:02}" + (f".{fraction:03}" if digits or fraction else "")


def _zone_text(offset: int | None) -> str:
    if offset is None:
        return ""
    hours, minutes = divmod(abs(offset), 60)
    return "Z" if offset == 0 else f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
