"""What a clinician's calendar feed says: when they are busy or off, and nothing about whom they see."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from providers.adapters.calendar import Entry
from providers.domain.codes import ExceptionKind, SlotStatus
from providers.domain.hours import Closure
from providers.domain.intervals import Interval
from providers.models import ClinicClosure, Practitioner, ScheduleException, Slot
from providers.queries.diaries import change_of

BACK, AHEAD = timedelta(days=31), timedelta(days=366)
HOST = "anteroom"


def address(token: str) -> str:
    """Return the whole address of a feed, secret and all."""
    return settings.SITE_URL.rstrip("/") + reverse("providers:read-calendar", args=[token])


def entries(practitioner: Practitioner, *, now: datetime) -> Iterator[Entry]:
    """
    Yield a month back and a year ahead: visits and blocks, which are busy, time off and closures, which are not.

    Reads  Slot, ScheduleException, ClinicClosure: three queries
    """
    span = Interval(now - BACK, now + AHEAD)
    yield from _taken(practitioner, span)
    yield from _off(practitioner, span)
    yield from _closed(practitioner, span)


def _taken(practitioner: Practitioner, span: Interval) -> Iterator[Entry]:
    words = {SlotStatus.BUSY: "Visit", SlotStatus.BUSY_UNAVAILABLE: "Blocked"}
    rows = Slot.objects.filter(
        practitioner=practitioner, status__in=words, start_at__gte=span.start, start_at__lt=span.end
    )
    for slot in rows.order_by("start_at", "id"):
        summary = words[SlotStatus(slot.status)]
        yield Entry(f"{slot.pk}@{HOST}", slot.start_at, slot.end_at, slot.updated_at, summary, is_busy=True)


def _off(practitioner: Practitioner, span: Interval) -> Iterator[Entry]:
    rows = ScheduleException.objects.filter(
        practitioner=practitioner,
        kind=ExceptionKind.OFF,
        is_active=True,
        start_date__lte=span.end.date(),
        end_date__gte=span.start.date(),
    )
    for row in rows.order_by("start_date", "id"):
        for piece in change_of(row).within(span):
            uid = f"{row.pk}-{piece.start:%Y%m%dT%H%M%SZ}@{HOST}"
            yield Entry(uid, *piece, row.updated_at, "Time off", is_busy=False)


def _closed(practitioner: Practitioner, span: Interval) -> Iterator[Entry]:
    zone = ZoneInfo(str(practitioner.time_zone))
    rows = ClinicClosure.objects.filter(
        is_active=True, start_date__lte=span.end.date(), end_date__gte=span.start.date()
    )
    for row in rows.order_by("start_date", "id"):
        for piece in Closure(row.start_date, row.end_date).of(zone).within(span):
            uid = f"{row.pk}-{piece.start:%Y%m%dT%H%M%SZ}@{HOST}"
            yield Entry(uid, *piece, row.updated_at, "Clinic closed", is_busy=False)
