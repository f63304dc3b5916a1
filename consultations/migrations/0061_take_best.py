import django.db.models.deletion
from django.db import migrations, models


TAKE_BEST = """
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
     WHERE waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now)
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
     WHERE waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now)
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
     WHERE waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now)
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
NO_TAKE_BEST = "DROP FUNCTION consultations_take_best"


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0060_queue_order"),
        ("providers", "0004_calendar_feeds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reviewtask",
            name="reserved_for",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reserved_tasks",
                to="providers.practitioner",
            ),
        ),
        migrations.AlterField(
            model_name="reviewtask",
            name="service",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="providers.healthcareservice",
            ),
        ),
        migrations.RunSQL(TAKE_BEST, NO_TAKE_BEST),
    ]
