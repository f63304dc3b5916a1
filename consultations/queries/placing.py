"""Where a case stands in the queue, from its flags, its service and the clinic's clock."""

from datetime import datetime

from consultations.domain import triage
from consultations.domain.codes import Priority
from consultations.domain.triage import Place
from consultations.models import ReviewTask, ServiceRequest
from intake.models import Flag
from providers.domain.business import BusinessHours


def place(request: ServiceRequest, *, now: datetime, hours: BusinessHours) -> Place:
    """Return the place of a case that is sent at `now`; its service is loaded: one query."""
    flags = Flag.objects.active().filter(response__supporting_info__service_request=request)
    found = triage.assess(flags.values_list("severity", flat=True))
    due_at = triage.due_at(found.priority, minutes=request.service.review_due_minutes, now=now, hours=hours)
    return Place(found.priority, found.tier, due_at, triage.warn_at(due_at, now=now, hours=hours))


def place_of_accepted(task: ReviewTask, *, now: datetime, hours: BusinessHours) -> Place:
    """Return the place of an accepted case that is to be reviewed again: what was left when it was accepted is left."""
    return place_again(task, task.service_request, paused_at=task.decided_at or now, now=now, hours=hours)


def place_again(
    task: ReviewTask, request: ServiceRequest, *, paused_at: datetime, now: datetime, hours: BusinessHours
) -> Place:
    """
    Return the place of a case whose clock stood still since `paused_at`: its own, unless new answers hurry more.

    now  the instant from which its clock runs again
    """
    fresh = place(request, now=now, hours=hours)
    due_at = triage.resumed(task.due_at, tier=task.tier, paused_at=paused_at, now=now, hours=hours)
    priority, tier = Priority(request.priority), task.tier
    if fresh.tier < tier:
        priority, tier, due_at = fresh.priority, fresh.tier, min(due_at, fresh.due_at)
    return Place(priority, tier, due_at, triage.warn_at(due_at, now=now, hours=hours))
