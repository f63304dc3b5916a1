"""Who gets the visit when the patient has no preference."""

import hashlib
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clinician free at the time; minutes are counted over the same days for everybody."""

    practitioner_id: UUID
    booked_minutes: int
    open_minutes: int

    @property
    def load(self) -> float:
        """Return the booked share of the open time; full when there is no open time."""
        return self.booked_minutes / self.open_minutes if self.open_minutes else 1.0


class Why(NamedTuple):
    """Why a clinician was chosen, for colleagues: a stable code, and the numbers behind it."""

    code: str
    load_percent: int
    among: int


KNOWS_PATIENT, ONLY_ONE, LEAST_LOADED, NEXT_FREE = "knows-patient", "only-one", "least-loaded", "next-free"
_WORDS = {
    KNOWS_PATIENT: "Chosen by us: they have seen this patient before or are about to.",
    ONLY_ONE: "Chosen by us: nobody else was free at that time.",
    LEAST_LOADED: "Chosen by us: the least booked of {among} who were free.",
    NEXT_FREE: "Chosen by us among {among} who were free: a less booked one was taken a moment before.",
}
_LOAD = "{load_percent}% of their hours in the two weeks around the visit were booked."


def in_words(why: Why) -> str:
    """Return a reason as a colleague reads it; a code of a later version is told as it is."""
    words = _WORDS.get(why.code, why.code).format(among=why.among)
    return f"{words} {_LOAD.format(load_percent=why.load_percent)}"


def why(chosen: Candidate, candidates: Collection[Candidate], *, preferred: Set[UUID]) -> Why:
    """
    Return why one of the candidates was chosen.

    Returns  knows-patient, only-one, least-loaded, or next-free when a less loaded one was taken a moment before
    """
    load = round(100 * chosen.load)
    if chosen.practitioner_id in preferred:
        return Why(KNOWS_PATIENT, load, len(candidates))
    if len(candidates) == 1:
        return Why(ONLY_ONE, load, 1)
    least = min(candidate.load for candidate in candidates)
    return Why(LEAST_LOADED if chosen.load <= least else NEXT_FREE, load, len(candidates))


def in_order(candidates: Iterable[Candidate], *, preferred: Set[UUID], start_at: datetime) -> list[Candidate]:
    """
    Return the candidates, best first: who knows the patient, then who has least of their time booked.

    preferred  clinicians who have seen the patient
    Returns    the same order for the same input; ties fall by a digest of clinician and time, so that nobody is
               first at every hour
    """

    def rank(candidate: Candidate) -> tuple[bool, float, bytes]:
        salt = f"{candidate.practitioner_id} {start_at.timestamp():.0f}".encode()
        return (candidate.practitioner_id not in preferred, candidate.load, hashlib.sha256(salt).digest())

    return sorted(candidates, key=rank)
