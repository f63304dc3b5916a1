"""The ask: a patient starts a case, submits it for review, or withdraws it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy, ngettext

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.domain import lifecycle, standing
from consultations.domain.codes import AskStatus, CommunicationKind, RequestStatus, TaskStatus
from consultations.domain.timing import occurrence
from consultations.models import Appointment, Communication, MessageRule, ReviewTask, ServiceRequest, SupportingInfo
from consultations.queries import earlier, placing
from intake.domain.codes import ResponseStatus
from intake.models import Patient, Questionnaire, QuestionnaireResponse, ServiceQuestionnaire
from intake.queries.questions import title_of
from providers.domain.business import BusinessHours
from providers.domain.eligibility import local_date
from providers.domain.states import STATES
from providers.models import HealthcareService
from providers.queries.business import business_hours


class NotRegistered(Conflict):
    """Ask who the person is, then start again."""

    code = "not-registered"
    title = gettext_lazy("We do not know you yet")


class UnknownService(Invalid):
    """Offer the list of services."""

    code = "service-unknown"
    title = gettext_lazy("There is no such service")


class StateNotServed(Invalid):
    """Name the states of the service."""

    code = "state-not-served"
    title = gettext_lazy("Not offered in that state")


class UnderAge(Invalid):
    """Say from which age the service is offered."""

    code = "under-age"
    title = gettext_lazy("Not offered at your age")


class OverAge(Invalid):
    """Say up to which age the service is offered."""

    code = "over-age"
    title = gettext_lazy("Not offered at your age")


class RequestOpen(Conflict):
    """Go on with the open case, whose id is in `service_request`."""

    code = "request-open"
    title = gettext_lazy("You have already started this")


class NotReady(Conflict):
    """Tell an administrator: a questionnaire of the service has no published version."""

    code = "service-not-ready"
    title = gettext_lazy("This service is not ready yet")


class Incomplete(Invalid):
    """Show what is missing; each error names one thing."""

    code = "incomplete"
    title = gettext_lazy("Something is still missing")


class AlreadySubmitted(Conflict):
    """Show where the case is."""

    code = "already-submitted"
    title = gettext_lazy("This was already submitted")


class VisitBooked(Conflict):
    """Cancel the visit first; its id is in `appointment`."""

    code = "visit-booked"
    title = gettext_lazy("A visit is booked")


@flow
def start(*, service_slug: str, state: str, by: User, now: datetime) -> ServiceRequest:
    """
    Start a case: a draft with one empty response for each questionnaire of the service.

    state    USPS code of where the patient will be during the visit
    Returns  the draft; its responses pin the newest published version of each questionnaire
    Writes   ServiceRequest, QuestionnaireResponse, SupportingInfo, Communication, StatusChange, AuditEvent
    Raises   NotRegistered, UnknownService, StateNotServed, UnderAge, OverAge, RequestOpen, NotReady
    Source   FHIR R4 ServiceRequest; docs/flows.md, row "ask"
    """
    # The patient's row is the lock: two starts at once come one after the other.
    patient = Patient.objects.select_for_update(no_key=True).filter(user=by).first()
    if patient is None:
        raise NotRegistered(gettext("Tell us who you are first, then choose the service."))
    service = HealthcareService.objects.active().filter(slug=service_slug).first()
    if service is None:
        raise UnknownService(errors=[FieldError("service", "unknown", gettext("There is no such service."))])

    _refuse_unless_offered(service, patient=patient, state=state, now=now)
    asked = _newest_questionnaires(service)

    request = ServiceRequest.objects.create(patient=patient, service=service, state=state, authored_at=now)
    _lay_out(request, asked)
    _nudge(request, now=now)
    audit.status_changed(request, old="", new=request.status, by=by, now=now)
    audit.record(
        event="consultations.request.started", action=AuditAction.CREATE, entity=request, by=by, now=now,
        patient_id=patient.pk,
    )  # fmt: skip
    return request


@flow
def submit(*, request_id: UUID, by: User, now: datetime) -> ServiceRequest:
    """
    Submit a case for review; of two submits at once, one wins.

    Writes  ServiceRequest `active` with priority and due time, ReviewTask `ready`, StatusChange, AuditEvent
    Raises  NotFound, AlreadySubmitted, Incomplete with one error for each missing thing
    Source  FHIR R4 ServiceRequest, Task; docs/flows.md, row "submit"
    """
    request = _own(request_id, by)
    if request.status != RequestStatus.DRAFT:
        raise AlreadySubmitted(gettext("You have already submitted this, or it is over."))
    if missing := request.missing(title_of=title_of):
        raise Incomplete(_count(len(missing)), errors=missing)

    hours = business_hours(now)
    place = placing.place(request, now=now, hours=hours)
    request.status = RequestStatus.ACTIVE
    request.submitted_at, request.submitted_by = now, by
    request.priority, request.due_at = place.priority, place.due_at
    request.save(update_fields=["status", "priority", "submitted_at", "submitted_by", "due_at", "updated_at"])
    task = ReviewTask.objects.create(
        service_request=request, service=request.service, state=request.state, tier=place.tier, due_at=place.due_at,
        watch_at=place.watch_at, **_kept_for_who_knows(request, tier=place.tier, now=now, hours=hours),
    )  # fmt: skip
    Communication.objects.stop(subject_id=request.pk, now=now, reason="submitted")

    audit.status_changed(request, old=RequestStatus.DRAFT, new=request.status, by=by, now=now)
    audit.status_changed(task, old="", new=task.status, by=by, now=now)
    audit.record(
        event="consultations.request.submitted", entity=request, by=by, now=now, patient_id=request.patient_id,
        detail={"priority": request.priority, "tier": task.tier},
    )  # fmt: skip
    return request


@flow
def withdraw(*, request_id: UUID, by: User, now: datetime) -> ServiceRequest:
    """
    Withdraw a case that is not over; its review ends, its open questions are closed.

    Writes  ServiceRequest `revoked`, ReviewTask `cancelled`, unfinished responses `stopped`, questions of the
            clinician revoked, planned messages stopped, StatusChange, AuditEvent
    Raises  NotFound, VisitBooked, lifecycle.BadTransition when the case is over
    """
    request = _own(request_id, by)
    lifecycle.require(
        lifecycle.SERVICE_REQUEST, request.status, RequestStatus.REVOKED, why=gettext("This is already over.")
    )
    visit = Appointment.objects.live().filter(service_request=request).first()
    if visit is not None:
        raise VisitBooked(gettext("Cancel your visit first, then withdraw."), extra={"appointment": str(visit.pk)})

    request.move(RequestStatus.REVOKED, by=by, now=now, reason="withdrawn", closed_at=now)
    _end_review(request, by=by, now=now)
    unfinished = QuestionnaireResponse.objects.filter(
        supporting_info__service_request=request, status=ResponseStatus.IN_PROGRESS
    )
    unfinished.update(status=ResponseStatus.STOPPED, updated_at=now)
    request.asks.waiting().update(status=AskStatus.REVOKED, updated_at=now)
    Communication.objects.stop_case(request, now=now)

    audit.record(event="consultations.request.withdrawn", entity=request, by=by, now=now, patient_id=request.patient_id)
    return request


def _nudge(request: ServiceRequest, *, now: datetime) -> None:
    """Plan the few messages that remind of unfinished questions; they stop when the case is submitted or withdrawn."""
    kind = CommunicationKind.INTAKE_UNFINISHED
    for number, after in enumerate(sorted(MessageRule.objects.timing(request.service_id)[kind])):
        Communication.objects.plan(
            subject=request,
            kind=kind,
            recipient_id=request.patient.user_id,
            due_at=now + after,
            occurrence=occurrence("nudge", number),
        )


def _own(request_id: UUID, by: User) -> ServiceRequest:
    mine = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("service", "patient")
    request = mine.filter(pk=request_id, patient__user=by).first()
    if request is None:
        raise NotFound(gettext("There is no such case."))
    return request


def _refuse_unless_offered(service: HealthcareService, *, patient: Patient, state: str, now: datetime) -> None:
    if state not in STATES or state not in service.states:
        why = gettext("We do not offer this in that state yet.")
        raise StateNotServed(why, errors=[FieldError("state", "state-not-served", why)])
    if patient.age_on(local_date(state, now)) < service.minimum_age_years:
        words = gettext("This service is for people aged %(years)s and over.")
        raise UnderAge(words % {"years": service.minimum_age_years})
    if service.maximum_age_years is not None and patient.age_on(local_date(state, now)) > service.maximum_age_years:
        words = gettext("This service is for people up to the age of %(years)s.")
        raise OverAge(words % {"years": service.maximum_age_years})
    already = ServiceRequest.objects.open().filter(patient=patient, service=service).first()
    if already is not None:
        raise RequestOpen(gettext("Go on where you left off."), extra={"service_request": str(already.pk)})


def _newest_questionnaires(service: HealthcareService) -> list[tuple[ServiceQuestionnaire, Questionnaire]]:
    wanted = list(service.questionnaires.order_by("position"))
    published = Questionnaire.objects.published().filter(url__in=[one.url for one in wanted])
    newest = {one.url: one for one in published.order_by("url", "-created_at", "-id").distinct("url")}
    if not wanted or newest.keys() != {one.url for one in wanted}:
        raise NotReady(gettext("The questions of this service are not ready yet. Please try again later."))
    return [(one, newest[one.url]) for one in wanted]


def _lay_out(request: ServiceRequest, asked: Sequence[tuple[ServiceQuestionnaire, Questionnaire]]) -> None:
    responses = [
        QuestionnaireResponse(questionnaire=questionnaire, patient_id=request.patient_id, service_id=request.service_id)
        for _, questionnaire in asked
    ]
    QuestionnaireResponse.objects.bulk_create(responses)
    SupportingInfo.objects.bulk_create(
        SupportingInfo(
            service_request=request, questionnaire_response=response, position=line.position, required=line.required
        )
        for (line, _), response in zip(asked, responses, strict=True)
    )


def _kept_for_who_knows(request: ServiceRequest, *, tier: int, now: datetime, hours: BusinessHours) -> dict[str, Any]:
    """Return for whom the new task is kept at first: the clinician who knows the patient and may take it today."""
    grace = standing.known_grace(tier)
    known = earlier.clinician(request, now=now) if grace else None
    return {"reserved_for": known, "reserved_until": hours.add(now, grace)} if known else {}


def _end_review(request: ServiceRequest, *, by: User, now: datetime) -> None:
    task = ReviewTask.objects.select_for_update(no_key=True).filter(service_request=request).first()
    if task is None or not lifecycle.may(lifecycle.REVIEW_TASK, task.status, TaskStatus.CANCELLED):
        return
    task.leave(TaskStatus.CANCELLED, by=by, now=now, why="withdrawn", watch_at=None)


def _count(number: int) -> str:
    words = ngettext("One thing is still missing.", "%(count)s things are still missing.", number)
    return words % {"count": number}
