"""Who is told of a case that waits too long."""

from datetime import datetime
from uuid import UUID

from consultations.domain.codes import TaskStatus
from consultations.models import OnCall, ReviewTask, Shift
from providers.models import Practitioner


def clinicians(task: ReviewTask, *, now: datetime) -> list[UUID]:
    """
    Return the users to tell: who holds the case, and who is on call; or who may take it and is at work; or who may.

    Reads  one query for each group that has nobody, and one
    """
    holder = []
    if task.status == TaskStatus.IN_PROGRESS and task.owner_id:
        holder = list(Practitioner.objects.filter(pk=task.owner_id).values_list("user", flat=True))
    on_call = OnCall.objects.at(now).able().filter(service=task.service_id)
    told = [*holder, *on_call.exclude(practitioner__user__in=holder).values_list("practitioner__user", flat=True)]
    if told:
        return told
    able = Practitioner.objects.may_review(service=task.service, state=task.state, now=now)
    users = able.order_by("id").values_list("user", flat=True)
    return list(users.filter(pk__in=Shift.objects.open().values("practitioner"))) or list(users)
