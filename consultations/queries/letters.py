"""The words of a message, from the rows as they are at the moment of sending."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from consultations.adapters import calendar
from consultations.adapters.mail import Letter
from consultations.domain.codes import LIVE_APPOINTMENTS, AppointmentStatus, CommunicationKind
from consultations.models import ActivityOutcome, Appointment, CarePlan, Communication, CommunicationRequest, ReviewTask

_VISIT = "consultations.appointment"
_UTC = ZoneInfo("UTC")
_INVITES = {
    CommunicationKind.BOOKING_CONFIRMED,
    CommunicationKind.BOOKING_MOVED,
    CommunicationKind.BOOKING_CANCELLED,
}
_AFTER_THE_VISIT = {CommunicationKind.BOOKING_CANCELLED, CommunicationKind.VISIT_MISSED}


@dataclass(frozen=True, slots=True)
class Void:
    """Why a planned message must not be sent any more."""

    reason: str


def compose(message: Communication) -> Letter | Void:
    """
    Return the letter of a planned message, or why nobody needs it any more.

    The letter holds a first name, a time with its zone and a link: nothing about health. Rows are read now, so that
    a message never speaks of a time that has moved since it was planned.
    """
    if not message.recipient.is_active:
        return Void("recipient-inactive")
    if message.subject_type == _VISIT:
        return _about_visit(message)
    find = _LINKS.get(message.subject_type)
    found = find(message.subject_id) if find else None
    if found is None:
        return Void("subject-gone")
    name, path = found
    return _letter(message, name=name, path=path)


def _about_visit(message: Communication) -> Letter | Void:
    visit = Appointment.objects.select_related("patient", "practitioner").filter(pk=message.subject_id).first()
    if visit is None:
        return Void("subject-gone")
    if visit.revision != message.subject_revision:
        return Void("visit-moved")
    is_live = visit.status in LIVE_APPOINTMENTS
    if is_live == (message.kind in _AFTER_THE_VISIT):
        return Void("visit-over" if not is_live else "visit-goes-on")
    zone = ZoneInfo(str(visit.patient.time_zone))
    path = reverse("consultations:visit", args=[visit.pk])
    return _letter(
        message,
        name=visit.patient.called,
        path=path,
        zone=zone,
        start=visit.start_at,
        place=zone.key.rsplit("/", 1)[-1].replace("_", " "),
        clinician=visit.practitioner.display_name,
        attached=_invitation(visit, path) if message.kind in _INVITES else b"",
    )


def _invitation(visit: Appointment, path: str) -> bytes:
    entry = calendar.Entry(
        uid=f"{visit.pk}@anteroom",
        sequence=visit.revision,
        start_at=visit.start_at,
        end_at=visit.end_at,
        changed_at=visit.updated_at,
        url=f"{settings.SITE_URL}{path}",
        is_cancelled=visit.status == AppointmentStatus.CANCELLED,
    )
    return calendar.file(entry)


def _letter(
    message: Communication, *, name: str, path: str, zone: ZoneInfo = _UTC, attached: bytes = b"", **facts: Any
) -> Letter:
    """Write the words; templates show an instant in the current zone, so the reader's is made current."""
    context = {
        "name": name,
        "link": f"{settings.SITE_URL}{path}",
        "clinic": settings.CLINIC_NAME,
        "phone": settings.CLINIC_PHONE,
        **facts,
    }
    with translation.override("en"), timezone.override(zone):
        text = render_to_string(f"consultations/messages/{message.kind}.txt", context)
    subject, _, body = text.partition("\n")
    return Letter(
        to=message.recipient.email,
        subject=subject,
        body=body.strip() + "\n",
        message_id=f"<{message.pk}@anteroom>",
        calendar=attached,
    )


def _ask(pk: UUID) -> tuple[str, str] | None:
    row = CommunicationRequest.objects.waiting().select_related("service_request__patient").filter(pk=pk).first()
    return (row.service_request.patient.called, _case(row.service_request_id)) if row else None


def _decision(pk: UUID) -> tuple[str, str] | None:
    row = ReviewTask.objects.select_related("service_request__patient").filter(pk=pk).first()
    return (row.service_request.patient.called, _case(row.service_request_id)) if row else None


def _plan(pk: UUID) -> tuple[str, str] | None:
    row = CarePlan.objects.signed().select_related("patient").filter(pk=pk).first()
    return (row.patient.called, reverse("consultations:care-plan", args=[row.pk])) if row else None


def _measure(pk: UUID) -> tuple[str, str] | None:
    rows = ActivityOutcome.objects.select_related("questionnaire_response__patient")
    row = rows.filter(pk=pk, questionnaire_response__status="in-progress").first()
    return (row.questionnaire_response.patient.called, reverse("consultations:home")) if row else None


def _case(pk: UUID) -> str:
    return reverse("consultations:case", args=[pk])


_LINKS: dict[str, Callable[[UUID], tuple[str, str] | None]] = {
    "consultations.communicationrequest": _ask,
    "consultations.reviewtask": _decision,
    "consultations.careplan": _plan,
    "consultations.activityoutcome": _measure,
}
