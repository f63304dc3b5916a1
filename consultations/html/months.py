"""A month as weeks of days, for pages on which one picks a day."""

from calendar import Calendar
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, timedelta

_SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid; days of the months around it only fill the weeks."""

    day: date
    is_inside: bool
    is_open: bool
    is_today: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its first day, its weeks from Sunday to Saturday, and the months before and after."""

    first: date
    weeks: list[list[Day]]
    before: date | None
    after: date

    @property
    def is_open(self) -> bool:
        """Tell whether any day of the month can be picked."""
        return any(one.is_open for week in self.weeks for one in week)


def month(first: date, *, open_days: Set[date], today: date, chosen: date | None) -> Month:
    """
    Return the grid of a month.

    open_days  those that can be picked
    Returns    no month before the present one
    """
    weeks = [
        [_day(day, first, open_days=open_days, today=today, chosen=chosen) for day in week]
        for week in Calendar(_SUNDAY).monthdatescalendar(first.year, first.month)
    ]
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Month(first, weeks, before if before >= today.replace(day=1) else None, after)


def _day(day: date, first: date, *, open_days: Set[date], today: date, chosen: date | None) -> Day:
    # An empty cell is not today: the month to which the day belongs marks it.
    is_inside = day.month == first.month
    return Day(day, is_inside, is_inside and day in open_days, is_inside and day == today, is_inside and day == chosen)


def ends(first: date) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def month_of(text: str, otherwise: date) -> date:
    """Return the first day of the month that an address names as YYYY-MM, or of the month of another day."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = otherwise
    return found.replace(day=1) if abs((found - otherwise).days) < 800 else otherwise.replace(day=1)


def day_of(text: str) -> date | None:
    """Return the day that an address names as YYYY-MM-DD; None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 < found.year < 2100 else None
