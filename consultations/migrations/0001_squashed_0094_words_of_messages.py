"""Everything up to 0094 in one step: a new database is made in half the time. One that stands goes on by the steps before."""

import config.core.constraints
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import timezone_field.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("consultations", "0001_from_request_to_plan"),
        ("consultations", "0010_activity_days"),
        ("consultations", "0040_what_people_decide"),
        ("consultations", "0041_answers_and_deliveries"),
        ("consultations", "0042_more_kinds_of_messages"),
        ("consultations", "0060_queue_order"),
        ("consultations", "0061_take_best"),
        ("consultations", "0070_escalations"),
        ("consultations", "0071_waitlist"),
        ("consultations", "0080_shifts_and_watch"),
        ("consultations", "0081_visits_to_move"),
        ("consultations", "0090_times_of_messages"),
        ("consultations", "0091_determination_of_a_case"),
        ("consultations", "0092_messages_know_their_case"),
        ("consultations", "0093_take_best_by_kind"),
        ("consultations", "0094_words_of_messages"),
    ]

    initial = True

    dependencies = [
        ("core", "__first__"),
        ("intake", "0001_patients_and_answers"),
        ("intake", "0004_flags_that_wait"),
        ("intake", "0006_questionnaire_active_once"),
        ("providers", "0001_practitioners_and_schedules"),
        ("providers", "0004_calendar_feeds"),
        ("providers", "0005_waitlist_offers"),
        ("providers", "0006_clinic_hours_and_second_names"),
        ("providers", "0009_external_calendars"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DeterminationProtocol",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.SlugField(max_length=64)),
                ("version", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=200)),
                (
                    "criteria",
                    models.JSONField(help_text="[{code, kind, text, evidence, expression, evidence_grade, source}]"),
                ),
                ("is_current", models.BooleanField(default=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="protocols",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "code", "version"), name="consultations_determinationprotocol_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("service",),
                        name="consultations_determinationprotocol_one_current",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanTemplate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("code", models.SlugField(max_length=64)),
                ("version", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=200)),
                (
                    "outcomes",
                    models.JSONField(default=list, help_text="Outcomes of a determination that this template is for."),
                ),
                ("body", models.JSONField(help_text="{goals, activities, review_after_days, source}")),
                ("is_current", models.BooleanField(default=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_templates",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "code", "version"), name="consultations_plantemplate_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("state", models.CharField(max_length=2)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("active", "submitted"),
                            ("on-hold", "waiting for the patient"),
                            ("completed", "completed"),
                            ("revoked", "withdrawn or declined"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("routine", "routine"),
                            ("urgent", "urgent"),
                            ("asap", "as soon as possible"),
                            ("stat", "at once"),
                        ],
                        default="routine",
                        max_length=8,
                    ),
                ),
                ("authored_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "decision_note",
                    models.TextField(blank=True, help_text="What the patient is told of a decline or a referral."),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="intake.patient",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_requests",
                        to="providers.healthcareservice",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-authored_at", "id"], name="consultations_request_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "active", "on-hold", "completed", "revoked"])),
                        name="consultations_servicerequest_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("priority__in", ["routine", "urgent", "asap", "stat"])),
                        name="consultations_servicerequest_priority_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                            models.Q(("submitted_at__isnull", True), ("submitted_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_servicerequest_submission_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("draft", "active", "on-hold"))),
                        fields=("patient", "service"),
                        name="consultations_servicerequest_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["active", "on-hold", "completed"]), _negated=True),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="consultations_servicerequest_active_was_submitted",
                    ),
                ],
            },
        ),
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
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="communication_preference",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("quiet_from", models.F("quiet_until")), _negated=True),
                        name="consultations_preference_quiet_has_length",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("emergency", "emergency"),
                            ("urgent", "urgent"),
                            ("caution", "caution"),
                            ("information", "information"),
                        ],
                        max_length=16,
                    ),
                ),
                ("chain", models.JSONField()),
                ("began_at", models.DateTimeField()),
                ("next_step", models.PositiveSmallIntegerField(default=0)),
                (
                    "next_due_at",
                    models.DateTimeField(help_text="Empty after the last step, and when it has ended.", null=True),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "end_reason",
                    models.CharField(blank=True, choices=[("acknowledged", "acknowledged by name")], max_length=16),
                ),
                (
                    "flag",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="escalation", to="intake.flag"
                    ),
                ),
                (
                    "response",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="intake.questionnaireresponse",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.flagrule"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.healthcareservice"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_due_at__isnull", False)),
                        fields=["next_due_at"],
                        name="consultations_escalation_due",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["service", "began_at"],
                        name="consultations_escalation_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("response", "rule"),
                        name="consultations_escalation_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["emergency", "urgent", "caution", "information"])),
                        name="consultations_escalation_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ("emergency", "urgent"))),
                        name="consultations_escalation_needs_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at__isnull", True)),
                            models.Q(
                                ("end_reason__in", ["acknowledged"]),
                                ("ended_at__isnull", False),
                                ("next_due_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="consultations_escalation_end_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OnCall",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="From the first instant until, not with, the last."
                    ),
                ),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="on_call", to="providers.practitioner"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="on_call",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_oncall_cancellation_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("during__isempty", False), ("during__lower_inf", False), ("during__upper_inf", False)
                        ),
                        name="consultations_oncall_has_both_ends",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("cancelled_at__isnull", True)),
                        expressions=[(config.core.constraints.UuidRange("service"), "&&"), ("during", "&&")],
                        name="consultations_oncall_never_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainStep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("on-call", "clinician on call"),
                            ("supervisor", "supervisor"),
                            ("clinic-phone", "clinic phone"),
                        ],
                        max_length=16,
                    ),
                ),
                ("emergency_minutes", models.PositiveSmallIntegerField()),
                ("urgent_minutes", models.PositiveSmallIntegerField()),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chain",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "position"), name="consultations_chainstep_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["on-call", "supervisor", "clinic-phone"])),
                        name="consultations_chainstep_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("emergency_minutes__range", (1, 1440)), ("urgent_minutes__range", (1, 1440))
                        ),
                        name="consultations_chainstep_waits_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("began_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="providers.practitioner"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("practitioner",),
                        name="consultations_shift_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            models.Q(("ended_at__gte", models.F("began_at")), ("paused_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_shift_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageRule",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("visit-in-a-day", "reminder a day ahead, with an answer asked for"),
                            ("visit-in-an-hour", "reminder shortly before the visit"),
                            ("intake-unfinished", "questions are not finished"),
                            ("no-show-follow-up", "no new time since a missed visit"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "minutes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(5),
                                django.core.validators.MaxValueValidator(43200),
                            ]
                        ),
                        blank=True,
                        help_text="Minutes, separated by commas: 1440 is a day, 60 an hour. Empty: this is never sent.",
                        size=5,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_rules",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("service", "kind"), name="consultations_messagerule_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["visit-in-a-day", "visit-in-an-hour", "intake-unfinished", "no-show-follow-up"],
                            )
                        ),
                        name="consultations_messagerule_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentWatch",
            fields=[],
            options={
                "proxy": True,
            },
            bases=("intake.consent",),
        ),
        migrations.CreateModel(
            name="MessageWords",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("booking-confirmed", "booking confirmed"),
                            ("booking-moved", "booking moved"),
                            ("booking-cancelled", "booking cancelled"),
                            ("visit-to-move", "visit needs another time"),
                            ("visit-in-a-day", "visit in 24 hours"),
                            ("visit-in-an-hour", "visit in an hour"),
                            ("clinician-asks", "clinician asks something"),
                            ("review-decided", "review decided"),
                            ("safety-flag", "safety flag for clinicians"),
                            ("measure-due", "follow-up questions are due"),
                            ("care-plan-ready", "care plan is ready"),
                            ("visit-missed", "visit was missed"),
                            ("intake-unfinished", "questions are not finished"),
                            ("no-show-follow-up", "no new time since a missed visit"),
                            ("clinician-running-late", "clinician is running late"),
                            ("waitlist-offer", "a time has become free"),
                            ("ask-nudge", "clinician waits for an answer"),
                            ("ask-expired", "question was not answered"),
                            ("activity-due", "step of the care plan is due"),
                            ("review-due", "review is due, for clinicians"),
                            ("escalation", "nobody has looked, for who is next"),
                            ("licence-expiring", "license expires, for clinicians and administrators"),
                            ("security-notice", "account has changed"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "for_staff",
                    models.BooleanField(
                        default=False, help_text="Some kinds say something else to those who work here."
                    ),
                ),
                ("channel", models.CharField(choices=[("email", "e-mail"), ("sms", "text message")], max_length=8)),
                ("language", models.CharField(max_length=8)),
                ("version", models.PositiveIntegerField()),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField(blank=True)),
                (
                    "is_shipped",
                    models.BooleanField(
                        default=False, help_text="From here on the words of the product are used again."
                    ),
                ),
                ("written_at", models.DateTimeField()),
                (
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="message_words",
                        to="providers.healthcareservice",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "for_staff", "channel", "language", "service", "version"),
                        name="consultations_messagewords_version_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "booking-confirmed",
                                    "booking-moved",
                                    "booking-cancelled",
                                    "visit-to-move",
                                    "visit-in-a-day",
                                    "visit-in-an-hour",
                                    "clinician-asks",
                                    "review-decided",
                                    "safety-flag",
                                    "measure-due",
                                    "care-plan-ready",
                                    "visit-missed",
                                    "intake-unfinished",
                                    "no-show-follow-up",
                                    "clinician-running-late",
                                    "waitlist-offer",
                                    "ask-nudge",
                                    "ask-expired",
                                    "activity-due",
                                    "review-due",
                                    "escalation",
                                    "licence-expiring",
                                    "security-notice",
                                ],
                            )
                        ),
                        name="consultations_messagewords_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms"])),
                        name="consultations_messagewords_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body", ""), ("is_shipped", True), ("subject", "")),
                            models.Q(("is_shipped", False), models.Q(("body", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="consultations_messagewords_has_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gt", 0)), name="consultations_messagewords_counts_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("booked", "booked"),
                            ("checked-in", "checked in"),
                            ("arrived", "in the visit"),
                            ("fulfilled", "done"),
                            ("cancelled", "cancelled"),
                            ("noshow", "missed"),
                        ],
                        default="booked",
                        max_length=16,
                    ),
                ),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("patient_state", models.CharField(max_length=2)),
                (
                    "time_zone",
                    timezone_field.fields.TimeZoneField(
                        help_text="The practitioner's zone when the time was promised."
                    ),
                ),
                (
                    "local_start",
                    models.CharField(help_text="Wall clock in that zone, YYYY-MM-DDTHH:MM.", max_length=16),
                ),
                ("tzdata_version", models.CharField(max_length=16)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("reschedules", models.PositiveSmallIntegerField(default=0)),
                ("checked_in_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=300)),
                ("override_reason", models.CharField(blank=True, max_length=300)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "checked_in_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="intake.patient"
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="providers.practitioner",
                    ),
                ),
                (
                    "slot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appointment", to="providers.slot"
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="consultations.servicerequest",
                    ),
                ),
                (
                    "move_asked_at",
                    models.DateTimeField(help_text="When the clinic asked the patient for another time.", null=True),
                ),
                (
                    "move_asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "minutes_late",
                    models.PositiveSmallIntegerField(default=0, help_text="As the clinician told the patient."),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["practitioner", "start_at", "id"], name="consultations_appt_day"),
                    models.Index(fields=["patient", "-start_at", "id"], name="consultations_appt_patient"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["booked", "checked-in", "arrived", "fulfilled", "cancelled", "noshow"])
                        ),
                        name="consultations_appointment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_in_at__isnull", False), ("checked_in_by__isnull", False)),
                            models.Q(("checked_in_at__isnull", True), ("checked_in_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_appointment_check_in_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                            models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_appointment_cancellation_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end_at__gt", models.F("start_at"))),
                        name="consultations_appointment_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("during__endswith", models.F("end_at")), ("during__startswith", models.F("start_at"))
                        ),
                        name="consultations_appointment_during_is_start_to_end",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ("booked", "checked-in", "arrived"))),
                        expressions=[(config.core.constraints.UuidRange("patient"), "&&"), ("during", "&&")],
                        name="consultations_appointment_patient_never_twice",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("booked", "checked-in", "arrived"))),
                        fields=("service_request",),
                        name="consultations_appointment_one_live_per_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("move_asked_at__isnull", False), ("move_asked_by__isnull", False)),
                            models.Q(("move_asked_at__isnull", True), ("move_asked_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_appointment_move_asked_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Communication",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("subject_type", models.CharField(max_length=64)),
                ("subject_id", models.UUIDField()),
                ("subject_revision", models.PositiveIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("booking-confirmed", "booking confirmed"),
                            ("booking-moved", "booking moved"),
                            ("booking-cancelled", "booking cancelled"),
                            ("visit-to-move", "visit needs another time"),
                            ("visit-in-a-day", "visit in 24 hours"),
                            ("visit-in-an-hour", "visit in an hour"),
                            ("clinician-asks", "clinician asks something"),
                            ("review-decided", "review decided"),
                            ("safety-flag", "safety flag for clinicians"),
                            ("measure-due", "follow-up questions are due"),
                            ("care-plan-ready", "care plan is ready"),
                            ("visit-missed", "visit was missed"),
                            ("intake-unfinished", "questions are not finished"),
                            ("no-show-follow-up", "no new time since a missed visit"),
                            ("clinician-running-late", "clinician is running late"),
                            ("waitlist-offer", "a time has become free"),
                            ("ask-nudge", "clinician waits for an answer"),
                            ("ask-expired", "question was not answered"),
                            ("activity-due", "step of the care plan is due"),
                            ("review-due", "review is due, for clinicians"),
                            ("escalation", "nobody has looked, for who is next"),
                            ("licence-expiring", "license expires, for clinicians and administrators"),
                            ("security-notice", "account has changed"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "e-mail"), ("sms", "text message")], default="email", max_length=8
                    ),
                ),
                ("occurrence", models.CharField(default="once", max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("preparation", "planned"),
                            ("in-progress", "being sent"),
                            ("completed", "sent"),
                            ("not-done", "not sent"),
                            ("stopped", "no longer needed"),
                            ("unknown", "outcome unknown"),
                        ],
                        default="preparation",
                        max_length=16,
                    ),
                ),
                ("status_reason", models.CharField(blank=True, max_length=64)),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("token", models.UUIDField(null=True)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("dialled_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("provider_message_id", models.CharField(blank=True, max_length=200)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="communications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ideal_at",
                    models.DateTimeField(help_text="When it is wanted, whatever the quiet hours say.", null=True),
                ),
                (
                    "delivered_at",
                    models.DateTimeField(help_text="As the carrier tells; mail servers do not.", null=True),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="communications",
                        to="consultations.servicerequest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "preparation")),
                        fields=["due_at", "id"],
                        name="consultations_comm_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "in-progress")),
                        fields=["lease_expires_at"],
                        name="consultations_comm_leases",
                    ),
                    models.Index(fields=["subject_id", "due_at"], name="consultations_comm_subject"),
                    models.Index(
                        condition=models.Q(("status", "preparation")),
                        fields=["recipient", "due_at"],
                        name="consultations_comm_recipient",
                    ),
                    models.Index(
                        condition=models.Q(("service_request__isnull", False)),
                        fields=["service_request"],
                        name="consultations_comm_case",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("subject_id", "kind", "channel", "occurrence", "recipient"),
                        name="consultations_communication_planned_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["preparation", "in-progress", "completed", "not-done", "stopped", "unknown"],
                            )
                        ),
                        name="consultations_communication_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms"])),
                        name="consultations_communication_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_expires_at__isnull", False), ("status", "in-progress"), ("token__isnull", False)
                            ),
                            models.Q(
                                models.Q(("status", "in-progress"), _negated=True), ("lease_expires_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="consultations_communication_lease_while_sending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("status", "completed")),
                            models.Q(models.Q(("status", "completed"), _negated=True), ("sent_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_communication_sent_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "booking-confirmed",
                                    "booking-moved",
                                    "booking-cancelled",
                                    "visit-to-move",
                                    "visit-in-a-day",
                                    "visit-in-an-hour",
                                    "clinician-asks",
                                    "review-decided",
                                    "safety-flag",
                                    "measure-due",
                                    "care-plan-ready",
                                    "visit-missed",
                                    "intake-unfinished",
                                    "no-show-follow-up",
                                    "clinician-running-late",
                                    "waitlist-offer",
                                    "ask-nudge",
                                    "ask-expired",
                                    "activity-due",
                                    "review-due",
                                    "escalation",
                                    "licence-expiring",
                                    "security-notice",
                                ],
                            )
                        ),
                        name="consultations_communication_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewTask",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("state", models.CharField(max_length=2)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ready", "waiting for a clinician"),
                            ("in-progress", "with a clinician"),
                            ("on-hold", "waiting for the patient"),
                            ("completed", "reviewed"),
                            ("cancelled", "withdrawn"),
                        ],
                        default="ready",
                        max_length=16,
                    ),
                ),
                ("tier", models.PositiveSmallIntegerField(help_text="0 emergency, 1 urgent, 2 by due time.")),
                ("due_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(null=True)),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("fence", models.PositiveIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "accepted"), ("declined", "declined"), ("referred", "referred")],
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("referred_to", models.CharField(blank=True, max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_tasks",
                        to="providers.practitioner",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.healthcareservice",
                    ),
                ),
                (
                    "service_request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_task",
                        to="consultations.servicerequest",
                    ),
                ),
                ("first_claimed_at", models.DateTimeField(null=True)),
                (
                    "reserved_for",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserved_tasks",
                        to="providers.practitioner",
                    ),
                ),
                ("reserved_until", models.DateTimeField(null=True)),
                (
                    "queue_at",
                    models.GeneratedField(
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
                (
                    "handover",
                    models.TextField(blank=True, help_text="Words of a colleague for whoever takes the case next."),
                ),
                ("overdue_at", models.DateTimeField(help_text="When the due time was seen to have passed.", null=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Whose decision waits for a second name; they never give it themselves.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.practitioner",
                    ),
                ),
                (
                    "proposed_outcome",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "accepted"), ("declined", "declined"), ("referred", "referred")],
                        max_length=16,
                    ),
                ),
                (
                    "watch_at",
                    models.DateTimeField(help_text="When the tick looks: before the due time, then at it.", null=True),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "in-progress")),
                        fields=["lease_expires_at"],
                        name="consultations_task_leases",
                    ),
                    models.Index(
                        condition=models.Q(("status", "ready")),
                        fields=["service", "state", "queue_at", "created_at", "id"],
                        name="consultations_task_ready",
                    ),
                    models.Index(
                        condition=models.Q(("reserved_for__isnull", False), ("status", "ready")),
                        fields=["reserved_for"],
                        name="consultations_task_reserved",
                    ),
                    models.Index(
                        condition=models.Q(("watch_at__isnull", False)),
                        fields=["watch_at"],
                        name="consultations_task_watch",
                    ),
                    models.Index(
                        condition=models.Q(("first_claimed_at__isnull", False)),
                        fields=["service", "first_claimed_at"],
                        name="consultations_task_looks",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["ready", "in-progress", "on-hold", "completed", "cancelled"])
                        ),
                        name="consultations_reviewtask_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["", "accepted", "declined", "referred"])),
                        name="consultations_reviewtask_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_reviewtask_decision_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("claimed_at__isnull", False),
                                ("lease_expires_at__isnull", False),
                                ("owner__isnull", False),
                                ("status", "in-progress"),
                            ),
                            models.Q(
                                models.Q(("status", "in-progress"), _negated=True), ("lease_expires_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="consultations_reviewtask_lease_while_in_progress",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("status", "completed"),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            models.Q(models.Q(("status", "completed"), _negated=True), ("decided_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_reviewtask_decided_when_completed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reserved_for__isnull", False), ("reserved_until__isnull", False)),
                            models.Q(("reserved_for__isnull", True), ("reserved_until__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_reviewtask_reservation_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_at__isnull", False), ("proposed_by__isnull", False)),
                            models.Q(("proposed_at__isnull", True), ("proposed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_reviewtask_proposal_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_at__isnull", True), ("proposed_outcome", "")),
                            models.Q(
                                ("proposed_at__isnull", False),
                                ("proposed_outcome__in", ["accepted", "declined", "referred"]),
                            ),
                            _connector="OR",
                        ),
                        name="consultations_reviewtask_proposed_outcome_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommunicationRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "waiting for an answer"),
                            ("completed", "answered"),
                            ("revoked", "no longer needed"),
                        ],
                        default="active",
                        max_length=16,
                    ),
                ),
                ("message", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asks",
                        to="consultations.servicerequest",
                    ),
                ),
                ("expired_at", models.DateTimeField(null=True)),
                (
                    "expires_at",
                    models.DateTimeField(help_text="When the clinician goes on without an answer.", null=True),
                ),
                ("nudge_at", models.DateTimeField(help_text="When the patient is reminded next.", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "active")), fields=["nudge_at"], name="consultations_ask_nudges"
                    ),
                    models.Index(
                        condition=models.Q(("status", "active")), fields=["expires_at"], name="consultations_ask_ends"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "completed", "revoked"])),
                        name="consultations_communicationrequest_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_communicationrequest_answer_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "active")),
                        fields=("service_request",),
                        name="consultations_communicationrequest_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expired_at__isnull", True), ("status", "revoked"), _connector="OR"),
                        name="consultations_communicationrequest_expired_is_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EscalationStep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("on-call", "clinician on call"),
                            ("supervisor", "supervisor"),
                            ("clinic-phone", "clinic phone"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("told", "told"),
                            ("nobody", "nobody to tell"),
                            ("to-ring", "somebody at the clinic is to ring"),
                        ],
                        max_length=16,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("fired_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField(help_text="When the next step comes, or would.")),
                ("done_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="consultations.escalation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("escalation", "position"), name="consultations_escalationstep_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["on-call", "supervisor", "clinic-phone"])),
                        name="consultations_escalationstep_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["told", "nobody", "to-ring"])),
                        name="consultations_escalationstep_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_escalationstep_call_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "to-ring"), ("done_at__isnull", True), _connector="OR"),
                        name="consultations_escalationstep_only_calls_are_made",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitlistEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("not_before", models.DateTimeField(null=True)),
                ("before", models.DateTimeField(null=True)),
                ("notice_minutes", models.PositiveIntegerField(default=120)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for a time"),
                            ("booked", "took an offered time"),
                            ("left", "left the list"),
                            ("closed", "case is over, or the last day has passed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "joined_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist_entries",
                        to="intake.patient",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        help_text="Empty: anybody.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.practitioner",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist_entries",
                        to="consultations.servicerequest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["joined_at", "id"],
                        name="consultations_waitlist_order",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "booked", "left", "closed"])),
                        name="consultations_waitlistentry_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("service_request",),
                        name="consultations_waitlistentry_case_waits_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("status", "waiting")),
                            models.Q(models.Q(("status", "waiting"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="consultations_waitlistentry_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("not_before__isnull", True),
                            ("before__isnull", True),
                            ("before__gt", models.F("not_before")),
                            _connector="OR",
                        ),
                        name="consultations_waitlistentry_days_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Encounter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("arrived", "patient is here"),
                            ("in-progress", "going on"),
                            ("finished", "finished"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        max_length=16,
                    ),
                ),
                (
                    "patient_state",
                    models.CharField(help_text="Where the patient said they are at check-in.", max_length=2),
                ),
                ("identity_confirmed", models.BooleanField(default=False)),
                ("began_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encounter",
                        to="consultations.appointment",
                    ),
                ),
                (
                    "began_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "finished_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["planned", "arrived", "in-progress", "finished", "cancelled"])
                        ),
                        name="consultations_encounter_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("began_at__isnull", False), ("began_by__isnull", False)),
                            models.Q(("began_at__isnull", True), ("began_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_encounter_begin_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("finished_by__isnull", False)),
                            models.Q(("finished_at__isnull", True), ("finished_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_encounter_finish_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "in-progress"), _negated=True),
                            ("began_at__isnull", False),
                            _connector="OR",
                        ),
                        name="consultations_encounter_begun_when_in_progress",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "finished"), _negated=True),
                            models.Q(("began_at__isnull", False), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="consultations_encounter_whole_when_finished",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupportingInfo",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("position", models.PositiveSmallIntegerField()),
                ("required", models.BooleanField(default=True)),
                (
                    "questionnaire_response",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supporting_info",
                        to="intake.questionnaireresponse",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="supporting_info",
                        to="consultations.servicerequest",
                    ),
                ),
                (
                    "ask",
                    models.ForeignKey(
                        help_text="The clinician's message that asks for it; none for what the service asks.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="consultations.communicationrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service_request", "position"), name="consultations_supportinginfo_position_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AttendanceReply",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("revision", models.PositiveIntegerField()),
                (
                    "answer",
                    models.CharField(
                        choices=[("accepted", "will come"), ("tentative", "asks for another time")], max_length=12
                    ),
                ),
                ("replied_at", models.DateTimeField()),
                (
                    "appointment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="consultations.appointment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("appointment", "revision", "answer"), name="consultations_reply_each_answer_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["accepted", "tentative"])),
                        name="consultations_reply_answer_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewNote",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("text", models.TextField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="consultations.reviewtask"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("task", "author"), name="consultations_reviewnote_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitlistOffer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "waiting for an answer"),
                            ("accepted", "taken"),
                            ("declined", "declined"),
                            ("expired", "not answered in time"),
                            ("withdrawn", "no longer there"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="consultations.waitlistentry",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="waitlist_offers", to="intake.patient"
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.practitioner"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="waitlist_offers", to="providers.slot"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["expires_at"], name="consultations_offer_expiry"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "accepted", "declined", "expired", "withdrawn"])),
                        name="consultations_waitlistoffer_status_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("patient",),
                        name="consultations_waitlistoffer_one_open_per_patient",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("slot",),
                        name="consultations_waitlistoffer_one_open_per_time",
                    ),
                    models.UniqueConstraint(
                        fields=("entry", "practitioner", "start_at"), name="consultations_waitlistoffer_never_twice"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="consultations_waitlistoffer_ended_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__gt", models.F("offered_at")), ("expires_at__lt", models.F("start_at"))
                        ),
                        name="consultations_waitlistoffer_ends_before_the_visit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Determination",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[("in-progress", "draft"), ("completed", "signed")],
                        default="in-progress",
                        max_length=16,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("eligible", "may help"),
                            ("not-eligible", "not suitable"),
                            ("needs-data", "more information needed"),
                            ("refer", "refer elsewhere"),
                        ],
                        max_length=16,
                    ),
                ),
                ("criteria", models.JSONField(help_text="[{code, kind, text, source, finding, evidence, note}]")),
                ("rationale", models.TextField()),
                ("recorded_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("sha256", models.CharField(blank=True, help_text="Digest of what was signed.", max_length=64)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "protocol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consultations.determinationprotocol",
                    ),
                ),
                (
                    "encounter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="determinations",
                        to="consultations.encounter",
                    ),
                ),
                (
                    "service_request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="determinations",
                        to="consultations.servicerequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["in-progress", "completed"])),
                        name="consultations_determination_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["eligible", "not-eligible", "needs-data", "refer"])),
                        name="consultations_determination_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("recorded_at__isnull", False), ("recorded_by__isnull", False)),
                            models.Q(("recorded_at__isnull", True), ("recorded_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_determination_record_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                            models.Q(("signed_at__isnull", True), ("signed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_determination_signature_whole",
                    ),
                    models.UniqueConstraint(
                        fields=("encounter", "version"), name="consultations_determination_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", False), ("status", "completed")),
                            models.Q(("signed_at__isnull", True), ("status", "in-progress")),
                            _connector="OR",
                        ),
                        name="consultations_determination_signed_when_completed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("encounter__isnull", True)),
                        fields=("service_request", "version"),
                        name="consultations_determination_case_version_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CarePlan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("active", "signed and in force"),
                            ("completed", "completed"),
                            ("revoked", "replaced or stopped"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("description", models.TextField(blank=True)),
                ("instructions", models.TextField(blank=True, help_text="The therapy, in the clinician's words.")),
                ("recorded_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("review_on_date", models.DateField(null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="care_plans", to="intake.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "determination",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_plans",
                        to="consultations.determination",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consultations.plantemplate",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-recorded_at", "id"], name="consultations_careplan_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "active", "completed", "revoked"])),
                        name="consultations_careplan_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("recorded_at__isnull", False), ("recorded_by__isnull", False)),
                            models.Q(("recorded_at__isnull", True), ("recorded_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_careplan_record_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                            models.Q(("signed_at__isnull", True), ("signed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_careplan_signature_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", True), ("status", "draft")),
                            models.Q(models.Q(("status", "draft"), _negated=True), ("signed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="consultations_careplan_signed_unless_draft",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["draft", "active"])),
                        fields=("determination",),
                        name="consultations_careplan_one_per_determination",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("medication", "therapy"),
                            ("behavioral", "exercise"),
                            ("measure", "follow-up questions"),
                            ("visit", "follow-up visit"),
                            ("education", "something to read"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "planned"),
                            ("in-progress", "going on"),
                            ("completed", "done"),
                            ("cancelled", "stopped"),
                        ],
                        default="scheduled",
                        max_length=16,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("detail", models.TextField(blank=True)),
                ("schedule_text", models.CharField(blank=True, max_length=200)),
                (
                    "due_dates",
                    models.JSONField(default=list, help_text="Planned days, YYYY-MM-DD in the patient's zone."),
                ),
                ("questionnaire_url", models.CharField(blank=True, max_length=300)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "care_plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="consultations.careplan",
                    ),
                ),
                (
                    "next_due_date",
                    models.DateField(help_text="The first planned day whose questions are not open yet.", null=True),
                ),
                (
                    "schedule",
                    models.JSONField(
                        default=dict, help_text="{first_after_days, every_days, times}: days after the signature."
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_due_date__isnull", False)),
                        fields=["next_due_date", "id"],
                        name="consultations_activity_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["medication", "behavioral", "measure", "visit", "education"])),
                        name="consultations_activity_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["scheduled", "in-progress", "completed", "cancelled"])),
                        name="consultations_activity_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="consultations_activity_done_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("active", "active"),
                            ("completed", "reached"),
                            ("cancelled", "given up"),
                        ],
                        default="proposed",
                        max_length=16,
                    ),
                ),
                ("description", models.TextField()),
                ("measure", models.JSONField(default=dict, help_text="{loinc, title, target}: how it will be seen.")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "care_plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="goals", to="consultations.careplan"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["proposed", "active", "completed", "cancelled"])),
                        name="consultations_goal_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityOutcome",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("due_date", models.DateField()),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="consultations.activity",
                    ),
                ),
                (
                    "questionnaire_response",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activity_outcome",
                        to="intake.questionnaireresponse",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("activity", "due_date"), name="consultations_activityoutcome_day_once"
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="determinationprotocol",
            trigger=pgtrigger.compiler.Trigger(
                name="determinationprotocol_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((TRUE) AND (OLD."service_id" IS DISTINCT FROM NEW."service_id" OR OLD."code" IS DISTINCT FROM NEW."code" OR OLD."version" IS DISTINCT FROM NEW."version" OR OLD."criteria" IS DISTINCT FROM NEW."criteria"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="01f8be6ced87823e2bd0a8555522638c879edabf",
                    operation="UPDATE",
                    pgid="pgtrigger_determinationprotocol_fixed_c37ad",
                    table="consultations_determinationprotocol",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="determination",
            trigger=pgtrigger.compiler.Trigger(
                name="determination_signed_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" = 'completed')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9395595581cdde7ceffab41fa0f927cdbb15762e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_determination_signed_fixed_66672",
                    table="consultations_determination",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careplan",
            trigger=pgtrigger.compiler.Trigger(
                name="careplan_signed_words_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((OLD.signed_at IS NOT NULL) AND (OLD."determination_id" IS DISTINCT FROM NEW."determination_id" OR OLD."patient_id" IS DISTINCT FROM NEW."patient_id" OR OLD."title" IS DISTINCT FROM NEW."title" OR OLD."description" IS DISTINCT FROM NEW."description" OR OLD."instructions" IS DISTINCT FROM NEW."instructions" OR OLD."signed_at" IS DISTINCT FROM NEW."signed_at" OR OLD."signed_by_id" IS DISTINCT FROM NEW."signed_by_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="35e557f784a334e8daf33d934f079f3a32730d95",
                    operation="UPDATE",
                    pgid="pgtrigger_careplan_signed_words_fixed_69fac",
                    table="consultations_careplan",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="careplan",
            trigger=pgtrigger.compiler.Trigger(
                name="careplan_signed_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.signed_at IS NOT NULL)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="4e04df85ae6c42618ac51d275f4c3e553fcf378b",
                    operation="DELETE",
                    pgid="pgtrigger_careplan_signed_kept_167e8",
                    table="consultations_careplan",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalation",
            trigger=pgtrigger.compiler.Trigger(
                name="escalation_subject_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((TRUE) AND (OLD."flag_id" IS DISTINCT FROM NEW."flag_id" OR OLD."response_id" IS DISTINCT FROM NEW."response_id" OR OLD."rule_id" IS DISTINCT FROM NEW."rule_id" OR OLD."service_id" IS DISTINCT FROM NEW."service_id" OR OLD."chain" IS DISTINCT FROM NEW."chain"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="17444ead003e6bff6ae855a9a69b04114fd062b1",
                    operation="UPDATE",
                    pgid="pgtrigger_escalation_subject_fixed_e9cac",
                    table="consultations_escalation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalation",
            trigger=pgtrigger.compiler.Trigger(
                name="escalation_end_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((OLD.ended_at IS NOT NULL) AND (OLD."ended_at" IS DISTINCT FROM NEW."ended_at" OR OLD."end_reason" IS DISTINCT FROM NEW."end_reason" OR OLD."next_step" IS DISTINCT FROM NEW."next_step"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="22957096a9d5a7322db5722f2d2657c23a48f7bb",
                    operation="UPDATE",
                    pgid="pgtrigger_escalation_end_fixed_ea7d7",
                    table="consultations_escalation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalation",
            trigger=pgtrigger.compiler.Trigger(
                name="escalation_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (TRUE)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="624f7729783f700bfe613a94e3d9f33bbfc5fe37",
                    operation="DELETE",
                    pgid="pgtrigger_escalation_kept_00449",
                    table="consultations_escalation",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalationstep",
            trigger=pgtrigger.compiler.Trigger(
                name="escalationstep_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((TRUE) AND (OLD."escalation_id" IS DISTINCT FROM NEW."escalation_id" OR OLD."position" IS DISTINCT FROM NEW."position" OR OLD."kind" IS DISTINCT FROM NEW."kind" OR OLD."outcome" IS DISTINCT FROM NEW."outcome" OR OLD."due_at" IS DISTINCT FROM NEW."due_at" OR OLD."fired_at" IS DISTINCT FROM NEW."fired_at" OR OLD."answer_by" IS DISTINCT FROM NEW."answer_by"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3792865bbfe0198af8cd0eab945ad09aa84a9522",
                    operation="UPDATE",
                    pgid="pgtrigger_escalationstep_fixed_690a0",
                    table="consultations_escalationstep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalationstep",
            trigger=pgtrigger.compiler.Trigger(
                name="escalationstep_call_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((OLD.done_at IS NOT NULL) AND (OLD."done_at" IS DISTINCT FROM NEW."done_at" OR OLD."done_by_id" IS DISTINCT FROM NEW."done_by_id" OR OLD."note" IS DISTINCT FROM NEW."note"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ab1ae8d830048fe9154f3f99c3f398758507d51c",
                    operation="UPDATE",
                    pgid="pgtrigger_escalationstep_call_fixed_4bc47",
                    table="consultations_escalationstep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalationstep",
            trigger=pgtrigger.compiler.Trigger(
                name="escalationstep_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (TRUE)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="772d614b34eb909c4a53afec458fc6963c44ff71",
                    operation="DELETE",
                    pgid="pgtrigger_escalationstep_kept_e3082",
                    table="consultations_escalationstep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="escalationstep",
            trigger=pgtrigger.compiler.Trigger(
                name="escalationstep_while_open",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE over timestamptz;",
                    func="\n                    SELECT ended_at INTO over FROM consultations_escalation\n                     WHERE id = NEW.escalation_id FOR NO KEY UPDATE;\n                    IF over IS NOT NULL THEN\n                        RAISE EXCEPTION 'No step is taken after the end of an escalation.'\n                              USING ERRCODE = 'integrity_constraint_violation';\n                    END IF;\n                    RETURN NEW;\n                ",
                    hash="ccb3c40886504fafc39a251194b62943acf55256",
                    operation="INSERT",
                    pgid="pgtrigger_escalationstep_while_open_772f2",
                    table="consultations_escalationstep",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="oncall",
            trigger=pgtrigger.compiler.Trigger(
                name="oncall_who_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((TRUE) AND (OLD."service_id" IS DISTINCT FROM NEW."service_id" OR OLD."practitioner_id" IS DISTINCT FROM NEW."practitioner_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="ddd232066e0a0212b1347190469978718a4e4471",
                    operation="UPDATE",
                    pgid="pgtrigger_oncall_who_fixed_8c63b",
                    table="consultations_oncall",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="oncall",
            trigger=pgtrigger.compiler.Trigger(
                name="oncall_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (TRUE)",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="77c29653a515fc5c0bd5af5a1e98dd159a4caf3a",
                    operation="DELETE",
                    pgid="pgtrigger_oncall_kept_03c6b",
                    table="consultations_oncall",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistoffer",
            trigger=pgtrigger.compiler.Trigger(
                name="waitlistoffer_ends_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((OLD.status <> \'open\') AND (OLD."status" IS DISTINCT FROM NEW."status"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="fa8743bf1e7bbd1d58b93285121293c4c5625d5c",
                    operation="UPDATE",
                    pgid="pgtrigger_waitlistoffer_ends_once_39deb",
                    table="consultations_waitlistoffer",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="determination",
            trigger=pgtrigger.compiler.Trigger(
                name="determination_case_fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN ((TRUE) AND (OLD."service_request_id" IS DISTINCT FROM NEW."service_request_id" OR OLD."encounter_id" IS DISTINCT FROM NEW."encounter_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="7f1bd950cea0745ef212c48d2dcc76c0969edcad",
                    operation="UPDATE",
                    pgid="pgtrigger_determination_case_fixed_024f1",
                    table="consultations_determination",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="determination",
            trigger=pgtrigger.compiler.Trigger(
                name="determination_of_its_visit",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF NEW.encounter_id IS NULL AND NOT EXISTS (\n    SELECT 1 FROM consultations_servicerequest asked JOIN providers_healthcareservice service\n        ON service.id = asked.service_id\n    WHERE asked.id = NEW.service_request_id AND service.pathway = 'asynchronous'\n) OR NEW.encounter_id IS NOT NULL AND NOT EXISTS (\n    SELECT 1 FROM consultations_encounter met JOIN consultations_appointment visit ON visit.id = met.appointment_id\n    WHERE met.id = NEW.encounter_id AND visit.service_request_id = NEW.service_request_id\n) THEN\n    RAISE EXCEPTION 'determination_of_its_visit: a determination is of a visit of its case'\n        USING ERRCODE = 'integrity_constraint_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="304cbcbc39c707e484740c6d9b3bfa9b9cf964df",
                    operation="INSERT",
                    pgid="pgtrigger_determination_of_its_visit_70065",
                    table="consultations_determination",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentwatch",
            trigger=pgtrigger.compiler.Trigger(
                name="consent_withdrawn_voids_messages",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" = 'inactive' AND OLD.\"status\" = 'active')",
                    func="\nUPDATE consultations_communication AS planned\n   SET status = 'stopped', status_reason = 'consent-withdrawn', updated_at = NEW.withdrawn_at\n\n    FROM intake_patient AS person, consultations_servicerequest AS asked, intake_consentdocument_services AS covers\n    WHERE person.id = NEW.patient_id AND planned.recipient_id = person.user_id\n      AND asked.id = planned.service_request_id AND asked.patient_id = NEW.patient_id\n      AND covers.healthcareservice_id = asked.service_id AND covers.consentdocument_id = NEW.document_id\n      AND planned.kind IN ('activity-due', 'ask-nudge', 'booking-confirmed', 'booking-moved', 'care-plan-ready', 'clinician-asks', 'clinician-running-late', 'intake-unfinished', 'licence-expiring', 'measure-due', 'no-show-follow-up', 'review-due', 'visit-in-a-day', 'visit-in-an-hour', 'visit-missed', 'visit-to-move', 'waitlist-offer')\n AND planned.status = 'preparation' AND NOT EXISTS (\n    SELECT 1 FROM intake_consent AS held JOIN intake_consentdocument AS text ON text.id = held.document_id\n    WHERE held.patient_id = NEW.patient_id AND held.status = 'active' AND text.slug = (SELECT slug FROM intake_consentdocument WHERE id = NEW.document_id)\n);\nRETURN NULL;\n",
                    hash="081515d0c90bdea7b5016791390b5c68e5312744",
                    operation="UPDATE",
                    pgid="pgtrigger_consent_withdrawn_voids_messages_5f135",
                    table="intake_consent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="consentwatch",
            trigger=pgtrigger.compiler.Trigger(
                name="consent_renewed_renews_messages",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NEW.\"status\" = 'active')",
                    func="\nUPDATE consultations_communication AS planned\n   SET status = 'preparation', status_reason = '', updated_at = NEW.signed_at\n\n    FROM intake_patient AS person, consultations_servicerequest AS asked, intake_consentdocument_services AS covers\n    WHERE person.id = NEW.patient_id AND planned.recipient_id = person.user_id\n      AND asked.id = planned.service_request_id AND asked.patient_id = NEW.patient_id\n      AND covers.healthcareservice_id = asked.service_id AND covers.consentdocument_id = NEW.document_id\n      AND planned.kind IN ('activity-due', 'ask-nudge', 'booking-confirmed', 'booking-moved', 'care-plan-ready', 'clinician-asks', 'clinician-running-late', 'intake-unfinished', 'licence-expiring', 'measure-due', 'no-show-follow-up', 'review-due', 'visit-in-a-day', 'visit-in-an-hour', 'visit-missed', 'visit-to-move', 'waitlist-offer')\n AND planned.status = 'stopped' AND planned.status_reason = 'consent-withdrawn'\n  AND (planned.due_at > NEW.signed_at OR planned.expires_at > NEW.signed_at)\n  AND NOT EXISTS (\n    SELECT 1 FROM intake_consent AS lost\n      JOIN intake_consentdocument AS gone ON gone.id = lost.document_id\n      JOIN intake_consentdocument_services AS needs ON needs.consentdocument_id = gone.id\n    WHERE lost.patient_id = NEW.patient_id AND lost.status = 'inactive'\n      AND needs.healthcareservice_id = asked.service_id AND NOT EXISTS (\n    SELECT 1 FROM intake_consent AS held JOIN intake_consentdocument AS text ON text.id = held.document_id\n    WHERE held.patient_id = NEW.patient_id AND held.status = 'active' AND text.slug = gone.slug\n)\n  );\nRETURN NULL;\n",
                    hash="a4e4946acf576ee1715ea1acc00454ed50e45e7b",
                    operation="INSERT",
                    pgid="pgtrigger_consent_renewed_renews_messages_6d88e",
                    table="intake_consent",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagewords",
            trigger=pgtrigger.compiler.Trigger(
                name="messagewords_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="11f3ee434fa88ebac05bc4fea437babc00df63fa",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_messagewords_append_only_1d203",
                    table="consultations_messagewords",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(
            sql="\nCREATE OR REPLACE FUNCTION consultations_take_best(\n    _owner uuid, _today date, _behind text[], _now timestamptz, _until timestamptz, _service uuid\n) RETURNS TABLE (task consultations_reviewtask, former text) LANGUAGE plpgsql AS $body$BEGIN\nRETURN QUERY\nWITH pair AS MATERIALIZED (\n    SELECT DISTINCT role.service_id, licence.jurisdiction AS state\n      FROM providers_practitionerrole AS role\n      JOIN providers_healthcareservice AS service ON service.id = role.service_id\n      JOIN providers_qualification AS licence USING (practitioner_id)\n     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there\n     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'\n       AND (service.licence_kinds = '{}' OR licence.kind = ANY (service.licence_kinds))\n       AND licence.valid_from <= there.today AND (licence.valid_until IS NULL OR licence.valid_until >= there.today)\n       AND (_service IS NULL OR role.service_id = _service)\n), top AS MATERIALIZED (\n    SELECT pair.service_id, pair.state\n      FROM pair CROSS JOIN LATERAL (\n        SELECT queue_at, created_at\n          FROM consultations_reviewtask\n         WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'\n           AND proposed_by_id IS DISTINCT FROM _owner\n           AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)\n         ORDER BY queue_at, created_at, id\n         LIMIT 1) AS first\n     ORDER BY first.queue_at, first.created_at\n     LIMIT 4\n), candidate AS MATERIALIZED (\n    (SELECT head.id, head.queue_at AS place, head.created_at\n       FROM top AS pair CROSS JOIN LATERAL (\n         SELECT id, queue_at, created_at\n           FROM consultations_reviewtask\n          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'\n            AND proposed_by_id IS DISTINCT FROM _owner\n            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)\n          ORDER BY queue_at, created_at, id\n          LIMIT 4) AS head\n      ORDER BY place, created_at\n      LIMIT 8)\n    UNION ALL\n    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at\n      FROM consultations_reviewtask AS own JOIN pair USING (service_id, state)\n     WHERE own.reserved_for_id = _owner AND own.status = 'ready' AND own.reserved_until > _now\n    UNION ALL\n    SELECT ended.id, ended.queue_at, ended.created_at\n      FROM consultations_reviewtask AS ended JOIN pair USING (service_id, state)\n     WHERE ended.status = 'in-progress' AND ended.lease_expires_at <= _now\n), best AS MATERIALIZED (\n    SELECT waiting.id, waiting.status AS former\n      FROM candidate JOIN consultations_reviewtask AS waiting USING (id)\n     WHERE (waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now))\n       AND waiting.proposed_by_id IS DISTINCT FROM _owner\n     ORDER BY candidate.place, candidate.created_at, waiting.id\n     LIMIT 1\n       FOR NO KEY UPDATE OF waiting SKIP LOCKED\n)\nUPDATE consultations_reviewtask AS taken\n   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,\n       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,\n       reserved_until = NULL, updated_at = _now\n  FROM best WHERE taken.id = best.id\nRETURNING taken, best.former::text;\nIF FOUND THEN\n    RETURN;\nEND IF;\nRETURN QUERY\nWITH pair AS MATERIALIZED (\n    SELECT DISTINCT role.service_id, licence.jurisdiction AS state\n      FROM providers_practitionerrole AS role\n      JOIN providers_healthcareservice AS service ON service.id = role.service_id\n      JOIN providers_qualification AS licence USING (practitioner_id)\n     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there\n     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'\n       AND (service.licence_kinds = '{}' OR licence.kind = ANY (service.licence_kinds))\n       AND licence.valid_from <= there.today AND (licence.valid_until IS NULL OR licence.valid_until >= there.today)\n       AND (_service IS NULL OR role.service_id = _service)\n), top AS MATERIALIZED (\n    SELECT pair.service_id, pair.state\n      FROM pair CROSS JOIN LATERAL (\n        SELECT queue_at, created_at\n          FROM consultations_reviewtask\n         WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'\n           AND proposed_by_id IS DISTINCT FROM _owner\n           AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)\n         ORDER BY queue_at, created_at, id\n         LIMIT 1) AS first\n     ORDER BY first.queue_at, first.created_at\n     LIMIT 64\n), candidate AS MATERIALIZED (\n    (SELECT head.id, head.queue_at AS place, head.created_at\n       FROM top AS pair CROSS JOIN LATERAL (\n         SELECT id, queue_at, created_at\n           FROM consultations_reviewtask\n          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'\n            AND proposed_by_id IS DISTINCT FROM _owner\n            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)\n          ORDER BY queue_at, created_at, id\n          LIMIT 64) AS head\n      ORDER BY place, created_at\n      LIMIT 128)\n    UNION ALL\n    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at\n      FROM consultations_reviewtask AS own JOIN pair USING (service_id, state)\n     WHERE own.reserved_for_id = _owner AND own.status = 'ready' AND own.reserved_until > _now\n    UNION ALL\n    SELECT ended.id, ended.queue_at, ended.created_at\n      FROM consultations_reviewtask AS ended JOIN pair USING (service_id, state)\n     WHERE ended.status = 'in-progress' AND ended.lease_expires_at <= _now\n), best AS MATERIALIZED (\n    SELECT waiting.id, waiting.status AS former\n      FROM candidate JOIN consultations_reviewtask AS waiting USING (id)\n     WHERE (waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now))\n       AND waiting.proposed_by_id IS DISTINCT FROM _owner\n     ORDER BY candidate.place, candidate.created_at, waiting.id\n     LIMIT 1\n       FOR NO KEY UPDATE OF waiting SKIP LOCKED\n)\nUPDATE consultations_reviewtask AS taken\n   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,\n       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,\n       reserved_until = NULL, updated_at = _now\n  FROM best WHERE taken.id = best.id\nRETURNING taken, best.former::text;\nIF FOUND THEN\n    RETURN;\nEND IF;\nRETURN QUERY\nWITH pair AS MATERIALIZED (\n    SELECT DISTINCT role.service_id, licence.jurisdiction AS state\n      FROM providers_practitionerrole AS role\n      JOIN providers_healthcareservice AS service ON service.id = role.service_id\n      JOIN providers_qualification AS licence USING (practitioner_id)\n     CROSS JOIN LATERAL (SELECT _today - (licence.jurisdiction = ANY (_behind))::int AS today) AS there\n     WHERE role.practitioner_id = _owner AND role.is_active AND licence.status = 'active'\n       AND (service.licence_kinds = '{}' OR licence.kind = ANY (service.licence_kinds))\n       AND licence.valid_from <= there.today AND (licence.valid_until IS NULL OR licence.valid_until >= there.today)\n       AND (_service IS NULL OR role.service_id = _service)\n), top AS MATERIALIZED (\n    SELECT pair.service_id, pair.state\n      FROM pair CROSS JOIN LATERAL (\n        SELECT queue_at, created_at\n          FROM consultations_reviewtask\n         WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'\n           AND proposed_by_id IS DISTINCT FROM _owner\n           AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)\n         ORDER BY queue_at, created_at, id\n         LIMIT 1) AS first\n     ORDER BY first.queue_at, first.created_at\n     LIMIT 1000\n), candidate AS MATERIALIZED (\n    (SELECT head.id, head.queue_at AS place, head.created_at\n       FROM top AS pair CROSS JOIN LATERAL (\n         SELECT id, queue_at, created_at\n           FROM consultations_reviewtask\n          WHERE service_id = pair.service_id AND state = pair.state AND status = 'ready'\n            AND proposed_by_id IS DISTINCT FROM _owner\n            AND (reserved_for_id IS NULL OR reserved_until <= _now OR tier = 0)\n          ORDER BY queue_at, created_at, id\n          LIMIT 1000) AS head\n      ORDER BY place, created_at\n      LIMIT 2000)\n    UNION ALL\n    SELECT own.id, LEAST(own.queue_at, own.due_at - make_interval(secs => 86400)), own.created_at\n      FROM consultations_reviewtask AS own JOIN pair USING (service_id, state)\n     WHERE own.reserved_for_id = _owner AND own.status = 'ready' AND own.reserved_until > _now\n    UNION ALL\n    SELECT ended.id, ended.queue_at, ended.created_at\n      FROM consultations_reviewtask AS ended JOIN pair USING (service_id, state)\n     WHERE ended.status = 'in-progress' AND ended.lease_expires_at <= _now\n), best AS MATERIALIZED (\n    SELECT waiting.id, waiting.status AS former\n      FROM candidate JOIN consultations_reviewtask AS waiting USING (id)\n     WHERE (waiting.status = 'ready' OR (waiting.status = 'in-progress' AND waiting.lease_expires_at <= _now))\n       AND waiting.proposed_by_id IS DISTINCT FROM _owner\n     ORDER BY candidate.place, candidate.created_at, waiting.id\n     LIMIT 1\n       FOR NO KEY UPDATE OF waiting SKIP LOCKED\n)\nUPDATE consultations_reviewtask AS taken\n   SET status = 'in-progress', owner_id = _owner, claimed_at = _now, lease_expires_at = _until,\n       fence = taken.fence + 1, first_claimed_at = COALESCE(taken.first_claimed_at, _now), reserved_for_id = NULL,\n       reserved_until = NULL, updated_at = _now\n  FROM best WHERE taken.id = best.id\nRETURNING taken, best.former::text;\nIF FOUND THEN\n    RETURN;\nEND IF;\nEND$body$",
            reverse_sql="DROP FUNCTION consultations_take_best(uuid, date, text[], timestamptz, timestamptz, uuid)",
        ),
    ]
