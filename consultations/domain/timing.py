"""When the messages of the line are sent unless a service line says otherwise."""

from collections.abc import Mapping
from datetime import timedelta

from consultations.domain.codes import CommunicationKind

Timing = Mapping[CommunicationKind, tuple[timedelta, ...]]

# Before the start of a visit.
AHEAD = (CommunicationKind.VISIT_IN_A_DAY, CommunicationKind.VISIT_IN_AN_HOUR)
USUAL: Timing = {
    CommunicationKind.VISIT_IN_A_DAY: (timedelta(hours=24),),
    CommunicationKind.VISIT_IN_AN_HOUR: (timedelta(hours=1),),
    # After the questions were begun and left; then nothing more: a third reminder is the last.
    CommunicationKind.INTAKE_UNFINISHED: (timedelta(days=1), timedelta(days=3), timedelta(days=7)),
    # After a visit that the patient missed.
    CommunicationKind.NO_SHOW_FOLLOW_UP: (timedelta(days=2),),
}


def occurrence(stem: str, number: int) -> str:
    """Return the name that tells messages of one kind about one row apart; the first is called by the stem alone."""
    return stem if number == 0 else f"{stem}.{number}"
