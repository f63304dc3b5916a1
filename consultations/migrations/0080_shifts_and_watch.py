import django.db.models.deletion
import uuid
from django.conf import settings
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


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0071_waitlist"),
        ("providers", "0006_clinic_hours_and_second_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("began_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="communicationrequest",
            name="expired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="communicationrequest",
            name="expires_at",
            field=models.DateTimeField(help_text="When the clinician goes on without an answer.", null=True),
        ),
        migrations.AddField(
            model_name="communicationrequest",
            name="nudge_at",
            field=models.DateTimeField(help_text="When the patient is reminded next.", null=True),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="handover",
            field=models.TextField(blank=True, help_text="Words of a colleague for whoever takes the case next."),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="overdue_at",
            field=models.DateTimeField(help_text="When the due time was seen to have passed.", null=True),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="proposed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="proposed_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose decision waits for a second name; they never give it themselves.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="providers.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="proposed_outcome",
            field=models.CharField(
                blank=True,
                choices=[("accepted", "accepted"), ("declined", "declined"), ("referred", "referred")],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="watch_at",
            field=models.DateTimeField(help_text="When the tick looks: before the due time, then at it.", null=True),
        ),
        migrations.AddField(
            model_name="supportinginfo",
            name="ask",
            field=models.ForeignKey(
                help_text="The clinician's message that asks for it; none for what the service asks.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="consultations.communicationrequest",
            ),
        ),
        migrations.AddIndex(
            model_name="communicationrequest",
            index=models.Index(
                condition=models.Q(("status", "active")), fields=["nudge_at"], name="consultations_ask_nudges"
            ),
        ),
        migrations.AddIndex(
            model_name="communicationrequest",
            index=models.Index(
                condition=models.Q(("status", "active")), fields=["expires_at"], name="consultations_ask_ends"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(
                condition=models.Q(("watch_at__isnull", False)), fields=["watch_at"], name="consultations_task_watch"
            ),
        ),
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(
                condition=models.Q(("first_claimed_at__isnull", False)),
                fields=["service", "first_claimed_at"],
                name="consultations_task_looks",
            ),
        ),
        migrations.AddConstraint(
            model_name="communicationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("expired_at__isnull", True), ("status", "revoked"), _connector="OR"),
                name="consultations_communicationrequest_expired_is_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_at__isnull", False), ("proposed_by__isnull", False)),
                    models.Q(("proposed_at__isnull", True), ("proposed_by__isnull", True)),
                    _connector="OR",
                ),
                name="consultations_reviewtask_proposal_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_at__isnull", True), ("proposed_outcome", "")),
                    models.Q(
                        ("proposed_at__isnull", False), ("proposed_outcome__in", ["accepted", "declined", "referred"])
                    ),
                    _connector="OR",
                ),
                name="consultations_reviewtask_proposed_outcome_known",
            ),
        ),
        migrations.AddField(
            model_name="shift",
            name="practitioner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="providers.practitioner"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("practitioner",),
                name="consultations_shift_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True),
                    models.Q(("ended_at__gte", models.F("began_at")), ("paused_at__isnull", True)),
                    _connector="OR",
                ),
                name="consultations_shift_ends_after_it_began",
            ),
        ),
        migrations.RunSQL(TAKE_BEST, migrations.RunSQL.noop),
    ]
