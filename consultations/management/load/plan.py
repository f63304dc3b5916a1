"""Who works when, and which times are booked: the same for the same seed, size and day. Touches no database."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import NamedTuple
from zoneinfo import ZoneInfo

from providers.domain import windows
from providers.domain.states import CODES

STEP_SECONDS = 30 * 60
# Monday to Friday, wall clock of the clinician; minutes after midnight.
HOURS = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
SATURDAY = ((9 * 60, 13 * 60),)
# Up to how many days ahead so much of the time is booked: today nearly all of it, two months ahead little.
BOOKED = ((0, 0.97), (3, 0.92), (7, 0.80), (14, 0.60), (30, 0.35), (60, 0.15))
BOOKED_BEFORE = 0.85
# What the shares above come to for one clinician; fewer bookings are spread over the same days.
_AHEAD = 330
_ZONES = (
    ("America/New_York", 46), ("America/Chicago", 28), ("America/Los_Angeles", 15), ("America/Denver", 6),
    ("America/Phoenix", 3), ("America/Anchorage", 1), ("Pacific/Honolulu", 1),
)  # fmt: skip


class Line(NamedTuple):
    """A service line: minutes of a visit and of the buffer after it; `share` of the clinicians who offer it."""

    slug: str
    name: str
    minutes: int
    buffer_after: int
    share: float


LINES = (
    Line("load-stress", "Stress (load)", 30, 0, 0.55),
    Line("load-sleep", "Sleep (load)", 25, 5, 0.30),
    Line("load-pain", "Pain (load)", 50, 10, 0.20),
    Line("load-skin", "Skin (load)", 20, 10, 0.10),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made; `day` is the calendar day (UTC) around which the visits lie."""

    practitioners: int
    bookings: int
    seed: int
    day: date

    @property
    def now(self) -> datetime:
        """Return the instant that parts past visits from those to come."""
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def quota(self, number: int) -> int:
        """Return how many bookings one clinician has."""
        each, left = divmod(self.bookings, self.practitioners)
        return each + (number < left)


@dataclass(frozen=True, slots=True)
class Clinician:
    """One clinician: positions in LINES, licence states, languages, and whether Saturday mornings are worked."""

    number: int
    zone: ZoneInfo
    lines: Sequence[int]
    states: Sequence[str]
    languages: Sequence[str]
    works_saturday: bool

    def hours(self, weekday: int) -> Sequence[tuple[int, int]]:
        """Return the windows of an ISO weekday, in minutes after midnight."""
        if weekday <= 5:
            return HOURS
        return SATURDAY if weekday == 6 and self.works_saturday else ()


def chance(size: Size, *words: object) -> random.Random:
    """Return the dice of one thing; what it shows depends on nothing else."""
    return random.Random(f"{size.seed} {' '.join(map(str, words))}")  # noqa: S311  a load, not a secret


def clinician(size: Size, number: int) -> Clinician:
    """Return one clinician; most have few licences and one in eight ten or more, one in five speaks Spanish."""
    dice = chance(size, "clinician", number)
    lines = [position for position, line in enumerate(LINES) if dice.random() < line.share][:2] or [0]
    licences = dice.randint(10, 50) if dice.random() < 0.12 else dice.choice((1, 1, 1, 2, 2, 3, 4, 6))
    return Clinician(
        number=number,
        zone=ZoneInfo(dice.choices([name for name, _ in _ZONES], [weight for _, weight in _ZONES])[0]),
        lines=lines,
        states=sorted(dice.sample(CODES, licences)),
        languages=["en", "es"] if dice.random() < 0.2 else ["en"],
        works_saturday=dice.random() < 0.2,
    )


class Booking(NamedTuple):
    """One visit: seconds since 1970 UTC, and the position of its line in LINES."""

    start: int
    line: int


def bookings(size: Size, one: Clinician) -> Iterator[Booking]:
    """Yield the visits of a clinician, none overlapping another: the coming days first, then back as far as needed."""
    quota, dice = size.quota(one.number), chance(size, "bookings", one.number)
    density = min(1.0, quota / _AHEAD)
    made = 0
    for offset, share in _days(density):
        for booking in _of_day(one, size.day + timedelta(days=offset), share, dice):
            if made == quota:
                return
            made += 1
            yield booking


def _days(density: float) -> Iterator[tuple[int, float]]:
    first = 0
    for last, share in BOOKED:
        yield from ((offset, share * density) for offset in range(first, last + 1))
        first = last + 1
    yield from ((-offset, BOOKED_BEFORE) for offset in count(1))


def _of_day(one: Clinician, day: date, share: float, dice: random.Random) -> Iterator[Booking]:
    for first, last in one.hours(day.isoweekday()):
        for opens, closes in _instants(one.zone, day, first, last):
            start = opens
            while start < closes:
                line = dice.choice(one.lines) if len(one.lines) > 1 else one.lines[0]
                if dice.random() < share and start + LINES[line].minutes * 60 <= closes:
                    yield Booking(start, line)
                    start += (LINES[line].minutes + LINES[line].buffer_after) * 60
                else:
                    start += STEP_SECONDS


@lru_cache(maxsize=65_536)
def _instants(zone: ZoneInfo, day: date, first: int, last: int) -> tuple[tuple[int, int], ...]:
    pieces = windows.expand(zone=zone, day=day, start_minute=first, end_minute=last)
    return tuple((int(one.start.timestamp()), int(one.end.timestamp())) for one in pieces)
