"""The review of a case: a clinician takes it for a while, asks, and decides."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F

from config.core import audit
from config.core.errors import Conflict, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import User
from consultations.domain import lifecycle, words
from consultations.domain.codes import (
    AppointmentStatus,
    AskStatus,
    CommunicationKind,
    RequestStatus,
    ReviewOutcome,
    TaskStatus,
)
from consultations.domain.standing import ANSWERED
from consultations.models import (
    Appointment,
    Communication,
    CommunicationRequest,
    ReviewNote,
    ReviewTask,
    ServiceRequest,
)
from intake.models import Flag
from providers.models import Practitioner, Slot

LEASE = timedelta(minutes=15)


class LeaseLost(Conflict):
    """Stop writing: load the case again, and claim it again if it is still open."""

    code = "lease-lost"
    title = "You no longer hold this case"


class AlreadyClaimed(Conflict):
    """Take another case; `held_by` has this one until `lease_expires_at`."""

    code = "already-claimed"
    title = "Somebody else has this case"


class NotLicensed(NotAllowed):
    """Leave the case to a clinician whose licence covers the patient's state today."""

    code = "not-licensed"
    title = "Your licence does not cover this case today"


class FlagsWaiting(Conflict):
    """Acknowledge the flags of the case first; their ids are in `flags`."""

    code = "flags-waiting"
    title = "A safety flag has no name under it yet"


class AlreadyAnswered(Conflict):
    """Show the answer that is there."""

    code = "already-answered"
    title = "This question is closed"


@flow
def claim_next(*, by: User, now: datetime, service_id: UUID | None = None) -> ReviewTask | None:
    """
    Claim the best case that this clinician may take: safety, then due time, then age.

    Only services they offer and states where their licence is in force today. What is kept for them comes as an urgent
    case does; what is kept for a colleague is left, unless it is an emergency.

    service_id  only cases of this service; None for every service they offer
    Returns     the task with the next fencing number and a lease of 15 minutes; None when nothing waits
    Writes      ReviewTask, StatusChange, AuditEvent; the row is taken in one statement that waits for nobody
    Raises      NotAllowed when this is no clinician
    Source      FHIR R4 Task; docs/flows.md, row "review"
    """
    practitioner = _clinician(by)
    taken = ReviewTask.objects.take_best(
        owner=practitioner, today=_clinic_day(now), now=now, until=now + LEASE, service_id=service_id
    )
    return _claimed(taken, by=by, now=now)


@flow
def claim(*, task_id: UUID, by: User, now: datetime) -> ReviewTask:
    """
    Claim one case; who holds it already gets a new fencing number, so that only the newest screen can write.

    Writes  ReviewTask, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, NotLicensed, AlreadyClaimed
    Source  FHIR R4 Task; docs/flows.md, row "review"
    """
    practitioner = _clinician(by)
    task = _seen(task_id, by)
    allowed = ReviewTask.objects.filter(pk=task_id).for_practitioner(practitioner, today=_clinic_day(now))
    if not allowed.exists():
        raise NotLicensed("Your licence for the patient's state, or your role in this service, is not in force today.")

    mine = allowed.filter(owner=practitioner, status=TaskStatus.IN_PROGRESS)
    rows = (allowed.claimable(now) | mine).in_order()
    taken = _claimed(rows.take_first(owner=practitioner, now=now, until=now + LEASE), by=by, now=now)

    if taken is None:
        raise AlreadyClaimed(_why_closed(task), extra=_holder(task_id))
    return taken


@flow
def renew(*, task_id: UUID, fence: int, by: User, now: datetime) -> ReviewTask:
    """
    Hold the case for another 15 minutes.

    Writes  ReviewTask
    Raises  NotFound, NotAllowed, LeaseLost
    """
    return _change(_held(task_id, fence=fence, by=by, now=now), now=now, lease_expires_at=now + LEASE)


@flow
def save_note(*, task_id: UUID, fence: int, note: str, by: User, now: datetime) -> ReviewTask:
    """
    Keep the draft note of the case, and hold the case for another 15 minutes.

    note    at most 4,000 characters; it stays with its author when the lease ends, and nobody else reads it
    Writes  ReviewNote, ReviewTask
    Raises  NotFound, NotAllowed, LeaseLost, words.WordsTooLong
    """
    note = words.bounded(note, "note")
    task = _held(task_id, fence=fence, by=by, now=now)
    ReviewNote.objects.update_or_create(task=task, author=by, defaults={"text": note})
    return _change(task, now=now, lease_expires_at=now + LEASE)


@flow
def keep_words(*, task_id: UUID, note: str, by: User, now: datetime) -> ReviewNote:
    """
    Keep what somebody had typed when their case was gone: their own words, added to their own draft note.

    note    what is not in their note yet; nothing of the case changes
    Writes  ReviewNote
    Raises  NotFound, NotAllowed, words.WordsTooLong
    """
    _clinician(by)
    task = _seen(task_id, by)
    row, _ = ReviewNote.objects.select_for_update().get_or_create(task=task, author=by, defaults={"text": ""})
    if note.strip() not in row.text:
        row.text = words.bounded(f"{row.text}\n\n{note}".strip(), "note")
        row.save(update_fields=["text", "updated_at"])
    return row


@flow
def release(*, task_id: UUID, fence: int, by: User, now: datetime) -> ReviewTask:
    """
    Give the case back to its place in the queue, with the draft note.

    Writes  ReviewTask `ready`, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost
    """
    task = _held(task_id, fence=fence, by=by, now=now)
    _leave(task, TaskStatus.READY, by=by, now=now, owner=None)
    _tell(task, "released", by=by, now=now)
    return task


@flow
def ask_patient(*, task_id: UUID, fence: int, message: str, by: User, now: datetime) -> CommunicationRequest:
    """
    Ask the patient something; the case waits, and its clock with it, until the answer.

    message  what the patient reads on our pages, at most 4,000 characters; the mail only says that there is something
    Writes   CommunicationRequest, ReviewTask and ServiceRequest `on-hold`, Communication, StatusChange, AuditEvent
    Raises   NotFound, NotAllowed, LeaseLost, words.WordsMissing, words.WordsTooLong
    Source   FHIR R4 CommunicationRequest
    """
    message = words.required(message, "message")
    task = _held(task_id, fence=fence, by=by, now=now)
    request = task.service_request

    _leave(task, TaskStatus.ON_HOLD, by=by, now=now)
    _move(request, RequestStatus.ON_HOLD, by=by, now=now)
    ask = CommunicationRequest.objects.create(service_request=request, message=message, asked_at=now, asked_by=by)
    Communication.objects.plan(
        subject=ask, kind=CommunicationKind.CLINICIAN_ASKS, recipient_id=request.patient.user_id, due_at=now
    )

    _tell(task, "asked", by=by, now=now)
    return ask


@flow
def answer_ask(*, ask_id: UUID, answer: str, by: User, now: datetime) -> CommunicationRequest:
    """
    Answer the clinician's question; the case returns to its place, for the same clinician.

    answer  at most 4,000 characters
    Writes  CommunicationRequest `completed`, ReviewTask `ready`, ServiceRequest `active`, both due times later by the
            time that the case waited, StatusChange, AuditEvent
    Raises  NotFound, AlreadyAnswered, words.WordsMissing, words.WordsTooLong
    """
    answer = words.required(answer, "message")
    ask = CommunicationRequest.objects.visible_to(by).filter(pk=ask_id).first()
    if ask is None:
        raise NotFound("There is no such question.")
    request = _lock(ask.service_request_id)
    open_ask = CommunicationRequest.objects.waiting().filter(pk=ask_id)
    changes = {"status": AskStatus.COMPLETED, "answer": answer, "answered_at": now, "answered_by": by}
    if not open_ask.update(**changes, updated_at=now):
        raise AlreadyAnswered("This question was already answered, or is no longer needed.")

    waited = now - ask.asked_at
    held = ReviewTask.objects.filter(service_request=request, status=TaskStatus.ON_HOLD)
    kept = {"reserved_for": F("owner"), "reserved_until": now + ANSWERED}
    if held.update(status=TaskStatus.READY, due_at=F("due_at") + waited, **kept, updated_at=now):
        ServiceRequest.objects.filter(pk=request.pk).update(due_at=F("due_at") + waited)
        task = ReviewTask.objects.get(service_request=request)
        audit.status_changed(task, old=TaskStatus.ON_HOLD, new=task.status, by=by, now=now, reason="answered")
    if request.status == RequestStatus.ON_HOLD:
        _move(request, RequestStatus.ACTIVE, by=by, now=now)
    Communication.objects.stop(subject_id=ask.pk, now=now, reason="answered")

    audit.record(event="consultations.ask.answered", entity=ask, by=by, now=now, patient_id=request.patient_id)
    ask.refresh_from_db()
    return ask


@flow
def accept(*, task_id: UUID, fence: int, by: User, now: datetime, note: str = "") -> ReviewTask:
    """
    Accept the case; what follows is a visit.

    Writes  ReviewTask `completed`, Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting
    """
    return _decide(
        _held(task_id, fence=fence, by=by, now=now),
        ReviewOutcome.ACCEPTED,
        reason=words.bounded(note, "note"),
        by=by,
        now=now,
    )


@flow
def decline(*, task_id: UUID, fence: int, reason: str, by: User, now: datetime) -> ReviewTask:
    """
    Decline the case; the patient reads the reason, and a visit that was booked is cancelled.

    Writes  ReviewTask `completed`, ServiceRequest `revoked`, Appointment, Slot, Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, words.WordsMissing, words.WordsTooLong
    """
    reason = words.required(reason, "reason")
    task = _held(task_id, fence=fence, by=by, now=now)
    decided = _decide(task, ReviewOutcome.DECLINED, reason=reason, by=by, now=now)
    _close(task.service_request, note=reason, by=by, now=now)
    return decided


@flow
def refer(*, task_id: UUID, fence: int, to: str, reason: str, by: User, now: datetime) -> ReviewTask:
    """
    Refer the patient elsewhere; they read where to and why, and a visit that was booked is cancelled.

    to      a colleague, a service or somebody outside, in words
    Writes  ReviewTask `completed`, ServiceRequest `revoked`, Appointment, Slot, Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, words.WordsMissing, words.WordsTooLong
    """
    to = words.required(to, "to", limit=200)
    reason = words.required(reason, "reason")
    task = _held(task_id, fence=fence, by=by, now=now)
    decided = _decide(task, ReviewOutcome.REFERRED, reason=reason, by=by, now=now, referred_to=to)
    _close(task.service_request, note=f"{to}: {reason}", by=by, now=now)
    return decided


def _clinician(by: User) -> Practitioner:
    practitioner = Practitioner.objects.active().filter(user=by).first()
    if practitioner is None:
        raise NotAllowed("Only clinicians review cases.")
    return practitioner


def _clinic_day(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()


def _seen(task_id: UUID, by: User) -> ReviewTask:
    task = ReviewTask.objects.visible_to(by).filter(pk=task_id).first()
    if task is None:
        raise NotFound("There is no such case.")
    return task


def _lock(request_id: UUID) -> ServiceRequest:
    """Lock the case before its task, as request.withdraw does (docs/locking.md)."""
    locked = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("patient")
    return locked.get(pk=request_id)


def _held(task_id: UUID, *, fence: int, by: User, now: datetime) -> ReviewTask:
    practitioner = _clinician(by)
    request = _lock(_seen(task_id, by).service_request_id)
    mine = ReviewTask.objects.held_by(practitioner, fence=fence, now=now).filter(pk=task_id)
    task = mine.select_for_update(no_key=True).first()
    if task is None:
        raise LeaseLost("Your time with this case has ended, or you took it again elsewhere.", extra=_holder(task_id))
    task.service_request = request
    return task


def _holder(task_id: UUID) -> dict[str, str | None]:
    """Return who holds the case now, for the one who does not."""
    task = ReviewTask.objects.select_related("owner").get(pk=task_id)
    if task.status != TaskStatus.IN_PROGRESS or task.owner is None or task.lease_expires_at is None:
        return {"held_by": None, "lease_expires_at": None}
    return {"held_by": task.owner.display_name, "lease_expires_at": task.lease_expires_at.isoformat()}


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
    _tell(task, "claimed", by=by, now=now)
    return task


def _change(task: ReviewTask, *, now: datetime, **changes: object) -> ReviewTask:
    for name, value in changes.items():
        setattr(task, name, value)
    task.save(update_fields=[*changes, "updated_at"])
    return task


def _leave(task: ReviewTask, status: TaskStatus, *, by: User, now: datetime, **changes: object) -> None:
    _change(task, now=now, status=status, lease_expires_at=None, **changes)
    audit.status_changed(task, old=TaskStatus.IN_PROGRESS, new=status, by=by, now=now)


def _decide(
    task: ReviewTask, outcome: ReviewOutcome, *, reason: str, by: User, now: datetime, referred_to: str = ""
) -> ReviewTask:
    case = Flag.objects.active().filter(response__supporting_info__service_request=task.service_request)
    if waiting := [str(pk) for pk in case.waiting().values_list("pk", flat=True)]:
        raise FlagsWaiting("Put your name under each safety flag, then decide.", extra={"flags": waiting})

    decision = {"outcome": outcome, "reason": reason, "referred_to": referred_to}
    _leave(task, TaskStatus.COMPLETED, by=by, now=now, decided_at=now, decided_by=by, **decision)
    Communication.objects.plan(
        subject=task, kind=CommunicationKind.REVIEW_DECIDED, recipient_id=task.service_request.patient.user_id,
        due_at=now,
    )  # fmt: skip

    _tell(task, outcome, by=by, now=now)
    return task


def _close(request: ServiceRequest, *, note: str, by: User, now: datetime) -> None:
    """End the case with what the patient is told, and cancel its visit."""
    request.decision_note, request.closed_at = note, now
    request.save(update_fields=["decision_note", "closed_at", "updated_at"])
    _move(request, RequestStatus.REVOKED, by=by, now=now)
    for visit in Appointment.objects.live().filter(service_request=request).select_for_update(no_key=True):
        old, visit.status = visit.status, AppointmentStatus.CANCELLED
        visit.cancelled_at, visit.cancelled_by, visit.cancel_reason = now, by, "The case was closed by the clinician."
        visit.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason", "updated_at"])
        Slot.objects.release(pk=visit.slot_id, now=now)
        Communication.objects.stop(subject_id=visit.pk, now=now, reason="case-closed")
        audit.status_changed(visit, old=old, new=visit.status, by=by, now=now, reason="case-closed")


def _move(request: ServiceRequest, status: RequestStatus, *, by: User, now: datetime) -> None:
    lifecycle.require(lifecycle.SERVICE_REQUEST, request.status, status)
    old, request.status = request.status, status
    request.save(update_fields=["status", "updated_at"])
    audit.status_changed(request, old=old, new=status, by=by, now=now)


def _tell(task: ReviewTask, happened: str, *, by: User, now: datetime) -> None:
    request = ServiceRequest.objects.only("patient_id").get(pk=task.service_request_id)
    audit.record(
        event=f"consultations.review.{happened}", entity=task, by=by, now=now, patient_id=request.patient_id,
        detail={"fence": task.fence},
    )  # fmt: skip
