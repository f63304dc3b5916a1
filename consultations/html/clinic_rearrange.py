"""Visits that cannot stay, and licences that end; for administrators, who move each visit or ask the patient."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import administrator
from config.core.models import User
from consultations.flows import rearrange as rearranging
from consultations.html import moving
from consultations.html.clinic_booked import rows
from consultations.html.patient_times import chosen
from consultations.models import Appointment
from consultations.queries import rearrange
from providers.flows import hold as holding

REASON = "The clinician cannot keep the time."


@require_safe
def rearrange_visits(request: HttpRequest) -> HttpResponse:
    """List what cannot stay, each with times that are free now."""
    administrator(request)
    now = timezone.now()
    licences = [(one.qualification, rows(one.visits)) for one in rearrange.ending_licences(now)]
    context = {"visits": rearrange.to_move(now), "licences": licences, "at_risk": [one for one in licences if one[1]]}
    return render(request, "consultations/clinic/rearrange.html", context)


@require_POST
def rearrange_visit(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Move one visit to the chosen time, or ask its patient for another one."""
    user, now = administrator(request), timezone.now()
    visit = get_object_or_404(
        Appointment.objects.visible_to(user).select_related("service_request__service", "service_request__patient"),
        pk=appointment_id,
    )
    try:
        if "ask" in request.POST:
            rearranging.ask(appointment_id=visit.pk, by=user, now=now)
            messages.success(request, "The patient is asked to choose another time. The visit stays until they do.")
        else:
            _move(visit, request.POST.get("time", ""), by=user, now=now)
            messages.success(request, "The visit is moved. The patient and both clinicians are told.")
    except Refusal as refused:
        messages.error(request, refused.detail)
    return redirect("clinic:rearrange")


def _move(visit: Appointment, value: str, *, by: User, now: datetime) -> None:
    start_at, practitioner = chosen(value)
    if start_at is None or practitioner is None:
        raise holding.NotOffered("Choose one of the times.")
    moving.move(visit, to=start_at, practitioner=practitioner, by=by, now=now, reason=REASON)
