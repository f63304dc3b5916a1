"""The clinician's visits: the agenda, and one visit from check-in to its note."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from consultations.domain.codes import AppointmentStatus, EncounterStatus
from consultations.flows import open_case
from consultations.flows import visit as visiting
from consultations.html.clinic_access import for_clinicians
from consultations.html.clinic_forms import FinishForm, LateForm
from consultations.models import Appointment, Communication, Encounter
from consultations.queries import agenda
from providers.domain.states import STATES
from providers.models import Practitioner

KINDS = {
    AppointmentStatus.CHECKED_IN: "accent",
    AppointmentStatus.ARRIVED: "accent",
    AppointmentStatus.FULFILLED: "good",
    AppointmentStatus.NOSHOW: "caution",
}


@require_safe
@for_clinicians
def visits(request: HttpRequest, practitioner: Practitioner) -> HttpResponse:
    """Show today and the coming days in the clinician's zone."""
    zone = ZoneInfo(str(practitioner.time_zone))
    now = timezone.now()
    days = agenda.days(by=practitioner.user, zone=zone, now=now)
    today = now.astimezone(zone).date()
    context = {
        "zone": zone,
        "city": zone.key.rsplit("/", 1)[-1].replace("_", " "),
        "zone_name": now.astimezone(zone).tzname(),
        "today": [_row(visit) for day, rows in days for visit in rows if day == today],
        "later": [{"day": day, "rows": [_row(visit) for visit in rows]} for day, rows in days if day != today],
        "accepted": agenda.accepted(by=practitioner.user),
        "unwritten": [_row(visit) for visit in agenda.unwritten(by=practitioner.user)],
    }
    return render(request, "consultations/clinic/visits.html", context)


@require_safe
@for_clinicians
def visit(request: HttpRequest, practitioner: Practitioner, appointment_id: UUID) -> HttpResponse:
    """Show one visit; that the case was opened is recorded."""
    booked = _booked(practitioner, appointment_id)
    open_case.opened(request_id=booked.service_request_id, by=practitioner.user, now=timezone.now())
    return _show(request, practitioner, booked, FinishForm())


@require_POST
@for_clinicians
def begin(request: HttpRequest, practitioner: Practitioner, appointment_id: UUID) -> HttpResponse:
    """Begin the visit."""
    encounter = _encounter(_booked(practitioner, appointment_id))
    try:
        visiting.begin(encounter_id=encounter.pk, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    return redirect("clinic:visit", appointment_id=appointment_id)


@require_POST
@for_clinicians
def finish(request: HttpRequest, practitioner: Practitioner, appointment_id: UUID) -> HttpResponse:
    """Finish the visit with its note; the note stays on the page when it is refused."""
    booked = _booked(practitioner, appointment_id)
    form = FinishForm(request.POST)
    if not form.is_valid():
        return _show(request, practitioner, booked, form, status=422)
    try:
        visiting.finish(
            encounter_id=_encounter(booked).pk, note=form.cleaned_data["note"], by=practitioner.user, now=timezone.now()
        )
    except Refusal as refusal:
        form.add_error(None, refusal.detail)
        return _show(request, practitioner, booked, form, status=409)
    messages.success(request, "The visit is finished. Write down what you determined.")
    return redirect("clinic:determination", appointment_id=appointment_id)


@require_POST
@for_clinicians
def no_show(request: HttpRequest, practitioner: Practitioner, appointment_id: UUID) -> HttpResponse:
    """Record that the patient did not come."""
    booked = _booked(practitioner, appointment_id)
    try:
        visiting.no_show(appointment_id=booked.pk, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "The patient is told how to pick a new time.")
    return redirect("clinic:visit", appointment_id=appointment_id)


@require_POST
@for_clinicians
def run_late(request: HttpRequest, practitioner: Practitioner, appointment_id: UUID) -> HttpResponse:
    """Tell the patient how many minutes later the clinician comes."""
    booked = _booked(practitioner, appointment_id)
    form = LateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose how many minutes.")
        return redirect("clinic:visit", appointment_id=appointment_id)
    minutes = int(form.cleaned_data["minutes"])
    try:
        visiting.run_late(appointment_id=booked.pk, minutes=minutes, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, f"The patient is told that you come about {minutes} minutes later.")
    return redirect("clinic:visit", appointment_id=appointment_id)


def encounter_of(booked: Appointment) -> Encounter | None:
    """Return the encounter of a loaded visit; None before the patient has checked in."""
    return getattr(booked, "encounter", None)


def _booked(practitioner: Practitioner, appointment_id: UUID) -> Appointment:
    booked = agenda.visit(by=practitioner.user, appointment_id=appointment_id)
    if booked is None:
        raise Http404
    return booked


def _encounter(booked: Appointment) -> Encounter:
    encounter = encounter_of(booked)
    if encounter is None:
        raise Http404
    return encounter


def _show(
    request: HttpRequest, practitioner: Practitioner, booked: Appointment, form: FinishForm, *, status: int = 200
) -> HttpResponse:
    encounter = encounter_of(booked)
    now = timezone.now()
    stands = encounter.status if encounter else ""
    context = {
        "zone": practitioner.time_zone,
        "row": _row(booked),
        "visit": booked,
        "patient": booked.patient,
        "age": booked.patient.age_on(now.date()),
        "encounter": encounter,
        "state": STATES[encounter.patient_state].name if encounter else STATES[booked.patient_state].name,
        "may_begin": stands == EncounterStatus.ARRIVED,
        "may_finish": stands == EncounterStatus.IN_PROGRESS,
        "may_determine": stands in {EncounterStatus.IN_PROGRESS, EncounterStatus.FINISHED},
        "may_be_late": visiting.may_be_late(booked, now=now),
        "late_form": LateForm(),
        "may_miss": booked.status in {AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN}
        and now >= booked.start_at + visiting.WAIT,
        "not_reached": Communication.objects.not_reached_about(booked.service_request_id),
        "determinations": list(encounter.determinations.all()) if encounter else [],
        "form": form,
    }
    return render(request, "consultations/clinic/visit.html", context, status=status)


def _row(booked: Appointment) -> dict[str, Any]:
    return {
        "visit": booked,
        "is_not_reached": getattr(booked, "is_not_reached", False),
        "name": booked.patient.full_name,
        "status": AppointmentStatus(booked.status).label.capitalize(),
        "kind": KINDS.get(AppointmentStatus(booked.status), "neutral"),
        "service": booked.service_request.service.name,
        "task": getattr(booked.service_request, "review_task", None),
    }
