"""What workers do for the providers app."""

from uuid import UUID
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from config.core.clock import database_now
from providers.adapters import external_calendar
from providers.domain.intervals import Interval
from providers.flows import hold, import_calendar, open_times
from providers.models import ExternalCalendar
from providers.queries.open_times import to_refresh


@shared_task(acks_late=True, ignore_result=True)
def release_expired_holds(**_later: object) -> None:
    """Free the holds whose time is over. Safe to run twice, and to leave out: an expired hold stops nobody."""
    hold.expire(now=timezone.now())


@shared_task(ignore_result=True)
def refresh_open_times(**_later: object) -> None:
    """Hand each clinician whose free times are doubtful or old to a task. Safe to leave out: search then computes."""
    for practitioner_id in to_refresh(timezone.now()):
        refresh_open_times_of.delay(practitioner_id=str(practitioner_id))


@shared_task(acks_late=True, ignore_result=True)
def refresh_open_times_of(*, practitioner_id: str, **_later: object) -> None:
    """Work out the free times of one clinician. Safe to run twice."""
    try:
        open_times.refresh(practitioner_id=UUID(practitioner_id), now=timezone.now())
    except open_times.NoSuchPractitioner:
        return


@shared_task(ignore_result=True)
def import_calendars(**_later: object) -> None:
    """Every minute: hand each calendar that is to be read to a task. Safe to run twice."""
    due = ExternalCalendar.objects.due(database_now()).order_by("next_fetch_at", "id")
    for calendar_id in due.values_list("pk", flat=True)[:200]:
        import_busy_times.delay(calendar_id=str(calendar_id))


@shared_task(acks_late=True, ignore_result=True)
def import_busy_times(*, calendar_id: str, **_later: object) -> None:
    """Read one calendar and block its busy times; its content stays in this process. Safe to run twice."""
    rows = ExternalCalendar.objects.select_related("practitioner")
    row, now = rows.filter(pk=calendar_id).first(), database_now()
    if row is None:
        return
    zone = ZoneInfo(str(row.practitioner.time_zone))
    try:
        # Once a day all is read anew: the horizon has moved on over the same calendar.
        is_fresh = row.fetched_at is not None and row.fetched_at.date() == now.date()
        found = external_calendar.fetch(row.address, etag=row.etag if is_fresh else "")
        span = Interval(now, now + import_calendar.AHEAD)
        busy = None if found.body is None else external_calendar.busy(found.body, zone=zone, span=span)
    except external_calendar.Unreadable as error:
        import_calendar.failed(calendar_id=row.pk, code=error.code, now=now)
    else:
        import_calendar.apply(calendar_id=row.pk, busy=busy, etag=found.etag, now=now)
