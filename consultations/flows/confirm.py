"""
A patient answers a reminder by its link or by a text, without signing in.

Refusal
└── NoLongerAsked  (Conflict)  the visit has moved, has begun or is over
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict
from config.core.flow import flow
from config.core.models import AuditAction
from consultations.domain.codes import AppointmentStatus, AttendanceAnswer
from consultations.models import Appointment, AttendanceReply


class NoLongerAsked(Conflict):
    """Show where the visit stands now."""

    code = "no-longer-asked"
    title = gettext_lazy("This visit has changed")


@flow
def reply(*, appointment_id: UUID, revision: int, answer: AttendanceAnswer, now: datetime) -> bool:
    """
    Keep that a patient will come, or asks for another time; the visit itself stays as it is.

    revision  of the visit as the patient was told of it
    Returns   False when the same was answered before
    Writes    AttendanceReply, AuditEvent
    Raises    NoLongerAsked
    Source    FHIR R4 AppointmentResponse; docs/flows.md, row "remind"
    """
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("patient__user")
    visit = rows.filter(pk=appointment_id, revision=revision, status=AppointmentStatus.BOOKED).first()
    if visit is None or visit.start_at <= now:
        raise NoLongerAsked(gettext("This visit has moved, has begun or is over. Sign in to see where it stands."))

    given = AttendanceReply.objects.filter(appointment=visit, revision=revision).order_by("-replied_at", "-id").first()
    if given is not None and given.answer == answer:
        return False
    # Who changes their mind and back again has said it before; the newest instant counts.
    made, is_new = AttendanceReply.objects.update_or_create(
        appointment=visit, revision=revision, answer=answer, defaults={"replied_at": now}
    )
    audit.record(
        event="consultations.appointment.replied",
        action=AuditAction.CREATE if is_new else AuditAction.UPDATE,
        entity=made,
        by=visit.patient.user,
        now=now,
        patient_id=visit.patient_id,
        detail={"answer": answer, "revision": revision},
    )
    return True
