import datetime
import django.db.models.deletion
import timezone_field.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0010_activity_days"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CommunicationPreference",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "texts_wanted_at",
                    models.DateTimeField(help_text="When the person agreed to text messages.", null=True),
                ),
                ("quiet_from", models.TimeField(default=datetime.time(20, 0))),
                ("quiet_until", models.TimeField(default=datetime.time(9, 0))),
                ("unsubscribed_at", models.DateTimeField(null=True)),
                (
                    "unsubscribed_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("page", "on the page"),
                            ("link", "by the link of a message"),
                            ("reply", "by answering a text message"),
                            ("vendor", "told by the carrier or mail provider"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subscribed_at", models.DateTimeField(help_text="Older unsubscribe links act no more.", null=True)),
                ("texts_stopped_at", models.DateTimeField(null=True)),
                (
                    "texts_stopped_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("page", "on the page"),
                            ("link", "by the link of a message"),
                            ("reply", "by answering a text message"),
                            ("vendor", "told by the carrier or mail provider"),
                        ],
                        max_length=8,
                    ),
                ),
                ("timed_for", timezone_field.fields.TimeZoneField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="communication",
            name="consultations_communication_kind_known",
        ),
        migrations.AddField(
            model_name="communication",
            name="ideal_at",
            field=models.DateTimeField(help_text="When it is wanted, whatever the quiet hours say.", null=True),
        ),
        migrations.AlterField(
            model_name="communication",
            name="kind",
            field=models.CharField(
                choices=[
                    ("booking-confirmed", "booking confirmed"),
                    ("booking-moved", "booking moved"),
                    ("booking-cancelled", "booking cancelled"),
                    ("visit-in-a-day", "visit in 24 hours"),
                    ("visit-in-an-hour", "visit in an hour"),
                    ("clinician-asks", "clinician asks something"),
                    ("review-decided", "review decided"),
                    ("safety-flag", "safety flag for clinicians"),
                    ("measure-due", "follow-up questions are due"),
                    ("care-plan-ready", "care plan is ready"),
                    ("visit-missed", "visit was missed"),
                    ("intake-unfinished", "questions are not finished"),
                ],
                max_length=32,
            ),
        ),
        migrations.AddIndex(
            model_name="communication",
            index=models.Index(
                condition=models.Q(("status", "preparation")),
                fields=["recipient", "due_at"],
                name="consultations_comm_recipient",
            ),
        ),
        migrations.AddConstraint(
            model_name="communication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "booking-confirmed",
                            "booking-moved",
                            "booking-cancelled",
                            "visit-in-a-day",
                            "visit-in-an-hour",
                            "clinician-asks",
                            "review-decided",
                            "safety-flag",
                            "measure-due",
                            "care-plan-ready",
                            "visit-missed",
                            "intake-unfinished",
                        ],
                    )
                ),
                name="consultations_communication_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="communicationpreference",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="communication_preference",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="communicationpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("unsubscribed_at__isnull", True), ("unsubscribed_source", "")),
                    models.Q(
                        ("unsubscribed_at__isnull", False),
                        ("unsubscribed_source__in", ["page", "link", "reply", "vendor"]),
                    ),
                    _connector="OR",
                ),
                name="consultations_preference_unsubscription_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="communicationpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("texts_stopped_at__isnull", True), ("texts_stopped_source", "")),
                    models.Q(
                        ("texts_stopped_at__isnull", False),
                        ("texts_stopped_source__in", ["page", "link", "reply", "vendor"]),
                    ),
                    _connector="OR",
                ),
                name="consultations_preference_stop_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="communicationpreference",
            constraint=models.CheckConstraint(
                condition=models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                name="consultations_preference_quiet_has_length",
            ),
        ),
    ]
