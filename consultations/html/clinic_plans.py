"""The care plan: chosen from a template, tailored and signed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from config.core.errors import Refusal
from consultations.domain.codes import CarePlanStatus
from consultations.flows import plan_care
from consultations.html.clinic_access import for_clinicians
from consultations.html.clinic_determination import determination_of
from consultations.html.clinic_forms import (
    ActivityForms,
    GoalForms,
    PlanForm,
    SignForm,
    TemplateForm,
)
from consultations.models import CarePlan, Determination, PlanTemplate
from providers.models import Practitioner


@require_http_methods(["GET", "POST"])
@for_clinicians
def care_plan(request: HttpRequest, practitioner: Practitioner, determination_id: UUID) -> HttpResponse:
    """Choose a template, tailor the plan, or read it once it is signed."""
    mine = determination_of(practitioner, determination_id)
    there = mine.care_plans.exclude(status=CarePlanStatus.REVOKED).order_by("-recorded_at").first()
    if there is None:
        return _choose(request, practitioner, mine)
    if there.status != CarePlanStatus.DRAFT:
        context = {"zone": practitioner.time_zone, "plan": there, **_parts(there), "determination": mine}
        return render(request, "consultations/clinic/signed_plan.html", context)
    return _tailor(request, practitioner, mine, there)


@require_POST
@for_clinicians
def sign_plan(request: HttpRequest, practitioner: Practitioner, care_plan_id: UUID) -> HttpResponse:
    """Sign the plan, after a tick that says it was read."""
    plan = CarePlan.objects.visible_to(practitioner.user).filter(pk=care_plan_id).first()
    if plan is None:
        raise Http404
    if not SignForm(request.POST).is_valid():
        messages.error(request, "Tick that you have read it, then sign.")
        return redirect("clinic:care-plan", determination_id=plan.determination_id)
    try:
        plan_care.sign(care_plan_id=plan.pk, by=practitioner.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    else:
        messages.success(request, "Signed. The patient can read the plan now.")
    return redirect("clinic:care-plan", determination_id=plan.determination_id)


def _choose(request: HttpRequest, practitioner: Practitioner, mine: Determination) -> HttpResponse:
    service = mine.service_request.service_id
    rows = PlanTemplate.objects.filter(service=service, is_current=True).order_by("title", "id")
    templates = sorted(rows, key=lambda one: mine.outcome not in one.outcomes)
    suited = [one.code for one in templates if mine.outcome in one.outcomes]
    form = TemplateForm(request.POST or None, templates=templates, initial={"template": next(iter(suited), None)})
    if request.method == "POST" and form.is_valid():
        draft = plan_care.Draft(template_code=form.cleaned_data["template"])
        try:
            plan_care.write(determination_id=mine.pk, draft=draft, by=practitioner.user, now=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.detail)
        return redirect("clinic:care-plan", determination_id=mine.pk)
    context = {"determination": mine, "form": form, "has_templates": bool(rows)}
    return render(
        request, "consultations/clinic/choose_plan.html", context, status=422 if request.method == "POST" else 200
    )


def _tailor(request: HttpRequest, practitioner: Practitioner, mine: Determination, plan: CarePlan) -> HttpResponse:
    parts = _parts(plan)
    sent = request.POST or None
    form = PlanForm(sent, initial={"title": plan.title, "instructions": plan.instructions})
    goals = GoalForms(sent, prefix="goals", initial=[_goal(one) for one in parts["goals"]])
    activities = ActivityForms(sent, prefix="activities", initial=[_activity(one) for one in parts["activities"]])
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and goals.is_valid() and activities.is_valid():
            draft = plan_care.Draft(**form.cleaned_data, goals=_kept(goals), activities=_kept(activities))
            try:
                plan_care.revise(care_plan_id=plan.pk, draft=draft, by=practitioner.user, now=timezone.now())
            except Refusal as refusal:
                form.add_error(None, refusal.detail)
            else:
                messages.success(request, "The plan is kept.")
                return redirect("clinic:care-plan", determination_id=mine.pk)
    context = {
        "determination": mine, "plan": plan, "form": form, "goals": goals,
        "activities": activities, "sign_form": SignForm(), "has_errors": status != 200,
    }  # fmt: skip
    return render(request, "consultations/clinic/tailor_plan.html", context, status=status)


def _parts(plan: CarePlan) -> dict[str, Any]:
    return {
        "goals": list(plan.goals.order_by("position", "id")),
        "activities": list(plan.activities.order_by("position", "id")),
    }


def _goal(goal: Any) -> dict[str, Any]:
    return {"description": goal.description, "measure": goal.measure}


def _activity(activity: Any) -> dict[str, Any]:
    names = ("kind", "title", "detail", "schedule_text", "questionnaire_url")
    return {**{name: getattr(activity, name) for name in names}, **activity.schedule}


def _kept(forms: Any) -> list[dict[str, Any]]:
    rows = [form for form in forms if form.has_changed() or form.initial]
    kept = [form for form in rows if not form.cleaned_data.get("DELETE")]
    return [form.draft() if hasattr(form, "draft") else _goal_draft(form.cleaned_data) for form in kept]


def _goal_draft(values: dict[str, Any]) -> dict[str, Any]:
    return {"description": values["description"], "measure": values.get("measure") or {}}
