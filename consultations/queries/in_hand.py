"""Messages that a sender has in its hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that one sender holds; the token makes a late report of an older sender harmless."""

    communication_id: UUID
    token: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """
    Messages that one sender took at once, oldest due first.

    letters  are dialled already
    others   have to be looked at one by one
    """

    letters: Mapping[Taken, Letter]
    others: Sequence[Taken]


@dataclass(frozen=True, slots=True)
class Done:
    """A message that was handed over, and what became of it."""

    taken: Taken
    outcome: Outcome
