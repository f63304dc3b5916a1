"""Who on the waitlist is offered a time that has become free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from consultations.domain.codes import Priority
from consultations.domain.hours import QuietHours

# An offer that ends holds its time a little longer, so that it passes to the next person without a gap.
GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What one person waits for.

    practitioner  only this clinician; None for anybody
    language      only clinicians who speak it; empty for any
    not_before    aware UTC; None for as soon as may be
    before        the visit must start before this; None without a limit
    notice        how long before the visit they must have said yes
    """

    priority: Priority
    joined_at: datetime
    key: UUID
    practitioner: UUID | None = None
    language: str = ""
    not_before: datetime | None = None
    before: datetime | None = None
    notice: timedelta = timedelta(0)

    def fits(self, start_at: datetime, *, practitioner: UUID, speaks: Sequence[str], answer_by: datetime) -> bool:
        """
        Tell whether a visit is what this person waits for.

        speaks     languages of the clinician
        answer_by  when an offer made now would end
        """
        return (
            self.practitioner in {None, practitioner}
            and (not self.language or self.language in speaks)
            and (self.not_before is None or start_at >= self.not_before)
            and (self.before is None or start_at < self.before)
            and start_at - self.notice >= answer_by
        )


def in_order(wishes: Iterable[Wish]) -> list[Wish]:
    """Return the wishes in the order in which people are asked: the more urgent case first, then who waits longest."""
    return sorted(wishes, key=lambda wish: (wish.priority.rank, wish.joined_at, wish.key))


def may_be_asked(quiet: QuietHours | None, *, now: datetime, answer_by: datetime) -> bool:
    """
    Tell whether a person can be expected to answer between `now` and `answer_by`.

    quiet  None for somebody who may be asked at any hour
    """
    return quiet is None or not (quiet.cover(now) or quiet.cover(answer_by))
