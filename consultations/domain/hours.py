"""Quiet hours: when a message may reach a person, by the clock on their wall."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A message that is moved to before the quiet hours still has to be sent before they begin.
AHEAD = timedelta(minutes=15)
_STEP = timedelta(hours=3)
_SECOND = timedelta(seconds=1)
_SEARCHED = timedelta(hours=50)
_DAYS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `starts` until just before `ends`, every day, by the clock in `zone`; equal times mean no quiet at all."""

    starts: time
    ends: time
    zone: ZoneInfo

    def cover(self, at: datetime) -> bool:
        """Tell whether an instant, aware UTC, is in quiet hours."""
        local = at.astimezone(self.zone).time()
        if self.starts <= self.ends:
            return self.starts <= local < self.ends
        return local >= self.starts or local < self.ends

    def end_after(self, at: datetime) -> datetime:
        """Return the first instant from `at` on that is not quiet."""
        if not self.cover(at):
            return at
        edges = sorted({*self._instants(self.ends, near=at), *_turns(self.zone, at, at + _SEARCHED)})
        return next(edge for edge in edges if edge > at and not self.cover(edge))

    def start_before(self, at: datetime) -> datetime:
        """Return the instant at which the quiet stretch around `at` began; `at` itself when it is not quiet."""
        if not self.cover(at):
            return at
        edges = sorted({*self._instants(self.starts, near=at), *_turns(self.zone, at - _SEARCHED, at)}, reverse=True)
        return next(edge for edge in edges if edge <= at and not self.cover(edge - _SECOND))

    def _instants(self, wall: time, *, near: datetime) -> Iterator[datetime]:
        today = near.astimezone(self.zone).date()
        for days in _DAYS:
            for fold in (0, 1):
                local = datetime.combine(today + timedelta(days=days), wall, tzinfo=self.zone)
                yield local.replace(fold=fold).astimezone(UTC)


def send_at(*, due_at: datetime, expires_at: datetime | None, quiet: QuietHours | None) -> datetime | None:
    """
    Return when a message that is wanted at `due_at` may be sent; None when there is no such time.

    due_at      aware UTC; later when it is in quiet hours
    expires_at  the instant after which nobody wants it: what would be too late goes before the quiet hours begin
    quiet       None for a message that may come at any hour
    Source      docs/adr/0003-messages-are-rows.md, "Quiet hours"
    """
    if quiet is None or not quiet.cover(due_at):
        return due_at
    later = quiet.end_after(due_at)
    if expires_at is None or later < expires_at:
        return later
    earlier = quiet.start_before(due_at) - AHEAD
    return None if quiet.cover(earlier) else earlier


def _turns(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Give the instants at which the zone's clocks are changed, to the second."""
    while start < end:
        until = min(start + _STEP, end)
        if _offset(zone, start) != _offset(zone, until):
            yield _turn(zone, start, until)
        start = until


def _turn(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after.replace(microsecond=0)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
