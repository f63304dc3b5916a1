"""Everything up to 0010 in one step: a new database is made in half the time. One that stands goes on by the steps before."""

import config.core.constraints
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import timezone_field.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("providers", "0001_practitioners_and_schedules"),
        ("providers", "0002_open_times"),
        ("providers", "0003_clinic_closures"),
        ("providers", "0004_calendar_feeds"),
        ("providers", "0005_waitlist_offers"),
        ("providers", "0006_clinic_hours_and_second_names"),
        ("providers", "0007_one_clinicians_open_times"),
        ("providers", "0008_who_may_have_it"),
        ("providers", "0009_external_calendars"),
        ("providers", "0010_names_by_edition"),
    ]

    initial = True

    dependencies = [
        ("core", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="HealthcareService",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("slug", models.SlugField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("summary", models.TextField()),
                ("what_is_asked", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "pathway",
                    models.CharField(
                        choices=[
                            ("either", "review and visit in any order"),
                            ("review-first", "review before a visit is booked"),
                            ("asynchronous", "review without a visit"),
                        ],
                        default="either",
                        max_length=16,
                    ),
                ),
                ("modality", models.CharField(choices=[("VR", "video visit")], default="VR", max_length=8)),
                (
                    "states",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), default=list, size=None
                    ),
                ),
                ("minimum_age_years", models.PositiveSmallIntegerField(default=18)),
                ("questions_minutes", models.PositiveSmallIntegerField(default=15)),
                (
                    "duration_minutes",
                    models.PositiveSmallIntegerField(
                        default=30, validators=[django.core.validators.MinValueValidator(5)]
                    ),
                ),
                ("buffer_before_minutes", models.PositiveSmallIntegerField(default=0)),
                ("buffer_after_minutes", models.PositiveSmallIntegerField(default=10)),
                (
                    "alignment_minutes",
                    models.PositiveSmallIntegerField(
                        default=30, validators=[django.core.validators.MinValueValidator(5)]
                    ),
                ),
                ("minimum_notice_minutes", models.PositiveIntegerField(default=120)),
                ("horizon_days", models.PositiveSmallIntegerField(default=60)),
                ("max_visits_per_day", models.PositiveSmallIntegerField(default=14)),
                ("hold_minutes", models.PositiveSmallIntegerField(default=10)),
                ("change_notice_minutes", models.PositiveIntegerField(default=240)),
                ("max_reschedules", models.PositiveSmallIntegerField(default=3)),
                ("review_due_minutes", models.JSONField(default=dict)),
                ("catalogue_version", models.CharField(blank=True, max_length=32)),
                (
                    "offer_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="How long a time is held for somebody on the waitlist.",
                        validators=[django.core.validators.MinValueValidator(5)],
                    ),
                ),
                (
                    "second_sign_off",
                    models.BooleanField(default=False, help_text="Each decision of a review needs a second clinician."),
                ),
                (
                    "barred_states",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        blank=True,
                        default=list,
                        help_text="States where the service is offered but may not be given by this modality.",
                        size=None,
                    ),
                ),
                (
                    "licence_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("MD", "physician (MD)"),
                                ("DO", "physician (DO)"),
                                ("NP", "nurse practitioner"),
                                ("PA", "physician assistant"),
                                ("PHD", "psychologist"),
                            ],
                            max_length=8,
                        ),
                        blank=True,
                        default=list,
                        help_text="The kinds of license that may give it; none means any.",
                        size=None,
                    ),
                ),
                ("maximum_age_years", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pathway__in", ["either", "review-first", "asynchronous"])),
                        name="providers_healthcareservice_pathway_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("modality__in", ["VR"])), name="providers_healthcareservice_modality_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("alignment_minutes__gte", 5), ("duration_minutes__gte", 5)),
                        name="providers_healthcareservice_lengths_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("maximum_age_years__isnull", True),
                            ("maximum_age_years__gte", models.F("minimum_age_years")),
                            _connector="OR",
                        ),
                        name="providers_healthcareservice_ages_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Practitioner",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("given_name", models.CharField(max_length=100)),
                ("family_name", models.CharField(max_length=100)),
                (
                    "credentials",
                    models.CharField(blank=True, help_text="As shown to patients: MD, PMHNP.", max_length=32),
                ),
                ("npi", models.CharField(blank=True, max_length=10, verbose_name="NPI")),
                ("biography", models.TextField(blank=True)),
                (
                    "time_zone",
                    timezone_field.fields.TimeZoneField(choices_display="STANDARD", default="America/New_York"),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("is_supervisor", models.BooleanField(default=False)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="practitioner",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["family_name", "given_name", "id"], name="providers_practitioner_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClinicClosure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=100)),
                ("start_date", models.DateField()),
                ("end_date", models.DateField()),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [models.Index(fields=["end_date"], name="providers_clinicclosure_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end_date__gte", models.F("start_date"))),
                        name="providers_clinicclosure_days_ordered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClinicHours",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ]
                    ),
                ),
                (
                    "start_minute",
                    models.PositiveSmallIntegerField(help_text="Minutes after midnight: 540 is nine o'clock."),
                ),
                (
                    "end_minute",
                    models.PositiveSmallIntegerField(help_text="Minutes after midnight; above 1440 is the next day."),
                ),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name_plural": "clinic hours",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__in", [1, 2, 3, 4, 5, 6, 7])),
                        name="providers_clinichours_weekday_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_minute__gt", models.F("start_minute")),
                            ("end_minute__lte", 2880),
                            ("start_minute__lt", 1440),
                        ),
                        name="providers_clinichours_minutes_ordered",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("weekday", "start_minute"),
                        name="providers_clinichours_start_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Directory",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("edition", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="providers_directory_one_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="PractitionerRole",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("is_active", models.BooleanField(default=True)),
                ("accepts_new_patients", models.BooleanField(default=True)),
                ("duration_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("buffer_before_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("buffer_after_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("alignment_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("minimum_notice_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("horizon_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("max_visits_per_day", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="roles", to="providers.practitioner"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roles",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practitioner", "service"), name="providers_practitionerrole_service_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("MD", "physician (MD)"),
                            ("DO", "physician (DO)"),
                            ("NP", "nurse practitioner"),
                            ("PA", "physician assistant"),
                            ("PHD", "psychologist"),
                        ],
                        default="MD",
                        max_length=8,
                    ),
                ),
                ("jurisdiction", models.CharField(max_length=2)),
                ("number", models.CharField(max_length=40)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "active"), ("suspended", "suspended"), ("revoked", "revoked")],
                        default="active",
                        max_length=16,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="qualifications",
                        to="providers.practitioner",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["jurisdiction", "practitioner", "valid_until"], name="providers_qualification_state"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["MD", "DO", "NP", "PA", "PHD"])),
                        name="providers_qualification_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "suspended", "revoked"])),
                        name="providers_qualification_status_known",
                    ),
                    models.UniqueConstraint(
                        fields=("practitioner", "kind", "jurisdiction", "number", "valid_from"),
                        name="providers_qualification_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="providers_qualification_period_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(default="Weekly hours", max_length=100)),
                ("time_zone", timezone_field.fields.TimeZoneField(choices_display="STANDARD")),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedules",
                        to="providers.practitioner",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: for every service of this clinician.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["practitioner", "valid_from"], name="providers_schedule_owner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="providers_schedule_period_ordered",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduleException",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("off", "time off"), ("extra", "extra hours"), ("changed", "changed hours")],
                        max_length=8,
                    ),
                ),
                ("time_zone", timezone_field.fields.TimeZoneField(choices_display="STANDARD")),
                ("start_date", models.DateField()),
                ("end_date", models.DateField()),
                ("start_minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("end_minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="schedule_exceptions",
                        to="providers.practitioner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["practitioner", "start_date"], name="providers_scheduleexc_owner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["off", "extra", "changed"])),
                        name="providers_scheduleexception_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("start_minute__isnull", False), ("end_minute__isnull", False)),
                            models.Q(("start_minute__isnull", True), ("end_minute__isnull", True)),
                            _connector="OR",
                        ),
                        name="providers_scheduleexception_minutes_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end_date__gte", models.F("start_date"))),
                        name="providers_scheduleexception_days_ordered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("start_minute__isnull", True),
                            models.Q(("end_minute__gt", models.F("start_minute")), ("end_minute__lte", 2880)),
                            _connector="OR",
                        ),
                        name="providers_scheduleexception_minutes_ordered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("busy-tentative", "held"),
                            ("busy", "booked"),
                            ("busy-unavailable", "blocked"),
                            ("free", "released"),
                        ],
                        max_length=16,
                    ),
                ),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                ("blocked", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("reference", models.UUIDField(help_text="The ServiceRequest that this time is for.", null=True)),
                ("state", models.CharField(blank=True, max_length=2)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "holder",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="slots", to="providers.practitioner"
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.healthcareservice",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["practitioner", "start_at"], include=("end_at", "status"), name="providers_slot_busy"
                    ),
                    models.Index(
                        condition=models.Q(("status", "busy-tentative")),
                        fields=["holder", "expires_at"],
                        name="providers_slot_holds",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["busy-tentative", "busy", "busy-unavailable", "free"])),
                        name="providers_slot_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end_at__gt", models.F("start_at"))), name="providers_slot_ordered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("blocked__contains", models.F("start_at")), ("blocked__endswith__gte", models.F("end_at"))
                        ),
                        name="providers_slot_inside_its_block",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at__isnull", False), ("status", "busy-tentative")),
                            models.Q(
                                models.Q(("status", "busy-tentative"), _negated=True), ("expires_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="providers_slot_only_holds_expire",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ("busy-tentative", "busy", "busy-unavailable"))),
                        expressions=[(config.core.constraints.UuidRange("practitioner"), "&&"), ("blocked", "&&")],
                        name="providers_slot_practitioner_never_twice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenTime",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "service_id",
                        "practitioner_id",
                        "start_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.healthcareservice",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.practitioner",
                    ),
                ),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("states", models.BigIntegerField()),
                ("accepts_new_patients", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["service", "start_at", "practitioner"],
                        include=("end_at", "opens_at", "closes_at", "states", "accepts_new_patients"),
                        name="providers_opentime_search",
                    ),
                    models.Index(
                        fields=["practitioner", "start_at"],
                        include=("service", "end_at", "opens_at", "closes_at", "states", "accepts_new_patients"),
                        name="providers_opentime_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenTimeChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="providers.practitioner"
                    ),
                ),
                ("cause", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="OpenTimeCover",
            fields=[
                (
                    "practitioner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="providers.practitioner",
                    ),
                ),
                ("good_until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["good_until"], name="providers_opentimecover_end")],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "practitioner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to="providers.practitioner",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ExternalCalendar",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=100)),
                ("address_box", models.TextField()),
                ("etag", models.CharField(blank=True, max_length=200)),
                ("fetched_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, max_length=32)),
                ("next_fetch_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="external_calendars",
                        to="providers.practitioner",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["next_fetch_at"], name="providers_extcalendar_due")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("practitioner", "name"), name="providers_externalcalendar_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AvailableTime",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ]
                    ),
                ),
                ("start_minute", models.PositiveSmallIntegerField()),
                ("end_minute", models.PositiveSmallIntegerField()),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="available_times",
                        to="providers.schedule",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__in", [1, 2, 3, 4, 5, 6, 7])),
                        name="providers_availabletime_weekday_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_minute__gt", models.F("start_minute")),
                            ("end_minute__lte", 2880),
                            ("start_minute__lt", 1440),
                        ),
                        name="providers_availabletime_ordered",
                    ),
                    models.UniqueConstraint(
                        fields=("schedule", "weekday", "start_minute"), name="providers_availabletime_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExternalBusy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start_at", models.DateTimeField()),
                ("end_at", models.DateTimeField()),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="busy",
                        to="providers.externalcalendar",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end_at__gt", models.F("start_at"))), name="providers_externalbusy_ordered"
                    ),
                    models.UniqueConstraint(fields=("calendar", "start_at"), name="providers_externalbusy_once"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="availabletime",
            trigger=pgtrigger.compiler.Trigger(
                name="availabletime_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (\n    SELECT practitioner_id FROM providers_schedule\n    WHERE id = COALESCE(NEW.schedule_id, OLD.schedule_id)\n) AS found (id); RETURN NULL;",
                    hash="fa670e0eca965e84b10bfff685722a5433c107e2",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_availabletime_doubts_open_times_82ae1",
                    table="providers_availabletime",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="practitioner",
            trigger=pgtrigger.compiler.Trigger(
                name="practitioner_is_new_to_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT NEW.id) AS found (id); RETURN NULL;",
                    hash="048107a32b8941e9d32776cb65ff3b43a95adb3e",
                    operation="INSERT",
                    pgid="pgtrigger_practitioner_is_new_to_open_times_9ba90",
                    table="providers_practitioner",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="practitioner",
            trigger=pgtrigger.compiler.Trigger(
                name="practitioner_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.time_zone IS DISTINCT FROM NEW.time_zone THEN INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT NEW.id) AS found (id); END IF; RETURN NULL;",
                    hash="073c543a8286dd6e8983e39b9d12b27ef21e55bf",
                    operation="UPDATE",
                    pgid="pgtrigger_practitioner_doubts_open_times_b2342",
                    table="providers_practitioner",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="practitionerrole",
            trigger=pgtrigger.compiler.Trigger(
                name="practitionerrole_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT DISTINCT id FROM (VALUES (NEW.practitioner_id), (OLD.practitioner_id)) AS own (id) WHERE id IS NOT NULL) AS found (id); RETURN NULL;",
                    hash="9b8e4c4d1ca568bf5a33d605b7e0239bd8a3890a",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_practitionerrole_doubts_open_times_c2e46",
                    table="providers_practitionerrole",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="qualification",
            trigger=pgtrigger.compiler.Trigger(
                name="qualification_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT DISTINCT id FROM (VALUES (NEW.practitioner_id), (OLD.practitioner_id)) AS own (id) WHERE id IS NOT NULL) AS found (id); RETURN NULL;",
                    hash="f72da6f56a010b07a254337d55d9380d1dd6b03d",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_qualification_doubts_open_times_f0ef7",
                    table="providers_qualification",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="schedule",
            trigger=pgtrigger.compiler.Trigger(
                name="schedule_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT DISTINCT id FROM (VALUES (NEW.practitioner_id), (OLD.practitioner_id)) AS own (id) WHERE id IS NOT NULL) AS found (id); RETURN NULL;",
                    hash="75283a8ed76e608dd2e413c7f47c9e2e92babb03",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_schedule_doubts_open_times_b053d",
                    table="providers_schedule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scheduleexception",
            trigger=pgtrigger.compiler.Trigger(
                name="scheduleexception_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT DISTINCT id FROM (VALUES (NEW.practitioner_id), (OLD.practitioner_id)) AS own (id) WHERE id IS NOT NULL) AS found (id); RETURN NULL;",
                    hash="1d8ff2383c268292e16f59c98e650755e862e655",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_scheduleexception_doubts_open_times_e5ebe",
                    table="providers_scheduleexception",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="slot",
            trigger=pgtrigger.compiler.Trigger(
                name="slot_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF \n    OLD IS NULL AND NEW.status <> 'free'\n    OR NEW IS NULL AND OLD.status <> 'free'\n    OR (OLD.status = 'free') <> (NEW.status = 'free')\n    OR (OLD.status = 'busy-unavailable') <> (NEW.status = 'busy-unavailable')\n    OR OLD.blocked <> NEW.blocked OR OLD.practitioner_id <> NEW.practitioner_id\n THEN INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT DISTINCT id FROM (VALUES (NEW.practitioner_id), (OLD.practitioner_id)) AS own (id) WHERE id IS NOT NULL) AS found (id); END IF; RETURN NULL;",
                    hash="92f7fb3496f67a76163199876682db1dd9eec01f",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_slot_doubts_open_times_b78a2",
                    table="providers_slot",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clinicclosure",
            trigger=pgtrigger.compiler.Trigger(
                name="clinicclosure_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT id FROM providers_practitioner WHERE is_active) AS found (id); RETURN NULL;",
                    hash="a10edee05bf2eb30d9ddf60fe1fff7657c19c942",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_clinicclosure_doubts_open_times_33491",
                    table="providers_clinicclosure",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="healthcareservice",
            trigger=pgtrigger.compiler.Trigger(
                name="healthcareservice_doubts_open_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF OLD.duration_minutes IS DISTINCT FROM NEW.duration_minutes OR OLD.buffer_before_minutes IS DISTINCT FROM NEW.buffer_before_minutes OR OLD.buffer_after_minutes IS DISTINCT FROM NEW.buffer_after_minutes OR OLD.alignment_minutes IS DISTINCT FROM NEW.alignment_minutes OR OLD.minimum_notice_minutes IS DISTINCT FROM NEW.minimum_notice_minutes OR OLD.horizon_days IS DISTINCT FROM NEW.horizon_days OR OLD.max_visits_per_day IS DISTINCT FROM NEW.max_visits_per_day OR OLD.licence_kinds IS DISTINCT FROM NEW.licence_kinds THEN INSERT INTO providers_opentimechange (practitioner_id, cause) SELECT found.id, COALESCE(NEW.id, OLD.id) FROM (SELECT practitioner_id FROM providers_practitionerrole WHERE service_id = NEW.id) AS found (id); END IF; RETURN NULL;",
                    hash="3eb1235096ddf98a2a0fbf3ccd5e9cdc8b907236",
                    operation="UPDATE",
                    pgid="pgtrigger_healthcareservice_doubts_open_times_fc482",
                    table="providers_healthcareservice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="practitioner",
            trigger=pgtrigger.compiler.Trigger(
                name="practitioner_begins_directory",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO providers_directory (id, edition) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO NOTHING; RETURN NULL;",
                    hash="55e7b81dae75001c501fdcdb63b580be13944a5f",
                    operation="INSERT",
                    pgid="pgtrigger_practitioner_begins_directory_7dbcf",
                    table="providers_practitioner",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="practitioner",
            trigger=pgtrigger.compiler.Trigger(
                name="practitioner_turns_directory",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF OLD.given_name IS DISTINCT FROM NEW.given_name OR OLD.family_name IS DISTINCT FROM NEW.family_name OR OLD.credentials IS DISTINCT FROM NEW.credentials OR OLD.time_zone IS DISTINCT FROM NEW.time_zone THEN INSERT INTO providers_directory (id, edition) VALUES (1, gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET edition = EXCLUDED.edition; END IF; RETURN NULL;",
                    hash="cdbfab1c99595726a33161ed15fac614119de56d",
                    operation="UPDATE",
                    pgid="pgtrigger_practitioner_turns_directory_5edf6",
                    table="providers_practitioner",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(
            sql="INSERT INTO providers_directory (id, edition) VALUES (1, gen_random_uuid())",
            reverse_sql="",
        ),
    ]
