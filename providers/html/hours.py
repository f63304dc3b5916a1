"""A clinician's hours: the coming week, weekly windows, dated exceptions; their own, or any for administrators."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from config.core.http import signed_in
from config.core.models import Role
from providers.flows import publish_schedule
from providers.html.forms import CalendarForm, HoursForm, WindowForm, Windows, draft, filled, visits_of
from providers.models import (
    AvailableTime,
    CalendarFeed,
    ExternalCalendar,
    HealthcareService,
    Practitioner,
    Schedule,
    ScheduleException,
)
from providers.queries import affected
from providers.queries.affected import BookingsAffected
from providers.queries.conflicts import conflicts
from providers.queries.week import week

_IN_ORDER = AvailableTime.objects.order_by("weekday", "start_minute")
_SHOWN = 50


@require_safe
def hours(request: HttpRequest, practitioner_id: UUID | None = None) -> HttpResponse:
    """Show a clinician's coming week, weekly hours and exceptions."""
    return page(request, _whose(request, practitioner_id), CalendarForm(), is_own=practitioner_id is None)


def page(request: HttpRequest, practitioner: Practitioner, form: CalendarForm, *, is_own: bool) -> HttpResponse:
    """Return the page of a clinician's hours, with what was wrong about another calendar."""
    now = timezone.now()
    today = now.astimezone(ZoneInfo(str(practitioner.time_zone))).date()
    schedules = Schedule.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=today), practitioner=practitioner, is_active=True
    )
    exceptions = ScheduleException.objects.filter(practitioner=practitioner, is_active=True, end_date__gte=today)
    context = {
        "practitioner": practitioner,
        "is_own": is_own,
        "form": form,
        "row": week([practitioner], first=today, now=now)[0],
        "schedules": schedules.select_related("service")
        .prefetch_related(Prefetch("available_times", queryset=_IN_ORDER))
        .order_by("valid_from", "id"),
        "has_feed": CalendarFeed.objects.filter(practitioner=practitioner).exists(),
        "calendars": ExternalCalendar.objects.filter(practitioner=practitioner).order_by("name", "id"),
        "conflicts": conflicts(practitioner, now=now)[:_SHOWN],
        "exceptions": exceptions.order_by("start_date", "id")[:_SHOWN],
    }
    return render(request, "providers/hours.html", context)


@require_http_methods(["GET", "POST"])
def edit_hours(
    request: HttpRequest, practitioner_id: UUID | None = None, schedule_id: UUID | None = None
) -> HttpResponse:
    """Show weekly hours as rows; POST publishes them."""
    practitioner, now = _whose(request, practitioner_id), timezone.now()
    schedule = _named(practitioner, schedule_id)
    zone = ZoneInfo(str(schedule.time_zone if schedule else practitioner.time_zone))
    back = _address(practitioner, practitioner_id)
    services = _services(practitioner, schedule)
    context: dict[str, Any] = {"schedule": schedule, "zone": str(zone), "practitioner": practitioner, "back": back}
    if request.method == "GET":
        times = _IN_ORDER.filter(schedule=schedule) if schedule else ()
        initial = {**_period(schedule, now, zone), "visits": visits_of(schedule)}
        form, rows = HoursForm(initial=initial, services=services), Windows(initial=filled(times))
        return render(request, "providers/edit_hours.html", {**context, "form": form, "rows": rows})
    form, rows = HoursForm(request.POST, services=services), Windows(request.POST)
    if form.is_valid() and rows.is_valid() and _published(request, practitioner, schedule, form, rows, now=now):
        messages.success(request, "The hours are published.")
        return redirect(back)
    stranded = set(form.data.get("seen", "").split())
    upcoming = affected.upcoming(practitioner, now=now) if stranded else []
    context["affected"] = affected.proposed([one for one in upcoming if str(one.slot) in stranded], now=now)
    return render(
        request, "providers/edit_hours.html", {**context, "form": form, "rows": rows, "has_errors": bool(form.errors)}
    )


def _published(
    request: HttpRequest,
    practitioner: Practitioner,
    schedule: Schedule | None,
    form: HoursForm,
    rows: BaseFormSet[WindowForm],
    *,
    now: datetime,
) -> bool:
    zone = ZoneInfo(str(schedule.time_zone if schedule else practitioner.time_zone))
    try:
        publish_schedule.publish(
            practitioner_id=practitioner.pk,
            schedule_id=schedule.pk if schedule else None,
            draft=draft(form, [row.cleaned_data for row in rows], zone=zone, schedule=schedule),
            by=signed_in(request),
            now=now,
            accept=form.accepted,
        )
    except BookingsAffected as refused:
        form.refuse(refused)
        return False
    except publish_schedule.BadHours as refused:
        for error in refused.errors:
            form.add_error(error.field if error.field in form.fields else None, error.detail)
        return False
    return True


def _whose(request: HttpRequest, practitioner_id: UUID | None) -> Practitioner:
    """Return the clinician of the address; without one the reader, who must be a clinician."""
    user = signed_in(request)
    if user.role == Role.PATIENT or (practitioner_id is None and user.role != Role.PRACTITIONER):
        raise PermissionDenied
    mine = Practitioner.objects.visible_to(user)
    return (
        get_object_or_404(mine, user=user) if practitioner_id is None else get_object_or_404(mine, pk=practitioner_id)
    )


def _services(practitioner: Practitioner, schedule: Schedule | None) -> QuerySet[HealthcareService]:
    """Return the services for which hours may be given: those that the clinician offers, and the present one."""
    mine = Q(roles__practitioner=practitioner, roles__is_active=True)
    present = Q(pk=schedule.service_id) if schedule and schedule.service_id else Q(pk__in=())
    return HealthcareService.objects.filter(mine | present).distinct().order_by("name", "id")


def _named(practitioner: Practitioner, schedule_id: UUID | None) -> Schedule | None:
    if schedule_id is None:
        return None
    schedule = Schedule.objects.filter(practitioner=practitioner, pk=schedule_id, is_active=True).first()
    if schedule is None:
        raise Http404
    return schedule


def _address(practitioner: Practitioner, practitioner_id: UUID | None) -> str:
    if practitioner_id is None:
        return reverse("providers:hours")
    return reverse("providers:hours-of", args=[practitioner.pk])


def _period(schedule: Schedule | None, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    if schedule is not None:
        return {"valid_from": schedule.valid_from, "valid_until": schedule.valid_until}
    return {"valid_from": now.astimezone(zone).date() + timedelta(days=1)}
