"""Which times are free: searched, explained, and offered again when one was taken."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from providers.domain import timing
from providers.domain.eligibility import Reason
from providers.domain.intervals import Interval
from providers.models import HealthcareService, Practitioner, PractitionerRole
from providers.queries.diaries import Asked, Diary, block_of, diaries, load

MAX_LIMIT = 100
# Most searches are answered by the first days; later chunks are computed only if the earlier ones were not enough.
_CHUNKS = (1, 3, 7, 14)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class Offer(NamedTuple):
    """One bookable time; instants in UTC, `time_zone` is the clinician's, `name` as patients read it."""

    practitioner: UUID
    start_at: datetime
    end_at: datetime
    time_zone: str
    name: str


class Cursor(NamedTuple):
    """Where the next page starts: after this time of this clinician."""

    start_at: datetime
    practitioner: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Offers in order of time, then of clinician; `next` is None on the last page."""

    results: list[Offer]
    next: Cursor | None


def search(  # noqa: PLR0913  one page of one search is seven words long
    asked: Asked,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    practitioner: UUID | None = None,
    limit: int = 20,
    after: Cursor | None = None,
) -> Page:
    """
    Return the first `limit` times that may be booked at `now`, by time and then by clinician.

    start, end  aware instants between which visits start, end exclusive
    limit       1 to 100
    after       the `next` of the page before
    Reads       five queries for any number of clinicians
    """
    limit = min(limit, MAX_LIMIT)
    span = _ahead(asked.service, start=max(start, after.start_at) if after else start, end=end, now=now)
    if span.start >= span.end:
        return Page([], None)
    only = None if practitioner is None else [practitioner]
    found = _merged(load(asked, span=span, now=now, only=only), asked, span=span, now=now)
    fresh = (offer for offer in found if after is None or (offer.start_at, offer.practitioner) > after)
    results = [offer for offer, _ in zip(fresh, range(limit + 1), strict=False)]
    page = results[:limit]
    more = len(results) > len(page)
    return Page(page, Cursor(page[-1].start_at, page[-1].practitioner) if more else None)


def free_at(
    asked: Asked,
    *,
    start_at: datetime,
    now: datetime,
    practitioner: UUID | None = None,
    skip: Collection[UUID] = (),
) -> list[Diary]:
    """
    Return the diaries of the clinicians who have exactly this time free at `now`; [] when nobody has.

    skip   slots that do not count as taken
    Reads  five queries; this answers for `search` and for holding alike
    """
    moment = _moment(start_at)
    if not moment.overlaps(_ahead(asked.service, start=start_at, end=moment.end, now=now)):
        return []
    week = Interval(start_at - timedelta(days=7), start_at + timedelta(days=7))
    only = None if practitioner is None else [practitioner]
    found = load(asked, span=week, now=now, only=only, skip=skip)
    return [diary for diary in found if any(diary.offers(asked, span=moment, now=now))]


def would_be_offered(asked: Asked, *, start_at: datetime, now: datetime, practitioner: UUID | None = None) -> bool:
    """Tell whether the time would be free at `now` if nobody had taken any; five queries."""
    moment = _moment(start_at)
    if not moment.overlaps(_ahead(asked.service, start=start_at, end=moment.end, now=now)):
        return False
    only = None if practitioner is None else [practitioner]
    found = (replace(diary, taken=[]) for diary in load(asked, span=moment, now=now, only=only))
    return any(any(diary.offers(asked, span=moment, now=now)) for diary in found)


def nearest(
    asked: Asked, *, start_at: datetime, now: datetime, practitioner: UUID | None = None, limit: int = 3
) -> list[Offer]:
    """Return the free times closest to one that is not, in order of time: a day before to two weeks after."""
    span = _ahead(asked.service, start=start_at - timedelta(days=1), end=start_at + timedelta(days=14), now=now)
    if span.start >= span.end:
        return []
    only = None if practitioner is None else [practitioner]
    times: dict[datetime, Offer] = {}
    for offer in _merged(load(asked, span=span, now=now, only=only), asked, span=span, now=now):
        times.setdefault(offer.start_at, offer)
        if sum(at > start_at for at in times) >= limit:
            break
    closest = sorted(times.values(), key=lambda offer: (abs(offer.start_at - start_at), offer.start_at))
    return sorted(closest[:limit], key=lambda offer: offer.start_at)


def explain(asked: Asked, *, practitioner: Practitioner, start_at: datetime, now: datetime) -> list[Reason]:
    """
    Return every reason why this clinician's time is not offered to this patient; [] exactly when it is.

    start_at  aware instant at which the visit would start
    Reads     five queries
    """
    role = PractitionerRole.objects.filter(practitioner=practitioner, service=asked.service).first()
    span = _moment(start_at)
    [diary] = diaries([(practitioner, role)], asked=asked, span=span, now=now)
    taken: defaultdict[str, list[Interval]] = defaultdict(list)
    for slot in diary.taken:
        taken[slot.status].append(block_of(slot))
    calendar = diary.calendar(span)
    of_time = timing.reasons(calendar, terms=diary.terms, start=start_at, now=now, taken=taken)
    return [*diary.reasons(asked, start_at), *of_time]


def _moment(start_at: datetime) -> Interval:
    return Interval(start_at, min(start_at, _LAST) + timedelta(microseconds=1))


def _ahead(service: HealthcareService, *, start: datetime, end: datetime, now: datetime) -> Interval:
    """Return the span without what no override could make bookable; overrides reach a year at most."""
    furthest = now + timedelta(days=max(service.horizon_days, 366) + 2)
    return Interval(max(start, now), min(end, furthest))


def _merged(found: list[Diary], asked: Asked, *, span: Interval, now: datetime) -> Iterator[Offer]:
    rows = (_offers(diary, asked, span=span, now=now) for diary in found)
    return heapq.merge(*rows, key=lambda offer: (offer.start_at, offer.practitioner))


def _offers(diary: Diary, asked: Asked, *, span: Interval, now: datetime) -> Iterator[Offer]:
    pk, zone, name = diary.practitioner.pk, str(diary.practitioner.time_zone), diary.practitioner.display_name
    for chunk in _chunks(Interval(span.start, min(span.end, diary.terms.until(now, diary.zone)))):
        for visit in diary.offers(asked, span=chunk, now=now):
            yield Offer(pk, visit.start, visit.end, zone, name)


def _chunks(span: Interval) -> Iterator[Interval]:
    start, number = span.start, 0
    while start < span.end:
        end = min(span.end, start + timedelta(days=_CHUNKS[min(number, len(_CHUNKS) - 1)]))
        yield Interval(start, end)
        start, number = end, number + 1
