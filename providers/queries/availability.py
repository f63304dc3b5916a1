"""Which times are free: searched, explained, and offered again when one was taken."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, When

from providers.domain import timing
from providers.domain.eligibility import Reason
from providers.domain.intervals import Interval
from providers.domain.open_times import first_instant
from providers.models import HealthcareService, Practitioner, PractitionerRole, Slot
from providers.queries import directory, open_time_walk, open_times
from providers.queries.diaries import Asked, Diary, block_of, diaries, load
from providers.queries.open_time_walk import COUNTED, Standing
from providers.queries.open_times import Found

MAX_LIMIT = 100
# So many clinicians who are free at one time are enough to choose the least loaded from.
ENOUGH = 64
# Most searches are answered by the first days; later chunks are computed only if the earlier ones were not enough.
_CHUNKS = (1, 3, 7, 14)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class Cursor(NamedTuple):
    """Where the next page starts: after this time of this clinician."""

    start_at: datetime
    practitioner: UUID


class Offer(NamedTuple):
    """One bookable time; instants in UTC, `time_zone` is the clinician's, `name` as patients read it."""

    practitioner: UUID
    start_at: datetime
    end_at: datetime
    time_zone: str
    name: str


class Start(NamedTuple):
    """
    One time at which somebody is free, whoever: instants in UTC.

    people        how many clinicians are free then, counted as far as COUNTED: so many or more
    practitioner  one of them: who knows the patient, if one does, else the only one; None when it does not matter who
    name          of that one, as patients read it; "" without one
    """

    start_at: datetime
    people: int
    practitioner: UUID | None = None
    name: str = ""
    is_known: bool = False


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
    Reads       one query for any number of clinicians, one more for names not known yet; six more when some of them
                have just changed
    """
    limit = min(limit, MAX_LIMIT)
    span = _ahead(asked.service, start=max(start, after.start_at) if after else start, end=end, now=now)
    if span.start >= span.end:
        return Page([], None)
    found = _found(asked, span=span, now=now, practitioner=practitioner, limit=limit + 1, after=after)
    more = len(found) > limit
    page = found[:limit]
    return Page(page, Cursor(page[-1].start_at, page[-1].practitioner) if more else None)


def starts(
    asked: Asked, *, start: datetime, end: datetime, now: datetime, limit: int = 20, after: datetime | None = None
) -> tuple[list[Start], datetime | None]:
    """
    Return the first `limit` times at which anybody may be booked at `now`, each once, and where the next page starts.

    start, end  aware instants between which visits start, end exclusive
    after       what the page before returned; None for the first page
    Reads       one query for any number of clinicians, one more for names not known yet; seven more when some of them
                have just changed
    """
    limit = min(limit, MAX_LIMIT)
    first = start if after is None else max(start, after + timedelta(microseconds=1))
    span = _ahead(asked.service, start=first, end=end, now=now)
    if span.start >= span.end:
        return [], None
    free: defaultdict[datetime, set[UUID]] = defaultdict(set)
    walked = open_time_walk.starts(asked, span=span, now=now, limit=limit + 1)
    for one in walked.found:
        free[one.start_at].add(one.practitioner)
    for one in _computed(asked, list(walked.doubted), span=span, now=now):
        if one.start_at not in free and sum(at <= one.start_at for at in free) > limit:
            break
        free[one.start_at].add(one.practitioner)
    found = [_start(at, free[at], asked.known_to) for at in sorted(free)[:limit]]
    named = {one.practitioner for one in found if one.practitioner is not None}
    cards = directory.cards(named, edition=walked.edition) if named else {}
    page = [one._replace(name=cards[one.practitioner].name) if one.practitioner else one for one in found]
    return page, page[-1].start_at if len(free) > limit else None


def days(
    asked: Asked, *, start: datetime, end: datetime, zone: ZoneInfo, now: datetime, practitioner: UUID | None = None
) -> set[date]:
    """
    Return the calendar days of `zone` on which a visit may start that can be booked at `now`.

    start, end  aware instants between which visits start, end exclusive
    Reads       one query for any number of clinicians; six more when some of them have just changed
    """
    span = _ahead(asked.service, start=start, end=end, now=now)
    spans = list(_local_days(span, zone))
    if not spans:
        return set()
    walked = open_time_walk.days(asked, spans=spans, now=now, practitioner=practitioner)
    found = {one.start_at.astimezone(zone).date() for one in walked.found}
    slow = _computed(asked, _within(walked.doubted, practitioner), span=span, now=now)
    return found | {one.start_at.astimezone(zone).date() for one in slow}


def first_of_each(
    asked: Asked, *, practitioners: Collection[UUID], start: datetime, end: datetime, now: datetime
) -> list[Offer]:
    """
    Return the next time of each of these clinicians that may be booked at `now`, by time; none of who has none.

    start, end  aware instants between which visits start, end exclusive
    Reads       one query for any number of clinicians, one more for names not known yet; six more when some of them
                have just changed
    """
    span = _ahead(asked.service, start=start, end=end, now=now)
    if span.start >= span.end or not practitioners:
        return []
    walked = open_time_walk.firsts(asked, practitioners=practitioners, span=span, now=now)
    found = walked.found
    doubted = walked.doubted.intersection(practitioners)
    for diary in load(asked, span=span, now=now, only=doubted) if doubted else ():
        found += islice(_times(diary, asked, span=span, now=now), 1)
    return _named(sorted(found), edition=walked.edition)


def free_at(
    asked: Asked,
    *,
    start_at: datetime,
    now: datetime,
    practitioner: UUID | None = None,
    among: Collection[UUID] | None = None,
    skip: Collection[UUID] = (),
) -> list[Diary]:
    """
    Return the diaries of clinicians who have exactly this time free at `now`; [] when nobody has.

    practitioner  only this one; without it those who know the patient, then others, up to a number that is enough
                  to choose from
    among  only these, as `standing` named them
    skip   slots that do not count as taken
    Reads  hours and slots themselves, in a fixed number of queries: this decides, the table of open times suggests
    """
    moment = moment_of(start_at)
    if not is_ahead(asked, start_at=start_at, now=now):
        return []
    if practitioner is not None:
        among = [practitioner]
    elif among is None:
        among = _candidates(asked, moment, now=now, skip=skip)
    week = Interval(start_at - timedelta(days=7), start_at + timedelta(days=7))
    found = load(asked, span=week, now=now, only=among, skip=skip)
    return [diary for diary in found if any(diary.offers(asked, span=moment, now=now))]


def standing(
    asked: Asked, *, start_at: datetime, now: datetime, by: UUID, reference: UUID, practitioner: UUID | None = None
) -> Standing:
    """
    Return who may have a time free: nobody else has it, whatever hours and slots say; and whether it is taken.

    by, reference  whose holds for what do not count as taken
    practitioner   only this clinician
    Reads          one statement
    """
    if not is_ahead(asked, start_at=start_at, now=now):
        return Standing([], [], is_taken=False)
    return open_time_walk.standing(
        asked, moment=moment_of(start_at), now=now, by=by, reference=reference, limit=ENOUGH, practitioner=practitioner
    )


def is_ahead(asked: Asked, *, start_at: datetime, now: datetime) -> bool:
    """Tell whether a visit could start then as far as the clock goes: not over, and within what any horizon reaches."""
    moment = moment_of(start_at)
    return moment.overlaps(_ahead(asked.service, start=start_at, end=moment.end, now=now))


def nearest(
    asked: Asked,
    *,
    start_at: datetime,
    now: datetime,
    practitioner: UUID | None = None,
    without: UUID | None = None,
    limit: int = 3,
) -> list[Offer]:
    """
    Return the free times closest to one that is not, in order of time: a day before to two weeks after.

    practitioner  only this clinician
    without       anybody but this clinician
    Reads         one query, one more for names not known yet; up to twelve more when some have just changed
    """
    before = _ahead(asked.service, start=start_at - timedelta(days=1), end=start_at, now=now)
    after = _ahead(asked.service, start=start_at, end=start_at + timedelta(days=14), now=now)
    walked = open_time_walk.around(
        asked, before=before, after=after, now=now, limit=limit, practitioner=practitioner, without=without
    )
    found: dict[datetime, Found] = {}
    for one in walked.found:
        found.setdefault(one.start_at, one)
    doubted = [one for one in _within(walked.doubted, practitioner) if one != without]
    for span, is_last in ((before, True), (after, False)):
        slow = _computed(asked, doubted if span.start < span.end else [], span=span, now=now)
        for one in _first_times(slow, limit, is_last=is_last):
            found.setdefault(one.start_at, one)
    closest = sorted(found.values(), key=lambda one: (abs(one.start_at - start_at), one.start_at))
    return _named(sorted(closest[:limit]), edition=walked.edition)


def explain(asked: Asked, *, practitioner: Practitioner, start_at: datetime, now: datetime) -> list[Reason]:
    """
    Return every reason why this clinician's time is not offered to this patient; [] exactly when it is.

    start_at  aware instant at which the visit would start
    Reads     six queries
    """
    role = PractitionerRole.objects.filter(practitioner=practitioner, service=asked.service).first()
    span = moment_of(start_at)
    [diary] = diaries([(practitioner, role)], asked=asked, span=span, now=now)
    taken: defaultdict[str, list[Interval]] = defaultdict(list)
    for slot in diary.taken:
        taken[slot.status].append(block_of(slot))
    calendar = diary.calendar(span)
    of_time = timing.reasons(calendar, terms=diary.terms, start=start_at, now=now, taken=taken)
    return [*diary.reasons(asked, start_at), *of_time]


def moment_of(start_at: datetime) -> Interval:
    """Return the shortest span in which a visit starts then."""
    return Interval(start_at, min(start_at, _LAST) + timedelta(microseconds=1))


def _ahead(service: HealthcareService, *, start: datetime, end: datetime, now: datetime) -> Interval:
    """Return the span without what no override could make bookable; overrides reach a year at most."""
    furthest = now + timedelta(days=max(service.horizon_days, 366) + 2)
    return Interval(max(start, now), min(end, furthest))


def _local_days(span: Interval, zone: ZoneInfo) -> Iterator[Interval]:
    """Yield the calendar days of `zone` that a span touches, the first and the last cut to it."""
    at = span.start
    while at < span.end:
        following = first_instant(zone, at.astimezone(zone).date() + timedelta(days=1))
        yield Interval(at, min(following, span.end))
        at = following


def _found(
    asked: Asked,
    *,
    span: Interval,
    now: datetime,
    practitioner: UUID | None,
    limit: int,
    after: Cursor | None,
) -> list[Offer]:
    """Return what the table says of all but the doubtful, and hours and slots of the doubtful."""
    walked = open_time_walk.walk(asked, span=span, now=now, practitioner=practitioner, limit=limit, after=after)
    found = walked.found
    if doubted := _within(walked.doubted, practitioner):
        computed = _computed(asked, doubted, span=span, now=now)
        fresh = (one for one in computed if after is None or (one.start_at, one.practitioner) > after)
        found = sorted([*found, *islice(fresh, limit)])[:limit]
    return _named(found, edition=walked.edition)


def _computed(asked: Asked, doubted: list[UUID], *, span: Interval, now: datetime) -> Iterator[Found]:
    """Yield the free times of some clinicians from their hours and slots, in order; no query when there are none."""
    if not doubted:
        return iter(())
    diaries = load(asked, span=span, now=now, only=doubted)
    return heapq.merge(*(_times(diary, asked, span=span, now=now) for diary in diaries))


def _times(diary: Diary, asked: Asked, *, span: Interval, now: datetime) -> Iterator[Found]:
    for chunk in _chunks(Interval(span.start, min(span.end, diary.terms.until(now, diary.zone)))):
        for visit in diary.offers(asked, span=chunk, now=now):
            yield Found(visit.start, diary.practitioner.pk, visit.end)


def _start(start_at: datetime, people: set[UUID], known_to: Collection[UUID]) -> Start:
    known = min(people.intersection(known_to), default=None)
    whom = known or (min(people) if len(people) == 1 else None)
    return Start(start_at, min(len(people), COUNTED), whom, is_known=known is not None)


def _first_times(found: Iterable[Found], limit: int, *, is_last: bool) -> list[Found]:
    """Return one row of each of the first `limit` times, or of the last ones."""
    times: dict[datetime, Found] = {}
    for one in found:
        times.setdefault(one.start_at, one)
        if len(times) > limit:
            if not is_last:
                break
            del times[min(times)]
    return list(times.values())[:limit]


def _within(doubted: Iterable[UUID], practitioner: UUID | None) -> list[UUID]:
    return list(doubted) if practitioner is None else [one for one in doubted if one == practitioner]


def _candidates(asked: Asked, moment: Interval, *, now: datetime, skip: Collection[UUID]) -> list[UUID]:
    doubted = open_times.doubtful(now)
    rows = open_times.rows(asked, span=moment, now=now, doubted=doubted)
    known = Case(When(practitioner__in=asked.known_to, then=0), default=1)
    sure = rows.order_by(known, "practitioner_id").values_list("practitioner_id", flat=True)[:ENOUGH]
    own = Slot.objects.filter(pk__in=list(skip)).values_list("practitioner_id", flat=True) if skip else ()
    return [*sure, *doubted, *own]


def _named(found: list[Found], *, edition: UUID | None = None) -> list[Offer]:
    """Return the times with the names and zones of their clinicians: one query at most, none when all are known."""
    cards = directory.cards({one.practitioner for one in found}, edition=edition) if found else {}
    return [Offer(key, start_at, end_at, cards[key].time_zone, cards[key].name) for start_at, key, end_at in found]


def _chunks(span: Interval) -> Iterator[Interval]:
    start, number = span.start, 0
    while start < span.end:
        end = min(span.end, start + timedelta(days=_CHUNKS[min(number, len(_CHUNKS) - 1)]))
        yield Interval(start, end)
        start, number = end, number + 1
