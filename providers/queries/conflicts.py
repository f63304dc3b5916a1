"""Booked visits at times at which a clinician's other calendar is busy; listed, never moved."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from providers.models import ExternalBusy, Practitioner, Slot


def conflicts(practitioner: Practitioner, *, now: datetime) -> QuerySet[Slot]:
    """Return the booked times to come that another calendar says are busy, the earliest first: one query."""
    elsewhere = ExternalBusy.objects.filter(
        calendar__practitioner=practitioner, start_at__lt=OuterRef("end_at"), end_at__gt=OuterRef("start_at")
    )
    booked = Slot.objects.booked().filter(practitioner=practitioner, end_at__gt=now)
    return booked.filter(Exists(elsewhere)).order_by("start_at", "id")
