"""
Asking the patient: the case waits, and its clock with it, until they answer.

Refusal
├── LeaseLost            (Conflict)  see consultations.queries.holding
├── UnknownQuestions     (Invalid)
├── QuestionsUnfinished  (Invalid)
└── AlreadyAnswered      (Conflict)
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import User
from consultations.domain import asking, words
from consultations.domain.codes import AskStatus, CommunicationKind, RequestStatus, TaskStatus
from consultations.domain.standing import ANSWERED
from consultations.models import Communication, CommunicationRequest, ReviewTask, SupportingInfo
from consultations.queries import holding, placing
from intake.models import Questionnaire
from intake.queries.questions import title_of
from providers.queries.business import business_hours


class UnknownQuestions(Invalid):
    """Choose from the published questionnaires."""

    code = "questions-unknown"
    title = "There are no such questions"


class QuestionsUnfinished(Invalid):
    """Finish the questions that the clinician sent along; each error names one."""

    code = "questions-unfinished"
    title = gettext_lazy("Some questions are not finished")


class AlreadyAnswered(Conflict):
    """Show the answer that is there."""

    code = "already-answered"
    title = gettext_lazy("This question is closed")


@flow
def put_question(
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

    task.leave(TaskStatus.ON_HOLD, by=by, now=now, watch_at=None)
    request.move(RequestStatus.ON_HOLD, by=by, now=now)
    ask = CommunicationRequest.objects.create(
        service_request=request, message=message, asked_at=now, asked_by=by,
        nudge_at=asking.next_nudge(now, now=now), expires_at=asking.expires_at(now),
    )  # fmt: skip
    SupportingInfo.objects.add(request, further, ask=ask)
    Communication.objects.plan(
        subject=ask, kind=CommunicationKind.CLINICIAN_ASKS, recipient_id=request.patient.user_id, due_at=now
    )

    task.record("asked", by=by, now=now)
    return ask


@flow
def answer_question(*, ask_id: UUID, answer: str, by: User, now: datetime) -> CommunicationRequest:
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
        raise NotFound(gettext("There is no such question."))
    request = holding.lock_case(ask.service_request_id)
    _refuse_unfinished(ask)
    open_ask = CommunicationRequest.objects.waiting().filter(pk=ask_id)
    changes = {"status": AskStatus.COMPLETED, "answer": answer, "answered_at": now, "answered_by": by}
    if not open_ask.update(**changes, updated_at=now):
        raise AlreadyAnswered(gettext("This question was already answered, or is no longer needed."))

    locked = ReviewTask.objects.select_for_update(no_key=True, of=("self",)).select_related("owner")
    task = locked.filter(service_request=request, status=TaskStatus.ON_HOLD).first()
    if task is not None:
        task.service_request, hours = request, business_hours(now)
        place = placing.place_again(task, request, paused_at=ask.asked_at, now=now, hours=hours)
        task.put_back(place, kept_for=task.owner, until=hours.add(now, ANSWERED), by=by, now=now, why="answered")
    if request.status == RequestStatus.ON_HOLD:
        request.move(RequestStatus.ACTIVE, by=by, now=now)
    Communication.objects.stop(subject_id=ask.pk, now=now, reason="answered")

    audit.record(event="consultations.ask.answered", entity=ask, by=by, now=now, patient_id=request.patient_id)
    ask.refresh_from_db()
    return ask


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
            gettext("Finish the questions first, then send your answer."),
            errors=[
                FieldError(
                    f"questionnaire_responses.{row.questionnaire_response_id}", "unfinished",
                    gettext("Finish “%(title)s”.") % {"title": title_of(row.questionnaire_response.questionnaire)},
                )
                for row in unfinished
            ],
        )  # fmt: skip
