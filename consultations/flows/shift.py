"""A clinician's work on the queue: breaks, and the end of it."""

from datetime import datetime

from config.core import audit
from config.core.flow import flow
from config.core.models import User
from consultations.domain.codes import TaskStatus
from consultations.models import ReviewTask, ServiceRequest, Shift
from consultations.models.review_task import ReviewTaskQuerySet
from consultations.queries import holding, placing
from providers.models import Practitioner
from providers.queries.business import business_hours


@flow
def pause(*, by: User, now: datetime) -> Shift:
    """
    Begin a break: no case is given, and what is kept for the clinician is for everybody; cases they hold stay theirs.

    Writes  Shift, ReviewTask, AuditEvent
    Raises  NotAllowed when this is no clinician
    Source  docs/flows.md, row "shift"
    """
    practitioner, shift = _shift(by, now=now)
    if shift.paused_at is None:
        shift.paused_at = now
        shift.save(update_fields=["paused_at", "updated_at"])

        _let_go(practitioner, now=now)
        audit.record(event="consultations.shift.paused", entity=shift, by=by, now=now)
    return shift


@flow
def go_on(*, by: User, now: datetime) -> Shift:
    """
    End a break, or begin a shift.

    Writes  Shift, AuditEvent
    Raises  NotAllowed when this is no clinician
    Source  docs/flows.md, row "shift"
    """
    _, shift = _shift(by, now=now)
    if shift.paused_at is not None:
        shift.paused_at = None
        shift.save(update_fields=["paused_at", "updated_at"])

        audit.record(event="consultations.shift.went-on", entity=shift, by=by, now=now)
    return shift


@flow
def end(*, by: User, now: datetime) -> int:
    """
    End a shift: the clinician's cases go back to their places for everybody, their draft notes stay theirs.

    So do the cases that they accepted, that have no visit and that they have not written: somebody else reviews them.

    Returns  how many cases were handed back
    Writes   Shift, ReviewTask `ready`, ServiceRequest, StatusChange, AuditEvent
    Raises   NotAllowed when this is no clinician
    Source   docs/flows.md, row "shift"
    """
    practitioner, shift = _shift(by, now=now)
    accepted = _locked(ReviewTask.objects.undetermined().accepted_by(practitioner))
    tasks = _locked(ReviewTask.objects.filter(owner=practitioner, status=TaskStatus.IN_PROGRESS))

    for task in accepted:
        place = placing.place_of_accepted(task, now=now, hours=business_hours(now))
        task.reopen(place, by=by, now=now, why="end-of-shift")
    for task in tasks:
        task.leave(TaskStatus.READY, by=by, now=now, why="end-of-shift", owner=None)
    _let_go(practitioner, now=now)
    handed_back = len(tasks) + len(accepted)
    shift.paused_at, shift.ended_at = None, now
    shift.save(update_fields=["paused_at", "ended_at", "updated_at"])

    audit.record(event="consultations.shift.ended", entity=shift, by=by, now=now, detail={"handed_back": handed_back})
    return handed_back


def _shift(by: User, *, now: datetime) -> tuple[Practitioner, Shift]:
    practitioner = holding.clinician(by)
    Shift.objects.current(practitioner, now=now)
    return practitioner, Shift.objects.open().select_for_update(no_key=True).get(practitioner=practitioner)


def _locked(tasks: ReviewTaskQuerySet) -> list[ReviewTask]:
    """Lock the cases of some tasks, in order of id, and then the tasks that are still among them."""
    cases = ServiceRequest.objects.filter(pk__in=tasks.values("service_request")).select_related("service")
    found = {case.pk: case for case in cases.select_for_update(no_key=True, of=("self",)).order_by("id")}
    rows = list(tasks.filter(service_request__in=found).select_for_update(no_key=True, of=("self",)).order_by("id"))
    for row in rows:
        row.service_request = found[row.service_request_id]
    return rows


def _let_go(practitioner: Practitioner, *, now: datetime) -> None:
    """Let everybody take what is kept for this clinician."""
    kept = ReviewTask.objects.kept_for(practitioner, now=now)
    kept.update(reserved_for=None, reserved_until=None, updated_at=now)
