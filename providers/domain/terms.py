"""How long a visit is and when it may be booked: the service's values, with a clinician's overrides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from providers.domain import windows
from providers.domain.intervals import Interval

FIELDS = (
    "duration_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "alignment_minutes",
    "minimum_notice_minutes",
    "horizon_days",
    "max_visits_per_day",
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one clinician's visits of one service; field names say their units."""

    duration_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    alignment_minutes: int
    minimum_notice_minutes: int
    horizon_days: int
    max_visits_per_day: int

    @property
    def duration(self) -> timedelta:
        """Return the length of the visit, in elapsed time."""
        return timedelta(minutes=self.duration_minutes)

    @property
    def alignment(self) -> timedelta:
        """Return the elapsed time from one offered start to the next."""
        return timedelta(minutes=self.alignment_minutes)

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        """Return how long before and after the visit nothing else may be."""
        return timedelta(minutes=self.buffer_before_minutes), timedelta(minutes=self.buffer_after_minutes)

    def visit(self, start_at: datetime) -> Interval:
        """Return the visit that starts at `start_at`."""
        return Interval(start_at, start_at + self.duration)

    def block(self, start_at: datetime) -> Interval:
        """Return the visit with its buffers: what no other block may overlap."""
        before, after = self.buffers
        return Interval(start_at - before, start_at + self.duration + after)

    def earliest(self, now: datetime) -> datetime:
        """Return the first instant at which a visit may start; notice is real hours, whatever clocks do."""
        return now + timedelta(minutes=self.minimum_notice_minutes)

    def until(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the end of the last bookable local date in `zone`, the clinician's zone."""
        last: date = now.astimezone(zone).date() + timedelta(days=self.horizon_days)
        while not (day := windows.whole_day(zone=zone, day=last)):
            last -= timedelta(days=1)
        return day[-1].end


def merged(service: Mapping[str, int], overrides: Mapping[str, int | None]) -> Terms:
    """
    Return the terms of one clinician for one service, field by field.

    service    every field of FIELDS
    overrides  None or absent: the service's value holds; 0 is a value
    """
    chosen = {field: overrides.get(field) for field in FIELDS}
    return Terms(**{field: service[field] if value is None else value for field, value in chosen.items()})
