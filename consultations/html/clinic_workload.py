"""The clinic's work as administrators and supervisors see it: in whose hands, how late, how long people wait."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.core.html.line_chart import LineChart, line_chart
from config.core.models import Role, User
from consultations.domain.due import length
from consultations.html.clinic_access import for_staff
from consultations.queries import waits
from consultations.queries.roster import coming_gaps
from consultations.queries.waits import Week
from consultations.queries.workload import workload
from providers.models import HealthcareService, Practitioner

_HOUR = timedelta(hours=1)


@require_safe
@for_staff
def show_workload(request: HttpRequest, user: User) -> HttpResponse:
    """Show who has how much, what is overdue, and the waits of the last weeks by service."""
    if user.role != Role.ADMIN and not Practitioner.objects.filter(user=user, is_supervisor=True).exists():
        raise PermissionDenied
    now = timezone.now()
    services = list(HealthcareService.objects.active().order_by("name", "id"))
    chosen = _chosen(request.GET.get("service", ""), services)
    weeks = waits.weekly(service_id=chosen.pk if chosen else None, now=now)
    context = {
        "work": workload(now=now),
        "services": services,
        "gaps": [(one, one.is_now(now)) for one in coming_gaps(now)],
        "chosen": chosen,
        "charts": [
            _chart("Until the first look", weeks, "look_half", "look_most"),
            _chart("Until the decision", weeks, "decision_half", "decision_most"),
        ],
        "weeks": [_row(week) for week in reversed(weeks)],
        "zone": ZoneInfo(settings.CLINIC_TIME_ZONE),
    }
    return render(request, "consultations/clinic/workload.html", context)


def _chosen(slug: str, services: Sequence[HealthcareService]) -> HealthcareService | None:
    return next((one for one in services if one.slug == slug), None)


def _chart(title: str, weeks: Sequence[Week], half: str, most: str) -> LineChart:
    return line_chart(
        title=f"{title}, hours",
        unit="hours",
        columns=[f"{week.monday:%b} {week.monday.day}" for week in weeks],
        lines=[
            ("most", "nine of ten within", [_hours(getattr(week, most)) for week in weeks]),
            ("half", "half within", [_hours(getattr(week, half)) for week in weeks]),
        ],
    )


def _hours(span: timedelta | None) -> float | None:
    return None if span is None else round(span / _HOUR, 1)


def _row(week: Week) -> dict[str, object]:
    spans = ("look_half", "look_most", "decision_half", "decision_most")
    return {
        "monday": week.monday,
        "cases": week.cases,
        **{name: length(span) if (span := getattr(week, name)) is not None else "" for name in spans},
    }
