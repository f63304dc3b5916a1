"""
What may be booked, worked out minute by minute and slowly: an oracle that shares no code with the product.

It knows wall clocks by asking each quarter hour what the clock says, and time that is taken by looking at all of it.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)


@dataclass
class Person:
    """One clinician: weekly hours as (weekday, from, until) on the wall clock, days off, the last day of the licence."""

    key: object
    zone: ZoneInfo
    hours: list[tuple[int, time, time]]
    off: list[tuple[date, time, time]] = field(default_factory=list)
    licensed_until: date | None = None

    def works(self, at):
        """Tell whether the wall clock of the clinician stands within the hours at one instant, and not in time off."""
        reads = at.astimezone(self.zone)
        clock = reads.time().replace(tzinfo=None)
        if any(reads.date() == day and first <= clock < last for day, first, last in self.off):
            return False
        return self.opening(at) is not None

    def opening(self, at):
        """Return the window that the wall clock stands in; None when in none."""
        reads = at.astimezone(self.zone)
        clock = reads.time().replace(tzinfo=None)
        for weekday, first, last in self.hours:
            if reads.isoweekday() == weekday and first <= clock < last:
                return reads.date(), first
        return None


@dataclass
class Taken:
    """Time that somebody has: of a clinician, of a patient, until when if it is only held."""

    person: object
    patient: object
    start: datetime
    expires: datetime | None = None


@dataclass
class Oracle:
    """All clinicians and all that is taken; the terms of the one service."""

    people: list[Person]
    state_zone: ZoneInfo
    minutes: int
    buffer_after: int
    notice: int
    days_ahead: int
    a_day: int
    taken: dict[object, Taken] = field(default_factory=dict)

    def live(self, now):
        """Return what is taken at an instant."""
        return [one for one in self.taken.values() if one.expires is None or one.expires > now]

    def offered(self, now, *, without=()):
        """Return every time that may be booked, as (start, clinician), in order."""
        found = []
        for person in self.people:
            last_day = now.astimezone(person.zone).date() + timedelta(days=self.days_ahead)
            at, anchor, window = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0), None, None
            at -= timedelta(days=1)
            while at.astimezone(person.zone).date() <= last_day:
                here = person.opening(at)
                if here != window:
                    window, anchor = here, at
                is_a_start = here and (at - anchor) % timedelta(minutes=self.minutes) == timedelta()
                if is_a_start and self.may(person, at, now, without):
                    found.append((at, person.key))
                at += QUARTER
        return sorted(found, key=lambda one: (one[0], str(one[1])))

    def may(self, person, at, now, without=()):
        """Tell whether one clinician may be booked at one instant."""
        end = at + timedelta(minutes=self.minutes)
        moment = at
        while moment < end:
            if not person.works(moment):
                return False
            moment += QUARTER
        there = at.astimezone(self.state_zone).date()
        if at < now + timedelta(minutes=self.notice) or (person.licensed_until and there > person.licensed_until):
            return False
        own = [one for key, one in self.taken.items() if one in self.live(now) and key not in without]
        own = [one for one in own if one.person == person.key]
        buffer, length = timedelta(minutes=self.buffer_after), timedelta(minutes=self.minutes)
        if any(one.start < end + buffer and at < one.start + length + buffer for one in own):
            return False
        local = at.astimezone(person.zone).date()
        return sum(one.start.astimezone(person.zone).date() == local for one in own) < self.a_day
