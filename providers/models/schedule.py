"""When a clinician works: weekly wall-clock windows, and dated exceptions to them."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from timezone_field import TimeZoneField

from config.core.constraints import all_or_none, known
from config.core.models import Record
from providers.domain.codes import ExceptionKind, Modality, Weekday
from providers.models.doubt import OF_SCHEDULE, OWN, doubts
from providers.models.healthcare_service import HealthcareService
from providers.models.practitioner import OwnRows


class ScheduleQuerySet(OwnRows["Schedule"]):
    """Weekly hours."""


class Schedule(Record):
    """A set of weekly hours in one zone. FHIR R4 Schedule; days are calendar days of that zone, inclusive."""

    PERSONAL: frozenset[str] = frozenset()

    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="schedules")
    service = models.ForeignKey(
        "providers.HealthcareService", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty: for every service of this clinician.",
    )  # fmt: skip
    modality = models.CharField(
        max_length=8, choices=Modality, blank=True, help_text="Empty: for visits of every kind."
    )
    name = models.CharField(max_length=100, default="Weekly hours")
    time_zone = TimeZoneField(choices_display="STANDARD")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="providers_schedule_period_ordered",
            ),
            models.CheckConstraint(
                condition=Q(modality__in=["", *Modality.values]), name="providers_schedule_modality_known"
            ),
            models.CheckConstraint(
                condition=Q(modality="") | Q(service__isnull=True), name="providers_schedule_service_or_modality"
            ),
        ]
        indexes = [
            # Availability of a set of clinicians.
            models.Index(fields=["practitioner", "valid_from"], name="providers_schedule_owner"),
        ]
        triggers = [doubts(name="schedule_doubts_open_times", of=OWN)]

    def serves(self, service: HealthcareService) -> bool:
        """Tell whether these are hours for the visits of a service; AvailableTimeQuerySet.serving says it in SQL."""
        return self.service_id in {None, service.pk} and self.modality in {"", service.modality}


class AvailableTimeQuerySet(models.QuerySet["AvailableTime"]):
    """Weekly windows."""

    def serving(self, service: HealthcareService) -> Self:
        """Return the windows that are for the visits of a service."""
        return self.filter(
            Q(schedule__service__isnull=True) | Q(schedule__service=service),
            schedule__modality__in=["", service.modality],
        )


class AvailableTime(Record):
    """One weekly window. FHIR R4 PractitionerRole.availableTime; minutes after local midnight, up to 48 h."""

    PERSONAL: frozenset[str] = frozenset()

    schedule = models.ForeignKey("providers.Schedule", models.CASCADE, related_name="available_times")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start_minute = models.PositiveSmallIntegerField()
    end_minute = models.PositiveSmallIntegerField()

    objects = AvailableTimeQuerySet.as_manager()

    class Meta:
        constraints = [
            known("weekday", Weekday, name="providers_availabletime_weekday_known"),
            models.CheckConstraint(
                condition=Q(start_minute__lt=1440, end_minute__gt=F("start_minute"), end_minute__lte=2880),
                name="providers_availabletime_ordered",
            ),
            models.UniqueConstraint(
                fields=["schedule", "weekday", "start_minute"], name="providers_availabletime_once"
            ),
        ]
        triggers = [doubts(name="availabletime_doubts_open_times", of=OF_SCHEDULE)]


class ScheduleExceptionQuerySet(OwnRows["ScheduleException"]):
    """Dated exceptions."""


class ScheduleException(Record):
    """Days on which the weekly hours do not hold; without minutes the whole local day is meant."""

    PERSONAL = frozenset({"reason"})

    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="schedule_exceptions")
    kind = models.CharField(max_length=8, choices=ExceptionKind)
    time_zone = TimeZoneField(choices_display="STANDARD")
    start_date = models.DateField()
    end_date = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    end_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)

    objects = ScheduleExceptionQuerySet.as_manager()

    class Meta:
        constraints = [
            known("kind", ExceptionKind, name="providers_scheduleexception_kind_known"),
            all_or_none("start_minute", "end_minute", name="providers_scheduleexception_minutes_whole"),
            models.CheckConstraint(
                condition=Q(end_date__gte=F("start_date")), name="providers_scheduleexception_days_ordered"
            ),
            models.CheckConstraint(
                condition=Q(start_minute__isnull=True) | Q(end_minute__gt=F("start_minute"), end_minute__lte=2880),
                name="providers_scheduleexception_minutes_ordered",
            ),
        ]
        indexes = [
            # Availability of a set of clinicians.
            models.Index(fields=["practitioner", "start_date"], name="providers_scheduleexc_owner"),
        ]
        triggers = [doubts(name="scheduleexception_doubts_open_times", of=OWN)]
