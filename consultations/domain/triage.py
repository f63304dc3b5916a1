"""How soon a case must be reviewed, from the flags that its answers raised."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from consultations.domain.codes import Priority
from intake.domain.codes import Severity
from providers.domain.business import BusinessHours

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


class Place(NamedTuple):
    """Where a case stands, and when the tick looks at it next."""

    priority: Priority
    tier: int
    due_at: datetime
    watch_at: datetime


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


def due_at(
    priority: Priority, *, minutes: Mapping[str, int], now: datetime, hours: BusinessHours | None = None
) -> datetime:
    """
    Return the instant by which a clinician should have looked at the case.

    minutes  the service's `review_due_minutes`, {priority: minutes}; what is missing has a default
    hours    the clinic's clock, on which they are counted; an emergency's clock never stands still
    """
    allowance = timedelta(minutes=minutes.get(priority, DEFAULT_DUE_MINUTES[priority]))
    return now + allowance if hours is None or priority == Priority.STAT else hours.add(now, allowance)


def resumed(due_at: datetime, *, tier: int, paused_at: datetime, now: datetime, hours: BusinessHours) -> datetime:
    """Return the due time of a case whose clock stood still from `paused_at` to `now`, with as much left as before."""
    if tier == 0:
        return due_at + (now - paused_at)
    return hours.add(now, hours.elapsed(paused_at, due_at))


def warn_at(due_at: datetime, *, now: datetime, hours: BusinessHours) -> datetime:
    """Return when somebody is told that a case is still waiting: with a fifth of the time that is left at `now`."""
    left = hours.elapsed(now, due_at)
    # While the clinic is closed only the clock of an emergency runs.
    return hours.add(now, left * 4 / 5) if left > timedelta(0) else now + max(due_at - now, timedelta(0)) * 4 / 5
