"""The review of a case: a clinician takes it for a while, asks, and decides."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotAllowed, NotFound
from config.core.flow import flow
from config.core.models import User
from consultations.domain import asking, lifecycle, words
from consultations.domain.codes import (
    AppointmentStatus,
    AskStatus,
    CommunicationKind,
    EncounterStatus,
    RequestStatus,
    ReviewOutcome,
    TaskStatus,
)
from consultations.domain.standing import ANSWERED, ASSIGNED
from consultations.models import (
    Appointment,
    Communication,
    CommunicationRequest,
    Encounter,
    ReviewNote,
    ReviewTask,
    ServiceRequest,
    Shift,
    SupportingInfo,
)
from consultations.queries import holding, placing, waitlist
from intake.models import Flag, Questionnaire
from providers.domain.codes import SlotStatus
from providers.models import Practitioner, Slot
from providers.queries.business import business_hours

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


class NothingProposed(Conflict):
    """Decide the case itself: nobody's decision waits for a second name."""

    code = "nothing-proposed"
    title = "There is no decision to sign"


class QuestionsUnfinished(Invalid):
    """Finish the questions that the clinician sent along; each error names one."""

    code = "questions-unfinished"
    title = "Some questions are not finished"


class UnknownQuestions(Invalid):
    """Choose from the published questionnaires."""

    code = "questions-unknown"
    title = "There are no such questions"


class FlagsWaiting(Conflict):
    """Acknowledge the flags of the case first; their ids are in `flags`."""

    code = "flags-waiting"
    title = "A safety flag has no name under it yet"


class AlreadyAnswered(Conflict):
    """Show the answer that is there."""

    code = "already-answered"
    title = "This question is closed"


class Decision(NamedTuple):
    """What a reviewer decided, and in which words."""

    outcome: ReviewOutcome
    reason: str = ""
    referred_to: str = ""

    @property
    def note(self) -> str:
        """Return what the patient is told of a decline or a referral."""
        return f"{self.referred_to}: {self.reason}" if self.referred_to else self.reason


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
    taken = ReviewTask.objects.take_best(
        owner=practitioner, today=holding.clinic_day(now), now=now, until=now + LEASE, service_id=service_id
    )
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
    allowed = ReviewTask.objects.filter(pk=task_id).for_practitioner(practitioner, today=holding.clinic_day(now))
    if not allowed.exists():
        raise NotLicensed("Your license for the patient's state, or your role in this service, is not in force today.")

    mine = allowed.filter(owner=practitioner, status=TaskStatus.IN_PROGRESS)
    rows = (allowed.claimable(now) | mine).not_proposed_by(practitioner).in_order()
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
    return _change(holding.held(task_id, fence=fence, by=by, now=now), now=now, lease_expires_at=now + LEASE)


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
    return _change(task, now=now, lease_expires_at=now + LEASE)


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
    _leave(task, TaskStatus.READY, by=by, now=now, owner=None, handover=handover or task.handover)
    _tell(task, "released", by=by, now=now)
    return task


@flow
def ask_patient(
    *, task_id: UUID, fence: int, message: str, by: User, now: datetime, questionnaires: Sequence[UUID] = ()
) -> CommunicationRequest:
    """
    Ask the patient something; the case waits, and its clock with it, until the answer.

    message         what the patient reads on our pages, at most 4,000 characters; the mail only says that there is one
    questionnaires  published questionnaires that the patient is to fill in as well, in this order
    Writes          CommunicationRequest, ReviewTask and ServiceRequest `on-hold`, QuestionnaireResponse, SupportingInfo,
                    Communication, StatusChange, AuditEvent
    Raises          NotFound, NotAllowed, LeaseLost, UnknownQuestions, words.WordsMissing, words.WordsTooLong
    Source          FHIR R4 CommunicationRequest
    """
    message = words.required(message, "message")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    request = task.service_request
    further = _published(questionnaires)

    _leave(task, TaskStatus.ON_HOLD, by=by, now=now, watch_at=None)
    _move(request, RequestStatus.ON_HOLD, by=by, now=now)
    ask = CommunicationRequest.objects.create(
        service_request=request, message=message, asked_at=now, asked_by=by,
        nudge_at=asking.next_nudge(now, now=now), expires_at=asking.expires_at(now),
    )  # fmt: skip
    SupportingInfo.objects.add(request, further, ask=ask)
    Communication.objects.plan(
        subject=ask, kind=CommunicationKind.CLINICIAN_ASKS, recipient_id=request.patient.user_id, due_at=now
    )

    _tell(task, "asked", by=by, now=now)
    return ask


@flow
def answer_ask(*, ask_id: UUID, answer: str, by: User, now: datetime) -> CommunicationRequest:
    """
    Answer the clinician's question; the case returns to its place, for the same clinician first.

    answer  at most 4,000 characters
    Writes  CommunicationRequest `completed`, ReviewTask `ready`, ServiceRequest `active`, both due times later by what
            the clinic's clock went meanwhile, or sooner where the new answers hurry; StatusChange, AuditEvent
    Raises  NotFound, AlreadyAnswered, QuestionsUnfinished, words.WordsMissing, words.WordsTooLong
    """
    answer = words.required(answer, "message")
    ask = CommunicationRequest.objects.visible_to(by).filter(pk=ask_id).first()
    if ask is None:
        raise NotFound("There is no such question.")
    request = holding.lock_case(ask.service_request_id)
    _refuse_unfinished(ask)
    open_ask = CommunicationRequest.objects.waiting().filter(pk=ask_id)
    changes = {"status": AskStatus.COMPLETED, "answer": answer, "answered_at": now, "answered_by": by}
    if not open_ask.update(**changes, updated_at=now):
        raise AlreadyAnswered("This question was already answered, or is no longer needed.")

    locked = ReviewTask.objects.select_for_update(no_key=True, of=("self",)).select_related("owner")
    task = locked.filter(service_request=request, status=TaskStatus.ON_HOLD).first()
    if task is not None:
        task.service_request, hours = request, business_hours(now)
        place = placing.place_again(task, request, paused_at=ask.asked_at, now=now, hours=hours)
        task.put_back(place, kept_for=task.owner, until=hours.add(now, ANSWERED))
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
    Refer the patient elsewhere; they read where to and why, and a visit that was booked is cancelled.

    to      a colleague, a service or somebody outside, in words
    Writes  ReviewTask `completed`, ServiceRequest `revoked`, Appointment, Encounter and Slot, Communication,
            StatusChange, AuditEvent
    Raises  NotFound, NotAllowed, LeaseLost, FlagsWaiting, words.WordsMissing, words.WordsTooLong
    """
    to = words.required(to, "to", limit=200)
    reason = words.required(reason, "reason")
    task = holding.held(task_id, fence=fence, by=by, now=now)
    return _decide(task, Decision(ReviewOutcome.REFERRED, reason, to), by=by, now=now)


@flow
def sign_off(*, task_id: UUID, fence: int, by: User, now: datetime) -> ReviewTask:
    """
    Put the second name under a colleague's decision; it takes effect.

    Writes  ReviewTask `completed`, and what accept, decline or refer write
    Raises  NotFound, NotAllowed, LeaseLost, NothingProposed, FlagsWaiting
    """
    task = holding.held(task_id, fence=fence, by=by, now=now)
    if task.proposed_at is None:
        raise NothingProposed("Nobody has decided this case yet.")
    proposed = Decision(ReviewOutcome(task.proposed_outcome), task.reason, task.referred_to)
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

    kept = {"reserved_for": task.proposed_by, "reserved_until": business_hours(now).add(now, ASSIGNED)}
    none = {"proposed_outcome": "", "proposed_at": None, "proposed_by": None, "reason": "", "referred_to": ""}
    _leave(task, TaskStatus.READY, by=by, now=now, owner=None, handover=handover, **kept, **none)
    _tell(task, "sent-back", by=by, now=now)
    return task


def _at_work(by: User, *, now: datetime) -> Practitioner:
    """Return the clinician, whose shift begins with their first case."""
    practitioner = holding.clinician(by)
    if Shift.objects.current(practitioner, now=now).paused_at is not None:
        raise OnBreak("End your break, then take a case.")
    return practitioner


def _published(ids: Sequence[UUID]) -> list[Questionnaire]:
    found = Questionnaire.objects.published().in_bulk(list(ids))
    if unknown := [str(pk) for pk in ids if pk not in found]:
        why = "Choose from the published questionnaires."
        raise UnknownQuestions(why, errors=[FieldError("questionnaires", "unknown", f"{why} {pk}") for pk in unknown])
    return [found[pk] for pk in dict.fromkeys(ids)]


def _refuse_unfinished(ask: CommunicationRequest) -> None:
    rows = ask.questions.select_related("questionnaire_response__questionnaire").order_by("position")
    unfinished = [row for row in rows if not row.as_questions().is_done]
    if unfinished:
        raise QuestionsUnfinished(
            "Finish the questions first, then send your answer.",
            errors=[
                FieldError(
                    f"questionnaire_responses.{row.questionnaire_response_id}", "unfinished",
                    f"Finish {row.questionnaire_response.questionnaire.title}.",
                )
                for row in unfinished
            ],
        )  # fmt: skip


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


def _decide(task: ReviewTask, decision: Decision, *, by: User, now: datetime) -> ReviewTask:
    """Let the decision take effect, or let it wait for a second name where the service asks for one."""
    if not task.service_request.service.second_sign_off:
        return _conclude(task, decision, by=by, now=now)
    _refuse_flags(task)
    proposal = {"proposed_outcome": decision.outcome, "proposed_at": now, "proposed_by": task.owner}
    words_of_it = {"reason": decision.reason, "referred_to": decision.referred_to}
    _leave(task, TaskStatus.READY, by=by, now=now, owner=None, **proposal, **words_of_it)
    _tell(task, "proposed", by=by, now=now)
    return task


def _conclude(task: ReviewTask, decision: Decision, *, by: User, now: datetime) -> ReviewTask:
    _refuse_flags(task)
    changes = {"outcome": decision.outcome, "reason": decision.reason, "referred_to": decision.referred_to}
    _leave(task, TaskStatus.COMPLETED, by=by, now=now, decided_at=now, decided_by=by, watch_at=None, **changes)
    Communication.objects.plan(
        subject=task, kind=CommunicationKind.REVIEW_DECIDED, recipient_id=task.service_request.patient.user_id,
        due_at=now,
    )  # fmt: skip

    _tell(task, decision.outcome, by=by, now=now)
    if decision.outcome != ReviewOutcome.ACCEPTED:
        _close(task.service_request, note=decision.note, by=by, now=now)
    return task


def _refuse_flags(task: ReviewTask) -> None:
    case = Flag.objects.active().filter(response__supporting_info__service_request=task.service_request)
    if waiting := [str(pk) for pk in case.waiting().values_list("pk", flat=True)]:
        raise FlagsWaiting("Put your name under each safety flag, then decide.", extra={"flags": waiting})


def _close(request: ServiceRequest, *, note: str, by: User, now: datetime) -> None:
    """End the case with what the patient is told, and cancel its visit."""
    request.decision_note, request.closed_at = note, now
    request.save(update_fields=["decision_note", "closed_at", "updated_at"])
    _move(request, RequestStatus.REVOKED, by=by, now=now)
    for visit in Appointment.objects.live().filter(service_request=request).select_for_update(no_key=True):
        _cancel(visit, by=by, now=now)


def _cancel(visit: Appointment, *, by: User, now: datetime) -> None:
    """Take the visit of a closed case back, also out of the patient's calendar; book.cancel moves the same rows."""
    old, visit.status = visit.status, AppointmentStatus.CANCELLED
    visit.cancelled_at, visit.cancelled_by, visit.cancel_reason = now, by, "The case was closed by the clinician."
    visit.revision += 1
    visit.save(update_fields=["status", "cancelled_at", "cancelled_by", "cancel_reason", "revision", "updated_at"])
    for encounter in Encounter.objects.filter(appointment=visit).select_for_update(no_key=True):
        began, encounter.status = encounter.status, EncounterStatus.CANCELLED
        lifecycle.require(lifecycle.ENCOUNTER, began, encounter.status)
        encounter.save(update_fields=["status", "updated_at"])
        audit.status_changed(encounter, old=began, new=encounter.status, by=by, now=now, reason="case-closed")
    _give_back(visit.slot, by=by, now=now)
    Communication.objects.stop(subject_id=visit.pk, now=now, reason="case-closed")
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.BOOKING_CANCELLED, recipient_id=visit.patient.user_id, due_at=now,
        occurrence=f"r{visit.revision}", revision=visit.revision,
    )  # fmt: skip
    audit.status_changed(visit, old=old, new=visit.status, by=by, now=now, reason="case-closed")


def _give_back(slot: Slot, *, by: User, now: datetime) -> None:
    if Slot.objects.release(pk=slot.pk, now=now):
        audit.status_changed(slot, old=slot.status, new=SlotStatus.FREE, by=by, now=now, reason="case-closed")
        if slot.start_at > now and slot.service_id and waitlist.anybody_waits_for(slot.service_id):
            Slot.objects.reserve(slot, now=now)


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
