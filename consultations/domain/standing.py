"""Where a case stands in the queue, and for whom it is kept."""

from collections.abc import Mapping
from datetime import timedelta

# How much earlier than its due time a case of a tier stands. An emergency stands before everything; an urgent case
# before a routine one that is due up to a day earlier. What is overdue by more than a day is overtaken by neither.
LEADS: Mapping[int, timedelta] = {0: timedelta(days=3650), 1: timedelta(days=1), 2: timedelta(0)}
# A case that is kept for a clinician stands for them as an urgent one does.
OWN_LEAD = LEADS[1]
# How long a case is kept for a clinician to whom a supervisor gave it.
ASSIGNED = timedelta(hours=8)
# How long a case whose patient answered is kept for the clinician who asked. All these run on the clinic's clock.
ANSWERED = timedelta(minutes=30)
# How long a new case is kept for the clinician who knows the patient, by tier; an emergency waits for nobody.
KNOWN: Mapping[int, timedelta] = {0: timedelta(0), 1: timedelta(minutes=30), 2: timedelta(hours=4)}


def known_grace(tier: int) -> timedelta:
    """Return how long a new case of this tier is kept for a clinician who knows the patient; none means not at all."""
    return KNOWN.get(tier, KNOWN[2])
