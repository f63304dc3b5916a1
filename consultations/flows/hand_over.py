"""
Handing over a case that was accepted and is decided without a visit: it is reviewed again, by somebody else.

Refusal
└── NothingToHandOver  (Conflict)  the case is not accepted by this clinician, or is over
"""

from datetime import datetime
from uuid import UUID

from config.core.errors import Conflict
from config.core.flow import flow
from config.core.models import User
from consultations.domain import words
from consultations.models import ReviewTask
from consultations.queries import holding, placing
from providers.queries.business import business_hours


class NothingToHandOver(Conflict):
    """Load the case: somebody else has it by now, or it is written."""

    code = "nothing-to-hand-over"
    title = "This case is not yours to hand over"


@flow
def hand_over(*, task_id: UUID, fence: int, by: User, now: datetime, handover: str = "") -> ReviewTask:
    """
    Give back a case that one accepted and has not written, for anybody who may take it; its clock goes on from there.

    Whoever takes it accepts it anew before they determine. A draft of the determination stays with its author.

    handover  words for whoever takes it next, at most 4,000 characters
    Writes    ReviewTask `ready`, ServiceRequest, StatusChange, AuditEvent
    Raises    NotFound, NotAllowed, NothingToHandOver, words.WordsTooLong
    Source    docs/flows.md, row "hand over"
    """
    handover = words.bounded(handover, "handover")
    practitioner = holding.clinician(by)
    request = holding.lock_case(holding.seen(task_id, by).service_request_id)
    mine = ReviewTask.objects.undetermined().accepted_by(practitioner).filter(fence=fence)
    task = mine.select_for_update(no_key=True, of=("self",)).filter(pk=task_id).first()
    if task is None:
        raise NothingToHandOver("You have not accepted this case, or it was written or given away meanwhile.")

    task.service_request = request
    place = placing.place_of_accepted(task, now=now, hours=business_hours(now))
    task.reopen(place, by=by, now=now, why="handed-over", handover=handover)

    task.record("handed-over", by=by, now=now)
    return task
