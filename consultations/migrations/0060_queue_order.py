import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


# Each draft note goes to who wrote it: the owner, or who had the case last.
NOTES = """
INSERT INTO consultations_reviewnote (id, created_at, updated_at, text, task_id, author_id)
SELECT gen_random_uuid(), now(), now(), task.draft_note, task.id, COALESCE(owner.user_id, (
         SELECT change.changed_by_id FROM core_statuschange AS change
          WHERE change.entity_id = task.id AND change.new = 'in-progress' ORDER BY change.changed_at DESC LIMIT 1))
  FROM consultations_reviewtask AS task LEFT JOIN providers_practitioner AS owner ON owner.id = task.owner_id
 WHERE task.draft_note <> '';
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0042_more_kinds_of_messages"),
        ("providers", "0004_calendar_feeds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", models.TextField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="reviewtask",
            name="consultations_task_ready",
        ),
        migrations.AddField(
            model_name="reviewnote",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reviewnote",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="consultations.reviewtask"
            ),
        ),
        migrations.RunSQL(NOTES, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="reviewtask",
            name="draft_note",
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="first_claimed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="reserved_for",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reserved_tasks",
                to="providers.practitioner",
            ),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="reserved_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="reviewtask",
            name="queue_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("due_at"),
                    models.F("tier"),
                    arg_joiner=" AT TIME ZONE 'UTC' - make_interval(secs => CASE ",
                    output_field=models.DateTimeField(),
                    template="((%(expressions)s WHEN 0 THEN 315360000 WHEN 1 THEN 86400 ELSE 0 END)) AT TIME ZONE 'UTC')",
                ),
                help_text="Where the case stands: its due time, less the lead of its tier.",
                output_field=models.DateTimeField(),
            ),
        ),
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(
                condition=models.Q(("status", "ready")),
                fields=["service", "state", "queue_at", "created_at", "id"],
                name="consultations_task_ready",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewtask",
            index=models.Index(
                condition=models.Q(("reserved_for__isnull", False), ("status", "ready")),
                fields=["reserved_for"],
                name="consultations_task_reserved",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewtask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reserved_for__isnull", False), ("reserved_until__isnull", False)),
                    models.Q(("reserved_for__isnull", True), ("reserved_until__isnull", True)),
                    _connector="OR",
                ),
                name="consultations_reviewtask_reservation_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewnote",
            constraint=models.UniqueConstraint(fields=("task", "author"), name="consultations_reviewnote_once"),
        ),
    ]
