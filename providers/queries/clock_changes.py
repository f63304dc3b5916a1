"""What the next changes of the clocks do to the hours of clinicians: which windows lose or repeat time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from providers.domain import windows
from providers.domain.codes import ExceptionKind
from providers.domain.hours import Change, Weekly
from providers.domain.intervals import Interval
from providers.domain.windows import Turn
from providers.models import Practitioner, Slot
from providers.queries.diaries import changes_of, weekly_of

AHEAD = timedelta(days=366)
_DAY = timedelta(days=1)


class Shifted(NamedTuple):
    """One window of one clinician on one date; minutes on the wall and minutes of real time."""

    practitioner: Practitioner
    day: date
    start_minute: int
    end_minute: int
    wall_minutes: int
    real_minutes: int
    pieces: tuple[Interval, ...]

    @property
    def effect(self) -> str:
        """Return vanishes, shortens or repeats."""
        if not self.real_minutes:
            return "vanishes"
        return "shortens" if self.real_minutes < self.wall_minutes else "repeats"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One change of the clocks of one zone: whom it concerns, which windows, and how many visits are near."""

    zone: ZoneInfo
    turn: Turn
    clinicians: int
    shifted: list[Shifted]
    visits: int

    @property
    def minutes(self) -> int:
        """Return by how many minutes the clocks go forward; negative is back."""
        return round(self.turn.forward.total_seconds() / 60)

    @property
    def is_forward(self) -> bool:
        """Tell whether an hour is lost."""
        return self.minutes > 0


def clock_changes(now: datetime) -> list[ClockChange]:
    """
    Return the changes of the clocks in the coming year in every zone where a clinician works, the earliest first.

    Reads  Practitioner, AvailableTime, ScheduleException, ClinicClosure, Slot: five queries for any number
    """
    span = Interval(now, now + AHEAD)
    people = list(Practitioner.objects.active().order_by("family_name", "given_name", "id"))
    by_zone: defaultdict[str, list[Practitioner]] = defaultdict(list)
    for one in people:
        by_zone[str(one.time_zone)].append(one)
    ids = [one.pk for one in people]
    weekly, changes = weekly_of(ids, span=span), changes_of(people, span=span)
    booked = list(
        Slot.objects.booked().filter(start_at__gt=now, practitioner__in=ids).values_list("practitioner", "start_at")
    )
    found = [
        _change(zone, turn, members, weekly, changes, booked)
        for zone, members in by_zone.items()
        for turn in windows.turns(zone=ZoneInfo(zone), span=span)
    ]
    return sorted(found, key=lambda change: (change.turn.at, change.zone.key))


def _change(
    key: str,
    turn: Turn,
    members: list[Practitioner],
    weekly: defaultdict[UUID, list[Weekly]],
    changes: defaultdict[UUID, list[Change]],
    booked: Iterable[tuple[UUID, datetime]],
) -> ClockChange:
    zone, ids = ZoneInfo(key), {one.pk for one in members}
    near = Interval(turn.at - _DAY, turn.at + _DAY)
    return ClockChange(
        zone=zone,
        turn=turn,
        clinicians=len(members),
        shifted=[one for member in members for one in _shifted(member, turn, weekly[member.pk], changes[member.pk])],
        visits=sum(pk in ids and near.start <= start < near.end for pk, start in booked),
    )


def _shifted(
    practitioner: Practitioner, turn: Turn, weekly: Iterable[Weekly], changes: Iterable[Change]
) -> Iterator[Shifted]:
    for window in weekly:
        for day in _days(window.zone, turn):
            if window.holds_on(day):
                yield from _compared(practitioner, window.zone, day, window.start_minute, window.end_minute)
    for change in changes:
        if change.kind == ExceptionKind.OFF or change.start_minute is None or change.end_minute is None:
            continue
        for day in _days(change.zone, turn):
            if change.covers(day):
                yield from _compared(practitioner, change.zone, day, change.start_minute, change.end_minute)


def _days(zone: ZoneInfo, turn: Turn) -> Iterator[date]:
    here = turn.at.astimezone(zone).date()
    yield from (here - _DAY, here)


def _compared(practitioner: Practitioner, zone: ZoneInfo, day: date, start: int, end: int) -> Iterator[Shifted]:
    pieces = windows.expand(zone=zone, day=day, start_minute=start, end_minute=end)
    real = sum(round((piece.end - piece.start).total_seconds() / 60) for piece in pieces)
    wall = end - start if end > start else end - start + windows.MINUTES_A_DAY
    if real != wall:
        yield Shifted(practitioner, day, start, end, wall, real, pieces)
