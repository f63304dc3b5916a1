"""Everybody's visits, for administrators: of a day, of a patient, and what stands about one of them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from config.core.models import User
from consultations.domain.codes import LIVE_APPOINTMENTS
from consultations.models import Appointment, PolicyOverride, WaitlistEntry
from providers.models import Practitioner

SHOWN = 50
_DAY = timedelta(days=1)


def _whole(by: User) -> QuerySet[Appointment]:
    return Appointment.objects.visible_to(by).select_related(
        "patient", "practitioner", "slot", "service_request__service", "cancelled_by"
    )


def of_day(practitioners: Collection[Practitioner], *, day: date, by: User) -> dict[UUID, list[Appointment]]:
    """
    Return the visits of some clinicians on a calendar day, each in the clinician's own zone, by clinician.

    Returns  cancelled ones too: somebody may ask what became of them; one query
    """
    noon = datetime.fromisoformat(f"{day.isoformat()}T12:00+00:00")
    zones = {one.pk: one.time_zone for one in practitioners}
    rows = _whole(by).filter(practitioner__in=zones, start_at__gt=noon - 2 * _DAY, start_at__lt=noon + 2 * _DAY)
    found: defaultdict[UUID, list[Appointment]] = defaultdict(list)
    for visit in rows.order_by("start_at", "id"):
        if visit.start_at.astimezone(zones[visit.practitioner_id]).date() == day:
            found[visit.practitioner_id].append(visit)
    return found


def of_patient(name: str, *, by: User, now: datetime) -> list[Appointment]:
    """
    Return the visits still to come of patients whose names begin with each of the given words: one query.

    name  family, given or preferred names in any order; nothing for no words
    """
    words = name.split()
    if not words:
        return []
    rows = _whole(by).filter(status__in=LIVE_APPOINTMENTS, end_at__gt=now)
    for word in words:
        rows = rows.filter(
            Q(patient__family_name__istartswith=word)
            | Q(patient__given_name__istartswith=word)
            | Q(patient__preferred_name__istartswith=word)
        )
    return list(rows.order_by("start_at", "id")[:SHOWN])


def visit(appointment_id: UUID, *, by: User) -> Appointment | None:
    """Return one visit; None when the user may not see it: one query."""
    return _whole(by).filter(pk=appointment_id).first()


def overrides(booked: Appointment) -> QuerySet[PolicyOverride]:
    """Return what was done to a visit beyond the policy, and why, the latest first: one query."""
    return booked.overrides.select_related("made_by").order_by(F("revision").desc())


def waiting_for(booked: Appointment) -> int:
    """Return how many people wait for a time of the service of a visit: one query."""
    return WaitlistEntry.objects.waiting().filter(service_request__service=booked.service_request.service_id).count()
