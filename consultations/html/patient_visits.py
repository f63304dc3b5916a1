"""One visit of a patient: when it is, checking in, and cancelling it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from config.core.errors import Refusal
from config.core.http import signed_in
from consultations.api.appointments import calendar_file
from consultations.domain import policy as policies
from consultations.domain import reasons
from consultations.domain.codes import LIVE_APPOINTMENTS, AppointmentStatus
from consultations.flows import book as booking
from consultations.flows import visit as meeting
from consultations.html.patient_forms import CancelForm, CheckInForm
from consultations.models import Appointment

RELATED = ("patient", "practitioner", "service_request__service")


def own_visit(request: HttpRequest, visit_id: UUID) -> Appointment:
    """Return a visit of the patient who is signed in; 404 for any other."""
    user = signed_in(request)
    mine = Appointment.objects.visible_to(user).filter(patient__user=user).select_related(*RELATED)
    return get_object_or_404(mine, pk=visit_id)


@require_safe
def show_visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Show when the visit is, with whom, and what can be done about it."""
    visit = own_visit(request, visit_id)
    form = CheckInForm(full_name=visit.patient.full_name, initial={"state": visit.patient_state})
    return _page(request, visit, form)


@require_http_methods(["GET", "POST"])
def check_in(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Check in: where the patient is now, and that it is them. GET, as after signing in again, leads to the visit."""
    visit = own_visit(request, visit_id)
    if request.method == "GET":
        return redirect("consultations:visit", visit_id)
    form = CheckInForm(request.POST, full_name=visit.patient.full_name)
    if not form.is_valid():
        return _page(request, visit, form)
    try:
        meeting.check_in(appointment_id=visit_id, by=signed_in(request), now=timezone.now(), **form.cleaned_data)
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, gettext("You are checked in. Your clinician will begin the visit."))
    return redirect("consultations:visit", visit_id)


@require_safe
def visit_calendar(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Download the visit as a calendar file."""
    return calendar_file(own_visit(request, visit_id))


@require_http_methods(["GET", "POST"])
def cancel_visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Ask whether the visit shall be cancelled, with the policy in words; POST cancels it."""
    visit = own_visit(request, visit_id)
    if visit.status not in LIVE_APPOINTMENTS:
        return redirect("consultations:visit", visit_id)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _cancel(request, visit, form.cleaned_data["reason"])
    context = {"form": form, **_facts(visit, timezone.now())}
    return render(request, "consultations/patient/cancel_visit.html", context)


def _cancel(request: HttpRequest, visit: Appointment, reason: str) -> HttpResponse:
    try:
        booking.cancel(appointment_id=visit.pk, reason=reason, by=signed_in(request), now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect("consultations:visit", visit.pk)
    messages.success(request, gettext("Your visit is cancelled. You can pick a new time whenever you like."))
    return redirect("consultations:case", visit.service_request_id)


def _page(request: HttpRequest, visit: Appointment, form: CheckInForm) -> HttpResponse:
    context = {"form": form, **_facts(visit, timezone.now())}
    return render(request, "consultations/patient/visit.html", context, status=422 if form.errors else 200)


def _facts(visit: Appointment, now: datetime) -> dict[str, Any]:
    policy = visit.service_request.change_policy
    opens_at = visit.start_at - meeting.OPENS_BEFORE
    is_booked = visit.status == AppointmentStatus.BOOKED
    is_asked = is_booked and visit.move_asked_at is not None and now < visit.start_at
    in_time = policy.allows_change(visit.start_at, now=now) and now < visit.start_at
    return {
        "visit": visit,
        "zone": visit.patient.time_zone,
        "policy": policy,
        "opens_at": opens_at,
        "is_booked": is_booked,
        "is_waiting": visit.status == AppointmentStatus.CHECKED_IN,
        "is_over": visit.status in {AppointmentStatus.FULFILLED, AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW},
        "can_check_in": is_booked and opens_at <= now < visit.end_at,
        "is_early": is_booked and now < opens_at,
        "reminders": len(policies.reminders(visit.start_at, now=now)),
        "can_change": is_booked and in_time,
        "can_move": is_booked and (is_asked or (in_time and policy.allows_move(visit.reschedules))),
        "is_asked": is_asked,
        "cancel_reason": reasons.told(visit.cancel_reason),
        "has_other_zone": str(visit.time_zone) != str(visit.patient.time_zone),
    }
