"""The name that a clinician puts under a safety flag."""

from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import Role, User
from consultations.domain import words
from consultations.models import ServiceRequest
from intake.models import Flag


class AlreadyAcknowledged(Conflict):
    """Show who acknowledged the flag, and when."""

    code = "already-acknowledged"
    title = "This flag was already acknowledged"


@flow
def acknowledge_flag(*, flag_id: UUID, note: str, by: User, now: datetime) -> Flag:
    """
    Put a name and a time under a safety flag of a case that this clinician may see.

    note    what was done about it, at most 4,000 characters
    Writes  Flag, AuditEvent
    Raises  NotFound, NotAllowed, AlreadyAcknowledged, words.WordsMissing, words.WordsTooLong
    Source  docs/flows.md, row "acknowledge"
    """
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only clinicians acknowledge safety flags.")
    note = words.required(note, "note")
    cases = ServiceRequest.objects.visible_to(by)
    flag = Flag.objects.filter(pk=flag_id, response__supporting_info__service_request__in=cases).first()
    if flag is None:
        raise NotFound("There is no such flag.")
    if not Flag.objects.acknowledge(pk=flag.pk, by=by, note=note, now=now):
        raise AlreadyAcknowledged("Somebody has already acknowledged this flag.")

    audit.record(event="intake.flag.acknowledged", entity=flag, by=by, now=now, patient_id=flag.patient_id)
    flag.refresh_from_db()
    return flag
