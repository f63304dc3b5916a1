"""The chain that an unanswered safety flag climbs, and where the calendar of who is on call has gaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from config.core.errors import FieldError, Invalid
from consultations.domain.codes import RungKind
from intake.domain.codes import Severity

LONGEST_MINUTES = 24 * 60


class BadChain(Invalid):
    """Correct the named steps; each error's field is `steps.POSITION`."""

    code = "bad-chain"
    title = "This chain cannot be used"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a service's chain: whom it tells, and how long they have before the next step, by severity."""

    kind: str
    emergency_minutes: int
    urgent_minutes: int

    def minutes(self, severity: str) -> int:
        """Return how long this step waits for a name."""
        return self.emergency_minutes if severity == Severity.EMERGENCY else self.urgent_minutes


# Until a clinic sets its own. No source names minutes: the Joint Commission (NPSG.02.03.01, element 1) asks each clinic
# to write down who is told of a critical result, by whom, and within what time.
DEFAULT_CHAIN = (
    Rung(RungKind.ON_CALL, 10, 60),
    Rung(RungKind.SUPERVISOR, 10, 60),
    Rung(RungKind.CLINIC_PHONE, 10, 60),
)


class Gap(NamedTuple):
    """Time in which nobody is on call; aware UTC."""

    start_at: datetime
    end_at: datetime


def frozen(chain: Sequence[Rung], *, severity: str) -> list[dict[str, Any]]:
    """Return a chain as one escalation keeps it, so that a later change never moves an alert that is under way."""
    return [{"kind": str(rung.kind), "minutes": rung.minutes(severity)} for rung in chain or DEFAULT_CHAIN]


def checked(chain: Sequence[Rung]) -> Sequence[Rung]:
    """
    Return a chain that somebody may be relied on for.

    Raises  BadChain for an unknown step, a wait outside 1 to 1,440 minutes, or an end that is not the clinic's phone:
            a mail may go unread for ever, a row to ring stays in sight until somebody has rung
    """
    errors = [error for position, rung in enumerate(chain) for error in _faults(position, rung)]
    if not errors and (not chain or chain[-1].kind != RungKind.CLINIC_PHONE):
        errors = [FieldError(f"steps.{max(len(chain) - 1, 0)}", "open-end", "The last step is the clinic's phone.")]
    if errors:
        raise BadChain(errors[0].detail, errors=errors)
    return chain


def gaps(periods: Iterable[tuple[datetime, datetime]], *, start_at: datetime, end_at: datetime) -> list[Gap]:
    """
    Return when nobody is on call between two instants.

    periods  (start, end) of who is on call, in any order; they may overlap and reach over the edges
    """
    found, covered = [], start_at
    for begin, end in sorted(one for one in periods if one[0] < end_at):
        if begin > covered:
            found.append(Gap(covered, begin))
        covered = max(covered, end)
    if covered < end_at:
        found.append(Gap(covered, end_at))
    return found


def _faults(position: int, rung: Rung) -> Iterable[FieldError]:
    if rung.kind not in RungKind.values:
        yield FieldError(f"steps.{position}", "unknown", "There is no such step.")
    for wait in (rung.emergency_minutes, rung.urgent_minutes):
        if not 1 <= wait <= LONGEST_MINUTES:
            yield FieldError(f"steps.{position}", "out-of-range", "A step waits between 1 minute and 24 hours.")
