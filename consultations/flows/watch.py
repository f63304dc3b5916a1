"""Watching over what waits: leases that ended, due times, questions without an answer. Rows say when; a tick looks."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from config.core import audit
from config.core.flow import flow
from consultations.domain import asking, lifecycle
from consultations.domain.codes import AskStatus, CommunicationKind, RequestStatus, TaskStatus
from consultations.domain.standing import ANSWERED
from consultations.models import Communication, CommunicationRequest, ReviewTask
from consultations.queries import holding, on_duty, placing
from intake.domain.codes import ResponseStatus
from intake.models import QuestionnaireResponse
from providers.queries.business import business_hours

BATCH = 100


@flow
def return_ended(*, now: datetime) -> int:
    """
    Put cases whose lease has ended back to their places; a claim may have taken them already.

    Returns  how many were returned
    Writes   ReviewTask `ready`, StatusChange
    Source   docs/flows.md, row "watch"
    """
    ended = ReviewTask.objects.lease_ended(now).order_by("lease_expires_at", "id")
    tasks = list(ended.select_for_update(skip_locked=True, no_key=True)[:BATCH])
    for task in tasks:
        task.leave(TaskStatus.READY, by=None, now=now, why="lease-ended")
    return len(tasks)


@flow
def look(*, now: datetime) -> int:
    """
    Tell whoever is on duty of cases that are soon due, and count those whose due time has passed.

    Returns  how many cases were looked at
    Writes   ReviewTask, Communication; AuditEvent for each that is overdue
    Source   docs/flows.md, row "watch"
    """
    watched = ReviewTask.objects.watched(now).order_by("watch_at", "id")
    tasks = list(watched.select_for_update(skip_locked=True, no_key=True)[:BATCH])
    for task in tasks:
        is_over = task.due_at <= now
        _tell(task, on_duty.clinicians(task, now=now), occurrence="over" if is_over else "soon")
        task.watch_at, task.overdue_at = (None, now) if is_over else (task.due_at, None)
        task.save(update_fields=["watch_at", "overdue_at", "updated_at"])
        if is_over:
            audit.record(event="consultations.review.overdue", entity=task, by=None, now=now)
    return len(tasks)


@flow
def nudge(*, now: datetime) -> int:
    """
    Remind patients of questions that wait for their answer.

    Returns  how many were reminded
    Writes   CommunicationRequest, Communication
    Source   docs/flows.md, row "watch"
    """
    due = CommunicationRequest.objects.waiting().filter(nudge_at__lte=now, expires_at__gt=now)
    rows = due.select_related("service_request__patient").order_by("nudge_at", "id")
    asks = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:BATCH])
    for ask in asks:
        Communication.objects.plan(
            subject=ask, kind=CommunicationKind.ASK_NUDGE, recipient_id=ask.service_request.patient.user_id, due_at=now,
            expires_at=ask.expires_at, occurrence=f"{ask.nudge_at:%Y-%m-%dT%H:%M}",
        )  # fmt: skip
        ask.nudge_at = asking.next_nudge(ask.asked_at, now=now)
        ask.save(update_fields=["nudge_at", "updated_at"])
    return len(asks)


@flow
def expire(*, ask_id: UUID, now: datetime) -> bool:
    """
    Wait no longer for the answer to one question: the case goes back to its clinician first, and both are told.

    Returns  False when it was answered or ended meanwhile
    Writes   CommunicationRequest `revoked`, ReviewTask `ready`, ServiceRequest `active`, unfinished further responses
             `stopped`, Communication, StatusChange, AuditEvent
    Source   docs/flows.md, row "watch"
    """
    waiting = CommunicationRequest.objects.waiting().filter(pk=ask_id, expires_at__lte=now)
    ask = waiting.first()
    if ask is None:
        return False
    request = holding.lock_case(ask.service_request_id)
    ended = {"status": AskStatus.REVOKED, "expired_at": now, "nudge_at": None, "updated_at": now}
    if not waiting.update(**ended):
        return False

    locked = ReviewTask.objects.select_for_update(no_key=True, of=("self",)).select_related("owner")
    task = locked.filter(service_request=request, status=TaskStatus.ON_HOLD).first()
    if task is not None:
        task.service_request, hours = request, business_hours(now)
        place = placing.place_again(task, request, paused_at=ask.asked_at, now=now, hours=hours)
        task.put_back(place, kept_for=task.owner, until=hours.add(now, ANSWERED), by=None, now=now, why="ask-expired")
    if lifecycle.may(lifecycle.SERVICE_REQUEST, request.status, RequestStatus.ACTIVE):
        request.move(RequestStatus.ACTIVE, by=None, now=now, reason="ask-expired")
    unfinished = QuestionnaireResponse.objects.filter(supporting_info__ask=ask, status=ResponseStatus.IN_PROGRESS)
    unfinished.update(status=ResponseStatus.STOPPED, updated_at=now)
    Communication.objects.stop(subject_id=ask.pk, now=now, reason="expired")
    # A case that was given to somebody meanwhile comes back to them, not to who asked.
    clinician = task.owner.user_id if task is not None and task.owner is not None else ask.asked_by_id
    for recipient_id in (request.patient.user_id, clinician):
        Communication.objects.plan(
            subject=ask, kind=CommunicationKind.ASK_EXPIRED, recipient_id=recipient_id, due_at=now
        )

    audit.record(event="consultations.ask.expired", entity=ask, by=None, now=now, patient_id=request.patient_id)
    return True


def _tell(task: ReviewTask, recipients: Iterable[UUID], *, occurrence: str) -> None:
    for recipient_id in recipients:
        Communication.objects.plan(
            subject=task, kind=CommunicationKind.REVIEW_DUE, recipient_id=recipient_id, due_at=task.watch_at or task.due_at,
            occurrence=f"{occurrence}-{task.due_at:%Y-%m-%dT%H:%M}",
        )  # fmt: skip
