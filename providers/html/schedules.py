"""The week of all clinicians, and their dated exceptions; for administrators."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import administrator, signed_in
from config.core.models import Role, User
from providers.domain.codes import ExceptionKind
from providers.domain.intervals import Interval
from providers.flows import block_time
from providers.html.forms import ExceptionForm
from providers.models import HealthcareService, Practitioner, ScheduleException
from providers.queries import affected
from providers.queries.affected import BookingsAffected, Proposed
from providers.queries.week import DAYS, hours_of, week

PER_PAGE = 25
FURTHEST = timedelta(days=3 * 366)


@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    """Show a week of all clinicians: hours, visits, load, and where each may be changed."""
    now = timezone.now()
    user = administrator(request)
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    first = _monday(request.GET.get("week", ""), today)
    rows = Practitioner.objects.visible_to(user).active().order_by("family_name", "given_name", "id")
    service = HealthcareService.objects.filter(slug=request.GET.get("service", "")).first()
    if service is not None:
        rows = rows.filter(roles__service=service, roles__is_active=True)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": week(list(page.object_list), first=first, now=now),
        "days": [first + timedelta(days=number) for number in range(DAYS)],
        "today": today,
        "last": first + timedelta(days=DAYS - 1),
        "earlier": first - timedelta(days=DAYS),
        "later": first + timedelta(days=DAYS),
        "services": HealthcareService.objects.active().order_by("name", "id"),
        "service": service,
    }
    return render(request, "providers/schedules.html", context)


@require_safe
def schedules_of_day(request: HttpRequest) -> HttpResponse:
    """Show one day of all clinicians by the half hour, to see gaps and to drag over hours."""
    now = timezone.now()
    user = administrator(request)
    today = now.astimezone(ZoneInfo(settings.CLINIC_TIME_ZONE)).date()
    day = _day(request.GET.get("day", ""), today)
    people = Practitioner.objects.visible_to(user).active().order_by("family_name", "given_name", "id")
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    rows = week(list(page.object_list), first=day, now=now, days=1)
    first, last = hours_of(rows)
    context = {
        "page": page,
        "rows": [(row, row.days[0], row.days[0].halves(60 * first, 60 * last)) for row in rows],
        "day": day,
        "is_today": day == today,
        "earlier": day - timedelta(days=1),
        "later": day + timedelta(days=1),
        "hours": [60 * hour for hour in range(first, last)],
        "until": 60 * last,
    }
    return render(request, "providers/schedules_day.html", context)


@require_http_methods(["GET", "POST"])
def change_hours(request: HttpRequest) -> HttpResponse:
    """Show the form of a dated exception; POST looks at what it affects, or saves it."""
    user, now = signed_in(request), timezone.now()
    mine = Practitioner.objects.visible_to(user).active().order_by("family_name", "given_name", "id")
    if user.role == Role.PATIENT:
        raise PermissionDenied
    if request.method == "GET":
        return _page(request, ExceptionForm(initial=_initial(request, user), practitioners=mine))
    form = ExceptionForm(request.POST, practitioners=mine)
    if not form.is_valid():
        return _page(request, form)
    try:
        if "look" in request.POST:
            block_time.require_possible(form.change())
            return _look(request, form, now)
        block_time.block(
            practitioner_id=form.cleaned_data["practitioner"].pk,
            change=form.change(),
            by=user,
            now=now,
            reason=form.cleaned_data["reason"],
            accept=form.accepted,
        )
    except BookingsAffected as refused:
        form.refuse(refused)
        return _page(request, form, affected=_of(form, now))
    except block_time.BadException as refused:
        for error in refused.errors:
            form.add_error(error.field, error.detail)
        return _page(request, form)
    messages.success(request, "The change of hours is saved.")
    return redirect(_back(user, form.cleaned_data["start_date"]))


@require_POST
def withdraw_change(request: HttpRequest, exception_id: UUID) -> HttpResponse:
    """Take a dated exception out of use, so that the weekly hours hold again."""
    user = signed_in(request)
    row = get_object_or_404(ScheduleException.objects.visible_to(user), pk=exception_id)
    try:
        block_time.withdraw(exception_id=row.pk, by=user, now=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The weekly hours hold again.")
    return redirect(_back(user, row.start_date))


def _monday(text: str, today: date) -> date:
    day = _day(text, today)
    return day - timedelta(days=day.weekday())


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= FURTHEST else today


def _initial(request: HttpRequest, user: User) -> dict[str, Any]:
    names = {"start_date": "day", "end_date": "until", "start_minute": "from", "end_minute": "to"}
    initial: dict[str, Any] = {field: request.GET.get(name, "")[:10] for field, name in names.items()}
    if (kind := request.GET.get("kind", "")) in ExceptionKind.values:
        initial["kind"] = kind
    if user.role == Role.PRACTITIONER:
        return {**initial, "practitioner": user.practitioner.pk}
    return {**initial, "practitioner": request.GET.get("practitioner", "")}


def _look(request: HttpRequest, form: ExceptionForm, now: datetime) -> HttpResponse:
    """Show what the change would do, without saving it."""
    change, found = form.change(), _of(form, now)
    form.show(visit.one.slot for visit in found)
    day = change.start_date
    around = Interval(now, now + FURTHEST)
    pieces = [piece for piece in change.on(day) if piece.overlaps(around)] if day <= change.end_date else []
    zone = change.zone
    local = [(piece.start.astimezone(zone), piece.end.astimezone(zone)) for piece in pieces]
    minutes = sum(int((piece.end - piece.start).total_seconds() // 60) for piece in pieces)
    context = {"looked": True, "pieces": local, "hours": minutes / 60, "affected": found, "zone": str(zone)}
    return render(request, "providers/change_hours.html", {"form": form, "cancel_url": _cancel(request), **context})


def _of(form: ExceptionForm, now: datetime) -> list[Proposed]:
    """Return the booked visits that the change would leave without hours, and where they could go."""
    practitioner = form.cleaned_data["practitioner"]
    before = affected.hours_of(practitioner)
    after = before.with_change(UUID(int=0), form.change())
    found = affected.by_hours(practitioner, before=before, after=after, now=now)
    return affected.proposed([one for one in found if one.status == "busy"], now=now, after=after)


def _page(request: HttpRequest, form: ExceptionForm, *, affected: list[Proposed] | None = None) -> HttpResponse:
    context = {"form": form, "affected": affected or [], "cancel_url": _cancel(request)}
    return render(request, "providers/change_hours.html", context)


def _cancel(request: HttpRequest) -> str:
    return _back(signed_in(request), None)


def _back(user: User, day: date | None) -> str:
    if user.role == Role.PRACTITIONER:
        return reverse("providers:hours")
    query = f"?week={day.isoformat()}" if day else ""
    return reverse("providers:schedules") + query
