"""When a booked visit may still be moved or cancelled, and how to say so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, gettext_lazy, ngettext

from config.core.errors import Conflict
from consultations.domain.codes import CommunicationKind
from consultations.domain.timing import AHEAD, USUAL, Timing

CHECK_IN_AHEAD = timedelta(minutes=30)


class TooLateToChange(Conflict):
    """Call the clinic; an administrator may still change the visit and gives a reason."""

    code = "too-late-to-change"
    title = gettext_lazy("It is too late to change this visit")


class MovedTooOften(Conflict):
    """Cancel and book again, or call the clinic."""

    code = "moved-too-often"
    title = gettext_lazy("This visit cannot be moved again")


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
        if self.max_reschedules == 0:
            often = gettext("It cannot be moved.")
        elif self.max_reschedules == 1:
            often = gettext("It can be moved once.")
        else:
            often = gettext("It can be moved up to %(count)s times.") % {"count": self.max_reschedules}
        until = gettext("You can change or cancel a visit until %(length)s before it starts.")
        return f"{until % {'length': in_words(self.notice)}} {often}"


def require_cancellable(policy: ChangePolicy, *, start_at: datetime, now: datetime) -> None:
    """
    Refuse a change that comes too late.

    Raises  TooLateToChange
    """
    if now >= start_at:
        raise TooLateToChange(gettext("This visit has already started."))
    if not policy.allows_change(start_at, now=now):
        until = gettext("A visit can be changed until %(length)s before it starts.")
        raise TooLateToChange(until % {"length": in_words(policy.notice)})


def require_movable(policy: ChangePolicy, *, start_at: datetime, reschedules: int, now: datetime) -> None:
    """
    Refuse a move that comes too late or once too often.

    Raises  TooLateToChange, MovedTooOften
    """
    require_cancellable(policy, start_at=start_at, now=now)
    if not policy.allows_move(reschedules):
        raise MovedTooOften(gettext("This visit has been moved as often as it can be. You can still cancel it."))


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
        return _days(minutes // 1440)
    if minutes and minutes % 60 == 0:
        return _hours(minutes // 60)
    return _minutes(minutes)


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}


def _minutes(count: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
