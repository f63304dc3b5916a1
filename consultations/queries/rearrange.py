"""Visits that cannot stay as they are, and where each could go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from consultations.domain.codes import AppointmentStatus
from consultations.models import Appointment
from consultations.queries.times import known_to
from providers.domain.eligibility import Reason
from providers.models import Qualification
from providers.queries import proposals, stranded
from providers.queries.proposals import Proposal, Taken

SHOWN = 25


@dataclass(frozen=True, slots=True)
class ToMove:
    """One visit, why it cannot stay, and times that are free now."""

    visit: Appointment
    reasons: tuple[Reason, ...]
    ways: list[Proposal]


@dataclass(frozen=True, slots=True)
class EndingLicence:
    """A licence that ends soon, and the visits after its last day that nothing else covers, the earliest first."""

    qualification: Qualification
    visits: list[Appointment]


def to_move(now: datetime) -> list[ToMove]:
    """Return the visits of the coming months that cannot stay, the earliest first; the first ones with proposals."""
    return [
        ToMove(visit, reasons, ways(visit, now) if number < SHOWN else [])
        for number, (visit, reasons) in enumerate(cannot_stay(now))
    ]


def cannot_stay(now: datetime) -> list[tuple[Appointment, tuple[Reason, ...]]]:
    """
    Return the same visits and why, without where they could go.

    Reads  seven queries for any number of visits
    """
    found = {one.slot.pk: one.reasons for one in stranded.stranded(now)}
    return [(visit, found[visit.slot_id]) for visit in _booked(found)]


def ending_licences(now: datetime) -> list[EndingLicence]:
    """
    Return the licences that end within sixty days, each with the visits that are booked beyond.

    Reads  four queries for any number of licences and visits
    """
    found = stranded.ending(now, within=timedelta(days=60))
    visits = {one.slot_id: one for one in _booked(slot.pk for ending in found for slot in ending.beyond)}
    return [
        EndingLicence(one.qualification, [visits[slot.pk] for slot in one.beyond if slot.pk in visits]) for one in found
    ]


def _booked(slots: Iterable[UUID]) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(slot__in=list(slots), status=AppointmentStatus.BOOKED)
    whole = rows.select_related("patient", "practitioner", "slot", "service_request__service")
    return whole.order_by("start_at", "id")


def ways(visit: Appointment, now: datetime) -> list[Proposal]:
    """Return where one visit could go, the same time with another clinician first; up to thirty queries."""
    request = visit.service_request
    taken = Taken(visit.practitioner_id, request.service_id, request.state, visit.start_at, known_to(visit.patient_id))
    return proposals.proposals(taken, now=now, keeps=lambda _service, _span: True)
