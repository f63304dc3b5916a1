"""The words of a message with placeholders, and putting values into them. Nothing in them is ever run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from consultations.domain.codes import CommunicationKind

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FILLED = re.compile(r"(,? ?)\{([a-z_]+)\}")

# All that a message may be made of: who reads, when, where to click, and what everybody may know of the clinic.
ALWAYS = ("name", "link", "answer_link", "clinic", "phone")
OF_A_TIME = ("weekday", "day", "date", "short_date", "time", "place", "clinician")
MEANINGS: Mapping[str, str] = {
    "name": "first name of the reader",
    "link": "page behind the sign-in",
    "answer_link": "page of this message, opens without signing in",
    "clinic": "name of the clinic",
    "phone": "phone of the clinic",
    "weekday": "day of the week",
    "day": "day without the year",
    "date": "whole date",
    "short_date": "short date",
    "time": "time of day with the zone",
    "place": "city of the reader's zone",
    "clinician": "name of the clinician",
    "minutes": "minutes of delay",
    "until": "time until which something is held",
}
_TIMED = frozenset(
    {
        CommunicationKind.BOOKING_CONFIRMED,
        CommunicationKind.BOOKING_MOVED,
        CommunicationKind.BOOKING_CANCELLED,
        CommunicationKind.VISIT_TO_MOVE,
        CommunicationKind.VISIT_IN_A_DAY,
        CommunicationKind.VISIT_IN_AN_HOUR,
        CommunicationKind.VISIT_MISSED,
        CommunicationKind.CLINICIAN_RUNNING_LATE,
        CommunicationKind.WAITLIST_OFFER,
    }
)
# What a message is of no use without, if its shipped words have it.
_NEEDED = ("link", "answer_link", "time", "until", "minutes")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words with `{placeholders}`; a text message has no subject."""

    subject: str
    body: str


def allowed(kind: CommunicationKind | str) -> tuple[str, ...]:
    """Return the placeholders that a kind of message knows, in the order in which they are offered."""
    of_time = OF_A_TIME if kind in _TIMED else ()
    late = ("minutes",) if kind == CommunicationKind.CLINICIAN_RUNNING_LATE else ()
    held = ("until",) if kind == CommunicationKind.WAITLIST_OFFER else ()
    return (*ALWAYS, *of_time, *late, *held)


def used(text: str) -> set[str]:
    """Return what stands between single braces."""
    return set(PLACEHOLDER.findall(text))


def needed(shipped: Phrase) -> tuple[str, ...]:
    """Return the placeholders that other words for the same message must have too."""
    present = used(shipped.subject) | used(shipped.body)
    return tuple(name for name in _NEEDED if name in present)


def fill(text: str, values: Mapping[str, str]) -> str:
    """
    Return the text with values for its placeholders.

    An empty value takes the comma or space before it away: "Hello {name}," becomes "Hello,". Values are put in once
    and never looked at again, so that a name in braces stays a name.
    """
    said = []
    for literal, before, name in _parts(text):
        said.append(literal)
        if value := " ".join(values.get(name, "").split()):
            said += (before, value)
    return "".join(said)


@lru_cache(maxsize=1024)
def _parts(text: str) -> tuple[tuple[str, str, str], ...]:
    """Return a text as (what stands there, the comma or space before a placeholder, its name), in order."""
    pieces = [*_FILLED.split(text), "", ""]
    return tuple(zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True))
