"""
The walk over the table of open times: one statement for one search, with its doubts and the clinicians' names.

Written as SQL and not built by the ORM, which would take ten times as long as the database does for the answer. What
may be offered is said here and, for the rarer questions, in open_times.rows; a test holds the two to each other.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from providers.domain.intervals import Interval
from providers.domain.open_times import BITS
from providers.models.practitioner import full_name
from providers.queries.diaries import Asked
from providers.queries.open_times import earliest, latest, may_ask

# The first row carries the doubts, so that they and the times come from one moment.
_DOUBTED = """
WITH doubted AS MATERIALIZED (
    SELECT practitioner_id FROM providers_opentimechange
    UNION SELECT practitioner_id FROM providers_slot WHERE status = 'busy-tentative' AND expires_at <= %(now)s
    UNION SELECT practitioner_id FROM providers_opentimecover WHERE good_until < %(now)s
)
SELECT ARRAY(TABLE doubted), NULL, NULL, NULL, NULL, NULL, NULL, NULL
"""
_ALLOWED = """
    service_id = %(service)s AND start_at >= %(start)s AND start_at < %(end)s
    AND opens_at <= %(now)s AND closes_at >= %(now)s AND states & %(bit)s <> 0
    AND (accepts_new_patients OR practitioner_id = ANY(%(known)s::uuid[]))
"""
_NAMED = "NULL, one.id, time.start_at, time.end_at, one.time_zone, one.given_name, one.family_name, one.credentials"
_WALK = f"""{_DOUBTED}
UNION ALL (
    SELECT {_NAMED}
      FROM (
        SELECT practitioner_id, start_at, end_at FROM providers_opentime
         WHERE {_ALLOWED} AND practitioner_id NOT IN (TABLE doubted)
           AND (%(only)s IS NULL OR practitioner_id = %(only)s)
           AND (%(after)s IS NULL OR (start_at, practitioner_id) > (%(after)s, %(after_practitioner)s))
           AND (%(language)s = '' OR EXISTS (
                SELECT FROM providers_practitioner AS speaker
                 WHERE speaker.id = practitioner_id AND speaker.languages @> ARRAY[%(language)s]::varchar[]))
         ORDER BY start_at, practitioner_id LIMIT %(limit)s
      ) AS time JOIN providers_practitioner AS one ON one.id = time.practitioner_id
)"""  # noqa: S608  constants; every value is a parameter
_FIRSTS = f"""{_DOUBTED}
UNION ALL (
    SELECT {_NAMED}
      FROM providers_practitioner AS one CROSS JOIN LATERAL (
        SELECT start_at, end_at FROM providers_opentime
         WHERE {_ALLOWED} AND practitioner_id = one.id ORDER BY start_at LIMIT 1
      ) AS time
     WHERE one.id = ANY(%(people)s::uuid[]) AND one.id NOT IN (TABLE doubted)
       AND (%(language)s = '' OR one.languages @> ARRAY[%(language)s]::varchar[])
)"""  # noqa: S608  constants; every value is a parameter


class Offer(NamedTuple):
    """One bookable time; instants in UTC, `time_zone` is the clinician's, `name` as patients read it."""

    practitioner: UUID
    start_at: datetime
    end_at: datetime
    time_zone: str
    name: str


class Walked(NamedTuple):
    """Free times by time and then by clinician, and the clinicians of whom the table is not sure."""

    offers: list[Offer]
    doubted: list[UUID]


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
    return _run(_WALK, asked, span=span, now=now, **more)


def firsts(asked: Asked, *, practitioners: Collection[UUID], span: Interval, now: datetime) -> Walked:
    """
    Return the next time of each of these clinicians, as far as the table is sure; none of who has none.

    Reads  one statement
    """
    return _run(_FIRSTS, asked, span=span, now=now, people=list(practitioners))


def _run(statement: str, asked: Asked, *, span: Interval, now: datetime, **more: Any) -> Walked:
    words: dict[str, Any] = {
        "service": asked.service.pk,
        "start": max(span.start, earliest(asked, span)),
        "end": min(span.end, latest(asked, span)),
        "now": now,
        "bit": BITS[asked.state] if may_ask(asked, now) else 0,
        "known": list(asked.known_to),
        "language": asked.language,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, {**words, **more})
        (doubted, *_), *rows = cursor.fetchall()
    offers = [Offer(key, start, end, zone, full_name(*name)) for _, key, start, end, zone, *name in rows]
    return Walked(sorted(offers, key=_time), doubted)


def _time(offer: Offer) -> tuple[datetime, UUID]:
    return offer.start_at, offer.practitioner
