"""The statement that gives a clinician the best case: one round trip, one row locked, nobody waited for."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

# Each service and state of the clinician is read from the head of its own part of the index: cases that nobody here
# may take are never read, however many of them pile up. Leases that ended are read beside, so that no case waits for
# a tick; what is kept for the clinician is read by its own index and stands a lead earlier. The last step locks one
# row, re-checked under the lock.
_BEST = """
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_qualification AS licence USING (practitioner_id)
     WHERE role.practitioner_id = %(owner)s AND role.is_active AND licence.status = 'active'
       AND licence.valid_from <= %(today)s AND (licence.valid_until IS NULL OR licence.valid_until >= %(today)s)
       {only}
), candidate AS MATERIALIZED (
    SELECT head.id, head.queue_at AS place, head.created_at
      FROM pair CROSS JOIN LATERAL (
        SELECT id, queue_at, created_at
          FROM consultations_reviewtask
         WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
           AND (reserved_for_id IS NULL OR reserved_until <= %(now)s OR tier = 0)
         ORDER BY queue_at, created_at, id
         LIMIT %(look)s) AS head
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - %(own_lead)s), own.created_at
      FROM consultations_reviewtask AS own JOIN pair USING (service_id, state)
     WHERE own.reserved_for_id = %(owner)s AND own.status = 'ready' AND own.reserved_until > %(now)s
    UNION ALL
    SELECT ended.id, ended.queue_at, ended.created_at
      FROM consultations_reviewtask AS ended JOIN pair USING (service_id, state)
     WHERE ended.status = 'in-progress' AND ended.lease_expires_at <= %(now)s
), best AS MATERIALIZED (
    SELECT task.id, task.status AS former
      FROM candidate JOIN consultations_reviewtask AS task USING (id)
     WHERE task.status = 'ready' OR (task.status = 'in-progress' AND task.lease_expires_at <= %(now)s)
     ORDER BY candidate.place, candidate.created_at, task.id
     LIMIT 1
       FOR NO KEY UPDATE OF task SKIP LOCKED
)"""
_UPDATE = """
UPDATE consultations_reviewtask AS task
   SET status = 'in-progress', owner_id = %(owner)s, claimed_at = %(now)s, lease_expires_at = %(until)s,
       fence = task.fence + 1, first_claimed_at = COALESCE(task.first_claimed_at, %(now)s), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = %(now)s
  FROM best WHERE task.id = best.id
RETURNING task.*, best.former"""
_NAME = re.compile(r"%\((\w+)\)s")
Statement = tuple[str, list[Any]]


def best(
    *, owner: UUID, today: date, now: datetime, service_id: UUID | None, look: int, own_lead: timedelta
) -> Statement:
    """
    Return the beginning of a claim: `best` is the one row that the clinician may take, locked.

    service_id  only this service; None for all that they offer
    look        how many cases of each service and state are looked at
    """
    only = "AND role.service_id = %(service)s" if service_id else ""
    words = {
        "owner": owner, "today": today, "now": now, "service": service_id, "look": look, "own_lead": own_lead
    }  # fmt: skip
    return _placed(_BEST.format(only=only), words)


def update(*, owner: UUID, now: datetime, until: datetime) -> Statement:
    """Return the end of a claim: the row of `best` gets its owner, its lease and the next fencing number."""
    return _placed(_UPDATE, {"owner": owner, "now": now, "until": until})


def _placed(statement: str, words: dict[str, Any]) -> Statement:
    """Put the values in the order of their places, as querysets do."""
    return _NAME.sub("%s", statement), [words[name] for name in _NAME.findall(statement)]
