"""The clinic's clock, from its rows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from providers.domain.business import BusinessHours, Opening
from providers.domain.hours import Closure
from providers.models import ClinicClosure, ClinicHours

# What was due before this is not counted any more.
_PAST = timedelta(days=400)


def business_hours(now: datetime) -> BusinessHours:
    """Return the clinic's weekly hours and closures as they are: two queries; closures long past are left out."""
    hours = ClinicHours.objects.active().order_by("weekday", "start_minute")
    closures = ClinicClosure.objects.filter(is_active=True, end_date__gte=(now - _PAST).date())
    return BusinessHours(
        zone=ZoneInfo(settings.CLINIC_TIME_ZONE),
        openings=tuple(Opening(*row) for row in hours.values_list("weekday", "start_minute", "end_minute")),
        closures=tuple(Closure(*row) for row in closures.values_list("start_date", "end_date")),
    )
