"""Clinicians, what they offer, and where they are licensed."""

from datetime import datetime
from typing import Self, TypeVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from timezone_field import TimeZoneField

from config.core.constraints import known
from config.core.models import Record, Role, User
from providers.domain.codes import QualificationKind, QualificationStatus
from providers.domain.eligibility import local_date
from providers.models.directory import begins_directory, turns_directory
from providers.models.doubt import ITSELF, OWN, changed, doubts
from providers.models.healthcare_service import HealthcareService


class PractitionerQuerySet(models.QuerySet["Practitioner"]):
    """Clinicians."""

    def active(self) -> Self:
        """Return those who may be booked."""
        return self.filter(is_active=True)

    def may_review(self, *, service: HealthcareService, state: str, now: datetime) -> Self:
        """
        Return those against whose looking at a case of a service and state nothing speaks at `now`.

        One rule with domain.eligibility.why_not_review; a test holds the two together.
        """
        offers = PractitionerRole.objects.filter(practitioner=OuterRef("pk"), service=service, is_active=True)
        licences = Qualification.objects.filter(practitioner=OuterRef("pk")).in_force(
            state=state, on_date=local_date(state, now)
        )
        if service.licence_kinds:
            licences = licences.filter(kind__in=service.licence_kinds)
        return self.active().filter(Exists(offers), Exists(licences))

    def visible_to(self, user: User) -> Self:
        """Return all for administrators, oneself for a clinician, nobody for others."""
        if user.role == Role.ADMIN:
            return self.all()
        return self.filter(user=user)


class Practitioner(Record):
    """A clinician. FHIR R4 Practitioner; one human, one calendar, however many roles."""

    PERSONAL = frozenset({"given_name", "family_name", "npi"})

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="practitioner")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    credentials = models.CharField(max_length=32, blank=True, help_text="As shown to patients: MD, PMHNP.")
    npi = models.CharField("NPI", max_length=10, blank=True)
    biography = models.TextField(blank=True)
    time_zone = TimeZoneField(default="America/New_York", choices_display="STANDARD")
    languages = ArrayField(models.CharField(max_length=8), default=list)
    is_supervisor = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        indexes = [
            # The admin's list, by name.
            models.Index(fields=["family_name", "given_name", "id"], name="providers_practitioner_name"),
        ]
        triggers = [
            doubts(name="practitioner_is_new_to_open_times", of=ITSELF, operation=pgtrigger.Insert),
            doubts(
                name="practitioner_doubts_open_times",
                of=ITSELF,
                when=changed("is_active", "time_zone"),
                operation=pgtrigger.Update,
            ),
            begins_directory(),
            turns_directory(when=changed("given_name", "family_name", "credentials", "time_zone")),
        ]

    @property
    def display_name(self) -> str:
        """Return the name as patients read it."""
        return full_name(self.given_name, self.family_name, self.credentials)


def full_name(given_name: str, family_name: str, credentials: str) -> str:
    """Return a clinician's name as patients read it."""
    name = f"{given_name} {family_name}"
    return f"{name}, {credentials}" if credentials else name


Row = TypeVar("Row", bound=models.Model)


class OwnRows(models.QuerySet[Row]):
    """Rows that belong to a practitioner."""

    def visible_to(self, user: User) -> Self:
        """Return all for administrators, one's own for a clinician, none for others."""
        if user.role == Role.ADMIN:
            return self.all()
        return self.filter(practitioner__user=user)


class PractitionerRoleQuerySet(OwnRows["PractitionerRole"]):
    """Roles."""


class PractitionerRole(Record):
    """What a practitioner offers. FHIR R4 PractitionerRole; empty overrides fall back to the service's value."""

    PERSONAL: frozenset[str] = frozenset()

    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="roles")
    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="roles")
    is_active = models.BooleanField(default=True)
    accepts_new_patients = models.BooleanField(default=True)
    duration_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    buffer_before_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    buffer_after_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    alignment_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    minimum_notice_minutes = models.PositiveIntegerField(null=True, blank=True)
    horizon_days = models.PositiveSmallIntegerField(null=True, blank=True)
    max_visits_per_day = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = PractitionerRoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practitioner", "service"], name="providers_practitionerrole_service_once"),
        ]
        triggers = [doubts(name="practitionerrole_doubts_open_times", of=OWN)]


class QualificationQuerySet(OwnRows["Qualification"]):
    """Licences."""

    def in_force(self, *, state: str, on_date: object) -> Self:
        """Return the licences that cover `state` on the calendar day `on_date` of that state."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on_date),
            jurisdiction=state,
            status=QualificationStatus.ACTIVE,
            valid_from__lte=on_date,
        )


class Qualification(Record):
    """A licence to practise in one state. FHIR R4 Practitioner.qualification; both days are inclusive."""

    PERSONAL = frozenset({"number"})

    practitioner = models.ForeignKey("providers.Practitioner", models.PROTECT, related_name="qualifications")
    kind = models.CharField(max_length=8, choices=QualificationKind, default=QualificationKind.MD)
    jurisdiction = models.CharField(max_length=2)
    number = models.CharField(max_length=40)
    status = models.CharField(max_length=16, choices=QualificationStatus, default=QualificationStatus.ACTIVE)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        constraints = [
            known("kind", QualificationKind, name="providers_qualification_kind_known"),
            known("status", QualificationStatus, name="providers_qualification_status_known"),
            models.UniqueConstraint(
                fields=["practitioner", "kind", "jurisdiction", "number", "valid_from"],
                name="providers_qualification_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="providers_qualification_period_ordered",
            ),
        ]
        indexes = [
            # The eligibility predicate of search, hold, book and claim.
            models.Index(fields=["jurisdiction", "practitioner", "valid_until"], name="providers_qualification_state"),
        ]
        triggers = [doubts(name="qualification_doubts_open_times", of=OWN)]
