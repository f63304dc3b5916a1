"""The clinic's clock: it runs while the clinic is open, and stands still on nights, weekends and holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from providers.domain import windows
from providers.domain.hours import Closure
from providers.domain.intervals import Interval, subtract, union

_ZERO = timedelta(0)
_STRETCH = timedelta(days=14)
# A clinic that is closed for longer than this has no clock: time is counted as it passes.
_SEARCHED = timedelta(days=400)


class Opening(NamedTuple):
    """One weekly window: ISO weekday, minutes after local midnight; an end past 1440 is on the next day."""

    weekday: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the clinic is open, by the clock in `zone`; without openings it always is, whatever the closures say."""

    zone: ZoneInfo
    openings: tuple[Opening, ...] = ()
    closures: tuple[Closure, ...] = ()

    def add(self, at: datetime, span: timedelta) -> datetime:
        """
        Return the instant at which the clinic's clock shows `span` more than at `at`.

        at    aware UTC; while the clinic is closed, its clock begins at the next opening
        span  may be negative: then the instant before `at`
        """
        if not self.openings or span == _ZERO:
            return at + span
        return self._forward(at, span) if span > _ZERO else self._backward(at, -span)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return how far the clinic's clock went from `start` to `end`, both aware UTC; negative when `end` is first."""
        if end < start:
            return -self.elapsed(end, start)
        if not self.openings:
            return end - start
        return sum((piece.end - piece.start for piece in self.open_within(Interval(start, end))), start=_ZERO)

    def open_within(self, span: Interval) -> tuple[Interval, ...]:
        """Return the instants of `span` at which the clinic is open, as the fewest intervals in order."""
        opened = union(self._pieces(span))
        closed = (piece for one in self.closures for piece in one.of(self.zone).within(span))
        return tuple(
            Interval(max(start, span.start), min(end, span.end))
            for start, end in subtract(opened, closed)
            if start < span.end and end > span.start
        )

    def _pieces(self, span: Interval) -> Iterator[Interval]:
        for day in windows.days_touching(zone=self.zone, span=span, window_days=2):
            for weekday, start, end in self.openings:
                if day.isoweekday() == weekday:
                    yield from windows.expand(zone=self.zone, day=day, start_minute=start, end_minute=end)

    def _forward(self, at: datetime, left: timedelta) -> datetime:
        start, last = at, at + _SEARCHED
        while start < last:
            for piece in self.open_within(Interval(start, start + _STRETCH)):
                if left <= piece.end - piece.start:
                    return piece.start + left
                left -= piece.end - piece.start
                last = piece.end + _SEARCHED
            start += _STRETCH
        return at + left

    def _backward(self, at: datetime, left: timedelta) -> datetime:
        end, first = at, at - _SEARCHED
        while end > first:
            for piece in reversed(self.open_within(Interval(end - _STRETCH, end))):
                if left <= piece.end - piece.start:
                    return piece.end - left
                left -= piece.end - piece.start
                first = piece.start - _SEARCHED
            end -= _STRETCH
        return at - left
