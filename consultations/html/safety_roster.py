"""Who is on call: the calendar of a service with its gaps, and the chain that a flag climbs."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from config.core.models import Role, User
from consultations.flows import roster
from consultations.html.clinic_access import for_staff
from consultations.html.safety_forms import ChainForm, OnCallForm
from consultations.queries import roster as rosters_of
from providers.models import HealthcareService


@require_safe
@for_staff
def rosters(request: HttpRequest, user: User) -> HttpResponse:
    """Lead to the first service that the reader has to do with."""
    service = _services(user).first()
    if service is None:
        raise Http404
    return redirect("safety:roster", service=service.slug)


@require_safe
@for_staff
def roster_of(request: HttpRequest, user: User, service: str) -> HttpResponse:
    """Show who is on call in the next two weeks, and the chain."""
    return _show(request, user, _service(user, service))


@require_POST
@for_staff
def put_on_call(request: HttpRequest, user: User, service: str) -> HttpResponse:
    """Put a clinician on call."""
    line = _service(user, service)
    with timezone.override(_zone()):
        form = OnCallForm(request.POST, clinicians=rosters_of.offering(line.pk))
        if not form.is_valid():
            return _show(request, user, line, on_call_form=form, status=422)
    told = form.cleaned_data
    try:
        roster.put_on_call(
            service_id=line.pk, practitioner_id=UUID(told["practitioner"]), start_at=told["start"],
            end_at=told["end"], weeks=told["weeks"], by=user, now=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        _tell(form, refusal)
        return _show(request, user, line, on_call_form=form, status=409)
    messages.success(request, "The calendar is changed.")
    return redirect("safety:roster", service=line.slug)


@require_POST
@for_staff
def take_off(request: HttpRequest, user: User, service: str, on_call_id: UUID) -> HttpResponse:
    """Take a clinician off call."""
    line = _service(user, service)
    try:
        roster.take_off_call(on_call_id=on_call_id, by=user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "Taken off call. Look at the gaps.")
    return redirect("safety:roster", service=line.slug)


@require_POST
@for_staff
def set_chain(request: HttpRequest, user: User, service: str) -> HttpResponse:
    """Set the chain of the service."""
    line = _service(user, service)
    form = ChainForm(request.POST)
    if not form.is_valid():
        return _show(request, user, line, chain_form=form, status=422)
    try:
        steps = form.rungs(phone=rosters_of.last_step(line))
        roster.set_chain(service_id=line.pk, steps=steps, by=user, now=timezone.now())
    except Refusal as refusal:
        _tell(form, refusal)
        return _show(request, user, line, chain_form=form, status=409)
    messages.success(request, "The chain is changed. Alerts that are under way keep theirs.")
    return redirect("safety:roster", service=line.slug)


def _services(user: User) -> QuerySet[HealthcareService]:
    lines = HealthcareService.objects.active().order_by("name", "id")
    if user.role == Role.ADMIN:
        return lines
    return lines.filter(roles__practitioner__user=user, roles__is_active=True)


def _service(user: User, slug: str) -> HealthcareService:
    line = _services(user).filter(slug=slug).first()
    if line is None:
        raise Http404
    return line


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.CLINIC_TIME_ZONE)


def _tell(form: forms.Form, refusal: Refusal) -> None:
    """Put what was refused beside what was typed."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, error.detail)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


def _show(
    request: HttpRequest,
    user: User,
    service: HealthcareService,
    *,
    on_call_form: forms.Form | None = None,
    chain_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    found = rosters_of.roster(service, now=now)
    with timezone.override(_zone()):
        context = {
            "zone": _zone(),
            "roster": found,
            "service": service,
            "services": _services(user),
            "may_change": user.role == Role.ADMIN,
            "on_call_form": on_call_form
            or OnCallForm(initial=_next(found, now), clinicians=rosters_of.offering(service.pk)),
            "chain_form": chain_form or ChainForm(initial=ChainForm.said(found.chain)),
            "form": on_call_form or chain_form,
        }
        return render(request, "consultations/safety/roster.html", context, status=status)


def _next(found: rosters_of.Roster, now: datetime) -> dict[str, object]:
    """Return what the form offers: the first gap, for a week at most, on full hours."""
    gap = next((entry for entry in found.entries if entry.period is None), None)
    start = max(gap.start_at if gap else now, now).replace(minute=0, second=0, microsecond=0)
    end = start + timedelta(days=7)
    return {"start": start, "end": min(end, gap.end_at) if gap and gap.end_at > start else end, "weeks": 1}
