"""Referring a case to a colleague; referring to a service or outside is a decision (consultations.flows.decide)."""

from datetime import datetime
from uuid import UUID

from config.core.flow import flow
from config.core.models import User
from consultations.domain import words
from consultations.domain.codes import CommunicationKind, ReferralKind, TaskStatus
from consultations.domain.standing import ASSIGNED
from consultations.models import Communication, Referral, ReviewTask
from consultations.queries import holding, referring
from providers.queries.business import business_hours


@flow
def to_colleague(*, task_id: UUID, fence: int, to: UUID, reason: str, by: User, now: datetime) -> ReviewTask:
    """
    Refer the case that one holds to a colleague, who is told; it goes on in the queue as their own.

    It is kept for them for eight hours of the clinic, an emergency not at all; then it is for everybody again, so that
    nobody falls through. Its due time stays. Nothing is decided: no second name, no name under flags is asked for.

    to      a clinician who may take the case today, and is neither who refers nor whose decision waits for a second name
    reason  words for them, at most 4,000 characters; the patient does not read them
    Writes  ReviewTask `ready`, kept for the colleague; Referral, Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, referring.MayNotTake, words.WordsMissing, words.WordsTooLong
    Source  docs/flows.md, row "refer"
    """
    reason = words.required(reason, "reason")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    colleague = referring.chosen(referring.colleagues(task, now=now), to)

    until = business_hours(now).add(now, ASSIGNED)
    task.leave(
        TaskStatus.READY, by=by, now=now, why="referred", owner=None, handover=reason, reserved_for=colleague,
        reserved_until=until,
    )  # fmt: skip
    Referral.objects.create(
        task=task,
        kind=ReferralKind.COLLEAGUE,
        to_practitioner=colleague,
        reason=reason,
        referred_at=now,
        referred_by=by,
    )
    Communication.objects.plan(
        subject=task, kind=CommunicationKind.REVIEW_DUE, recipient_id=colleague.user_id, due_at=now,
        occurrence=f"given-{task.fence}",
    )  # fmt: skip

    task.record("referred-to-colleague", by=by, now=now)
    return task
