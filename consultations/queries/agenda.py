"""A clinician's visits: the coming days, and what is still to be written after past ones."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from config.core.models import User
from consultations.domain.codes import LIVE_APPOINTMENTS, AppointmentStatus, RequestStatus
from consultations.models import Appointment, CarePlan, Communication, Determination, ServiceRequest

DAYS = 14


def _whole(by: User) -> QuerySet[Appointment]:
    failed = Communication.objects.not_reached().filter(service_request=OuterRef("service_request"))
    rows = Appointment.objects.visible_to(by).annotate(is_not_reached=Exists(failed))
    return rows.select_related(
        "patient", "encounter", "service_request__service", "service_request__review_task", "practitioner"
    )


def days(*, by: User, zone: ZoneInfo, now: datetime) -> list[tuple[date, list[Appointment]]]:
    """Return (local day, visits) from today on for two weeks, days without visits left out: one query."""
    today = now.astimezone(zone).date()
    start = datetime.combine(today, time(), tzinfo=zone)
    rows = _whole(by).filter(
        start_at__gte=start,
        start_at__lt=start + timedelta(days=DAYS),
        status__in=[*LIVE_APPOINTMENTS, AppointmentStatus.FULFILLED, AppointmentStatus.NOSHOW],
    )
    found = groupby(rows.order_by("start_at", "id"), key=lambda visit: visit.start_at.astimezone(zone).date())
    return [(day, list(visits)) for day, visits in found]


def unwritten(*, by: User) -> list[Appointment]:
    """Return past visits whose case is not complete yet, oldest first: one query."""
    rows = _whole(by).filter(
        status__in=[AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED],
        service_request__status__in=[RequestStatus.ACTIVE, RequestStatus.ON_HOLD],
    )
    return list(rows.order_by("start_at", "id")[:50])


def accepted(*, by: User) -> list[ServiceRequest]:
    """Return the cases without a visit that the clinician accepted and has not written yet, oldest first: one query."""
    rows = ServiceRequest.objects.visible_to(by).to_determine_by(by).filter(status=RequestStatus.ACTIVE)
    return list(rows.select_related("patient", "service", "review_task").order_by("review_task__decided_at", "id")[:50])


def visit(*, by: User, appointment_id: UUID) -> Appointment | None:
    """Return one visit with its determinations and their plans; None when it is not the user's: three queries."""
    determinations = Determination.objects.order_by("-version").prefetch_related(
        Prefetch("care_plans", CarePlan.objects.order_by("-recorded_at", "-id"))
    )
    rows = _whole(by).prefetch_related(Prefetch("encounter__determinations", determinations))
    return rows.filter(pk=appointment_id).first()
