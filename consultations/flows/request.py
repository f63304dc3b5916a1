"""The ask: a patient starts a case, submits it for review, or withdraws it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy, ngettext

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from consultations.domain import lifecycle, standing
from consultations.domain.codes import AskStatus, RequestStatus, TaskStatus
from consultations.models import Appointment, Communication, ReviewTask, ServiceRequest
from consultations.queries import earlier, offering, placing
from intake.domain.codes import ResponseStatus
from intake.models import Patient, QuestionnaireResponse
from intake.queries.questions import title_of
from providers.domain.business import BusinessHours
from providers.models import HealthcareService
from providers.queries.business import business_hours


class NotRegistered(Conflict):
    """Ask who the person is, then start again."""

    code = "not-registered"
    title = gettext_lazy("We do not know you yet")


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
        raise offering.UnknownService(errors=[FieldError("service", "unknown", gettext("There is no such service."))])

    offering.refuse_unless_offered(service, patient=patient, state=state, now=now)
    asked = offering.newest_questionnaires(service)

    request = ServiceRequest.objects.begin(patient, service, state=state, asked=asked, by=by, now=now)
    Communication.objects.plan_nudges(request, now=now)
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


def _own(request_id: UUID, by: User) -> ServiceRequest:
    mine = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("service", "patient")
    request = mine.filter(pk=request_id, patient__user=by).first()
    if request is None:
        raise NotFound(gettext("There is no such case."))
    return request


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
