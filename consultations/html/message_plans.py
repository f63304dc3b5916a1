"""When messages are sent, for administrators: see whom that would tell when, set it, go back to what is usual."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from config.core.errors import Refusal
from config.core.http import administrator, whole_number
from config.core.models import User
from consultations.domain import message_plan
from consultations.domain.codes import TimedKind
from consultations.flows import message_plan as flow
from consultations.html.message_plan_forms import PlanForm
from consultations.queries import message_plans as plans
from consultations.queries.message_plans import Plan
from providers.models import HealthcareService

_SHOWN_VERSIONS = 20


@require_safe
def message_plans(request: HttpRequest) -> HttpResponse:
    """List when each kind of message is sent for each service line."""
    administrator(request)
    lines = list(HealthcareService.objects.active().order_by("name", "id"))
    found = plans.in_force(lines)
    context = {"lines": [(line, [plan for plan in found if plan.service == line]) for line in lines]}
    return render(request, "consultations/clinic/message_plans.html", context)


@require_http_methods(["GET", "POST"])
def edit_message_plan(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Show when one kind of message is sent and whom that tells when; POST shows other times, or keeps them."""
    user, plan = administrator(request), _plan(slug, kind)
    if request.method != "POST":
        form = PlanForm(initial={"version": plan.version, **PlanForm.typed(plan.minutes)})
        return _page(request, plan, form, plan.minutes)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _page(request, plan, form, None, status=422)
    if request.POST.get("do") == "keep":
        return _keep(request, user, plan, form)
    return _page(request, plan, form, form.minutes)


@require_http_methods(["GET", "POST"])
def restore_message_plan(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Ask whether the usual times shall hold again; POST makes it so."""
    user, plan = administrator(request), _plan(slug, kind)
    if request.method != "POST":
        context = {"plan": plan, "planned": plans.planned(plan.service.pk, plan.kind)}
        return render(request, "consultations/clinic/message_plan_restore.html", context)
    version = whole_number(request.POST.get("version", "")) or 0
    try:
        flow.restore(service_id=plan.service.pk, kind=plan.kind, version=version, by=user, now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, "The usual times hold again.")
    return redirect("clinic:message-plan-edit", slug, kind)


def _keep(request: HttpRequest, user: User, plan: Plan, form: PlanForm) -> HttpResponse:
    try:
        flow.write(
            service_id=plan.service.pk, kind=plan.kind, minutes=form.minutes, version=form.cleaned_data["version"],
            by=user, now=timezone.now(),
        )  # fmt: skip
    except Refusal as refused:
        minutes, present = form.minutes, _plan(plan.service.slug, plan.kind)
        form.add_error(None, refused.detail)
        # Who has looked at the other times may keep these all the same.
        form.data = {**dict(request.POST.items()), "version": present.version}
        return _page(request, present, form, minutes, status=409)
    messages.success(request, "The times are kept. What is planned from now on has them.")
    return redirect("clinic:message-plan-edit", plan.service.slug, plan.kind)


def _page(
    request: HttpRequest, plan: Plan, form: PlanForm, minutes: Sequence[int] | None, *, status: int = 200
) -> HttpResponse:
    """Show the form; `minutes` are those to look at, None when they cannot be."""
    versions = plans.versions(plan.service.pk, plan.kind).order_by("-version")[:_SHOWN_VERSIONS]
    context = {
        "form": form,
        "plan": plan,
        "planned": plans.planned(plan.service.pk, plan.kind),
        "is_shown": request.method == "POST" and minutes is not None and status == 200,
        "shown": None if minutes is None else message_plan.in_words(plan.kind, minutes),
        "previews": [] if not minutes else plans.previews(plan, minutes, now=timezone.now()),
        "versions": [(row, message_plan.in_words(plan.kind, row.minutes)) for row in versions],
        "zone": settings.CLINIC_TIME_ZONE,
    }
    return render(request, "consultations/clinic/message_plan_edit.html", context, status=status)


def _plan(slug: str, kind: str) -> Plan:
    line = HealthcareService.objects.filter(slug=slug).first()
    if line is None or kind not in TimedKind.values:
        raise Http404
    return plans.one(line, TimedKind(kind))
