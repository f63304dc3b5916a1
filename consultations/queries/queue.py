"""The queue as a clinician works from it, in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from config.core.models import User
from consultations.domain.codes import AppointmentStatus, AskStatus, TaskStatus
from consultations.models import Appointment, CommunicationRequest, ReviewTask, Shift
from intake.domain.codes import NEEDS_ACKNOWLEDGEMENT, FlagStatus
from intake.models import Flag
from providers.models import HealthcareService, Practitioner
from providers.queries import eligibility

ROWS = 25
# What a person calls the states of the queue; the first is what the page opens with.
STANDINGS = ("waiting", "claimed", "on-hold", "decided")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page was asked for; empty means all. `standing` is one of STANDINGS."""

    standing: str = "waiting"
    service: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Queue:
    """
    Own cases first, then one page of the rest; `claimable` is how many the clinician could take now.

    counts  {state of the queue: how many}, and `overdue`, `urgent`
    oldest  when the case was sent that waits longest; None when none waits
    nearest the due time that comes next; None when none comes
    shift   of the clinician; None before their first case
    """

    mine: list[ReviewTask]
    page: Page[ReviewTask]
    counts: Mapping[str, int]
    oldest: datetime | None
    nearest: datetime | None
    shift: Shift | None
    claimable: int
    services: list[HealthcareService]
    states: list[str]


def queue(*, by: User, practitioner: Practitioner, filters: Filters, now: datetime) -> Queue:
    """
    Return the queue of a clinician.

    Reads  eight queries for any number of rows
    """
    seen = ReviewTask.objects.visible_to(by)
    reach = eligibility.reach(practitioner, now=now)
    filtered = _filtered(seen, filters)
    page: Page[ReviewTask] = Paginator(_shown(_standing(filtered, filters.standing, now)), ROWS).get_page(filters.page)
    found = _counts(filtered, now)
    held = Q(owner=practitioner, status=TaskStatus.IN_PROGRESS, lease_expires_at__gt=now)
    kept = Q(reserved_for=practitioner, status=TaskStatus.READY, reserved_until__gt=now)
    return Queue(
        mine=list(_shown(seen.filter(held | kept | Q(owner=practitioner, status=TaskStatus.ON_HOLD)))),
        page=page,
        counts={name: found[name] or 0 for name in found if name not in _TIMES},
        **{name: found[name] for name in _TIMES},
        shift=Shift.objects.open().filter(practitioner=practitioner).first(),
        claimable=seen.claimable(now).within(reach.pairs).not_proposed_by(practitioner).count(),
        services=reach.services,
        states=reach.states,
    )


def with_signs(rows: QuerySet[ReviewTask]) -> QuerySet[ReviewTask]:
    """Return tasks with `grave` (flags without a name), `flagged` (all flags), `booked` and `answered`."""
    flags = Flag.objects.filter(
        status=FlagStatus.ACTIVE, response__supporting_info__service_request=OuterRef("service_request")
    )
    visits = Appointment.objects.filter(service_request=OuterRef("service_request"), status=AppointmentStatus.BOOKED)
    answers = CommunicationRequest.objects.filter(
        service_request=OuterRef("service_request"), status=AskStatus.COMPLETED
    )
    grave = flags.filter(severity__in=NEEDS_ACKNOWLEDGEMENT, acknowledged_at__isnull=True)
    return rows.annotate(
        grave=Exists(grave), flagged=Exists(flags), booked=Exists(visits), answered=Exists(answers)
    )  # fmt: skip


def _shown(rows: QuerySet[ReviewTask]) -> QuerySet[ReviewTask]:
    whole = rows.select_related("service_request__patient", "service", "owner", "reserved_for", "proposed_by")
    return with_signs(whole).order_by("queue_at", "created_at", "id")


def _filtered(rows: QuerySet[ReviewTask], filters: Filters) -> QuerySet[ReviewTask]:
    if filters.service:
        rows = rows.filter(service__slug=filters.service)
    return rows.filter(state=filters.state) if filters.state else rows


def _conditions(now: datetime) -> dict[str, Q]:
    held = Q(status=TaskStatus.IN_PROGRESS, lease_expires_at__gt=now)
    return {
        "waiting": Q(status=TaskStatus.READY) | Q(status=TaskStatus.IN_PROGRESS, lease_expires_at__lte=now),
        "claimed": held,
        "on-hold": Q(status=TaskStatus.ON_HOLD),
        "decided": Q(status=TaskStatus.COMPLETED),
    }


def _standing(rows: QuerySet[ReviewTask], standing: str, now: datetime) -> QuerySet[ReviewTask]:
    return rows.filter(_conditions(now).get(standing, Q()))


_TIMES = ("oldest", "nearest")


def _counts(rows: QuerySet[ReviewTask], now: datetime) -> dict[str, Any]:
    waiting = _conditions(now)["waiting"]
    columns: dict[str, Any] = {
        name.replace("-", "_"): Count("pk", filter=found) for name, found in _conditions(now).items()
    }
    columns["overdue"] = Count("pk", filter=waiting & Q(due_at__lt=now))
    columns["urgent"] = Count("pk", filter=waiting & Q(tier__lt=2))
    columns["oldest"] = Min("created_at", filter=waiting)
    columns["nearest"] = Min("due_at", filter=waiting & Q(due_at__gte=now))
    found: dict[str, Any] = rows.aggregate(**columns)
    return found


def task_of(*, by: User, task_id: UUID) -> ReviewTask | None:
    """Return one task of the queue with all that its page says of it; None when it is not the user's."""
    rows = ReviewTask.objects.visible_to(by).filter(pk=task_id)
    whole = rows.select_related(
        "service_request__patient__user", "service", "owner", "decided_by__practitioner", "proposed_by"
    )
    return with_signs(whole).first()
