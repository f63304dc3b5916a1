"""To whom a case can be given or referred."""

from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from config.core.constraints import refused_as
from config.core.errors import FieldError, Invalid, Refusal
from consultations.models import ReviewTask, ServiceRequest
from consultations.models.service_request import OPEN_ONCE
from consultations.queries import offering
from providers.models import HealthcareService, Practitioner


class MayNotTake(Invalid):
    """Choose a clinician who offers the service and is licensed in the patient's state today."""

    code = "may-not-take"
    title = "This clinician may not take the case today"


class MayNotHave(Invalid):
    """Choose a service that is offered to this patient, where they are; the error of `to` says what speaks against it."""

    code = "may-not-have"
    title = "The patient cannot be referred to this service"


def able(task: ReviewTask, *, now: datetime) -> QuerySet[Practitioner]:
    """Return the clinicians who may take a case at `now`; who decided it may not give it its second name."""
    rows = Practitioner.objects.may_review(service=task.service, state=task.state, now=now)
    rows = rows.exclude(pk=task.proposed_by_id) if task.proposed_by_id else rows
    return rows.order_by("family_name", "given_name", "id")


def colleagues(task: ReviewTask, *, now: datetime) -> QuerySet[Practitioner]:
    """Return the clinicians to whom the holder of a case may refer it at `now`."""
    rows = able(task, now=now)
    return rows.exclude(pk=task.owner_id) if task.owner_id else rows


def chosen(rows: QuerySet[Practitioner], to: UUID) -> Practitioner:
    """Return one of the clinicians of `able` or `colleagues`; raises MayNotTake."""
    found = rows.filter(pk=to).first()
    if found is None:
        why = "Choose a clinician who offers this service and is licensed in the patient's state today."
        raise MayNotTake(why, errors=[FieldError("to", MayNotTake.code, why)])
    return found


def refuse_service(task: ReviewTask, service: HealthcareService, *, now: datetime) -> None:
    """Refuse a service that the patient of a case may not go on with; raises MayNotHave."""
    request = task.service_request
    try:
        if not service.is_active or service.pk == request.service_id:
            raise MayNotHave("Choose another service that is offered.")
        offering.refuse_unless_offered(service, patient=request.patient, state=request.state, now=now)
    except Refusal as refused:
        why = str(refused.detail)
        raise MayNotHave(why, errors=[FieldError("to", refused.code, why)]) from refused


def begun_once() -> AbstractContextManager[None]:
    """Let the one unique constraint of open cases refuse who begins the same at that moment; raises MayNotHave."""
    why = "The patient has just begun it themselves."
    return refused_as(MayNotHave(why, errors=[FieldError("to", "request-open", why)]), by=OPEN_ONCE)


def services(task: ReviewTask, *, now: datetime) -> list[HealthcareService]:
    """Return the services to which the patient of a case may be referred at `now`, by name: two queries."""
    request = task.service_request
    has = ServiceRequest.objects.open().filter(patient=request.patient_id).values_list("service", flat=True)
    rows = HealthcareService.objects.active().exclude(pk__in={*has, request.service_id}).order_by("name", "id")
    return [one for one in rows if _is_for(one, request, now=now)]


def _is_for(service: HealthcareService, request: ServiceRequest, *, now: datetime) -> bool:
    try:
        offering.refuse_by_its_rules(service, patient=request.patient, state=request.state, now=now)
    except Refusal:
        return False
    return True
