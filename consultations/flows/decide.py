"""
Deciding a case: accept, decline or refer, with a second name where the service asks for one.

Refusal
├── LeaseLost        (Conflict)  see consultations.queries.holding
├── FlagsWaiting     (Conflict)  a grave flag has no name under it; `flags` are the ids
└── NothingProposed  (Conflict)
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, FieldError
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.domain import reasons, words
from consultations.domain.codes import CommunicationKind, ReferralKind, RequestStatus, ReviewOutcome, TaskStatus
from consultations.domain.standing import ASSIGNED
from consultations.models import Appointment, Communication, Referral, ReviewTask, ServiceRequest
from consultations.queries import holding, offering, referring
from intake.models import Flag
from providers.models import HealthcareService
from providers.queries.business import business_hours


class FlagsWaiting(Conflict):
    """Acknowledge the flags of the case first; their ids are in `flags`."""

    code = "flags-waiting"
    title = "A safety flag has no name under it yet"


class NothingProposed(Conflict):
    """Decide the case itself: nobody's decision waits for a second name."""

    code = "nothing-proposed"
    title = "There is no decision to sign"


class Decision(NamedTuple):
    """What a reviewer decided, and in which words."""

    outcome: ReviewOutcome
    reason: str = ""
    referral: Referral | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """Return what the task keeps of it beside the outcome."""
        referred_to = self.referral.whom if self.referral else ""
        return {"reason": self.reason, "referred_to": referred_to[:200], "referral": self.referral}

    @property
    def note(self) -> str:
        """Return what the patient is told of a decline or a referral; a service is named by its own case."""
        is_outside = self.referral is not None and self.referral.kind == ReferralKind.OUTSIDE
        return f"{self.columns['referred_to']}: {self.reason}" if is_outside else self.reason


@flow
def accept(*, task_id: UUID, fence: int, by: User, now: datetime, note: str = "") -> ReviewTask:
    """
    Accept the case; what follows is a visit, or a determination where the service has none.

    Where the service asks for a second name, the decision waits for a colleague's; so do decline and refer.

    Writes  ReviewTask `completed` (or `ready` with a proposal), Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, words.WordsTooLong
    """
    reason = words.bounded(note, "note")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    return _decide(task, Decision(ReviewOutcome.ACCEPTED, reason), by=by, now=now)


@flow
def decline(*, task_id: UUID, fence: int, reason: str, by: User, now: datetime) -> ReviewTask:
    """
    Decline the case; the patient reads the reason, and a visit that was booked is cancelled.

    Writes  ReviewTask `completed`, ServiceRequest `revoked`, Appointment, Encounter and Slot, Communication,
            StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, words.WordsMissing, words.WordsTooLong
    """
    reason = words.required(reason, "reason")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    return _decide(task, Decision(ReviewOutcome.DECLINED, reason), by=by, now=now)


@flow
def refer(*, task_id: UUID, fence: int, to: str, reason: str, by: User, now: datetime) -> ReviewTask:
    """
    Refer the patient to somebody outside; they read where to and why, and a visit that was booked is cancelled.

    to      who or where, in words for the patient, at most 200 characters
    Writes  ReviewTask `completed`, Referral, ServiceRequest `revoked`, Appointment, Encounter and Slot, Communication,
            StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, words.WordsMissing, words.WordsTooLong
    """
    to = words.required(to, "to", limit=200)
    reason = words.required(reason, "reason")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    said: dict[str, Any] = {"reason": reason, "referred_at": now, "referred_by": by}
    referral = Referral.objects.create(task=task, kind=ReferralKind.OUTSIDE, to_words=to, **said)
    return _decide(task, Decision(ReviewOutcome.REFERRED, reason, referral), by=by, now=now)


@flow
def refer_to_service(*, task_id: UUID, fence: int, to: UUID, reason: str, by: User, now: datetime) -> ReviewTask:
    """
    Refer the patient to another service of the clinic: they go on with a case of that service, linked to this one.

    The new case is a draft that the patient finishes and sends: it asks what that service asks, and offers them their
    answers from before. This case ends as it stands, with its answers, flags and history.

    to      a service that is offered to this patient, in their state, and in which they have no open case
    reason  what the patient reads, at most 4,000 characters
    Writes  ReviewTask `completed`, Referral, ServiceRequest `revoked` and a new one `draft`, QuestionnaireResponse,
            SupportingInfo, Appointment, Encounter and Slot, Communication, StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, referring.MayNotHave, offering.NotReady, words.WordsMissing,
            words.WordsTooLong
    """
    reason = words.required(reason, "reason")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    service = HealthcareService.objects.filter(pk=to).first()
    if service is None:
        raise referring.MayNotHave(errors=[FieldError("to", "unknown", "There is no such service.")])
    referring.refuse_service(task, service, now=now)
    said: dict[str, Any] = {"reason": reason, "referred_at": now, "referred_by": by}
    referral = Referral.objects.create(task=task, kind=ReferralKind.SERVICE, to_service=service, **said)
    return _decide(task, Decision(ReviewOutcome.REFERRED, reason, referral), by=by, now=now)


@flow
def sign_off(*, task_id: UUID, fence: int, by: User, now: datetime) -> ReviewTask:
    """
    Put the second name under a colleague's decision; it takes effect.

    Writes  ReviewTask `completed`, and what accept, decline or refer write
    Raises  NotFound, NotAllowed, LeaseLost, NothingProposed, FlagsWaiting, referring.MayNotHave and offering.NotReady
            where the patient is referred to a service that they may no longer have
    """
    task = holding.held(task_id, fence=fence, by=by, now=now)
    if task.proposed_at is None:
        raise NothingProposed("Nobody has decided this case yet.")
    proposed = Decision(ReviewOutcome(task.proposed_outcome), task.reason, task.referral)
    return _conclude(task, proposed, by=by, now=now)


@flow
def send_back(*, task_id: UUID, fence: int, handover: str, by: User, now: datetime) -> ReviewTask:
    """
    Give a colleague's decision back to them, with what speaks against it.

    handover  words for the colleague, at most 4,000 characters
    Writes    ReviewTask `ready`, kept for the colleague; StatusChange, AuditEvent
    Raises    NotFound, NotAllowed, LeaseLost, NothingProposed, words.WordsMissing, words.WordsTooLong
    """
    handover = words.required(handover, "handover")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    if task.proposed_at is None:
        raise NothingProposed("Nobody has decided this case yet.")

    kept: dict[str, Any] = {"reserved_for": task.proposed_by, "reserved_until": business_hours(now).add(now, ASSIGNED)}
    none: dict[str, Any] = {
        "proposed_outcome": "",
        "proposed_at": None,
        "proposed_by": None,
        "reason": "",
        "referred_to": "",
        "referral": None,
    }
    task.leave(TaskStatus.READY, by=by, now=now, owner=None, handover=handover, **kept, **none)
    task.record("sent-back", by=by, now=now)
    return task


def _decide(task: ReviewTask, decision: Decision, *, by: User, now: datetime) -> ReviewTask:
    """Let the decision take effect, or let it wait for a second name where the service asks for one."""
    if not task.service_request.service.second_sign_off:
        return _conclude(task, decision, by=by, now=now)
    _refuse_flags(task)
    proposal: dict[str, Any] = {"proposed_outcome": decision.outcome, "proposed_at": now, "proposed_by": task.owner}
    task.leave(TaskStatus.READY, by=by, now=now, owner=None, **proposal, **decision.columns)
    task.record("proposed", by=by, now=now)
    return task


def _conclude(task: ReviewTask, decision: Decision, *, by: User, now: datetime) -> ReviewTask:
    _refuse_flags(task)
    changes: dict[str, Any] = {"outcome": decision.outcome, **decision.columns}
    task.leave(TaskStatus.COMPLETED, by=by, now=now, decided_at=now, decided_by=by, watch_at=None, **changes)
    task.record(decision.outcome, by=by, now=now)
    if decision.outcome != ReviewOutcome.ACCEPTED:
        _close(task.service_request, note=decision.note, by=by, now=now)
    if decision.referral is not None and decision.referral.to_service is not None:
        _go_on(task, decision.referral, service=decision.referral.to_service, by=by, now=now)
    # Last: a patient who begins that case at this moment writes it before their wishes, too (docs/locking.md).
    Communication.objects.plan(
        subject=task, kind=CommunicationKind.REVIEW_DECIDED, recipient_id=task.service_request.patient.user_id,
        due_at=now,
    )  # fmt: skip
    return task


def _go_on(task: ReviewTask, referral: Referral, *, service: HealthcareService, by: User, now: datetime) -> None:
    """Begin the case of the service that the patient is referred to; asked once more, for a decision may have waited."""
    referring.refuse_service(task, service, now=now)
    old, asked = task.service_request, offering.newest_questionnaires(service)
    with referring.begun_once():
        new = ServiceRequest.objects.begin(old.patient, service, state=old.state, asked=asked, by=by, now=now)
    referral.new_request = new
    referral.save(update_fields=["new_request", "updated_at"])
    Communication.objects.plan_nudges(new, now=now)

    detail = {"from": str(old.pk)}
    audit.record(
        event="consultations.request.referred", action=AuditAction.CREATE, entity=new, by=by, now=now,
        patient_id=new.patient_id, detail=detail,
    )  # fmt: skip


def _refuse_flags(task: ReviewTask) -> None:
    case = Flag.objects.active().filter(response__supporting_info__service_request=task.service_request)
    if waiting := [str(pk) for pk in case.waiting().values_list("pk", flat=True)]:
        raise FlagsWaiting("Put your name under each safety flag, then decide.", extra={"flags": waiting})


def _close(request: ServiceRequest, *, note: str, by: User, now: datetime) -> None:
    """End the case with what the patient is told, and cancel its visit."""
    request.move(RequestStatus.REVOKED, by=by, now=now, decision_note=note, closed_at=now)
    Communication.objects.stop_case(request, now=now)
    for visit in Appointment.objects.live().filter(service_request=request).select_for_update(no_key=True):
        visit.cancel(by=by, now=now, words=reasons.CASE_CLOSED, reason="case-closed")
