"""One case of a patient: where it is, whose turn it is, what the clinician asks, and submitting it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.errors import Refusal
from config.core.http import signed_in
from consultations.domain import steps
from consultations.domain.due import length
from consultations.flows import ask_patient
from consultations.flows import request as ask
from consultations.html import answers, links
from consultations.html.patient_forms import AnswerForm
from consultations.models import CommunicationRequest, ServiceRequest, WaitlistEntry, WaitlistOffer
from consultations.queries import waits
from consultations.queries.case import Case, case, whole
from providers.domain.states import STATES


def own_case(request: HttpRequest, case_id: UUID) -> Case:
    """Return a case of the patient who is signed in; 404 for any other."""
    user = signed_in(request)
    mine = whole(ServiceRequest.objects.visible_to(user)).filter(patient__user=user)
    return case(get_object_or_404(mine, pk=case_id))


@require_safe
def show_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show where the case is, whose turn it is, and what is missing."""
    return _page(request, own_case(request, case_id), AnswerForm())


@require_POST
def answer_question(request: HttpRequest, case_id: UUID, ask_id: UUID) -> HttpResponse:
    """Send the answer to the clinician's question."""
    mine = own_case(request, case_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, mine, form)
    try:
        ask_patient.answer_question(
            ask_id=ask_id, answer=form.cleaned_data["answer"], by=signed_in(request), now=timezone.now()
        )
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, gettext("Your answer is with your clinician."))
    return redirect("consultations:case", case_id)


@require_http_methods(["GET", "POST"])
def submit_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show every answer; POST submits the case."""
    mine = own_case(request, case_id)
    if mine.request.status != "draft":
        return redirect("consultations:case", case_id)
    if request.method == "POST":
        try:
            ask.submit(request_id=case_id, by=signed_in(request), now=timezone.now())
        except ask.Incomplete as refused:
            messages.error(request, refused.detail)
            return redirect("consultations:submit-case", case_id)
        except Refusal as refused:
            messages.error(request, refused.detail)
            return redirect("consultations:case", case_id)
        messages.success(request, gettext("Submitted. A clinician will look at your answers."))
        return redirect("consultations:case", case_id)
    context = {
        "case": mine,
        "sections": [
            {"section": one, "url": links.questions(one.response.pk)} for one in answers.sections(mine.request)
        ],
        "missing": links.missing(mine),
        "is_crisis": is_crisis(mine),
    }
    return render(request, "consultations/patient/submit_case.html", context)


@require_http_methods(["GET", "POST"])
def withdraw_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask whether the case shall end; POST withdraws it."""
    mine = own_case(request, case_id)
    if request.method == "GET":
        return render(request, "consultations/patient/withdraw_case.html", {"case": mine})
    try:
        ask.withdraw(request_id=case_id, by=signed_in(request), now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect("consultations:case", case_id)
    messages.success(request, gettext("Withdrawn. You can start again whenever you like."))
    return redirect("consultations:home")


def is_crisis(mine: Case) -> bool:
    """Tell whether an answer of the case says that the patient may be in danger."""
    return any(flag.rule.calls_for_help for flag in mine.flags)


def _looked_at_by(mine: Case, step: steps.Step) -> datetime | None:
    """Return by when a clinician looks at the case; None where the visit comes before that."""
    due_at, visit = mine.request.due_at, mine.appointment if mine.standing.has_visit else None
    is_first = due_at is None or visit is None or due_at <= visit.start_at
    return due_at if step.code == "review" and is_first else None


def _page(request: HttpRequest, mine: Case, form: AnswerForm) -> HttpResponse:
    now = timezone.now()
    step = mine.next_step(now)
    context = {
        "case": mine,
        "step": step,
        "is_yours": step.actor == steps.Actor.PATIENT,
        "action": links.next_action(mine, step.code),
        "parts": links.parts(mine) if mine.request.status == "draft" else [],
        "further": links.further(mine),
        "wait": _wait(mine, step, now),
        "looked_at_by": _looked_at_by(mine, step),
        "tracker": [_mark(mark, step) for mark in steps.way(mine.standing)],
        "facts": _facts(mine),
        "asks": CommunicationRequest.objects.visible_to(signed_in(request))
        .filter(service_request=mine.request, answered_at__isnull=False)
        .order_by("asked_at", "id"),
        "form": form,
        "may_withdraw": mine.request.status in {"draft", "active", "on-hold"},
        "is_crisis": is_crisis(mine) and mine.request.status in {"draft", "active", "on-hold"},
        "zone": mine.request.patient.time_zone,
        **_waitlist(mine, now),
    }
    return render(request, "consultations/patient/case.html", context, status=422 if form.errors else 200)


def _waitlist(mine: Case, now: datetime) -> dict[str, Any]:
    """Return whether the case waits for an earlier time, and the one that is offered to it."""
    if not WaitlistEntry.objects.waiting().filter(service_request=mine.request).exists():
        return {"waits": False}
    offers = WaitlistOffer.objects.answerable(now).filter(entry__service_request=mine.request)
    return {"waits": True, "offer": offers.first()}


def _wait(mine: Case, step: steps.Step, now: datetime) -> dict[str, Any] | None:
    """Return how long such cases waited for a clinician, in words; None when that is not next, or not known."""
    if step.code != "review" or mine.task is None:
        return None
    typical = waits.typical(mine.task, now=now)
    if typical is None:
        return None
    sent = mine.request.submitted_at
    is_longer = sent is not None and now - sent > typical.most
    return {"half": length(typical.half), "most": length(typical.most), "is_longer": is_longer}


def _mark(mark: steps.Mark, step: steps.Step) -> dict[str, Any]:
    is_now = mark.state == "now"
    return {
        "label": mark.label,
        "state": mark.state,
        "text": step.words if is_now else "",
        "who": mark.who if is_now else "",
    }


def _facts(mine: Case) -> list[dict[str, str]]:
    request = mine.request
    rows = [
        {"term": gettext("Service"), "text": request.service.told_name},
        {"term": gettext("State"), "text": STATES[request.state].name},
    ]
    if mine.appointment is not None and mine.standing.has_visit:
        rows.append({"term": gettext("Clinician"), "text": mine.appointment.practitioner.display_name})
    return rows
