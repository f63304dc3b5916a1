"""Who holds a case: the locking reads that every write of a reviewer begins with."""

from datetime import datetime
from uuid import UUID

from config.core.errors import Conflict, NotAllowed, NotFound
from config.core.models import User
from consultations.domain.codes import TaskStatus
from consultations.models import ReviewTask, ServiceRequest
from providers.models import Practitioner


class LeaseLost(Conflict):
    """Stop writing: load the case again, and claim it again if it is still open."""

    code = "lease-lost"
    title = "You no longer hold this case"


def clinician(by: User) -> Practitioner:
    """Return the clinician that a user is; raises NotAllowed for anybody else."""
    practitioner = Practitioner.objects.active().filter(user=by).first()
    if practitioner is None:
        raise NotAllowed("Only clinicians review cases.")
    return practitioner


def seen(task_id: UUID, by: User) -> ReviewTask:
    """Return a task that a user may see; raises NotFound."""
    task = ReviewTask.objects.visible_to(by).filter(pk=task_id).first()
    if task is None:
        raise NotFound("There is no such case.")
    return task


def lock_case(request_id: UUID) -> ServiceRequest:
    """Lock the case before its task, as request.withdraw does (docs/locking.md)."""
    locked = ServiceRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("patient", "service")
    return locked.get(pk=request_id)


def held(task_id: UUID, *, fence: int, by: User, now: datetime) -> ReviewTask:
    """Return the task, locked with its case, that a user holds under a fencing number; raises NotFound, LeaseLost."""
    practitioner = clinician(by)
    request = lock_case(seen(task_id, by).service_request_id)
    mine = ReviewTask.objects.held_by(practitioner, fence=fence, now=now).filter(pk=task_id)
    task = mine.select_for_update(no_key=True).first()
    if task is None:
        raise LeaseLost("Your time with this case has ended, or you took it again elsewhere.", extra=holder(task_id))
    task.service_request = request
    return task


def holder(task_id: UUID) -> dict[str, str | datetime | None]:
    """Return who holds the case now, for the one who does not."""
    task = ReviewTask.objects.select_related("owner").get(pk=task_id)
    if task.status != TaskStatus.IN_PROGRESS or task.owner is None or task.lease_expires_at is None:
        return {"held_by": None, "lease_expires_at": None}
    return {"held_by": task.owner.display_name, "lease_expires_at": task.lease_expires_at}
