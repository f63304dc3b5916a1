"""
The function of the database that gives a clinician the best case: one statement, one row locked, nobody waited for.

It is a function so that its plan is made once a connection: planning took three times as long as running. A change here
needs a migration that says the same; a test compares the two.
"""

from datetime import timedelta

from consultations.domain.standing import OWN_LEAD

# How many cases of each service and state are looked at; another look is for when others hold all of the one before.
LOOKS = (4, 64, 1000)

# Which services and states a clinician may look at says providers.domain.eligibility.why_not_review; `pair` says the
# same, and a test holds the two together. Each service and state of the clinician is read from the head of its own part
# of the index: cases that nobody here may take are never read, however many of them pile up. The first few cases of all
# stand in the few parts whose own first one comes first: only those, `top`, are read further, which is what counts for
# somebody with a hundred parts. Leases that ended are read beside, so that no case waits for a tick; what is kept for
# the clinician is read by its own index and stands a lead earlier. A decision that waits for a second name is never
# given to who made it. The last step locks one row, re-checked under the lock.
_LOOK = """
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_healthcareservice AS service ON service.id = role.service_id
      JOIN providers_qualification AS licence USING (practitioner_id)
     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND (service.licence_kinds = '{{}}' OR licence.kind = ANY (service.licence_kinds))
       AND licence.valid_from <= there.today AND (licence.valid_until IS NULL OR licence.valid_until >= there.today)
       AND (_service IS NULL OR role.service_id = _service)
), top AS MATERIALIZED (
    SELECT pair.service_id, pair.state
      FROM pair CROSS JOIN LATERAL (
        SELECT queue_at, created_at
          FROM consultations_reviewtask
         WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
           AND proposed_by_id IS DISTINCT FROM _owner
           AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
         ORDER BY queue_at, created_at, id
         LIMIT 1) AS first
     ORDER BY first.queue_at, first.created_at
     LIMIT {look}
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM top AS pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT {look}) AS head
      ORDER BY place, created_at
      LIMIT {most})
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => {own_lead})), own.created_at
      FROM consultations_reviewtask AS own JOIN pair USING (service_id, state)
     WHERE own.reserved_for_id = _owner AND own.status = 'ready' AND own.reserved_until > _now
    UNION ALL
    SELECT ended.id, ended.queue_at, ended.created_at
      FROM consultations_reviewtask AS ended JOIN pair USING (service_id, state)
     WHERE ended.status = 'in-progress' AND ended.lease_expires_at <= _now
), best AS MATERIALIZED (
    SELECT waiting.id, waiting.status AS former
      FROM candidate JOIN consultations_reviewtask AS waiting USING (id)
     WHERE (waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now))
       AND waiting.proposed_by_id IS DISTINCT FROM _owner
     ORDER BY candidate.place, candidate.created_at, waiting.id
     LIMIT 1
       FOR NO KEY UPDATE OF waiting SKIP LOCKED
)
UPDATE consultations_reviewtask AS taken
   SET {changes}
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;"""
CHANGES = """status = 'in-progress', owner_id = {owner}, claimed_at = {now}, lease_expires_at = {until},
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, {now}), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = {now}"""


def _body() -> str:
    changes = CHANGES.format(owner="_owner", now="_now", until="_until")
    own_lead = int(OWN_LEAD / timedelta(seconds=1))
    looks = (_LOOK.format(look=look, most=2 * look, own_lead=own_lead, changes=changes) for look in LOOKS)
    return f"BEGIN{''.join(looks)}\nEND"


BODY = _body()
NAME = "consultations_take_best"
FUNCTION = f"""
CREATE OR REPLACE FUNCTION {NAME}(
    _owner uuid, _today date, _behind text[], _now timestamptz, _until timestamptz, _service uuid
) RETURNS TABLE (task consultations_reviewtask, former text) LANGUAGE plpgsql AS $body${BODY}$body$"""
# What a claim is answered with. Reading back and converting the whole row took longer than finding it; what else is
# asked of a claimed case is read when it is asked for. In the order of the model's fields.
ANSWER = ("id", "service_request_id", "service_id", "state", "status", "owner_id", "lease_expires_at", "fence")
_COLUMNS = ", ".join(f"(best.task).{column}" for column in ANSWER)
TAKE_BEST = f"SELECT {_COLUMNS}, best.former FROM {NAME}(%s, %s, %s::text[], %s, %s, %s) AS best"  # noqa: S608  nothing from outside
TAKE_FIRST = f"""
WITH best AS MATERIALIZED ({{subquery}})
UPDATE consultations_reviewtask AS taken
   SET {CHANGES.format(owner="%s", now="%s", until="%s")}
  FROM best WHERE taken.id = best.id
RETURNING taken.*, best.former"""  # noqa: S608  the subquery is Django's own, its values stay parameters
