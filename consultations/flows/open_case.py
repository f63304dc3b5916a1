"""Opening a case: every reading of a patient's record is known."""

from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.errors import NotFound
from config.core.flow import flow
from config.core.models import AuditAction, Record, User
from consultations.models import Appointment, Escalation, ServiceRequest


@flow
def opened(*, request_id: UUID, by: User, now: datetime) -> None:
    """
    Record that somebody opened a case.

    Writes  AuditEvent
    Raises  NotFound
    Source  45 CFR 164.312(b), audit controls
    """
    request = ServiceRequest.objects.visible_to(by).filter(pk=request_id).first()
    if request is None:
        raise NotFound("There is no such case.")

    _record("consultations.case.opened", request, patient_id=request.patient_id, by=by, now=now)


@flow
def visit_opened(*, appointment_id: UUID, by: User, now: datetime) -> None:
    """
    Record that somebody opened one visit, and so read whose it is.

    Writes  AuditEvent
    Raises  NotFound
    Source  45 CFR 164.312(b), audit controls
    """
    row = Appointment.objects.visible_to(by).filter(pk=appointment_id).first()
    if row is None:
        raise NotFound("There is no such visit.")

    _record("consultations.visit.opened", row, patient_id=row.patient_id, by=by, now=now)


@flow
def alert_opened(*, escalation_id: UUID, by: User, now: datetime) -> None:
    """
    Record that somebody opened a safety alert, and so read whom it is about.

    Writes  AuditEvent
    Raises  NotFound
    Source  45 CFR 164.312(b), audit controls
    """
    row = Escalation.objects.visible_to(by).select_related("flag").filter(pk=escalation_id).first()
    if row is None:
        raise NotFound("There is no such alert.")

    _record("consultations.alert.opened", row, patient_id=row.flag.patient_id, by=by, now=now)


def _record(event: str, entity: Record, *, patient_id: UUID, by: User, now: datetime) -> None:
    audit.record(
        event=event, action=AuditAction.READ, entity=entity, by=by, now=now,
        patient_id=patient_id,
    )  # fmt: skip
