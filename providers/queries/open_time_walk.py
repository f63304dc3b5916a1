"""
The walk over the table of open times: one statement for one search, with its doubts.

Written as SQL and not built by the ORM, which would take ten times as long as the database does for the answer. What
may be offered is said here and, for the rarer questions, in open_times.rows; a test holds the two to each other.
Names are not joined to it: twenty clinicians are sixty pages in a large clinic, and the index alone is ten.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from providers.domain.intervals import Interval
from providers.domain.open_times import BITS
from providers.queries.diaries import Asked
from providers.queries.open_times import Found, earliest, latest, may_ask

# Told before the times and with them, so that all of it is of one moment: the edition of the names (only an id), and
# who is in doubt (an id and since when). Their rows are left out afterwards: a list to compare each row with would cost
# every search what only the few need in which somebody in doubt has one of the first times.
_TOLD_WITH = """
SELECT edition, NULL::timestamptz, NULL::{} FROM providers_directory
UNION ALL SELECT practitioner_id, since, NULL FROM providers_opentimechange WHERE since <= %(now)s
"""
_TOLD = _TOLD_WITH.format("timestamptz")
_SPAN = "service_id = %(service)s AND start_at >= %(start)s AND start_at < %(end)s"
_SOON = "service_id = %(service)s AND start_at >= %(start)s AND start_at < %(soon)s"
_LATER_ON = "service_id = %(service)s AND start_at >= %(soon)s AND start_at < %(end)s"
_NEXT = "service_id = %(service)s AND start_at > look.until AND start_at < %(end)s"
_SPAN_BEFORE = "service_id = %(service)s AND start_at >= %(before_start)s AND start_at < %(before_end)s"
# The state first: it is what most rows fail by, and the planner would ask it last.
_ALLOWED = "CASE WHEN states & %(bit)s <> 0 THEN opens_at <= %(now)s AND closes_at >= %(now)s AND {} ELSE FALSE END"
_FOR_ALL, _FOR_KNOWN = "accepts_new_patients", "(accepts_new_patients OR practitioner_id = ANY(%(known)s::uuid[]))"
_ONE = "practitioner_id = %(only)s"
_OTHERS = "practitioner_id <> %(without)s"
_LATER = "(start_at, practitioner_id) > (%(after)s, %(after_practitioner)s)"
_NOT_DOUBTED = "practitioner_id <> ALL(%(doubted)s::uuid[])"
_DOUBTED = "SELECT change.practitioner_id FROM providers_opentimechange AS change WHERE change.since <= %(now)s"
_SURE = f"practitioner_id NOT IN ({_DOUBTED})"
# What Slot.objects.taken says.
_LIVE = "slot.status <> 'free' AND (slot.status <> 'busy-tentative' OR slot.expires_at > %(now)s)"
# Whoever the table is not sure of, or whose time is the one's own hold, unless somebody else surely has that instant:
# a block reaches over the start of its visit whatever the terms, so the exclusion constraint would refuse them.
# OFFSET 0: asked of these few one by one, by their index, whatever the planner believes of the slots of four days.
_PERHAPS = f"""
SELECT role.practitioner_id, NULL FROM providers_practitionerrole AS role
 WHERE role.service_id = %(service)s AND role.is_active AND {{only}}
   AND (role.practitioner_id IN ({_DOUBTED})
        OR role.practitioner_id IN (SELECT mine.practitioner_id FROM providers_slot AS mine WHERE {{mine}}))
   AND NOT EXISTS (
        SELECT FROM providers_slot AS slot
         WHERE slot.practitioner_id = role.practitioner_id AND slot.blocked @> %(moment)s
           AND slot.start_at BETWEEN %(moment)s - interval '2 days' AND %(moment)s + interval '2 days'
           AND {_LIVE} AND NOT ({{slot}}) OFFSET 0)"""  # noqa: S608  constants; every value is a parameter
_OWN = (
    "{0}.holder_id = %(by)s AND {0}.reference = %(reference)s AND {0}.status = 'busy-tentative'"
    " AND {0}.expires_at > %(now)s"
)
_TAKEN = f"""
SELECT NULL, NULL WHERE EXISTS (
    SELECT FROM providers_slot AS slot WHERE service_id = %(service)s AND start_at = %(moment)s
       AND state = %(state)s AND {{only}} AND {_LIVE})"""  # noqa: S608  constants; every value is a parameter
# A scan reads the whole page of an index, of which a clinician's fortnight may be all: most have a time this soon.
SOON = timedelta(days=2)
# So many who are free at one time are counted: a patient wants to know whether there is a choice, and in a large clinic
# hundreds are free at each. So many rows are read at a look: where few are free at each time, several times at once.
COUNTED, LOOK = 5, 40
_SPEAKS = """EXISTS (
    SELECT FROM providers_practitioner AS speaker
     WHERE speaker.id = practitioner_id AND speaker.languages @> ARRAY[%(language)s]::varchar[])"""


class Walked(NamedTuple):
    """Free times by time and then by clinician, the clinicians of whom the table is not sure, the edition of names."""

    found: list[Found]
    doubted: set[UUID]
    edition: UUID | None


class Standing(NamedTuple):
    """
    How one time stands.

    sure      clinicians who have it free as the table says, which is sure of them: no hold of theirs has expired
    perhaps   those who may have it free although the table does not say so; whoever is in neither has it not
    is_taken  somebody has exactly this time of this service, so that it was offered
    """

    sure: list[UUID]
    perhaps: list[UUID]
    is_taken: bool

    @property
    def people(self) -> list[UUID]:
        """Return whoever may have it free."""
        return [*self.sure, *self.perhaps]


def walk(
    asked: Asked,
    *,
    span: Interval,
    now: datetime,
    limit: int,
    practitioner: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> Walked:
    """
    Return the first `limit` times of a span that the table is sure of.

    practitioner  only this clinician
    after         only what comes later than this time of this clinician
    Reads         one statement
    """
    bounds = tuple(words for words, one in ((_ONE, practitioner), (_LATER, after)) if one is not None)
    more = {"only": practitioner, "limit": limit, "after": after and after[0], "after_practitioner": after and after[1]}

    return _sure(
        partial(_walk, bounds),
        asked,
        span=span,
        now=now,
        is_complete=lambda walked: practitioner is not None or len(walked.found) < limit,
        **more,
    )


def starts(asked: Asked, *, span: Interval, now: datetime, limit: int) -> Walked:
    """
    Return the first `limit` times of a span that the table is sure of, perhaps more, each with COUNTED who have it.

    With all of them where they are fewer, and with whoever knows the patient in any case; their ends are not read.
    Reads  one statement: at most one look into the index a time, and one for each who knows the patient
    """
    more = {"limit": limit, "counted": COUNTED, "size": LOOK}
    return _sure(_starts, asked, span=span, now=now, is_complete=lambda _: False, **more)


def firsts(asked: Asked, *, practitioners: Collection[UUID], span: Interval, now: datetime) -> Walked:
    """
    Return the next time of each of these clinicians, as far as the table is sure; none of who has none.

    Reads  one statement
    """
    bounds = _bounds(asked, span)
    more = {"people": sorted(practitioners), "soon": min(bounds["start"] + SOON, bounds["end"])}
    return _sure(_firsts, asked, span=span, now=now, is_complete=lambda _: True, **more)


def days(asked: Asked, *, spans: Sequence[Interval], now: datetime, practitioner: UUID | None = None) -> Walked:
    """
    Return the first time of each of some days, as far as the table is sure; none of a day that has none.

    spans         the days, in order
    practitioner  only this clinician
    Reads         one statement; one look into the index a day, however many clinicians there are
    """
    bounds = (_ONE,) if practitioner is not None else ()
    more = {"only": practitioner, "starts": [one.start for one in spans], "ends": [one.end for one in spans]}
    span = Interval(spans[0].start, spans[-1].end)

    return _sure(
        partial(_days, bounds), asked, span=span, now=now, is_complete=lambda _: practitioner is not None, **more
    )


def around(  # noqa: PLR0913  one search is seven words long
    asked: Asked,
    *,
    before: Interval,
    after: Interval,
    now: datetime,
    limit: int,
    practitioner: UUID | None = None,
    without: UUID | None = None,
) -> Walked:
    """
    Return the last `limit` times of one span and the first of another that the table is sure of, one clinician each.

    practitioner  only this clinician
    without       anybody but this clinician
    Reads         one statement
    """
    more = {"only": practitioner, "without": without, "limit": limit, **_bounds(asked, before, "before_")}
    bounds = tuple(words for words, one in ((_ONE, practitioner), (_OTHERS, without)) if one is not None)

    return _sure(
        partial(_around, bounds), asked, span=after, now=now, is_complete=lambda _: practitioner is not None, **more
    )


def standing(  # noqa: PLR0913  one question is seven words long
    asked: Asked,
    *,
    moment: Interval,
    now: datetime,
    by: UUID,
    reference: UUID,
    limit: int,
    practitioner: UUID | None = None,
) -> Standing:
    """
    Return who may have the time of one moment free, and whether somebody has just that.

    by, reference  whose holds for what do not count as taken
    limit          so many clinicians of whom the table is sure are enough; those who know the patient come first
    practitioner   only this clinician
    Reads          one statement, so that all of it is of one instant
    """
    words = {
        **_words(asked, span=moment, now=now),
        "only": practitioner,
        "by": by,
        "reference": reference,
        "moment": moment.start,
        "state": asked.state,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_standing(practitioner is not None, _clauses(asked)), words)
        rows = cursor.fetchall()
    found = [(key, start) for key, start in rows if key is not None]
    return Standing(
        sure=[key for key, start in found if start is not None],
        perhaps=[key for key, start in found if start is None],
        is_taken=len(found) < len(rows),
    )


def _sure(
    statement: Callable[[tuple[str, ...]], str],
    asked: Asked,
    *,
    span: Interval,
    now: datetime,
    is_complete: Callable[[Walked], bool],
    **more: Any,
) -> Walked:
    """
    Return what a statement finds without the rows of those in doubt, asking again where they were in the way of others.

    statement    takes the conditions that rows have to meet
    is_complete  tells whether rows that are left out stand in the way of none
    """
    if not may_ask(asked, now):
        return Walked([], set(), None)  # No row could be offered, and to see that all rows of the span would be read.
    passed_over: set[UUID] = set()
    while True:
        clauses = _clauses(asked, passed_over)
        walked = _run(statement(clauses), asked, span=span, now=now, doubted=list(passed_over), **more)
        doubted = walked.doubted | passed_over
        found = [one for one in walked.found if one.practitioner not in doubted]
        if len(found) == len(walked.found) or is_complete(walked):
            return Walked(sorted(found), doubted, walked.edition)
        passed_over = doubted


def _clauses(asked: Asked, doubted: Collection[UUID] = ()) -> tuple[str, ...]:
    """Return the conditions that this search has; those that it has not would cost planning on every search."""
    known = _FOR_KNOWN if asked.known_to else _FOR_ALL
    wanted = ((known, True), (_NOT_DOUBTED, doubted), (_SPEAKS, asked.language))
    return tuple(words for words, is_asked in wanted if is_asked)


def _where(*clauses: str, span: str = _SPAN) -> str:
    return f"{span} AND {_ALLOWED.format(' AND '.join(clauses))}"


@lru_cache
def _walk(bounds: tuple[str, ...], clauses: tuple[str, ...]) -> str:
    return f"""{_TOLD}
UNION ALL (
    SELECT practitioner_id, start_at, end_at FROM providers_opentime
     WHERE {" AND ".join([*bounds, _where(*clauses)])}
     ORDER BY start_at, practitioner_id LIMIT %(limit)s
)"""  # noqa: S608  constants; every value is a parameter


@lru_cache
def _starts(clauses: tuple[str, ...]) -> str:
    known = f"""
UNION ALL (
    SELECT NULL, start_at, ARRAY[practitioner_id] FROM providers_opentime WHERE {_where(*clauses)}
       AND practitioner_id = ANY(%(known)s::uuid[]) AND start_at <= (SELECT max(until) FROM look)
)"""  # noqa: S608  constants; every value is a parameter
    # The next look goes on after `until`: of a full one, after the last time of which it surely read all or enough.
    # Where one time filled a look, the next reads no more rows than are counted: what follows is as crowded.
    return f"""WITH RECURSIVE look (number, size, until, people, starts) AS (
    SELECT 0::bigint, %(size)s, %(start)s::timestamptz - interval '1 microsecond', NULL::uuid[], NULL::timestamptz[]
    UNION ALL
    SELECT number + CASE WHEN found.starts[1] = whole.until THEN 1
                    ELSE (SELECT count(DISTINCT at) FROM unnest(found.starts) AS at WHERE at <= whole.until) END,
           CASE WHEN found.starts[1] = found.starts[size] THEN %(counted)s ELSE %(size)s END,
           whole.until, found.people, found.starts
      FROM look CROSS JOIN LATERAL (
        SELECT array_agg(practitioner_id), array_agg(start_at) FROM (
            SELECT practitioner_id, start_at FROM providers_opentime
             WHERE {_where(*clauses, span=_NEXT)} ORDER BY start_at, practitioner_id LIMIT size
          ) AS time
      ) AS found (people, starts) CROSS JOIN LATERAL (
        SELECT CASE WHEN cardinality(found.starts) = size THEN found.starts[size - %(counted)s + 1] ELSE 'infinity' END
      ) AS whole (until)
     WHERE number < %(limit)s AND look.until < 'infinity' AND found.people IS NOT NULL
)
{_TOLD_WITH.format("uuid[]")}
UNION ALL (
    SELECT NULL, one.start_at, array_agg(one.id)
      FROM look CROSS JOIN LATERAL unnest(people, starts) WITH ORDINALITY AS one (id, start_at, nth)
     WHERE one.start_at <= until AND starts[nth - %(counted)s] IS DISTINCT FROM one.start_at GROUP BY one.start_at
){known if _FOR_KNOWN in clauses else ""}"""  # noqa: S608  constants; every value is a parameter


@lru_cache
def _firsts(clauses: tuple[str, ...]) -> str:
    first = """SELECT start_at, end_at FROM providers_opentime
         WHERE practitioner_id = one.id AND {} ORDER BY start_at LIMIT 1"""
    return f"""{_TOLD}
UNION ALL (
    SELECT one.id, time.start_at, time.end_at
      FROM unnest(%(people)s::uuid[]) AS one (id) CROSS JOIN LATERAL (
        ({first.format(_where(*clauses, span=_SOON))})
        UNION ALL ({first.format(_where(*clauses, span=_LATER_ON))})
        LIMIT 1
      ) AS time
)"""  # noqa: S608  constants; every value is a parameter


@lru_cache
def _days(bounds: tuple[str, ...], clauses: tuple[str, ...]) -> str:
    day = "start_at >= day.begins AND start_at < day.ends"
    return f"""{_TOLD}
UNION ALL (
    SELECT time.practitioner_id, time.start_at, time.end_at
      FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS day (begins, ends) CROSS JOIN LATERAL (
        SELECT practitioner_id, start_at, end_at FROM providers_opentime
         WHERE {" AND ".join([*bounds, day, _where(*clauses)])} ORDER BY start_at, practitioner_id LIMIT 1
      ) AS time
)"""  # noqa: S608  constants; every value is a parameter


@lru_cache
def _around(bounds: tuple[str, ...], clauses: tuple[str, ...]) -> str:
    nearest = "\n".join(
        f"""
UNION ALL (
    SELECT DISTINCT ON (start_at) practitioner_id, start_at, end_at FROM providers_opentime
     WHERE {" AND ".join([*bounds, _where(*clauses, span=span)])}
     ORDER BY start_at {order}, practitioner_id LIMIT %(limit)s
)"""  # noqa: S608  constants; every value is a parameter
        for span, order in ((_SPAN_BEFORE, "DESC"), (_SPAN, "ASC"))
    )
    return f"{_TOLD}{nearest}"


@lru_cache
def _standing(is_named: bool, clauses: tuple[str, ...]) -> str:
    only = _ONE if is_named else "TRUE"
    known = "practitioner_id = ANY(%(known)s::uuid[]) DESC, " if _FOR_KNOWN in clauses else ""
    perhaps = _PERHAPS.format(
        only=f"role.{_ONE}" if is_named else only, mine=_OWN.format("mine"), slot=_OWN.format("slot")
    )
    return f"""
(
    SELECT practitioner_id, start_at FROM providers_opentime
     WHERE {only} AND {_where(*clauses, _SURE)} ORDER BY {known}practitioner_id LIMIT %(limit)s
)
UNION ALL ({perhaps})
UNION ALL ({_TAKEN.format(only=only)})"""  # noqa: S608  constants; every value is a parameter


def _bounds(asked: Asked, span: Interval, name: str = "") -> dict[str, datetime]:
    return {f"{name}start": max(span.start, earliest(asked, span)), f"{name}end": min(span.end, latest(asked, span))}


def _run(statement: str, asked: Asked, *, span: Interval, now: datetime, **more: Any) -> Walked:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**_words(asked, span=span, now=now), **more})
        rows = cursor.fetchall()
    edition = next((key for key, since, _ in rows if since is None), None)
    doubted = {key for key, since, end in rows if since is not None and end is None}
    times = [row for row in rows if row[2] is not None]
    # All who have one of the starts stand in one row: reading an instant takes the process as long as ten ids.
    found = [Found(at, one, end if key else at) for key, at, end in times for one in ([key] if key else end)]
    return Walked(found, doubted, edition)


def _words(asked: Asked, *, span: Interval, now: datetime) -> dict[str, Any]:
    return {
        "service": asked.service.pk,
        **_bounds(asked, span),
        "now": now,
        "bit": BITS[asked.state] if may_ask(asked, now) else 0,
        "known": list(asked.known_to),
        "language": asked.language,
    }
