"""Where a case is, who acts next, and what they do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext

from consultations.domain.codes import AppointmentStatus, RequestStatus, ReviewOutcome
from consultations.domain.policy import CHECK_IN_AHEAD
from providers.domain.codes import Pathway


class Actor(StrEnum):
    """Whose turn it is."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    NOBODY = "nobody"


class Step(NamedTuple):
    """What happens next: whose turn, a stable code, and words for the patient."""

    actor: Actor
    code: str
    words: str


class Mark(NamedTuple):
    """One stage of the way; `state` is done, now or next, `who` says who acts in it."""

    label: str
    state: str
    who: str


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What decides where a case is.

    outcome       of the review; empty while it is not decided
    visit_status  of the newest visit; empty when there never was one
    is_sent       whether the patient ever sent it; a draft that was withdrawn never was
    goes_on       the status of the case of another service that the patient was referred to; empty without one
    """

    status: str
    pathway: str
    is_complete: bool = False
    is_sent: bool = True
    outcome: str = ""
    visit_status: str = ""
    visit_start_at: datetime | None = None
    visit_end_at: datetime | None = None
    has_plan: bool = False
    goes_on: str = ""

    @property
    def is_accepted(self) -> bool:
        """Tell whether a clinician has accepted the case."""
        return self.outcome == ReviewOutcome.ACCEPTED

    @property
    def needs_visit(self) -> bool:
        """Tell whether a visit belongs to this service."""
        return self.pathway != Pathway.ASYNCHRONOUS

    @property
    def may_book(self) -> bool:
        """Tell whether the patient is offered times now; after a visit only a clinician can ask for another."""
        is_open = self.status in {RequestStatus.ACTIVE, RequestStatus.ON_HOLD}
        is_next = self.pathway != Pathway.REVIEW_FIRST or self.is_accepted
        return is_open and self.needs_visit and is_next and not self.has_visit and not self.is_visited

    @property
    def has_visit(self) -> bool:
        """Tell whether a visit is going to happen or is happening."""
        live = {AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN, AppointmentStatus.ARRIVED}
        return self.visit_status in live

    @property
    def is_visited(self) -> bool:
        """Tell whether the visit has taken place."""
        return self.visit_status == AppointmentStatus.FULFILLED


def next_step(standing: Standing, *, now: datetime) -> Step:
    """
    Return whose turn it is.

    now      aware UTC
    Source   docs/flows.md, the journey table
    """
    if standing.status == RequestStatus.DRAFT:
        return _of_draft(standing)
    if standing.status == RequestStatus.ON_HOLD:
        return Step(Actor.PATIENT, "answer-question", gettext("Your clinician asked you something. Please answer."))
    if standing.status == RequestStatus.ACTIVE:
        return _of_active(standing, now)
    return _of_closed(standing)


def way(standing: Standing) -> list[Mark]:
    """Return the stages of the case in order, as a patient sees them; of one that ended early only what was done."""
    is_over = standing.status in {RequestStatus.COMPLETED, RequestStatus.REVOKED}
    review = (gettext("Clinician review"), gettext("Next: a clinician"), bool(standing.outcome))
    time = (gettext("Pick a time"), gettext("Next: you"), standing.has_visit or standing.is_visited)
    talk = (gettext("Your visit"), gettext("Next: you and your clinician"), standing.is_visited)
    middle = [review, time] if standing.pathway == Pathway.REVIEW_FIRST else [time, review]
    visit = [*middle, talk] if standing.needs_visit else [review]
    asked = (
        gettext("Your questions"),
        gettext("Next: you"),
        standing.status != RequestStatus.DRAFT and standing.is_sent,
    )
    is_planned = standing.has_plan or standing.status == RequestStatus.COMPLETED
    plan = (gettext("Your care plan"), gettext("Next: your clinician"), is_planned)
    marks, current_found = [], is_over
    for label, who, is_done in (asked, *visit, plan):
        state = "done" if is_done else "next"
        if state == "next" and not current_found:
            state, current_found = "now", True
        marks.append(Mark(label, state, who))
    return [mark for mark in marks if mark.state == "done" or standing.status != RequestStatus.REVOKED]


def _of_draft(standing: Standing) -> Step:
    if standing.is_complete:
        return Step(Actor.PATIENT, "submit", gettext("Everything is answered. Look it over and submit it."))
    return Step(Actor.PATIENT, "answer", gettext("Finish what is missing, then submit it."))


def _of_active(standing: Standing, now: datetime) -> Step:
    if standing.is_visited:
        return Step(
            Actor.CLINICIAN, "decide", gettext("Your visit is done. Your clinician writes down what comes next.")
        )
    if standing.has_visit:
        return _of_visit(standing, now)
    if standing.may_book and standing.visit_status == AppointmentStatus.NOSHOW:
        return Step(Actor.PATIENT, "book", gettext("You missed your visit. Please pick a new time."))
    if standing.may_book:
        return Step(Actor.PATIENT, "book", gettext("Pick a time for your visit."))
    if standing.outcome:
        return Step(Actor.CLINICIAN, "decide", gettext("Your clinician writes down what comes next."))
    return Step(Actor.CLINICIAN, "review", gettext("A clinician looks at your answers."))


def _of_visit(standing: Standing, now: datetime) -> Step:
    if standing.visit_status == AppointmentStatus.ARRIVED:
        return Step(Actor.CLINICIAN, "visit", gettext("Your visit is going on."))
    if standing.visit_status == AppointmentStatus.CHECKED_IN:
        return Step(Actor.CLINICIAN, "begin", gettext("You are checked in. Your clinician will begin the visit."))
    if standing.visit_end_at is not None and now >= standing.visit_end_at:
        return Step(Actor.CLINICIAN, "visit", gettext("The time of your visit is over. Your clinician will close it."))
    if standing.visit_start_at is not None and now >= standing.visit_start_at - CHECK_IN_AHEAD:
        return Step(Actor.PATIENT, "check-in", gettext("Your visit is about to start. Please check in."))
    if standing.outcome:
        return Step(Actor.NOBODY, "wait-for-visit", gettext("Your visit is booked. Check in shortly before it starts."))
    return Step(
        Actor.CLINICIAN, "review", gettext("Your visit is booked. A clinician looks at your answers before it.")
    )


def _of_closed(standing: Standing) -> Step:
    if standing.outcome == ReviewOutcome.DECLINED:
        return Step(
            Actor.NOBODY, "declined", gettext("A clinician looked at your answers and could not take this further.")
        )
    if standing.outcome == ReviewOutcome.REFERRED and standing.goes_on == RequestStatus.DRAFT:
        words = gettext("A clinician suggests another service for you. Please answer its questions.")
        return Step(Actor.PATIENT, "go-on", words)
    if standing.outcome == ReviewOutcome.REFERRED and standing.goes_on:
        return Step(Actor.NOBODY, "referred", gettext("A clinician suggested another service. You went on with it."))
    if standing.outcome == ReviewOutcome.REFERRED:
        return Step(Actor.NOBODY, "referred", gettext("A clinician looked at your answers and suggests other care."))
    if standing.status == RequestStatus.REVOKED:
        return Step(Actor.NOBODY, "withdrawn", gettext("You withdrew this."))
    return Step(Actor.NOBODY, "completed", gettext("This is complete."))
