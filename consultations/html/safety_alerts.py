"""Safety alerts: what waits for a name, whom it has been told to, and the call that the clinic has to make."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from config.core.errors import Refusal
from config.core.models import User
from consultations.domain.due import due, length
from consultations.flows import acknowledge, escalate, open_case
from consultations.html.clinic_access import for_staff, zone_of
from consultations.html.safety_forms import AlertForm, CallForm
from consultations.queries import alert_screen
from consultations.queries.alert_screen import Alert
from providers.domain.states import STATES


@require_safe
@for_staff
def alerts(request: HttpRequest, user: User) -> HttpResponse:
    """Show what waits for a name, and what got one in the last week."""
    now = timezone.now()
    context = {
        "zone": zone_of(user),
        "alerts": (rows := open_rows(user)),
        "calls": sum(one["alert"].call is not None for one in rows),
        "ended": [
            {"alert": one, "name": one.patient.full_name if may_know(user, one) else ""}
            for one in alert_screen.ended_alerts(user, now=now)
        ],
        "reads": alert_screen.may_read(user),
    }
    return render(request, "consultations/safety/alerts.html", context)


@require_safe
@for_staff
def alert(request: HttpRequest, user: User, escalation_id: UUID) -> HttpResponse:
    """Show one alert; that it was opened is recorded."""
    found = _alert(user, escalation_id)
    open_case.alert_opened(escalation_id=escalation_id, by=user, now=timezone.now())
    return _show(request, user, found)


@require_POST
@for_staff
def acknowledge_alert(request: HttpRequest, user: User, escalation_id: UUID) -> HttpResponse:
    """Put the clinician's name under what the alert is about."""
    found = _alert(user, escalation_id)
    form = AlertForm(request.POST, prefix="name")
    if not form.is_valid():
        return _show(request, user, found, name_form=form, status=422)
    try:
        acknowledge.acknowledge_flag(
            flag_id=_shown(found, form), note=form.cleaned_data["note"], by=user, now=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return _show(request, user, _alert(user, escalation_id), name_form=form, status=409)
    if _alert(user, escalation_id).row.ended_at is None:
        messages.warning(request, "Your name is under it. The patient has answered again since: look once more.")
        return redirect("safety:alert", escalation_id=escalation_id)
    messages.success(request, "Your name is under the alert.")
    return redirect("safety:alerts")


@require_POST
@for_staff
def called(request: HttpRequest, user: User, escalation_id: UUID) -> HttpResponse:
    """Write down the call that the clinic made."""
    found = _alert(user, escalation_id)
    form = CallForm(request.POST, prefix="call")
    if found.call is None:
        messages.info(request, "Somebody has already made this call.")
        return redirect("safety:alert", escalation_id=escalation_id)
    if not form.is_valid():
        return _show(request, user, found, call_form=form, status=422)
    try:
        escalate.rang(step_id=found.call.pk, by=user, now=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "Your call is written down.")
    return redirect("safety:alert", escalation_id=escalation_id)


def open_rows(user: User) -> list[dict[str, Any]]:
    """Return the open alerts as a list shows them."""
    now = timezone.now()
    return [
        {
            "alert": one,
            "row": one.row,
            "kind": one.row.severity,
            "name": one.patient.full_name if may_know(user, one) else "",
            "since": length(now - one.row.began_at),
            "next": due(one.row.next_due_at, now=now) if one.row.next_due_at else None,
            "ahead": next(iter(one.ahead), None),
        }
        for one in alert_screen.open_alerts(user)
    ]


def may_know(user: User, found: Alert) -> bool:
    """Tell whether somebody sees whom an alert is about: clinicians always, administrators once they have to ring."""
    return alert_screen.may_read(user) or found.is_to_ring


def _alert(user: User, escalation_id: UUID) -> Alert:
    found = alert_screen.alert_of(user, escalation_id)
    if found is None:
        raise Http404
    return found


def _shown(found: Alert, form: forms.Form) -> UUID:
    """Return the flag that the page showed, which must be one of this alert."""
    chosen: UUID = form.cleaned_data["flag"]
    if chosen not in {flag.pk for flag in found.flags}:
        raise Http404
    return chosen


def _show(
    request: HttpRequest,
    user: User,
    found: Alert,
    *,
    name_form: forms.Form | None = None,
    call_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    reads = alert_screen.may_read(user)
    context = {
        "zone": zone_of(user),
        "alert": found,
        "row": found.row,
        "patient": found.patient,
        "age": found.patient.age_on(now.date()),
        "state": STATES[found.patient.state].name if found.patient.state in STATES else found.patient.state,
        "reads": reads,
        "knows": may_know(user, found),
        "said": alert_screen.said(found) if reads else [],
        "task": alert_screen.task_of(user, found) if reads else None,
        "since": length(now - found.row.began_at),
        "next": due(found.row.next_due_at, now=now) if found.row.next_due_at else None,
        "name_form": name_form or AlertForm(prefix="name", initial={"flag": found.flag.pk}),
        "call_form": call_form or CallForm(prefix="call"),
        "has_errors": bool(name_form or call_form),
        "now": now,
    }
    return render(request, "consultations/safety/alert.html", context, status=status)
