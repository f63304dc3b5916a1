"""Home of a patient, and the services that they may ask for."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from config.core.errors import Refusal
from config.core.http import signed_in
from config.core.models import Role, User
from consultations.domain.codes import CarePlanStatus, RequestStatus
from consultations.flows import request as ask
from consultations.html import links
from consultations.html.patient_forms import StartForm
from consultations.models import ActivityOutcome, CarePlan, ServiceRequest, WaitlistOffer
from consultations.queries import offering, plan_words
from consultations.queries.case import Case, cases, whole
from intake.domain.codes import ResponseStatus
from intake.models import Patient
from intake.queries.questions import title_of
from providers.domain.states import STATES
from providers.models import HealthcareService

STAFF_HOMES = {Role.PRACTITIONER: "/clinic/queue/", Role.ADMIN: "/admin/"}
SHOWN = 20
NAMED_STATES = 8
NOT_STATES = frozenset({"AS", "DC", "GU", "MP", "PR", "VI"})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what to do next; people who work here go to their own pages."""
    user = signed_in(request)
    if user.role in STAFF_HOMES:
        return redirect(STAFF_HOMES[Role(user.role)])
    patient = patient_of(user)
    if patient is None:
        return redirect(links.register())
    now = timezone.now()
    rows = whole(ServiceRequest.objects.visible_to(user)).order_by("-authored_at", "-id")[:SHOWN]
    found = [_card(case, now) for case in cases(rows)]
    plans = CarePlan.objects.visible_to(user).select_related("template")
    context = {
        "patient": patient,
        "open_cases": [card for card in found if card["is_open"]],
        "closed_cases": [card for card in found if not card["is_open"]],
        "plans": [
            {"plan": plan, "title": plan_words.title_of(plan)} for plan in plans.order_by("-signed_at", "-id")[:3]
        ],
        "measures": [_measure(one) for one in _measures(user)],
        "offer": WaitlistOffer.objects.answerable(now).filter(patient=patient).first(),
    }
    return render(request, "consultations/patient/home.html", context)


@login_not_required
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """List the services that can be asked for."""
    rows = HealthcareService.objects.visible_to(request.user).active().order_by("name", "id")
    return render(request, "consultations/patient/services.html", {"services": rows})


@login_not_required
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one service; POST starts a case."""
    line = get_object_or_404(HealthcareService.objects.active(), slug=slug)
    user = request.user if isinstance(request.user, User) else None
    patient = patient_of(user) if user else None
    initial = {"state": patient.state} if patient else None
    form = StartForm(request.POST or None, states=line.states, initial=initial)
    if request.method == "POST" and user is None:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    if request.method == "POST" and form.is_valid():
        return _start(request, line, form.cleaned_data["state"])
    context = {
        "service": line,
        "form": form,
        "states": sorted(STATES[code].name for code in line.states if code in STATES),
        "has_many_states": len(line.states) > NAMED_STATES,
        "states_counted": _counted(line.states),
        "can_start": user is not None and user.role == Role.PATIENT,
        "is_registered": patient is not None,
        "register_url": links.register() if user else "",
    }
    return render(request, "consultations/patient/service.html", context)


def patient_of(user: User) -> Patient | None:
    """Return the record of somebody who has registered."""
    try:
        return user.patient
    except ObjectDoesNotExist:
        return None


def _start(request: HttpRequest, line: HealthcareService, state: str) -> HttpResponse:
    try:
        started = ask.start(service_slug=line.slug, state=state, by=signed_in(request), now=timezone.now())
    except ask.NotRegistered as refused:
        messages.info(request, refused.detail)
        return redirect(links.register())
    except offering.RequestOpen as refused:
        messages.info(request, refused.detail)
        return redirect("consultations:case", refused.extra["service_request"])
    except Refusal as refused:
        messages.error(request, refused.detail)
        return redirect("consultations:service", line.slug)
    return redirect("consultations:case", started.pk)


def _card(case: Case, now: Any) -> dict[str, Any]:
    step = case.next_step(now)
    return {
        "case": case,
        "step": step,
        "action": links.next_action(case, step.code) if step.actor == "patient" or case.standing.has_visit else None,
        "is_open": case.request.status in {RequestStatus.DRAFT, RequestStatus.ACTIVE, RequestStatus.ON_HOLD},
    }


def _measures(user: User) -> QuerySet[ActivityOutcome]:
    """Return the questions of one's plans that wait for answers, the earliest first."""
    plans = CarePlan.objects.visible_to(user).filter(patient__user=user, status=CarePlanStatus.ACTIVE)
    waiting = ActivityOutcome.objects.filter(
        activity__care_plan__in=plans, questionnaire_response__status=ResponseStatus.IN_PROGRESS
    )
    return waiting.select_related("questionnaire_response__questionnaire").order_by("due_date", "id")[:SHOWN]


def _measure(one: ActivityOutcome) -> dict[str, Any]:
    response = one.questionnaire_response
    return {
        "title": title_of(response.questionnaire),
        "minutes": response.questionnaire.minutes,
        "url": links.questions(response.pk),
    }


def _counted(codes: Iterable[str]) -> str:
    """Return how many states, and which places that are none, as in `50 states and District of Columbia`."""
    states = [code for code in codes if code in STATES and code not in NOT_STATES]
    others = sorted(STATES[code].name for code in NOT_STATES.intersection(codes))
    words = ngettext("%(count)s state", "%(count)s states", len(states)) % {"count": len(states)}
    if not others:
        return words
    return gettext("%(states)s and %(others)s") % {"states": words, "others": ", ".join(others)}
