"""Where a visit could go instead: the same time with another clinician first, then the nearest times."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from providers.domain.intervals import Interval
from providers.models import HealthcareService
from providers.queries import availability
from providers.queries.availability import Offer
from providers.queries.diaries import Asked

SAME_TIME, NEAREST = "same-time", "nearest"
# Finding other times costs some queries for each visit; whoever changes more than this works through a page.
AT_ONCE = 20
# So many times of the clinician themselves are looked at: most of those near the visit go with it.
SEEN_OF_ONE = 12
Keeps = Callable[[UUID | None, Interval], bool]


class Taken(NamedTuple):
    """A visit that has to go elsewhere; `state` is where the patient is."""

    practitioner: UUID
    service: UUID | None
    state: str
    start_at: datetime
    known_to: frozenset[UUID] = frozenset()


class Proposal(NamedTuple):
    """A time that is free now: `kind` is same-time or nearest."""

    kind: str
    offer: Offer

    def listed(self) -> dict[str, str]:
        """Return the proposal as plain JSON."""
        start, end = (at.isoformat().replace("+00:00", "Z") for at in (self.offer.start_at, self.offer.end_at))
        return {
            "kind": self.kind,
            "practitioner": str(self.offer.practitioner),
            "practitioner_name": self.offer.name,
            "start": start,
            "end": end,
            "time_zone": self.offer.time_zone,
        }


def proposals(visit: Taken, *, now: datetime, keeps: Keeps | None = None, limit: int = 3) -> list[Proposal]:
    """
    Return where one visit could go, the best first; [] when nobody has a time.

    keeps   tells whether the visit's own clinician will still work at a time for a service; without it they are
            not proposed
    Reads   up to thirty queries
    """
    service = HealthcareService.objects.active().filter(pk=visit.service).first() if visit.service else None
    if service is None:
        return []
    asked = Asked(service=service, state=visit.state, known_to=visit.known_to)
    same = [
        Proposal(SAME_TIME, Offer(diary.practitioner.pk, *span, str(diary.zone), diary.practitioner.display_name))
        for diary in availability.free_at(asked, start_at=visit.start_at, now=now)
        if diary.practitioner.pk != visit.practitioner
        for span in [diary.terms.visit(visit.start_at)]
    ]
    near = [*_of_others(asked, visit, now=now, limit=limit), *_of_their_own(asked, visit, now=now, keeps=keeps)]
    near.sort(key=lambda offer: (abs(offer.start_at - visit.start_at), offer.start_at))
    return [*same[:limit], *(Proposal(NEAREST, offer) for offer in near[:limit])]


def of_all(visits: Iterable[Taken], *, now: datetime, keeps: Keeps | None = None) -> list[list[Proposal]]:
    """Return the proposals of each visit in order; none for those after the first twenty."""
    return [proposals(visit, now=now, keeps=keeps) if number < AT_ONCE else [] for number, visit in enumerate(visits)]


def _of_others(asked: Asked, visit: Taken, *, now: datetime, limit: int) -> list[Offer]:
    found = availability.nearest(asked, start_at=visit.start_at, now=now, without=visit.practitioner, limit=limit + 1)
    return [offer for offer in found if offer.start_at != visit.start_at]


def _of_their_own(asked: Asked, visit: Taken, *, now: datetime, keeps: Keeps | None) -> list[Offer]:
    """Return the nearest times of the visit's own clinician at which they will still work."""
    if keeps is None:
        return []
    found = availability.nearest(
        asked, start_at=visit.start_at, now=now, practitioner=visit.practitioner, limit=SEEN_OF_ONE
    )
    stays = (offer for offer in found if keeps(visit.service, Interval(offer.start_at, offer.end_at)))
    return [offer for offer in stays if offer.start_at != visit.start_at]
