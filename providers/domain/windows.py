"""Wall-clock windows as instants; the only place where a local time becomes UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from providers.domain.intervals import Interval, union

MINUTES_A_DAY = 1440
_DAY = 86_400
_HOUR = 3_600
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# No zone has ever been further than 16 hours from UTC.
_FURTHEST = _DAY


class _Segment(NamedTuple):
    """A stretch of constant offset; `start` and `end` in seconds since 1970 UTC, `offset` in seconds."""

    start: int
    end: int
    offset: int


def expand(*, zone: ZoneInfo, day: date, start_minute: int, end_minute: int) -> tuple[Interval, ...]:
    """
    Return the instants whose wall-clock reading in `zone` lies in one window of one date.

    day           calendar day in `zone`
    start_minute  minutes after that day's 00:00 on the wall clock
    end_minute    likewise, exclusive; above 1440, or not after the start, means the next day
    Returns  UTC intervals in order: none for a window inside a gap, two for one that ends inside a repeated hour;
             a window that starts in a gap starts at the transition, a repeated hour is in it twice
    Source   the IANA time zone database as packaged in `tzdata`
    """
    if end_minute <= start_minute:
        end_minute += MINUTES_A_DAY
    midnight = (day.toordinal() - _EPOCH_DAY) * _DAY
    start, end = midnight + start_minute * 60, midnight + end_minute * 60
    pieces = (
        (max(segment.start, start - segment.offset), min(segment.end, end - segment.offset))
        for segment in _segments(zone, start - _FURTHEST, end + _FURTHEST)
    )
    return union(Interval(instant(first), instant(last)) for first, last in pieces if first < last)


def whole_day(*, zone: ZoneInfo, day: date) -> tuple[Interval, ...]:
    """Return the instants of a calendar day in `zone`: 24 hours, or 23, 25, none, as its clocks say."""
    return expand(zone=zone, day=day, start_minute=0, end_minute=MINUTES_A_DAY)


def days_touching(*, zone: ZoneInfo, span: Interval, window_days: int = 0) -> Iterator[date]:
    """
    Yield the local dates whose windows can reach into `span`.

    window_days  how many days past its own date a window may last
    """
    first = span.start.astimezone(zone).date() - timedelta(days=window_days)
    last = span.end.astimezone(zone).date()
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def instant(seconds: int) -> datetime:
    """Return seconds since 1970 UTC as an aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)


def _segments(zone: ZoneInfo, start: int, end: int) -> Iterator[_Segment]:
    for number in range(start // _DAY, -(-end // _DAY)):
        yield from _segments_of(zone, number)


@lru_cache(maxsize=16_384)
def _segments_of(zone: ZoneInfo, number: int) -> tuple[_Segment, ...]:
    """Return the constant-offset stretches of the UTC day `number` days after 1970-01-01."""
    segments: list[_Segment] = []
    start, offset = number * _DAY, _offset(zone, number * _DAY)
    for hour in range(start + _HOUR, start + _DAY + 1, _HOUR):
        if (later := _offset(zone, hour)) != offset:
            change = _change(zone, hour - _HOUR, hour)
            segments.append(_Segment(start, change, offset))
            start, offset = change, later
    if start < (number + 1) * _DAY:
        segments.append(_Segment(start, (number + 1) * _DAY, offset))
    return tuple(segments)


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first second in (before, after] with the offset of `after`."""
    offset = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, seconds: int) -> int:
    offset = instant(seconds).astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds())


class Turn(NamedTuple):
    """An instant at which a zone's clocks are changed, and by how much they go forward; negative is back."""

    at: datetime
    forward: timedelta


def turns(*, zone: ZoneInfo, span: Interval) -> Iterator[Turn]:
    """Yield when the clocks of a zone are changed within a span, in order."""
    start, end = (round(at.timestamp()) for at in span)
    last: _Segment | None = None
    for segment in _segments(zone, start, end):
        if last is not None and segment.offset != last.offset and start <= segment.start < end:
            yield Turn(instant(segment.start), timedelta(seconds=segment.offset - last.offset))
        last = segment
