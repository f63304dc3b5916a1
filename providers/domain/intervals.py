"""Half-open intervals of UTC instants, and the algebra of sets of them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple


class Interval(NamedTuple):
    """The instants from `start` up to, not including, `end`; both aware UTC. Empty when start >= end."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Interval") -> bool:
        """Tell whether the two share an instant."""
        return max(self.start, other.start) < min(self.end, other.end)

    def contains(self, other: "Interval") -> bool:
        """Tell whether every instant of `other` is in this one."""
        return self.start <= other.start and other.end <= self.end


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """
    Return the same instants as the fewest intervals, in order; touching ones become one.

    intervals  in any order, overlapping or empty as they may be
    """
    merged: list[Interval] = []
    for one in sorted(intervals):
        if one.start >= one.end:
            continue
        if merged and one.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return tuple(merged)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the instants that are in both, as the fewest intervals in order."""
    return union(_shared(union(left), union(right)))


def subtract(left: Iterable[Interval], right: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the instants of `left` that are not in `right`, as the fewest intervals in order."""
    return tuple(_remaining(union(left), union(right)))


def _shared(left: tuple[Interval, ...], right: tuple[Interval, ...]) -> Iterator[Interval]:
    i = j = 0
    while i < len(left) and j < len(right):
        yield Interval(max(left[i].start, right[j].start), min(left[i].end, right[j].end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1


def _remaining(left: tuple[Interval, ...], right: tuple[Interval, ...]) -> Iterator[Interval]:
    j = 0
    for start, end in left:
        while j < len(right) and right[j].end <= start:
            j += 1
        k = j
        while k < len(right) and right[k].start < end:
            if start < right[k].start:
                yield Interval(start, right[k].start)
            start = max(start, right[k].end)
            k += 1
        if start < end:
            yield Interval(start, end)
