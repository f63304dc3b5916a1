"""The name that a clinician puts under a safety flag."""

from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import Role, User
from consultations.domain import words
from consultations.domain.codes import EscalationEnd
from consultations.models import Communication, Escalation
from consultations.queries import flags
from intake.models import Flag


class AlreadyAcknowledged(Conflict):
    """Show who acknowledged the flag, and when: `acknowledged_by`, `acknowledged_at`."""

    code = "already-acknowledged"
    title = "This flag was already acknowledged"


@flow
def acknowledge_flag(*, flag_id: UUID, note: str, by: User, now: datetime) -> Flag:
    """
    Put a name and a time under a safety flag that this clinician may see, of a case that was sent or of a draft.

    What the same rule said of the same answers earlier gets the same name: a patient who goes back and forth is read
    once. What it says later does not, and keeps the alert open.

    note    what was done about it, at most 4,000 characters
    Writes  Flag, Escalation ended when no flag of it waits, its unsent messages stopped, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, AlreadyAcknowledged, words.WordsMissing, words.WordsTooLong
    Source  docs/flows.md, row "acknowledge"
    """
    if by.role != Role.PRACTITIONER:
        raise NotAllowed("Only clinicians acknowledge safety flags.")
    note = words.required(note, "note")
    flag = flags.seen_by(by).filter(pk=flag_id).first()
    if flag is None:
        raise NotFound("There is no such flag.")
    alerts = Escalation.objects.open().about(response_id=flag.response_id, rule_id=flag.rule_id)
    # A step that is being taken comes first; then the name, and no step after it.
    alerts.select_for_update(no_key=True, of=("self",)).first()
    if not Flag.objects.acknowledge(pk=flag.pk, by=by, note=note, now=now):
        raise AlreadyAcknowledged("Somebody has already acknowledged this flag.", extra=_by_whom(flag_id))

    for pk in [flag.pk, *Flag.objects.acknowledge_earlier(flag, by=by, note=note, now=now)]:
        named = Flag(pk=pk)
        audit.record(event="intake.flag.acknowledged", entity=named, by=by, now=now, patient_id=flag.patient_id)
    if not Flag.objects.waiting().filter(response=flag.response_id, rule=flag.rule_id).exists():
        _end(flag, by=by, now=now)
    flag.refresh_from_db()
    return flag


def _end(flag: Flag, *, by: User, now: datetime) -> None:
    """End the alert of a flag, and stop what was not sent yet; it may have been opened since the flag was read."""
    alerts = Escalation.objects.open().about(response_id=flag.response_id, rule_id=flag.rule_id)
    row = alerts.select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        return
    row.end(reason=EscalationEnd.ACKNOWLEDGED, now=now)
    for step_id in row.steps.values_list("pk", flat=True):
        Communication.objects.stop(subject_id=step_id, now=now, reason="acknowledged")
    audit.status_changed(row, old="open", new="ended", by=by, now=now, reason=row.end_reason)


def _by_whom(flag_id: UUID) -> dict[str, str | datetime | None]:
    flag = Flag.objects.select_related("acknowledged_by__practitioner").get(pk=flag_id)
    practitioner = getattr(flag.acknowledged_by, "practitioner", None)
    return {
        "acknowledged_by": practitioner.display_name if practitioner else "",
        "acknowledged_at": flag.acknowledged_at,
    }
