"""How soon a case must be reviewed, from the flags that its answers raised."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from consultations.domain.codes import Priority
from intake.domain.codes import Severity

# Used for a priority that a service line says nothing about.
DEFAULT_DUE_MINUTES: Mapping[str, int] = {
    Priority.STAT: 30,
    Priority.ASAP: 120,
    Priority.URGENT: 240,
    Priority.ROUTINE: 2880,
}
_TIERS = {Severity.EMERGENCY: 0, Severity.URGENT: 1}
_PRIORITIES = {Severity.EMERGENCY: Priority.STAT, Severity.URGENT: Priority.URGENT}


class Triage(NamedTuple):
    """Where a case stands in the queue; tier 0 is an emergency, 1 urgent, 2 by due time."""

    priority: Priority
    tier: int


def assess(severities: Iterable[str]) -> Triage:
    """
    Return the priority and tier that the most severe active flag asks for.

    severities  of the active flags of the case, in any order; none means routine
    Source      docs/flows.md, row "submit": safety before waiting time, waiting time before everything else
    """
    worst = min(map(Severity, severities), key=lambda severity: severity.rank, default=None)
    if worst is None:
        return Triage(Priority.ROUTINE, 2)
    return Triage(_PRIORITIES.get(worst, Priority.ROUTINE), _TIERS.get(worst, 2))


def due_at(priority: Priority, *, minutes: Mapping[str, int], now: datetime) -> datetime:
    """
    Return the instant by which a clinician should have looked at the case.

    minutes  the service's `review_due_minutes`, {priority: minutes}; what is missing has a default
    """
    return now + timedelta(minutes=minutes.get(priority, DEFAULT_DUE_MINUTES[priority]))
