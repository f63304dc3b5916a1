"""
The review of a case: a clinician takes it for a while, keeps it, and gives it back.

Refusal
├── LeaseLost       (Conflict)    see consultations.queries.holding
├── AlreadyClaimed  (Conflict)    somebody else has the case
├── OnBreak         (Conflict)
└── NotLicensed     (NotAllowed)
"""

from datetime import datetime, timedelta
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, NotAllowed
from config.core.flow import flow
from config.core.models import User
from consultations.domain import words
from consultations.domain.codes import TaskStatus
from consultations.models import ReviewNote, ReviewTask, Shift
from consultations.queries import holding
from providers.models import Practitioner
from providers.queries import eligibility

LEASE = timedelta(minutes=15)


LeaseLost = holding.LeaseLost


class AlreadyClaimed(Conflict):
    """Take another case; `held_by` has this one until `lease_expires_at`."""

    code = "already-claimed"
    title = "Somebody else has this case"


class NotLicensed(NotAllowed):
    """Leave the case to a clinician whose licence covers the patient's state today."""

    code = "not-licensed"
    title = "Your license does not cover this case today"


class OnBreak(Conflict):
    """End the break first; no case is given during it."""

    code = "on-break"
    title = "You are on a break"


@flow
def claim_next(*, by: User, now: datetime, service_id: UUID | None = None) -> ReviewTask | None:
    """
    Claim the best case that this clinician may take: safety, then due time, then age.

    Only services they offer and states where their licence is in force today. What is kept for them comes as an urgent
    case does; what is kept for a colleague is left, unless it is an emergency.

    service_id  only cases of this service; None for every service they offer
    Returns     the task with the next fencing number and a lease of 15 minutes; None when nothing waits
    Writes      ReviewTask, Shift, StatusChange, AuditEvent; the row is taken in one statement that waits for nobody
    Raises      NotAllowed when this is no clinician, OnBreak
    Source      FHIR R4 Task; docs/flows.md, row "review"
    """
    practitioner = _at_work(by, now=now)
    taken = ReviewTask.objects.take_best(owner=practitioner, now=now, until=now + LEASE, service_id=service_id)
    return _claimed(taken, by=by, now=now)


@flow
def claim(*, task_id: UUID, by: User, now: datetime) -> ReviewTask:
    """
    Claim one case; who holds it already gets a new fencing number, so that only the newest screen can write.

    Writes  ReviewTask, Shift, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, NotLicensed, AlreadyClaimed, OnBreak
    Source  FHIR R4 Task; docs/flows.md, row "review"
    """
    practitioner = _at_work(by, now=now)
    task = holding.seen(task_id, by)
    _refuse_unless_licensed(task, practitioner, now=now)

    this = ReviewTask.objects.filter(pk=task_id)
    mine = this.filter(owner=practitioner, status=TaskStatus.IN_PROGRESS)
    rows = (this.claimable(now) | mine).not_proposed_by(practitioner).in_order()
    taken = _claimed(rows.take_first(owner=practitioner, now=now, until=now + LEASE), by=by, now=now)

    if taken is None:
        raise AlreadyClaimed(_why_closed(task), extra=holding.holder(task_id))
    return taken


@flow
def renew(*, task_id: UUID, fence: int, by: User, now: datetime) -> ReviewTask:
    """
    Hold the case for another 15 minutes.

    Writes  ReviewTask
    Raises  NotFound, NotAllowed, LeaseLost
    """
    task = holding.held(task_id, fence=fence, by=by, now=now)
    task.change(lease_expires_at=now + LEASE)
    return task


@flow
def save_note(*, task_id: UUID, fence: int, note: str, by: User, now: datetime) -> ReviewTask:
    """
    Keep the draft note of the case, and hold the case for another 15 minutes.

    note    at most 4,000 characters; it stays with its author when the lease ends, and nobody else reads it
    Writes  ReviewNote, ReviewTask
    Raises  NotFound, NotAllowed, LeaseLost, words.WordsTooLong
    """
    note = words.bounded(note, "note")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    ReviewNote.objects.update_or_create(task=task, author=by, defaults={"text": note})
    task.change(lease_expires_at=now + LEASE)
    return task


@flow
def keep_words(*, task_id: UUID, note: str, by: User, now: datetime) -> ReviewNote:
    """
    Keep what somebody had typed when their case was gone: their own words, added to their own draft note.

    note    what is not in their note yet; nothing of the case changes
    Writes  ReviewNote
    Raises  NotFound, NotAllowed, words.WordsTooLong
    """
    holding.clinician(by)
    task = holding.seen(task_id, by)
    row, _ = ReviewNote.objects.select_for_update().get_or_create(task=task, author=by, defaults={"text": ""})
    if note.strip() not in row.text:
        row.text = words.bounded(f"{row.text}\n\n{note}".strip(), "note")
        row.save(update_fields=["text", "updated_at"])
    return row


@flow
def release(*, task_id: UUID, fence: int, by: User, now: datetime, handover: str = "") -> ReviewTask:
    """
    Give the case back to its place in the queue, for anybody.

    handover  words for whoever takes it next, at most 4,000 characters
    Writes    ReviewTask `ready`, StatusChange, AuditEvent
    Raises    NotFound, NotAllowed, LeaseLost, words.WordsTooLong
    """
    handover = words.bounded(handover, "handover")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    task.leave(TaskStatus.READY, by=by, now=now, owner=None, handover=handover or task.handover)
    task.record("released", by=by, now=now)
    return task


def _at_work(by: User, *, now: datetime) -> Practitioner:
    """Return the clinician, whose shift begins with their first case."""
    practitioner = holding.clinician(by)
    if Shift.objects.current(practitioner, now=now).paused_at is not None:
        raise OnBreak("End your break, then take a case.")
    return practitioner


def _refuse_unless_licensed(task: ReviewTask, practitioner: Practitioner, *, now: datetime) -> None:
    reasons = eligibility.review_reasons(service=task.service, practitioner=practitioner, state=task.state, now=now)
    if reasons:
        raise NotLicensed(
            f"You may not take this case today. {reasons[0].words}",
            extra={"reasons": [reason.code for reason in reasons]},
        )


def _why_closed(task: ReviewTask) -> str:
    reasons = {
        TaskStatus.ON_HOLD: "This case waits for the patient's answer.",
        TaskStatus.COMPLETED: "This case was already decided.",
        TaskStatus.CANCELLED: "The patient withdrew this case.",
    }
    return reasons.get(TaskStatus(task.status), "Somebody else is looking at this case.")


def _claimed(taken: tuple[ReviewTask, str] | None, *, by: User, now: datetime) -> ReviewTask | None:
    if taken is None:
        return None
    task, former = taken
    audit.status_changed(task, old=former, new=task.status, by=by, now=now, reason="claimed")
    task.record("claimed", by=by, now=now)
    return task
