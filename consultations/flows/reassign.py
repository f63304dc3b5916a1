"""A supervisor gives a case to a clinician."""

from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, NotAllowed
from config.core.flow import flow
from config.core.models import Role, User
from consultations.domain import words
from consultations.domain.codes import CommunicationKind, TaskStatus
from consultations.domain.standing import ASSIGNED
from consultations.models import Communication, ReviewTask
from consultations.queries import holding, placing, referring
from providers.models import Practitioner
from providers.queries.business import business_hours

MayNotTake = referring.MayNotTake


class NotASupervisor(NotAllowed):
    """Ask a supervisor or an administrator."""

    code = "not-a-supervisor"
    title = "Only supervisors give cases to others"


class CaseOver(Conflict):
    """Load the case: it was decided or withdrawn."""

    code = "case-over"
    title = "This case is over"


@flow
def reassign(*, task_id: UUID, to: UUID, by: User, now: datetime, handover: str = "") -> ReviewTask:
    """
    Give a case to a clinician, whoever holds it now; their next write is refused, their draft note stays theirs.

    A case that waits is kept for the new clinician for eight hours of the clinic, then it is for everybody again. One
    that waits for the patient comes back to them. One that was accepted, has no visit and is not written yet is
    reviewed again by them.

    to        the clinician, who must be allowed to take it today
    handover  words for them, at most 4,000 characters
    Writes    ReviewTask, Communication, StatusChange, AuditEvent
    Raises    NotFound, NotASupervisor, MayNotTake, CaseOver, words.WordsTooLong
    Source    docs/flows.md, row "reassign"
    """
    _require_supervisor(by)
    handover = words.bounded(handover, "handover")
    request = holding.lock_case(holding.seen(task_id, by).service_request_id)
    task = ReviewTask.objects.select_for_update(no_key=True).get(pk=task_id)
    task.service_request = request
    is_accepted = ReviewTask.objects.undetermined().filter(pk=task_id).exists()
    if task.status in {TaskStatus.COMPLETED, TaskStatus.CANCELLED} and not is_accepted:
        raise CaseOver("This case was decided or withdrawn meanwhile.")
    chosen = referring.chosen(referring.able(task, now=now), to)

    if is_accepted:
        hours = business_hours(now)
        place, kept_for = placing.place_of_accepted(task, now=now, hours=hours), (chosen, hours.add(now, ASSIGNED))
        task.reopen(place, by=by, now=now, why="reassigned", handover=handover, kept_for=kept_for)
    else:
        _give(task, chosen, handover=handover, by=by, now=now)
    Communication.objects.plan(
        subject=task, kind=CommunicationKind.REVIEW_DUE, recipient_id=chosen.user_id, due_at=now,
        occurrence=f"given-{task.fence}",
    )  # fmt: skip

    audit.record(
        event="consultations.review.reassigned", entity=task, by=by, now=now, patient_id=request.patient_id,
        detail={"to": str(chosen.pk), "fence": task.fence},
    )  # fmt: skip
    return task


def _give(task: ReviewTask, chosen: Practitioner, *, handover: str, by: User, now: datetime) -> None:
    old = task.status
    task.handover = handover or task.handover
    task.fence += 1
    if old == TaskStatus.ON_HOLD:
        task.owner = chosen
    else:
        task.status, task.owner, task.lease_expires_at = TaskStatus.READY, None, None
        task.reserved_for, task.reserved_until = chosen, business_hours(now).add(now, ASSIGNED)
    task.save()
    if task.status != old:
        audit.status_changed(task, old=old, new=task.status, by=by, now=now, reason="reassigned")


def _require_supervisor(by: User) -> None:
    supervises = Practitioner.objects.active().filter(user=by, is_supervisor=True)
    if by.role != Role.ADMIN and not supervises.exists():
        raise NotASupervisor("Only supervisors and administrators give cases to others.")
