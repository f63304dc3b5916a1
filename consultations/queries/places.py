"""The page that a message leads to, and whether there is still something to see there."""

from collections.abc import Callable
from uuid import UUID

from django.apps import apps
from django.urls import reverse

from config.core.models import Role, User
from consultations.domain.codes import CommunicationKind, RequestStatus
from consultations.models import (
    ActivityOutcome,
    CarePlan,
    Communication,
    CommunicationRequest,
    EscalationStep,
    ReviewTask,
    ServiceRequest,
)
from providers.models import HealthcareService, Qualification


def path_of(message: Communication) -> str | None:
    """
    Return the page that a message leads to, for who is signed in; None when there is nothing to see any more.

    What has no page of its own leads to where its reader works or starts, as long as its row is there.
    """
    for_whom = _FOR_PATIENTS if message.recipient.role == Role.PATIENT else _FOR_STAFF
    find = for_whom.get(message.subject_type)
    if find is not None:
        return find(message)
    subject = apps.get_model(message.subject_type)._default_manager.filter(pk=message.subject_id)
    return home_of(message.recipient) if subject.exists() else None


def home_of(user: User) -> str:
    """Return the page on which a user starts."""
    homes = {Role.PATIENT: "consultations:home", Role.PRACTITIONER: "clinic:queue", Role.ADMIN: "admin:index"}
    return reverse(homes[Role(user.role)])


def name_of(user: User) -> str:
    """Return how a user is called in a message; empty for who has no name here. Reads the patient or clinician."""
    if (patient := getattr(user, "patient", None)) is not None:
        return str(patient.called)
    practitioner = getattr(user, "practitioner", None)
    return practitioner.display_name if practitioner is not None else ""


def _ask(message: Communication) -> str | None:
    rows = CommunicationRequest.objects.filter(pk=message.subject_id)
    # What is over can be spoken of only by the message that says so.
    row = (rows if message.kind == CommunicationKind.ASK_EXPIRED else rows.waiting()).first()
    return reverse("consultations:case", args=[row.service_request_id]) if row else None


def _case(message: Communication) -> str | None:
    rows = ServiceRequest.objects.filter(pk=message.subject_id)
    if message.kind == CommunicationKind.INTAKE_UNFINISHED:
        rows = rows.filter(status=RequestStatus.DRAFT)
    return reverse("consultations:case", args=[message.subject_id]) if rows.exists() else None


def _decision(message: Communication) -> str | None:
    row = ReviewTask.objects.filter(pk=message.subject_id).first()
    return reverse("consultations:case", args=[row.service_request_id]) if row else None


def _plan(message: Communication) -> str | None:
    row = CarePlan.objects.signed().filter(pk=message.subject_id).first()
    return reverse("consultations:care-plan", args=[row.pk]) if row else None


def _measure(message: Communication) -> str | None:
    rows = ActivityOutcome.objects.filter(pk=message.subject_id, questionnaire_response__status="in-progress")
    return reverse("consultations:home") if rows.exists() else None


def _licence(message: Communication) -> str | None:
    if not Qualification.objects.filter(pk=message.subject_id).exists():
        return None
    is_clinician = message.recipient.role == Role.PRACTITIONER
    return reverse("providers:hours" if is_clinician else "clinic:rearrange")


def _on_call(message: Communication) -> str | None:
    service = HealthcareService.objects.active().filter(pk=message.subject_id).first()
    return reverse("safety:roster", args=[service.slug]) if service else None


def _account(_message: Communication) -> str:
    return reverse("core:account")


def _task(message: Communication) -> str | None:
    return _to_task(message, pk=message.subject_id)


def _task_of_case(message: Communication) -> str | None:
    return _to_task(message, service_request=message.subject_id)


def _task_of_ask(message: Communication) -> str | None:
    return _to_task(message, service_request__asks=message.subject_id)


def _alert(message: Communication) -> str | None:
    step = EscalationStep.objects.filter(pk=message.subject_id, escalation__ended_at__isnull=True).first()
    return reverse("safety:alert", args=[step.escalation_id]) if step else None


def _to_task(message: Communication, **which: UUID) -> str | None:
    task = ReviewTask.objects.filter(**which).first()
    if task is None:
        return None
    is_clinician = message.recipient.role == Role.PRACTITIONER
    return reverse("clinic:case", args=[task.pk]) if is_clinician else home_of(message.recipient)


_Find = Callable[[Communication], str | None]
_FOR_PATIENTS: dict[str, _Find] = {
    "consultations.communicationrequest": _ask,
    "consultations.servicerequest": _case,
    "consultations.reviewtask": _decision,
    "consultations.careplan": _plan,
    "consultations.activityoutcome": _measure,
    "core.user": _account,
}
_FOR_STAFF: dict[str, _Find] = {
    "providers.qualification": _licence,
    "providers.healthcareservice": _on_call,
    "consultations.communicationrequest": _task_of_ask,
    "consultations.servicerequest": _task_of_case,
    "consultations.reviewtask": _task,
    "consultations.escalationstep": _alert,
    "core.user": _account,
}
