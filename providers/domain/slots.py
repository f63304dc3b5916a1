"""Which times are offered: windows, minus time off, minus what is taken, by the terms of the visit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from providers.domain.intervals import Interval, subtract, union
from providers.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    One clinician's time around the instants that are asked for.

    windows  as they open, overlapping ones not merged; an offered start is a whole number of alignments after
             the opening of one of them
    closed   time off; a visit may not touch it, a buffer may
    taken    blocks (visit and buffers) that live slots occupy
    visits   how many visits each local date has already
    """

    zone: ZoneInfo
    windows: Sequence[Interval]
    closed: Sequence[Interval] = ()
    taken: Sequence[Interval] = ()
    visits: Mapping[date, int] | None = None


def offers(calendar: Calendar, *, terms: Terms, span: Interval, now: datetime) -> Iterator[Interval]:
    """
    Yield the visits that may be booked at `now` and start in `span`, in order, each start once.

    calendar  must hold everything that reaches into `span` and the length of a visit beyond it
    Source    docs/adr/0009-offer-and-accept-are-one-function.md: booking asks this same function for its one instant
    """
    if terms.max_visits_per_day < 1:
        return
    first = max(span.start, terms.earliest(now))
    last = min(span.end, terms.until(now, calendar.zone))
    free = subtract(calendar.windows, calendar.closed)
    taken = union(calendar.taken)
    full = _full_days(calendar, terms)
    # Thousands of starts for one clinician: what is the same for each is worked out once, and only numbers compared.
    length, (before, after) = terms.duration, terms.buffers
    position = busy = 0
    for start in _starts(calendar.windows, terms, first, last):
        end, blocked_from = start + length, start - before
        while position < len(free) and free[position].end < end:
            position += 1
        while busy < len(taken) and taken[busy].end <= blocked_from:
            busy += 1
        if position == len(free):
            return
        if free[position].start > start or (busy < len(taken) and taken[busy].start < end + after):
            continue
        if not full or start.astimezone(calendar.zone).date() not in full:
            yield Interval(start, end)


def _full_days(calendar: Calendar, terms: Terms) -> set[date]:
    return {day for day, visits in (calendar.visits or {}).items() if visits >= terms.max_visits_per_day}


def is_full(calendar: Calendar, terms: Terms, start: datetime) -> bool:
    """Tell whether the clinician's local date of `start` has as many visits as it may."""
    visits = (calendar.visits or {}).get(start.astimezone(calendar.zone).date(), 0)
    return visits >= terms.max_visits_per_day


def visits_per_day(starts: Iterable[datetime], zone: ZoneInfo) -> Counter[date]:
    """Return how many visits start on each local date of `zone`."""
    return Counter(start.astimezone(zone).date() for start in starts)


def is_a_start(windows: Iterable[Interval], terms: Terms, start: datetime) -> bool:
    """Tell whether `start` is on the row of starts of one of the windows, taken or not."""
    return any(
        window.start <= start < window.end and (start - window.start) % terms.alignment == start - start
        for window in windows
    )


def _starts(windows: Iterable[Interval], terms: Terms, first: datetime, last: datetime) -> list[datetime]:
    starts: set[datetime] = set()
    step = terms.alignment
    for window in windows:
        start = window.start if window.start >= first else window.start - (window.start - first) // step * step
        end = min(window.end, last)
        while start < end:
            starts.add(start)
            start += step
    return sorted(starts)
