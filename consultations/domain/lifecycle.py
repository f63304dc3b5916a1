"""Which status may follow which; the one table that every flow of this app asks."""

from collections.abc import Mapping
from typing import TypeAlias

from django.utils.translation import gettext, gettext_lazy

from config.core.errors import Conflict
from consultations.domain.codes import AppointmentStatus as Visit
from consultations.domain.codes import EncounterStatus as Meeting
from consultations.domain.codes import RequestStatus as Case
from consultations.domain.codes import TaskStatus as Review

Lifecycle: TypeAlias = Mapping[str, frozenset[str]]


class BadTransition(Conflict):
    """Load the present state: somebody else has already moved this on."""

    code = "state-forbids"
    title = gettext_lazy("This is no longer possible")


SERVICE_REQUEST: Lifecycle = {
    Case.DRAFT: frozenset({Case.ACTIVE, Case.REVOKED}),
    Case.ACTIVE: frozenset({Case.ON_HOLD, Case.COMPLETED, Case.REVOKED}),
    Case.ON_HOLD: frozenset({Case.ACTIVE, Case.COMPLETED, Case.REVOKED}),
    Case.COMPLETED: frozenset(),
    Case.REVOKED: frozenset(),
}
REVIEW_TASK: Lifecycle = {
    Review.READY: frozenset({Review.IN_PROGRESS, Review.CANCELLED}),
    Review.IN_PROGRESS: frozenset({Review.READY, Review.ON_HOLD, Review.COMPLETED, Review.CANCELLED}),
    Review.ON_HOLD: frozenset({Review.READY, Review.IN_PROGRESS, Review.CANCELLED}),
    # Only what was accepted and has no visit: handed over before it is written, it is reviewed again.
    Review.COMPLETED: frozenset({Review.READY}),
    Review.CANCELLED: frozenset(),
}
APPOINTMENT: Lifecycle = {
    Visit.BOOKED: frozenset({Visit.CHECKED_IN, Visit.CANCELLED, Visit.NOSHOW}),
    Visit.CHECKED_IN: frozenset({Visit.ARRIVED, Visit.CANCELLED, Visit.NOSHOW}),
    Visit.ARRIVED: frozenset({Visit.FULFILLED, Visit.CANCELLED}),
    Visit.FULFILLED: frozenset(),
    Visit.CANCELLED: frozenset(),
    Visit.NOSHOW: frozenset(),
}
ENCOUNTER: Lifecycle = {
    Meeting.PLANNED: frozenset({Meeting.ARRIVED, Meeting.CANCELLED}),
    Meeting.ARRIVED: frozenset({Meeting.IN_PROGRESS, Meeting.CANCELLED}),
    Meeting.IN_PROGRESS: frozenset({Meeting.FINISHED, Meeting.CANCELLED}),
    Meeting.FINISHED: frozenset(),
    Meeting.CANCELLED: frozenset(),
}


def may(table: Lifecycle, old: str, new: str) -> bool:
    """Tell whether `table` lets a row go from `old` to `new`."""
    return new in table.get(old, frozenset())


def require(table: Lifecycle, old: str, new: str, *, why: str = "") -> None:
    """
    Refuse a move that `table` does not list.

    why     words for the person who asked, instead of the general ones
    Raises  BadTransition
    """
    if not may(table, old, new):
        raise BadTransition(why or gettext("This has already moved on. Look at its present state."))
