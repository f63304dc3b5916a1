"""Whether a time that nobody can have is one that is offered, taken or not: why somebody is refused."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from providers.domain import slots
from providers.models import PractitionerRole, Slot
from providers.queries import availability
from providers.queries.diaries import Asked, Diary, load

# So long hours that were read serve to say why a time is refused.
_LATELY = timedelta(seconds=2)


def was_offered(asked: Asked, *, start_at: datetime, now: datetime, practitioner: UUID | None = None) -> bool:
    """
    Tell whether the time is one that is offered, taken or not.

    Reads  seven queries at most; nothing when the same was asked within the last moments
    """
    if not availability.is_ahead(asked, start_at=start_at, now=now):
        return False
    key = (asked.service.pk, asked.service.updated_at, asked.state, asked.language, start_at, practitioner)

    def is_offered_by(some: Iterable[Diary]) -> bool:
        return any(one.terms.earliest(now) <= start_at and not one.reasons(asked, start_at) for one in some)

    if is_offered_by(_Memory.lately(key, now)):
        return True
    with _Memory.turn_of(key):
        if is_offered_by(_Memory.lately(key, now)):
            return True
        found = _in_hours(asked, start_at, now=now, practitioner=practitioner)
        _Memory.keep(key, found, now)
        return is_offered_by(found)


def _in_hours(asked: Asked, start_at: datetime, *, now: datetime, practitioner: UUID | None) -> list[Diary]:
    """Return the diaries of clinicians who would have a time were nothing taken: seven queries at most."""
    moment = availability.moment_of(start_at)
    only = [practitioner] if practitioner else _busy_around(asked, start_at, now=now)
    found = [replace(diary, taken=[]) for diary in load(asked, span=moment, now=now, only=only)]
    return [
        diary for diary in found if any(slots.offers(diary.calendar(moment), terms=diary.terms, span=moment, now=now))
    ]


class _Lately(NamedTuple):
    """Diaries of who had a time in their hours a moment ago, without what is taken in them."""

    read_at: datetime
    diaries: list[Diary]


class _Memory:
    """
    Hours that were read lately, by what was asked for.

    A crowd that wants times which one visit lies over asks the same sixty times within a second. What was read a moment
    ago serves to tell them that the time was just taken; it offers nothing, and that a time is not offered is never
    told from it. Replaced as a whole, so that no thread changes it under another. Who asks the same while somebody
    reads it waits for that.
    """

    remembered: dict[tuple[Any, ...], _Lately] = {}
    turns = [Lock() for _ in range(64)]

    @classmethod
    def turn_of(cls, key: tuple[Any, ...]) -> Lock:
        """Return the lock of whoever reads this; a few questions share one."""
        return cls.turns[hash(key) % len(cls.turns)]

    @classmethod
    def lately(cls, key: tuple[Any, ...], now: datetime) -> list[Diary]:
        """Return what was kept within the last moments."""
        found = cls.remembered.get(key)
        return found.diaries if found and abs(now - found.read_at) < _LATELY else []

    @classmethod
    def keep(cls, key: tuple[Any, ...], diaries: list[Diary], now: datetime) -> None:
        """Keep diaries for moments, and forget what is older."""
        fresh = {one: read for one, read in cls.remembered.items() if abs(now - read.read_at) < _LATELY}
        cls.remembered = {**fresh, key: _Lately(now, diaries)}


def _busy_around(asked: Asked, start_at: datetime, *, now: datetime) -> list[UUID]:
    """Return clinicians who have taken time about then: the ones because of whom a time may not be offered."""
    day = timedelta(days=1)
    near = Slot.objects.taken(now).filter(start_at__gte=start_at - day, start_at__lt=start_at + day)
    offering = PractitionerRole.objects.filter(service=asked.service, is_active=True).values("practitioner")
    rows = near.filter(practitioner__in=offering).order_by("practitioner_id").distinct("practitioner_id")
    return list(rows.values_list("practitioner_id", flat=True)[: availability.ENOUGH])
