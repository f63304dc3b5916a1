from django.db import migrations

# The one before, as 0080_shifts_and_watch left it: the day was the clinic's, the kind of license did not count.
BEFORE = """
CREATE OR REPLACE FUNCTION consultations_take_best(
    _owner uuid, _today date, _now timestamptz, _until timestamptz, _service uuid
) RETURNS TABLE (task consultations_reviewtask, former text) LANGUAGE plpgsql AS $body$BEGIN
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_qualification AS licence USING (practitioner_id)
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND licence.valid_from <= _today AND (licence.valid_until IS NULL OR licence.valid_until >= _today)
       AND (_service IS NULL OR role.service_id = _service)
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT 4) AS head
      ORDER BY place, created_at
      LIMIT 8)
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at
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
   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = _now
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_qualification AS licence USING (practitioner_id)
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND licence.valid_from <= _today AND (licence.valid_until IS NULL OR licence.valid_until >= _today)
       AND (_service IS NULL OR role.service_id = _service)
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT 64) AS head
      ORDER BY place, created_at
      LIMIT 128)
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at
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
   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = _now
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_qualification AS licence USING (practitioner_id)
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND licence.valid_from <= _today AND (licence.valid_until IS NULL OR licence.valid_until >= _today)
       AND (_service IS NULL OR role.service_id = _service)
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT 1000) AS head
      ORDER BY place, created_at
      LIMIT 2000)
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at
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
   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = _now
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;
END$body$"""
TAKE_BEST = """
CREATE OR REPLACE FUNCTION consultations_take_best(
    _owner uuid, _today date, _behind text[], _now timestamptz, _until timestamptz, _service uuid
) RETURNS TABLE (task consultations_reviewtask, former text) LANGUAGE plpgsql AS $body$BEGIN
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_healthcareservice AS service ON service.id = role.service_id
      JOIN providers_qualification AS licence USING (practitioner_id)
     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND (service.licence_kinds = '{}' OR licence.kind = ANY (service.licence_kinds))
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
     LIMIT 4
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM top AS pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT 4) AS head
      ORDER BY place, created_at
      LIMIT 8)
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at
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
   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = _now
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_healthcareservice AS service ON service.id = role.service_id
      JOIN providers_qualification AS licence USING (practitioner_id)
     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND (service.licence_kinds = '{}' OR licence.kind = ANY (service.licence_kinds))
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
     LIMIT 64
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM top AS pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT 64) AS head
      ORDER BY place, created_at
      LIMIT 128)
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at
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
   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = _now
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;
RETURN QUERY
WITH pair AS MATERIALIZED (
    SELECT DISTINCT role.service_id, licence.jurisdiction AS state
      FROM providers_practitionerrole AS role
      JOIN providers_healthcareservice AS service ON service.id = role.service_id
      JOIN providers_qualification AS licence USING (practitioner_id)
     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there
     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'
       AND (service.licence_kinds = '{}' OR licence.kind = ANY (service.licence_kinds))
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
     LIMIT 1000
), candidate AS MATERIALIZED (
    (SELECT head.id, head.queue_at AS place, head.created_at
       FROM top AS pair CROSS JOIN LATERAL (
         SELECT id, queue_at, created_at
           FROM consultations_reviewtask
          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'
            AND proposed_by_id IS DISTINCT FROM _owner
            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)
          ORDER BY queue_at, created_at, id
          LIMIT 1000) AS head
      ORDER BY place, created_at
      LIMIT 2000)
    UNION ALL
    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at
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
   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,
       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,
       reserved_until = NULL, updated_at = _now
  FROM best WHERE taken.id = best.id
RETURNING taken, best.former::text;
IF FOUND THEN
    RETURN;
END IF;
END$body$"""
DROP_BEFORE = "DROP FUNCTION consultations_take_best(uuid, date, timestamptz, timestamptz, uuid)"
DROP = "DROP FUNCTION consultations_take_best(uuid, date, text[], timestamptz, timestamptz, uuid)"


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0092_messages_know_their_case"),
    ]

    operations = [
        migrations.RunSQL(DROP_BEFORE, BEFORE),
        migrations.RunSQL(TAKE_BEST, DROP),
    ]
