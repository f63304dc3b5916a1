"""The derived table of free times: what it should hold, for whom it is not sure, and searching it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from providers.domain.codes import SlotStatus
from providers.domain.eligibility import Ask, Licence, birthday, of_service
from providers.domain.intervals import Interval, union
from providers.domain.open_times import BITS, MARGIN_DAYS, derive, first_instant
from providers.domain.open_times import OpenTime as Free
from providers.domain.slots import visits_per_day
from providers.domain.states import STATES
from providers.models import HealthcareService, OpenTime, OpenTimeChange, OpenTimeCover, Practitioner, Slot
from providers.models.open_time import OpenTimeRow
from providers.queries.diaries import Asked, Diaries, Diary, all_diaries, block_of, offering_of

# A clinician's rows stay good this long after they were derived; the horizon moves a day a day.
GOOD_FOR = timedelta(days=MARGIN_DAYS - 1)


class Found(NamedTuple):
    """One row of a search."""

    start_at: datetime
    practitioner: UUID
    end_at: datetime


class Fact(NamedTuple):
    """One open time of one clinician for a service, and whether they take new patients for it."""

    service: HealthcareService
    accepts_new_patients: bool
    time: Free


def expected(practitioner: Practitioner, *, span: Interval, now: datetime) -> list[OpenTimeRow]:
    """
    Return the rows that the table should hold of one clinician in a span, from hours and slots.

    Reads  six queries
    """
    return derived(practitioner, all_diaries(practitioner, span=span, now=now), span=span, now=now)


def derived(practitioner: Practitioner, diaries: Diaries, *, span: Interval, now: datetime) -> list[OpenTimeRow]:
    """Return the same from diaries that are loaded already, for a span that they cover."""
    return [
        OpenTimeRow(service.pk, *one, accepts)
        for service, accepts, one in facts(practitioner, diaries, span=span, now=now)
    ]


def touched(slots: Collection[Slot], diaries: Diaries) -> tuple[Interval, ...]:
    """
    Return when times start that may become free or cease to be so as one clinician's slots are taken or given back.

    These are the times whose blocks reach theirs, and all of a day that is, or was, as full as it may be.

    diaries  what is taken on the days of the slots, as it was or will be
    """
    if not diaries:
        return ()
    [_, diary], all_terms = diaries[0], [one.terms for _, one in diaries]
    longest = max(sum(one.buffers, one.duration) for one in all_terms)
    starts = {one.pk: one.start_at for one in (*diary.taken, *slots) if one.status != SlotStatus.BUSY_UNAVAILABLE}
    visits = visits_per_day(starts.values(), diary.zone)
    fewest = min(one.max_visits_per_day for one in all_terms)
    days = {one.start_at.astimezone(diary.zone).date() for one in slots}

    near = [Interval(block.start - longest, block.end + longest) for block in map(block_of, slots)]
    full = [_day(diary.zone, day) for day in days if visits[day] >= fewest]
    return union([*near, *full])


def facts(practitioner: Practitioner, diaries: Diaries, *, span: Interval, now: datetime) -> Iterator[Fact]:
    """Yield the same as plain values, for whoever makes millions of them."""
    if not practitioner.is_active:
        return
    for service, diary in diaries:
        licences, accepts = _fitting(service, diary), diary.clinician.accepts_new_patients
        for one in derive(diary.calendar(span), terms=diary.terms, licences=licences, span=span, now=now):
            yield Fact(service, accepts, one)


def covered(practitioner: Practitioner, *, now: datetime) -> Interval:
    """Return the span that the table should hold of one clinician: their longest horizon and a margin; one query."""
    roles = practitioner.roles.filter(is_active=True).select_related("service")
    horizons = [role.service.horizon_days if role.horizon_days is None else role.horizon_days for role in roles]
    return Interval(now, now + timedelta(days=max(horizons, default=0) + MARGIN_DAYS))


def doubtful(now: datetime) -> list[UUID]:
    """
    Return the clinicians whose rows may be wrong at `now`; they are searched from hours and slots instead.

    Reads  one query: changes not yet worked in, holds that have expired and still stand, rows that have run out
    """
    return list(OpenTimeChange.objects.at(now).order_by().values_list("practitioner", flat=True).distinct())


def to_refresh(now: datetime, *, limit: int = 500) -> list[UUID]:
    """Return the clinicians whose rows should be worked out anew: changed ones first, then the oldest; two queries."""
    changed = OpenTimeChange.objects.happened().order_by("practitioner").distinct("practitioner")
    found = list(changed.values_list("practitioner", flat=True)[:limit])
    old = OpenTimeCover.objects.filter(good_until__lt=now + GOOD_FOR - timedelta(days=1)).order_by("good_until", "pk")
    more = list(old.values_list("practitioner", flat=True)[: limit - len(found)])
    return list(dict.fromkeys([*found, *more]))


def rows(
    asked: Asked, *, span: Interval, now: datetime, practitioner: UUID | None = None, doubted: Iterable[UUID] = ()
) -> QuerySet[OpenTime]:
    """Return the rows that `asked` may have at `now`, in order of time and then of clinician; not yet read."""
    if not may_ask(asked, now):
        return OpenTime.objects.none()
    span = Interval(max(span.start, earliest(asked, span)), min(span.end, latest(asked, span)))
    found = OpenTime.objects.filter(
        Q(accepts_new_patients=True) | Q(practitioner__in=asked.known_to),
        service=asked.service,
        start_at__gte=span.start,
        start_at__lt=span.end,
        opens_at__lte=now,
        closes_at__gte=now,
    )
    found = found.alias(licensed=F("states").bitand(BITS[asked.state])).exclude(licensed=0)
    if practitioner is not None:
        found = found.filter(practitioner=practitioner)
    if doubts := list(doubted):
        found = found.exclude(practitioner__in=doubts)
    if asked.language:
        found = found.filter(practitioner__languages__contains=[asked.language])
    return found.order_by("start_at", "practitioner_id")


def drift(practitioner: Practitioner, *, now: datetime) -> int:
    """Return how many rows of one clinician differ from what they should be; 0 unless a trigger was missed."""
    span = covered(practitioner, now=now)
    wanted = set(expected(practitioner, span=span, now=now))
    return len(wanted ^ OpenTime.objects.of(practitioner.pk, span=span))


def _day(zone: ZoneInfo, day: date) -> Interval:
    return Interval(first_instant(zone, day), first_instant(zone, day + timedelta(days=1)))


def _fitting(service: HealthcareService, diary: Diary) -> list[Licence]:
    """Return the licences of a clinician that may give the service."""
    offering = offering_of(service)
    return [licence for licence in diary.clinician.licences if offering.takes(licence)]


def may_ask(asked: Asked, at: datetime) -> bool:
    """Tell whether the service itself, apart from the patient's age, has nothing against what is asked."""
    return asked.state in BITS and not any(of_service(offering_of(asked.service), Ask(asked.state, at)))


def earliest(asked: Asked, span: Interval) -> datetime:
    """Return when the patient is old enough for the service, or the start of the span when they are all along."""
    if asked.born is None:
        return span.start
    day = birthday(asked.born, asked.service.minimum_age_years)
    if day < span.start.date() - timedelta(days=2):
        return span.start
    return first_instant(ZoneInfo(STATES[asked.state].zone), day)


def latest(asked: Asked, span: Interval) -> datetime:
    """Return when the patient is too old for the service, or the end of the span when they are not in it."""
    if asked.born is None or asked.service.maximum_age_years is None:
        return span.end
    day = birthday(asked.born, asked.service.maximum_age_years + 1)
    if day > span.end.date() + timedelta(days=2):
        return span.end
    return first_instant(ZoneInfo(STATES[asked.state].zone), day)
