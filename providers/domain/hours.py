"""A clinician's weekly hours and the dated exceptions to them, as instants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from providers.domain import windows
from providers.domain.codes import ExceptionKind
from providers.domain.intervals import Interval, union

# A window may begin on one date and last into the day after the next one (minute 2880).
_WINDOW_DAYS = 2


@dataclass(frozen=True, slots=True)
class Weekly:
    """One weekly window: ISO weekday, minutes after local midnight, first and last date (inclusive) it holds."""

    zone: ZoneInfo
    weekday: int
    start_minute: int
    end_minute: int
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the window opens on the calendar day `day` of its zone."""
        return (
            day.isoweekday() == self.weekday
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One dated exception; both dates are inclusive, without minutes the whole local day is meant."""

    kind: ExceptionKind
    zone: ZoneInfo
    start_date: date
    end_date: date
    start_minute: int | None = None
    end_minute: int | None = None

    def covers(self, day: date) -> bool:
        """Tell whether `day` is one of the dates."""
        return self.start_date <= day <= self.end_date

    def on(self, day: date) -> tuple[Interval, ...]:
        """Return the instants meant on one of the dates."""
        if self.start_minute is None or self.end_minute is None:
            return windows.whole_day(zone=self.zone, day=day)
        return windows.expand(zone=self.zone, day=day, start_minute=self.start_minute, end_minute=self.end_minute)

    def within(self, span: Interval) -> Iterator[Interval]:
        """Yield the instants meant on all dates, as far as a date's window can reach into `span`."""
        for day in windows.days_touching(zone=self.zone, span=span, window_days=_WINDOW_DAYS):
            if self.covers(day):
                yield from (piece for piece in self.on(day) if piece.overlaps(span))


def opened(*, weekly: Iterable[Weekly], changes: Iterable[Change], span: Interval) -> tuple[Interval, ...]:
    """
    Return the windows that reach into `span`, whole, in order; each starts a row of offered times of its own.

    weekly   of one clinician, any number of schedules and zones
    changes  of the same clinician; `changed` replaces the weekly windows that open on its dates, `extra` adds
    Returns  windows as they open, overlapping ones not merged; time off is not taken out, see `closed`
    """
    changes = tuple(changes)
    replaced = [change for change in changes if change.kind == ExceptionKind.CHANGED]
    found: set[Interval] = set()
    for window in weekly:
        for day in windows.days_touching(zone=window.zone, span=span, window_days=_WINDOW_DAYS):
            if window.holds_on(day) and not any(change.covers(day) for change in replaced):
                found.update(_pieces(window, day, span))
    for change in changes:
        if change.kind != ExceptionKind.OFF:
            found.update(change.within(span))
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the whole clinic is closed; both dates are inclusive, on each clinician's own calendar."""

    start_date: date
    end_date: date

    def of(self, zone: ZoneInfo) -> Change:
        """Return the closure as time off of a clinician in `zone`."""
        return Change(ExceptionKind.OFF, zone, self.start_date, self.end_date)


def closed(*, changes: Iterable[Change], span: Interval) -> tuple[Interval, ...]:
    """Return the time off that reaches into `span`, as the fewest intervals in order; it wins over every window."""
    off = (change for change in changes if change.kind == ExceptionKind.OFF)
    return union(piece for change in off for piece in change.within(span))


def _pieces(window: Weekly, day: date, span: Interval) -> Iterator[Interval]:
    pieces = windows.expand(zone=window.zone, day=day, start_minute=window.start_minute, end_minute=window.end_minute)
    return (piece for piece in pieces if piece.overlaps(span))
