"""The plan of a message that is sent before or after something: what it may be, and how to say it."""

from collections.abc import Iterator, Sequence

from config.core.errors import FieldError
from consultations.domain.codes import CommunicationKind, CountedFrom
from consultations.domain.timing import AHEAD, USUAL

# Minutes, and messages of one kind.
SHORTEST, LONGEST, MOST = 5, 30 * 24 * 60, 5
OUT_OF_RANGE = "Choose a time from 5 minutes to 30 days."


def counted_from(kind: str) -> CountedFrom:
    """Return from what the times of a kind of message count."""
    if kind in AHEAD:
        return CountedFrom.BEFORE_VISIT
    is_nudge = kind == CommunicationKind.INTAKE_UNFINISHED
    return CountedFrom.AFTER_BEGINNING if is_nudge else CountedFrom.AFTER_MISSED


def usual(kind: str) -> list[int]:
    """Return after how many minutes a kind of message is sent where a service line says nothing, the fewest first."""
    return sorted(round(one.total_seconds() / 60) for one in USUAL[CommunicationKind(kind)])


def faults(minutes: Sequence[int]) -> Iterator[FieldError]:
    """Yield what is wrong with a plan, by field: `minutes` as a whole, `minutes[0]` the first of them."""
    if len(minutes) > MOST:
        yield FieldError("minutes", "too-many", f"At most {MOST} messages of one kind are sent.")
        return
    for place, one in enumerate(minutes):
        if not SHORTEST <= one <= LONGEST:
            yield FieldError(f"minutes[{place}]", "out-of-range", OUT_OF_RANGE)
        elif one in minutes[:place]:
            yield FieldError(f"minutes[{place}]", "twice", "This time is there already.")


def in_words(kind: str, minutes: Sequence[int]) -> str:
    """Return a plan as administrators say it, in English: "1 hour and 1 day before the visit", "never"."""
    if not minutes:
        return "never"
    *others, last = [length_in_words(one) for one in sorted(minutes)]
    return f"{', '.join(others)}{' and ' if others else ''}{last} {counted_from(kind).label}"


def length_in_words(minutes: int) -> str:
    """Return a length of time in days, hours and minutes, without those that are none, in English."""
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = {"day": days, "hour": hours, "minute": rest}
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in parts.items() if count)
