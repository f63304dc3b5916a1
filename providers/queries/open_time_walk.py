"""
The walk over the table of open times: one statement for one search, with its doubts.

Written as SQL and not built by the ORM, which would take ten times as long as the database does for the answer. What
may be offered is said here and, for the rarer questions, in open_times.rows; a test holds the two to each other.
Names are not joined to it: twenty clinicians are sixty pages in a large clinic, and the index alone is ten.
"""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from providers.domain.intervals import Interval
from providers.domain.open_times import BITS
from providers.queries.diaries import Asked
from providers.queries.open_times import Found, earliest, latest, may_ask

# The first row carries the doubts and the edition of the names, so that they and the times come from one moment.
_FIRST_ROW = """
WITH doubted AS MATERIALIZED (
    SELECT practitioner_id FROM providers_opentimechange
    UNION ALL SELECT practitioner_id FROM providers_slot WHERE status = 'busy-tentative' AND expires_at <= %(now)s
    UNION ALL SELECT practitioner_id FROM providers_opentimecover WHERE good_until < %(now)s
)
SELECT ARRAY(TABLE doubted), (SELECT edition FROM providers_directory), NULL, NULL
"""
_SPAN = "service_id = %(service)s AND start_at >= %(start)s AND start_at < %(end)s"
_SPAN_BEFORE = "service_id = %(service)s AND start_at >= %(before_start)s AND start_at < %(before_end)s"
# The state first: it is what most rows fail by, and the planner would ask it last.
_ALLOWED = "CASE WHEN states & %(bit)s <> 0 THEN opens_at <= %(now)s AND closes_at >= %(now)s AND {} ELSE FALSE END"
_FOR_ALL, _FOR_KNOWN = "accepts_new_patients", "(accepts_new_patients OR practitioner_id = ANY(%(known)s::uuid[]))"
_ONE = "practitioner_id = %(only)s"
_OTHERS = "practitioner_id <> %(without)s"
_LATER = "(start_at, practitioner_id) > (%(after)s, %(after_practitioner)s)"
_NOT_DOUBTED = "practitioner_id <> ALL(ARRAY(TABLE doubted))"
_SPEAKS = """EXISTS (
    SELECT FROM providers_practitioner AS speaker
     WHERE speaker.id = practitioner_id AND speaker.languages @> ARRAY[%(language)s]::varchar[])"""


class Walked(NamedTuple):
    """Free times by time and then by clinician, the clinicians of whom the table is not sure, the edition of names."""

    found: list[Found]
    doubted: set[UUID]
    edition: UUID | None


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
    start_at, last = after or (None, None)
    more = {"only": practitioner, "after": start_at, "after_practitioner": last, "limit": limit}
    bounds = tuple(
        words for words, is_asked in ((_ONE, practitioner is not None), (_LATER, after is not None)) if is_asked
    )
    statement = _walk(bounds, _clauses(asked))
    return _run(statement, asked, span=span, now=now, **more)


def firsts(asked: Asked, *, practitioners: Collection[UUID], span: Interval, now: datetime) -> Walked:
    """
    Return the next time of each of these clinicians, as far as the table is sure; none of who has none.

    Reads  one statement
    """
    return _run(_firsts(_clauses(asked)), asked, span=span, now=now, people=list(practitioners))


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
    return _run(_around(bounds, _clauses(asked)), asked, span=after, now=now, **more)


def _clauses(asked: Asked) -> tuple[str, ...]:
    """Return the conditions that this search has; those that it has not would cost planning on every search."""
    known = _FOR_KNOWN if asked.known_to else _FOR_ALL
    return (known, _SPEAKS) if asked.language else (known,)


def _where(*clauses: str, span: str = _SPAN) -> str:
    return f"{span} AND {_ALLOWED.format(' AND '.join(clauses))}"


@lru_cache
def _walk(bounds: tuple[str, ...], clauses: tuple[str, ...]) -> str:
    return f"""{_FIRST_ROW}
UNION ALL (
    SELECT NULL, practitioner_id, start_at, end_at FROM providers_opentime
     WHERE {" AND ".join([*bounds, _where(*clauses, _NOT_DOUBTED)])}
     ORDER BY start_at, practitioner_id LIMIT %(limit)s
)"""  # noqa: S608  constants; every value is a parameter


@lru_cache
def _firsts(clauses: tuple[str, ...]) -> str:
    return f"""{_FIRST_ROW}
UNION ALL (
    SELECT NULL, one.id, time.start_at, time.end_at
      FROM unnest(%(people)s::uuid[]) AS one (id) CROSS JOIN LATERAL (
        SELECT start_at, end_at FROM providers_opentime
         WHERE practitioner_id = one.id AND {_where(*clauses)} ORDER BY start_at LIMIT 1
      ) AS time
)"""  # noqa: S608  constants; every value is a parameter


@lru_cache
def _around(bounds: tuple[str, ...], clauses: tuple[str, ...]) -> str:
    nearest = "\n".join(
        f"""
UNION ALL (
    SELECT DISTINCT ON (start_at) NULL::uuid[], practitioner_id, start_at, end_at FROM providers_opentime
     WHERE {" AND ".join([*bounds, _where(*clauses, _NOT_DOUBTED, span=span)])}
     ORDER BY start_at {order}, practitioner_id LIMIT %(limit)s
)"""  # noqa: S608  constants; every value is a parameter
        for span, order in ((_SPAN_BEFORE, "DESC"), (_SPAN, "ASC"))
    )
    return f"{_FIRST_ROW}{nearest}"


def _bounds(asked: Asked, span: Interval, name: str = "") -> dict[str, datetime]:
    return {f"{name}start": max(span.start, earliest(asked, span)), f"{name}end": min(span.end, latest(asked, span))}


def _run(statement: str, asked: Asked, *, span: Interval, now: datetime, **more: Any) -> Walked:
    words: dict[str, Any] = {
        "service": asked.service.pk,
        **_bounds(asked, span),
        "now": now,
        "bit": BITS[asked.state] if may_ask(asked, now) else 0,
        "known": list(asked.known_to),
        "language": asked.language,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, {**words, **more})
        (doubts, edition, *_), *rows = cursor.fetchall()
    doubted = set(doubts)
    found = [Found(start, key, end) for _, key, start, end in rows if key not in doubted]
    return Walked(sorted(found), doubted, edition)
