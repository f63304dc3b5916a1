"""What is in whose hands, and what is late: the queue as an administrator looks at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from consultations.domain.codes import TaskStatus
from consultations.models import Escalation, ReviewTask, Shift
from consultations.models.review_task import decision_of
from providers.models import Practitioner

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Workload:
    """
    The clinic's work now.

    clinicians  each with `held`, `kept`, `asked`, `to_write`, `decided` (in a week), `is_at_work`, `is_on_break`
    to_write    accepted cases without a visit whose determination and plan are still to be written
    overdue     waiting now, past their due time; `were_overdue` counts those of a week
    """

    clinicians: list[Practitioner]
    waiting: int
    overdue: int
    were_overdue: int
    decided: int
    to_write: int
    escalations: int


def workload(*, now: datetime) -> Workload:
    """Return the work of everybody: four queries for any number of clinicians."""
    is_waiting = Q(status=TaskStatus.READY) | Q(status=TaskStatus.IN_PROGRESS, lease_expires_at__lte=now)
    counts = ReviewTask.objects.aggregate(
        waiting=Count("pk", filter=is_waiting),
        overdue=Count("pk", filter=is_waiting & Q(due_at__lt=now)),
        were_overdue=Count("pk", filter=Q(overdue_at__gt=now - WEEK)),
        decided=Count("pk", filter=Q(decided_at__gt=now - WEEK)),
    )
    accepted = ReviewTask.objects.undetermined()
    return Workload(
        clinicians=list(_clinicians(now)),
        to_write=accepted.count(),
        escalations=Escalation.objects.filter(ended_at__isnull=True).count(),
        **counts,
    )


def _clinicians(now: datetime) -> QuerySet[Practitioner]:
    shifts = Shift.objects.open().filter(practitioner=OuterRef("pk"))
    held = Q(review_tasks__status=TaskStatus.IN_PROGRESS, review_tasks__lease_expires_at__gt=now)
    kept = Q(reserved_tasks__status=TaskStatus.READY, reserved_tasks__reserved_until__gt=now)
    decided = Q(review_tasks__decided_at__gt=now - WEEK)
    accepted = ReviewTask.objects.undetermined().filter(decision_of(OuterRef("pk"), OuterRef("user")))
    written_by = accepted.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    rows = Practitioner.objects.active().annotate(
        to_write=Coalesce(Subquery(written_by), 0),
        held=Count("review_tasks", filter=held, distinct=True),
        asked=Count("review_tasks", filter=Q(review_tasks__status=TaskStatus.ON_HOLD), distinct=True),
        decided=Count("review_tasks", filter=decided, distinct=True),
        kept=Count("reserved_tasks", filter=kept, distinct=True),
        is_at_work=Exists(shifts.filter(paused_at__isnull=True)),
        is_on_break=Exists(shifts.filter(paused_at__isnull=False)),
    )
    return rows.order_by("family_name", "given_name", "id")
