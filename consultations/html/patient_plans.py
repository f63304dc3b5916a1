"""Care plans as the patient reads them, and ticking off what is done."""

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from config.core.dates import in_words
from config.core.errors import Refusal
from config.core.html.trend import trend_plot
from config.core.http import signed_in
from config.core.languages import reading
from consultations.domain.codes import ActivityKind, ActivityStatus, CarePlanStatus
from consultations.domain.plan_words import told
from consultations.flows import plan_care
from consultations.html import links
from consultations.models import Activity, ActivityOutcome, CarePlan
from consultations.queries import history
from consultations.queries.plan_words import schedule_text_of, title_of, words_of
from intake.domain.codes import ResponseStatus
from intake.queries.questions import outline_of

NAMED_DAYS = 4
# The bands of the shipped instruments; another one's are told as its author named them.
BANDS = {
    "minimal": gettext_lazy("Minimal"),
    "mild": gettext_lazy("Mild"),
    "moderate": gettext_lazy("Moderate"),
    "moderately-severe": gettext_lazy("Moderately severe"),
    "severe": gettext_lazy("Severe"),
    "below-cut-off": gettext_lazy("Below the cut-off"),
    "positive": gettext_lazy("At or above the cut-off"),
}


@require_safe
def care_plans(request: HttpRequest) -> HttpResponse:
    """List the signed plans, the newest first."""
    user = signed_in(request)
    mine = CarePlan.objects.visible_to(user).filter(patient__user=user)
    plans = mine.select_related("determination__recorded_by__practitioner", "patient", "template")
    found = [{"plan": plan, "title": title_of(plan)} for plan in plans.order_by("-signed_at", "-id")]
    return render(request, "consultations/patient/care_plans.html", {"plans": found})


@require_safe
def care_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Show one signed plan: what it is for, and what to do on which days."""
    user = signed_in(request)
    rows = CarePlan.objects.visible_to(user).filter(patient__user=user)
    related = rows.select_related("determination__recorded_by__practitioner", "patient", "template")
    plan = get_object_or_404(related, pk=plan_id)
    outcomes = ActivityOutcome.objects.select_related("questionnaire_response").order_by("due_date", "id")
    activities = list(plan.activities.prefetch_related(Prefetch("outcomes", outcomes)).order_by("position", "id"))
    measures = {one.questionnaire_url for one in activities if one.kind == ActivityKind.MEASURE}
    words = words_of(plan)
    is_active = plan.status == CarePlanStatus.ACTIVE
    context = {
        "plan": plan,
        "title": told(plan.title, words),
        "description": told(plan.description, words),
        "zone": plan.patient.time_zone,
        "clinician": plan.determination.recorded_by.practitioner,
        "courses": [_course(one, plan.patient.time_zone) for one in history.courses(plan, measures)]
        if measures
        else [],
        "goals": [told(goal.description, words) for goal in plan.goals.order_by("position", "id")],
        "activities": [_activity(one, words, is_active=is_active) for one in activities],
    }
    return render(request, "consultations/patient/care_plan.html", context)


@require_POST
def activity_done(request: HttpRequest, plan_id: UUID, activity_id: UUID) -> HttpResponse:
    """Tick off one activity."""
    try:
        plan_care.activity_done(activity_id=activity_id, by=signed_in(request), now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, gettext("Marked as done."))
    return redirect("consultations:care-plan", plan_id)


def _activity(activity: Activity, words: Mapping[str, str], *, is_active: bool) -> dict[str, Any]:
    waiting = next(
        (one for one in activity.outcomes.all() if one.questionnaire_response.status == ResponseStatus.IN_PROGRESS),
        None,
    )
    is_open = activity.status in {ActivityStatus.SCHEDULED, ActivityStatus.IN_PROGRESS}
    return {
        "activity": activity,
        "title": told(activity.title, words),
        "detail": told(activity.detail, words),
        "schedule_text": schedule_text_of(activity, words),
        "days": _days([date.fromisoformat(day) for day in activity.due_dates]),
        "can_tick": is_active and is_open and activity.kind != ActivityKind.MEASURE,
        "is_done": activity.status == ActivityStatus.COMPLETED,
        "questions_url": links.questions(waiting.questionnaire_response_id) if waiting else "",
    }


def _course(course: history.Course, zone: tzinfo) -> dict[str, Any]:
    name = outline_of(course.questionnaire_id, language=reading()).title
    bands = [(low, str(BANDS.get(code, label))) for low, code, label in course.bands]
    values = [(in_words(at.astimezone(zone), "month-day"), value) for at, value in course.values]
    return {
        "name": name,
        "maximum": course.maximum,
        "plot": trend_plot(name=name, maximum=course.maximum, bands=bands, course=values),
        "rows": [
            {"at": at, "value": value, "band": next((label for low, label in reversed(bands) if value >= low), "")}
            for at, value in reversed(course.values)
        ],
    }


def _days(days: list[date]) -> str:
    """Return planned days in words: each of a few, else the first and the last."""
    words = [in_words(day, "month-day") for day in days]
    if len(words) <= NAMED_DAYS:
        return ", ".join(words)
    return gettext("From %(first)s to %(last)s") % {"first": words[0], "last": words[-1]}
