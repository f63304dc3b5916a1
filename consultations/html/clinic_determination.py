"""The determination against the protocol: after a visit, or of an accepted case whose service has none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from config.core.errors import Refusal
from consultations.domain.codes import DeterminationStatus, EncounterStatus
from consultations.flows import determine
from consultations.html.clinic_access import for_clinicians
from consultations.html.clinic_forms import DeterminationForm, SignForm
from consultations.models import Determination, Encounter, ServiceRequest
from consultations.queries import protocol
from consultations.queries.protocol import Protocol
from providers.domain.eligibility import local_date
from providers.models import Practitioner


@dataclass(frozen=True, slots=True)
class Subject:
    """What is determined: a case, with its visit where there was one; `record` is the flow, but for the words."""

    case: ServiceRequest
    encounter: Encounter | None
    protocol: Protocol
    record: Callable[..., Determination]

    @property
    def address(self) -> str:
        """Return the address of the page."""
        return _address(self.case, self.encounter)


@require_http_methods(["GET", "POST"])
@for_clinicians
def determination(request: HttpRequest, practitioner: Practitioner, appointment_id: UUID) -> HttpResponse:
    """Show the criteria beside what the answers say; POST records the findings as a draft."""
    rows = Encounter.objects.visible_to(practitioner.user).select_related(
        "appointment__patient", "appointment__service_request__review_task", "appointment__service_request__patient"
    )
    encounter = rows.filter(appointment=appointment_id).first()
    if encounter is None:
        raise Http404
    found = protocol.of_encounter(encounter, today=local_date(encounter.patient_state, timezone.now()))

    def record(**words: Any) -> Determination:
        return determine.record(encounter_id=encounter.pk, **words)

    return _determine(request, practitioner, Subject(encounter.appointment.service_request, encounter, found, record))


@require_http_methods(["GET", "POST"])
@for_clinicians
def case_determination(request: HttpRequest, practitioner: Practitioner, task_id: UUID) -> HttpResponse:
    """Do the same for an accepted case of a service without visits."""
    rows = ServiceRequest.objects.visible_to(practitioner.user).to_determine_by(practitioner.user)
    case = rows.select_related("patient", "review_task").filter(review_task=task_id).first()
    if case is None:
        raise Http404
    found = protocol.of_case(case, today=local_date(case.state, timezone.now()))

    def record(**words: Any) -> Determination:
        return determine.record_without_visit(request_id=case.pk, **words)

    return _determine(request, practitioner, Subject(case, None, found, record))


@require_POST
@for_clinicians
def sign_determination(request: HttpRequest, practitioner: Practitioner, determination_id: UUID) -> HttpResponse:
    """Sign the determination, after a tick that says it was read."""
    mine = determination_of(practitioner, determination_id)
    address = _address(mine.service_request, mine.encounter)
    if not SignForm(request.POST).is_valid():
        messages.error(request, "Tick that you have read it, then sign.")
        return redirect(address)
    try:
        determine.sign(determination_id=mine.pk, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect(address)
    messages.success(request, "Signed. Now write the care plan.")
    return redirect("clinic:care-plan", determination_id=mine.pk)


def determination_of(practitioner: Practitioner, determination_id: UUID) -> Determination:
    """Return a determination that a clinician may see, with its case and visit; 404 without one."""
    rows = Determination.objects.visible_to(practitioner.user).select_related(
        "encounter", "service_request__patient", "service_request__service", "service_request__review_task"
    )
    mine = rows.filter(pk=determination_id).first()
    if mine is None:
        raise Http404
    return mine


def _address(case: ServiceRequest, encounter: Encounter | None) -> str:
    if encounter is not None:
        return reverse("clinic:determination", kwargs={"appointment_id": encounter.appointment_id})
    return reverse("clinic:case-determination", kwargs={"task_id": case.review_task.pk})


def _determine(request: HttpRequest, practitioner: Practitioner, subject: Subject) -> HttpResponse:
    if request.method != "POST":
        return _show(request, practitioner, subject, DeterminationForm(protocol=subject.protocol))
    form = DeterminationForm(request.POST, protocol=subject.protocol)
    if not form.is_valid():
        return _show(request, practitioner, subject, form, status=422)
    try:
        subject.record(
            outcome=form.cleaned_data["outcome"],
            criteria=form.findings(),
            rationale=form.cleaned_data["rationale"],
            by=practitioner.user,
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
        return _show(request, practitioner, subject, form, status=409)
    messages.success(request, "Recorded as a draft. Read it once more, then sign.")
    return redirect(subject.address)


def _show(
    request: HttpRequest, practitioner: Practitioner, subject: Subject, form: DeterminationForm, *, status: int = 200
) -> HttpResponse:
    newest = subject.protocol.determination
    is_signed = newest is not None and newest.status == DeterminationStatus.COMPLETED
    is_over = subject.encounter is None or subject.encounter.status == EncounterStatus.FINISHED
    context = {
        "zone": practitioner.time_zone,
        "case": subject.case,
        "encounter": subject.encounter,
        "task": getattr(subject.case, "review_task", None),
        "protocol": subject.protocol,
        "determination": newest,
        "is_signed": is_signed,
        "may_sign": newest is not None and not is_signed and is_over,
        "form": form,
        "sign_form": SignForm(),
    }
    return render(request, "consultations/clinic/determination.html", context, status=status)
