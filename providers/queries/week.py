"""A week of many clinicians: hours, visits and load, day by day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from providers.domain import hours, windows
from providers.domain.codes import ExceptionKind, SlotStatus
from providers.domain.hours import Change, Weekly
from providers.domain.intervals import Interval, intersect, subtract
from providers.models import Practitioner, Slot
from providers.queries.diaries import changes_of, weekly_of

DAYS = 7


class Half(NamedTuple):
    """Half an hour of a day from `minute` after midnight: worked in, and taken, at some moment of it."""

    minute: int
    is_open: bool
    is_taken: bool


@dataclass(slots=True)
class Day:
    """
    One local date of one clinician, in the clinician's zone.

    `pieces` are working time, time off taken out; `taken` are visits, holds and blocks.
    """

    day: date
    pieces: list[tuple[datetime, datetime]] = field(default_factory=list)
    is_off: bool = False
    is_changed: bool = False
    taken: list[tuple[datetime, datetime]] = field(default_factory=list)
    visits: int = 0
    held: int = 0
    booked_minutes: int = 0
    open_minutes: int = 0

    @property
    def percent(self) -> int | None:
        """Return how much of the open time is booked; None when nothing is open."""
        return round(100 * self.booked_minutes / self.open_minutes) if self.open_minutes else None

    @property
    def gap(self) -> str:
        """Return the open time that is not booked, as 2 h 30."""
        hours, minutes = divmod(max(0, self.open_minutes - self.booked_minutes), 60)
        return f"{hours} h {minutes:02}" if minutes else f"{hours} h"

    @property
    def level(self) -> int:
        """Return the load from 0 to 5, for the mark beside its number."""
        return min(5, (self.percent or 0) // 20)

    def halves(self, first: int, last: int) -> list["Half"]:
        """Return the half hours of the wall clock between two minutes of the day, both multiples of 30."""
        return [
            Half(minute, is_open=_covers(self.pieces, minute), is_taken=_covers(self.taken, minute))
            for minute in range(first, last, 30)
        ]

    @property
    def clock_changes(self) -> bool:
        """Tell whether a window of the day gains or loses time by the clocks."""
        return any(start.utcoffset() != end.utcoffset() for start, end in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """One clinician's week."""

    practitioner: Practitioner
    zone: ZoneInfo
    days: Sequence[Day]

    @property
    def visits(self) -> int:
        """Return how many visits are booked in the week."""
        return sum(day.visits for day in self.days)


def week(practitioners: Sequence[Practitioner], *, first: date, now: datetime, days: int = DAYS) -> list[Row]:
    """
    Return some days from `first` for each clinician, each in the clinician's own zone.

    first  the calendar day on which the week begins
    days   how many days, 1 to 7
    Reads  AvailableTime, ScheduleException, ClinicClosure, Slot: four queries for any number of clinicians
    """
    ids = [practitioner.pk for practitioner in practitioners]
    start = datetime.combine(first, datetime.min.time(), tzinfo=ZoneInfo("UTC"))
    span = Interval(start - timedelta(days=2), start + timedelta(days=days + 2))
    weekly, changes = weekly_of(ids, span=span), changes_of(practitioners, span=span)
    slots: defaultdict[UUID, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.taken(now).filter(practitioner__in=ids, start_at__gte=span.start, start_at__lt=span.end):
        slots[slot.practitioner_id].append(slot)
    dates = [first + timedelta(days=number) for number in range(days)]
    return [
        _row(practitioner, dates, weekly[practitioner.pk], changes[practitioner.pk], slots[practitioner.pk])
        for practitioner in practitioners
    ]


def _row(
    practitioner: Practitioner,
    dates: Iterable[date],
    weekly: Iterable[Weekly],
    changes: Sequence[Change],
    slots: Iterable[Slot],
) -> Row:
    zone = ZoneInfo(str(practitioner.time_zone))
    days = {day: Day(day) for day in dates}
    weekly = list(weekly)
    for day in days.values():
        _open(day, zone, weekly, changes)
    for slot in slots:
        if found := days.get(slot.start_at.astimezone(zone).date()):
            _count(found, slot, zone)
    return Row(practitioner, zone, list(days.values()))


def _open(day: Day, zone: ZoneInfo, weekly: Iterable[Weekly], changes: Sequence[Change]) -> None:
    whole = windows.whole_day(zone=zone, day=day.day)
    if not whole:
        return
    span = Interval(whole[0].start, whole[-1].end)
    opened = hours.opened(weekly=weekly, changes=changes, span=span)
    free = intersect(subtract(opened, hours.closed(changes=changes, span=span)), whole)
    day.pieces = [(one.start.astimezone(zone), one.end.astimezone(zone)) for one in free]
    day.open_minutes = sum(int((one.end - one.start).total_seconds() // 60) for one in free)
    covering = {change.kind for change in changes if change.covers(day.day)}
    day.is_off = ExceptionKind.OFF in covering
    day.is_changed = bool(covering - {ExceptionKind.OFF})


def _count(day: Day, slot: Slot, zone: ZoneInfo) -> None:
    day.taken.append((slot.start_at.astimezone(zone), slot.end_at.astimezone(zone)))
    if slot.status == SlotStatus.BUSY:
        day.visits += 1
    elif slot.status == SlotStatus.BUSY_TENTATIVE:
        day.held += 1
    day.booked_minutes += int((slot.end_at - slot.start_at).total_seconds() // 60)


def hours_of(rows: Iterable[Row]) -> tuple[int, int]:
    """Return the hours of the clock that a page of one day shows: eight to six, and further where somebody works."""
    pieces = [_minutes(piece) for row in rows for day in row.days for piece in (*day.pieces, *day.taken)]
    return min([8, *(start // 60 for start, _ in pieces)]), max([18, *(-(-end // 60) for _, end in pieces)])


def _covers(pieces: Iterable[tuple[datetime, datetime]], minute: int) -> bool:
    """Tell whether one of the local pieces of a day reaches into the half hour; the wall clock counts."""
    return any(start < minute + 30 and minute < end for start, end in map(_minutes, pieces))


def _minutes(piece: tuple[datetime, datetime]) -> tuple[int, int]:
    """Return two local readings as minutes of the day of the first one; what reaches into the next day ends at 24:00."""
    start, end = piece
    return start.hour * 60 + start.minute, end.hour * 60 + end.minute if end.date() == start.date() else 1440
