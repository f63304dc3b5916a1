"""Messages that a sender has in its hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from consultations.adapters.mail import Letter
from consultations.adapters.outcome import Outcome, Result
from consultations.models import Communication
from consultations.models.communication import CommunicationQuerySet


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

    @property
    def is_sent(self) -> bool:
        """Tell whether the other side has taken it."""
        return self.outcome.result is Result.SENT

    @property
    def name(self) -> str:
        """Return the name that it has at the other side."""
        return self.outcome.provider_id or f"<{self.taken.communication_id}@anteroom>"


def rows(taken: Sequence[Taken]) -> CommunicationQuerySet:
    """Return the rows of some messages, but for those that have got into other hands."""
    ids, tokens = [one.communication_id for one in taken], {one.token for one in taken}
    return Communication.objects.filter(pk__in=ids, token__in=tokens)
