"""When a booked visit may still be moved or cancelled, and how to say so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.core.errors import Conflict
from consultations.domain.codes import CommunicationKind
from consultations.domain.timing import AHEAD, USUAL, Timing

CHECK_IN_AHEAD = timedelta(minutes=30)


class TooLateToChange(Conflict):
    """Call the clinic; an administrator may still change the visit and gives a reason."""

    code = "too-late-to-change"
    title = "It is too late to change this visit"


class MovedTooOften(Conflict):
    """Cancel and book again, or call the clinic."""

    code = "moved-too-often"
    title = "This visit cannot be moved again"


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """What a service line allows. `notice` counts back from the start of the visit."""

    notice: timedelta
    max_reschedules: int

    def closes_at(self, start_at: datetime) -> datetime:
        """Return the last instant at which the visit may be changed."""
        return start_at - self.notice

    def allows_change(self, start_at: datetime, *, now: datetime) -> bool:
        """Tell whether there is still enough notice."""
        return now <= self.closes_at(start_at)

    def allows_move(self, reschedules: int) -> bool:
        """Tell whether the visit may be moved once more."""
        return reschedules < self.max_reschedules

    @property
    def words(self) -> str:
        """Return the policy as a patient reads it."""
        moves = {0: "It cannot be moved", 1: "It can be moved once"}
        often = moves.get(self.max_reschedules, f"It can be moved up to {self.max_reschedules} times")
        return f"You can change or cancel a visit until {in_words(self.notice)} before it starts. {often}."


def require_cancellable(policy: ChangePolicy, *, start_at: datetime, now: datetime) -> None:
    """
    Refuse a change that comes too late.

    Raises  TooLateToChange
    """
    if now >= start_at:
        raise TooLateToChange("This visit has already started.")
    if not policy.allows_change(start_at, now=now):
        raise TooLateToChange(f"A visit can be changed until {in_words(policy.notice)} before it starts.")


def require_movable(policy: ChangePolicy, *, start_at: datetime, reschedules: int, now: datetime) -> None:
    """
    Refuse a move that comes too late or once too often.

    Raises  TooLateToChange, MovedTooOften
    """
    require_cancellable(policy, start_at=start_at, now=now)
    if not policy.allows_move(reschedules):
        raise MovedTooOften("This visit has been moved as often as it can be. You can still cancel it.")


def reminders(
    start_at: datetime, *, now: datetime, timing: Timing = USUAL
) -> list[tuple[CommunicationKind, int, datetime]]:
    """
    Return the reminders of a visit that can still be on time, the earliest first.

    timing   how long ahead each kind goes
    Returns  (kind, number of it, due instant)
    """
    planned = [(kind, number, start_at - ahead) for kind in AHEAD for number, ahead in enumerate(timing.get(kind, ()))]
    return sorted((one for one in planned if one[2] > now), key=lambda one: one[2])


def in_words(length: timedelta) -> str:
    """Return a length of time as a person says it, in whole days, hours or minutes."""
    minutes = round(length.total_seconds() / 60)
    if minutes and minutes % 1440 == 0:
        return _count(minutes // 1440, "day")
    if minutes and minutes % 60 == 0:
        return _count(minutes // 60, "hour")
    return _count(minutes, "minute")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
