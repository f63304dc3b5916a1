"""Visits whose promised wall-clock time is another instant since the time zone data were changed."""

import importlib.metadata
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from consultations.domain import promise
from consultations.models import Appointment

TZDATA = importlib.metadata.version("tzdata")


class Broken(NamedTuple):
    """A visit that would start at another time of the wall clock than was promised; `keeps_at` would keep it."""

    visit: Appointment
    keeps_at: datetime | None


def broken(now: datetime) -> list[Broken]:
    """Return the visits to come whose promise the present time zone data break, the earliest first: one query."""
    rows = Appointment.objects.upcoming(now).filter(status="booked").exclude(tzdata_version=TZDATA)
    visits = rows.select_related("practitioner", "patient", "slot", "service_request__service")
    return [
        Broken(visit, promise.promised_at(visit.local_start, zone))
        for visit in visits.order_by("start_at", "id")
        for zone in [ZoneInfo(str(visit.time_zone))]
        if not promise.is_kept(visit.start_at, visit.local_start, zone)
    ]
