"""
Finding another time for a visit that cannot stay, and warning before licences end.

Refusal
├── NotAnAdministrator  (NotAllowed)  see config.core.administrators
└── NotToMove           (Conflict)  the visit is over, or has begun
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from config.core import administrators, audit
from config.core.errors import Conflict, NotFound
from config.core.flow import flow
from config.core.models import Role, User
from consultations.domain.codes import AppointmentStatus, CommunicationKind
from consultations.models import Appointment, Communication
from providers.models import Qualification
from providers.queries import stranded

WARN_DAYS = (60, 30, 7)


class NotToMove(Conflict):
    """Show the visit: it has begun or is over."""

    code = "not-to-move"
    title = "This visit cannot be moved"


@flow
def ask(*, appointment_id: UUID, by: User, now: datetime) -> bool:
    """
    Ask a patient to choose another time; until then the visit stays, and the policy of the service does not bind them.

    Returns  False when they were asked before
    Writes   Appointment, Communication, AuditEvent
    Raises   NotAnAdministrator, NotFound, NotToMove
    """
    administrators.require(by)
    rows = Appointment.objects.visible_to(by).select_for_update(no_key=True, of=("self",)).select_related("patient")
    visit = rows.filter(pk=appointment_id).first()
    if visit is None:
        raise NotFound("There is no such visit.")
    if visit.status != AppointmentStatus.BOOKED or visit.start_at <= now:
        raise NotToMove("This visit has begun or is over.")
    if visit.move_asked_at is not None:
        return False

    visit.move_asked_at, visit.move_asked_by = now, by
    visit.save(update_fields=["move_asked_at", "move_asked_by", "updated_at"])
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.VISIT_TO_MOVE,
        recipient_id=visit.patient.user_id,
        due_at=now,
        expires_at=visit.start_at,
        occurrence=f"r{visit.revision}",
        revision=visit.revision,
    )

    audit.record(
        event="consultations.appointment.move-asked", entity=visit, by=by, now=now, patient_id=visit.patient_id
    )
    return True


@flow
def warn(*, now: datetime) -> int:
    """
    Plan the warnings of licences that end in 60, 30 or 7 days, to their clinician and to every administrator.

    Returns  how many licences are warned of; a warning that is planned already stays as it is
    Writes   Communication
    """
    people = list(User.objects.filter(role=Role.ADMIN, is_active=True).values_list("pk", flat=True))
    found = stranded.ending(now, within=timedelta(days=max(WARN_DAYS)))
    for one in found:
        row = one.qualification
        for recipient in {*people, row.practitioner.user_id}:
            Communication.objects.plan(
                subject=row,
                kind=CommunicationKind.LICENCE_EXPIRING,
                recipient_id=recipient,
                due_at=now,
                occurrence=f"{row.valid_until}:{_threshold(row, now)}",
            )
    return len(found)


def _threshold(row: Qualification, now: datetime) -> int:
    left = (row.valid_until - now.date()).days if row.valid_until else max(WARN_DAYS)
    return min((days for days in _reached(left)), default=max(WARN_DAYS))


def _reached(left: int) -> Iterator[int]:
    return (days for days in WARN_DAYS if left <= days)
