"""Everybody's visits, for administrators: found by day or patient, moved or cancelled whatever the policy says."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from config.core.errors import Refusal
from config.core.http import administrator
from config.core.models import User
from consultations.domain.codes import LIVE_APPOINTMENTS, AppointmentStatus
from consultations.flows import book as booking
from consultations.flows import open_case
from consultations.html import moving
from consultations.html.booked_forms import BookedForm, CancelVisitForm, OverrideForm, PatientNameForm, TimeForm
from consultations.html.clinic_visits import KINDS
from consultations.html.patient_times import offered
from consultations.models import Appointment, Communication
from consultations.queries import booked
from providers.models import Practitioner
from providers.queries import chosen

PER_PAGE = 25


@require_http_methods(["GET", "POST"])
def booked_visits(request: HttpRequest) -> HttpResponse:
    """Show the visits of a day by clinician; POST finds those of a patient, whose name stays out of the address."""
    user, now = administrator(request), timezone.now()
    people = Practitioner.objects.visible_to(user).order_by("family_name", "given_name", "id")
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    asked = {"practitioner": request.GET.get("practitioner", ""), "day": request.GET.get("day") or today}
    filters = BookedForm(asked, practitioners=people)
    filters.is_valid()
    day: date = filters.cleaned_data.get("day") or today
    if one := filters.cleaned_data.get("practitioner"):
        people = people.filter(pk=one.pk)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    found = booked.of_day(list(page.object_list), day=day, by=user)
    search = PatientNameForm(request.POST or None)
    context = {
        "filters": filters,
        "day": day,
        "earlier": day - timedelta(days=1),
        "later": day + timedelta(days=1),
        "is_today": day == today,
        "page": page,
        "clinicians": [(one, rows(found[one.pk])) for one in page.object_list if one.pk in found],
        "search": search,
        "named": rows(booked.of_patient(search.cleaned_data["name"], by=user, now=now)) if search.is_valid() else None,
    }
    return render(request, "consultations/clinic/booked_visits.html", context, status=422 if search.errors else 200)


@require_safe
def booked_visit(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show one visit, why it is with its clinician, and what was done beyond the policy; opening it is recorded."""
    user, now = administrator(request), timezone.now()
    visit = _visit(user, appointment_id)
    open_case.visit_opened(appointment_id=visit.pk, by=user, now=now)
    context = {
        **_facts(visit, now),
        "why": chosen.in_words(visit.slot),
        "overrides": booked.overrides(visit),
        "not_reached": Communication.objects.not_reached_about(visit.service_request_id),
        "may_move": visit.status == AppointmentStatus.BOOKED,
        "may_cancel": visit.status in LIVE_APPOINTMENTS,
    }
    return render(request, "consultations/clinic/booked_visit.html", context)


@require_http_methods(["GET", "POST"])
def cancel_booked(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show what cancelling does and ask why; POST cancels the visit."""
    user, now = administrator(request), timezone.now()
    visit = _visit(user, appointment_id)
    if visit.status not in LIVE_APPOINTMENTS:
        messages.warning(request, "This visit is already over.")
        return redirect("clinic:booked-visit", visit.pk)
    form, status = CancelVisitForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        words, why = form.cleaned_data["words"], form.cleaned_data["reason"]
        try:
            booking.cancel(appointment_id=visit.pk, reason=words, by=user, now=now, override_reason=why)
        except Refusal as refused:
            form.add_error(None, refused.detail)
            status = 409
        else:
            messages.success(request, "The visit is cancelled. The patient and the clinician are told.")
            return redirect("clinic:booked-visit", visit.pk)
    context = {"form": form, "waiting": booked.waiting_for(visit), **_facts(visit, now)}
    return render(request, "consultations/clinic/cancel_booked.html", context, status=_status(form, status))


@require_http_methods(["GET", "POST"])
def move_booked(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Show the free times; POST of one shows what moving does and asks why, and then moves the visit."""
    user, now = administrator(request), timezone.now()
    visit = _visit(user, appointment_id)
    if visit.status != AppointmentStatus.BOOKED:
        messages.warning(request, "Only a visit that is still to come can be moved.")
        return redirect("clinic:booked-visit", visit.pk)
    if request.method == "GET":
        return _times(request, visit, TimeForm(), now)
    form = TimeForm(request.POST)
    if "change" in request.POST or not form.is_valid():
        return _times(request, visit, form, now)
    if "confirm" not in request.POST:
        return _confirm(request, visit, form, OverrideForm(initial={"reason": request.POST.get("reason", "")}), now)
    why = OverrideForm(request.POST)
    if not why.is_valid():
        return _confirm(request, visit, form, why, now)
    if not _moved(visit, form, reason=why.cleaned_data["reason"], by=user, now=now):
        return _times(request, visit, form, now, status=409)
    messages.success(request, "The visit is moved. The patient and the clinicians are told.")
    return redirect("clinic:booked-visit", visit.pk)


def _times(
    request: HttpRequest, visit: Appointment, form: TimeForm, now: datetime, *, status: int = 200
) -> HttpResponse:
    """Show the free times; a reason that was typed already comes along."""
    context = {
        **offered(request, visit.service_request, now, by_name=True),
        **_facts(visit, now),
        "form": form,
        "taken": request.POST.get("time", ""),
        "typed": request.POST.get("reason", ""),
    }
    return render(request, "consultations/clinic/move_booked.html", context, status=_status(form, status))


def _confirm(
    request: HttpRequest, visit: Appointment, chosen_time: TimeForm, form: OverrideForm, now: datetime
) -> HttpResponse:
    start_at, practitioner = chosen_time.cleaned_data["time"]
    context = {
        **_facts(visit, now),
        "form": form,
        "time": request.POST.get("time", ""),
        "to": start_at,
        "with_whom": practitioner,
        "waiting": booked.waiting_for(visit),
    }
    return render(request, "consultations/clinic/confirm_move.html", context, status=_status(form))


def _moved(visit: Appointment, form: TimeForm, *, reason: str, by: User, now: datetime) -> bool:
    start_at, practitioner = form.cleaned_data["time"]
    try:
        moving.move(visit, to=start_at, practitioner=practitioner.pk, by=by, now=now, reason=reason)
    except booking.PatientBusy:
        form.add_error("time", "The patient has another visit at that time. Choose another one.")
    except Refusal as refused:
        form.add_error("time", refused.detail)
    else:
        return True
    return False


def _visit(user: User, appointment_id: UUID) -> Appointment:
    visit = booked.visit(appointment_id, by=user)
    if visit is None:
        raise Http404
    return visit


def _status(form: forms.Form, status: int = 200) -> int:
    return 422 if status == 200 and form.is_bound and form.errors else status


def _facts(visit: Appointment, now: datetime) -> dict[str, Any]:
    policy = visit.service_request.change_policy
    return {
        "row": _row(visit),
        "visit": visit,
        "patient": visit.patient,
        "local_day": visit.start_at.astimezone(visit.practitioner.time_zone).date(),
        "zone": visit.practitioner.time_zone,
        "patient_zone": visit.patient.time_zone,
        "has_other_zone": str(visit.practitioner.time_zone) != str(visit.patient.time_zone),
        "policy": policy.words,
        "is_late": not policy.allows_change(visit.start_at, now=now),
        "is_moved_often": not policy.allows_move(visit.reschedules),
    }


def rows(visits: list[Appointment]) -> list[dict[str, Any]]:
    """Return visits as parts/booked_table.html takes them."""
    return [_row(visit) for visit in visits]


def _row(visit: Appointment) -> dict[str, Any]:
    status = AppointmentStatus(visit.status)
    return {
        "visit": visit,
        "name": visit.patient.full_name,
        "service": visit.service_request.service.name,
        "status": status.label.capitalize(),
        "kind": KINDS.get(status, "neutral"),
    }
