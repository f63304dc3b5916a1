"""How long people wait for a clinician, from the clinic's own history."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import ExtractHour, TruncWeek

from config.core.models.percentile import Percentile
from consultations.models import ReviewTask

# A range from fewer cases would be a guess.
ENOUGH = 20
REMEMBERED = timedelta(days=90)
WEEKS = 12
_HALF, _MOST = 0.5, 0.9


class Wait(NamedTuple):
    """Half of the cases were looked at within `half`, nine of ten within `most`; counted from `cases` cases."""

    half: timedelta
    most: timedelta
    cases: int

    @property
    def half_seconds(self) -> int:
        """Return `half` in whole seconds."""
        return round(self.half.total_seconds())

    @property
    def most_seconds(self) -> int:
        """Return `most` in whole seconds."""
        return round(self.most.total_seconds())


class Week(NamedTuple):
    """The cases that were sent in one week: median and p90 to the first look and to the decision; None without any."""

    monday: datetime
    cases: int
    look_half: timedelta | None
    look_most: timedelta | None
    decision_half: timedelta | None
    decision_most: timedelta | None


def typical(task: ReviewTask, *, now: datetime) -> Wait | None:
    """
    Return how long cases like this one waited: same service and urgency, sent at the same hour of the clinic's day.

    task     its case is loaded
    Returns  None when fewer than 20 such cases were looked at in the last 90 days
    Reads    one query
    """
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    alike = ReviewTask.objects.filter(
        service=task.service_id, tier=task.tier, first_claimed_at__gte=now - REMEMBERED, first_claimed_at__lt=now
    ).exclude(pk=task.pk)
    sent = task.service_request.submitted_at
    hour = (sent or now).astimezone(zone).hour
    at_this_hour = alike.annotate(hour=ExtractHour("service_request__submitted_at", tzinfo=zone)).filter(hour=hour)
    found = _timed(at_this_hour).aggregate(
        half=Percentile(_HALF, "look"), most=Percentile(_MOST, "look"), cases=Count("pk")
    )
    return Wait(**found) if found["cases"] >= ENOUGH else None


def weekly(*, service_id: UUID | None, now: datetime) -> list[Week]:
    """Return the last twelve weeks of the clinic, oldest first, weeks without a case left out: one query."""
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    rows = ReviewTask.objects.filter(service_request__submitted_at__gte=now - timedelta(weeks=WEEKS))
    if service_id is not None:
        rows = rows.filter(service=service_id)
    monday = TruncWeek("service_request__submitted_at", tzinfo=zone)
    found = (
        _timed(rows)
        .annotate(monday=monday)
        .values("monday")
        .annotate(
            cases=Count("pk"),
            look_half=Percentile(_HALF, "look"),
            look_most=Percentile(_MOST, "look"),
            decision_half=Percentile(_HALF, "decision"),
            decision_most=Percentile(_MOST, "decision"),
        )
        .order_by("monday")
    )
    return [Week(**row) for row in found]


def _timed(rows: QuerySet[ReviewTask]) -> Any:
    """Return the rows with how long the first look and the decision took."""
    sent = F("service_request__submitted_at")
    return rows.annotate(
        look=ExpressionWrapper(F("first_claimed_at") - sent, output_field=DurationField()),
        decision=ExpressionWrapper(F("decided_at") - sent, output_field=DurationField()),
    )
