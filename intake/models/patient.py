"""The person who asks."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField
from timezone_field import TimeZoneField

from config.core.constraints import known
from config.core.models import Record, Role, User
from intake.domain.codes import SexAtBirth


class PatientQuerySet(models.QuerySet["Patient"]):
    """Patients."""

    def visible_to(self, user: User) -> Self:
        """
        Return one's own record.

        Clinicians reach a patient through a case of theirs (consultations.ServiceRequest), administrators through
        read-only rows of the admin; neither lists patients here.
        """
        return self.filter(user=user) if user.role == Role.PATIENT else self.none()


class Patient(Record):
    """A patient's own record. FHIR R4 Patient; made by intake.flows.register."""

    PERSONAL = frozenset(
        {
            "given_name", "family_name", "preferred_name", "birth_date", "sex_at_birth", "gender_identity", "phone",
            "address_line", "city", "state", "postal_code", "emergency_contact_name", "emergency_contact_phone",
        }
    )  # fmt: skip

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="patient")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    preferred_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField()
    sex_at_birth = models.CharField(max_length=8, choices=SexAtBirth)
    gender_identity = models.CharField(max_length=100, blank=True)
    phone = PhoneNumberField()
    address_line = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=2)
    postal_code = models.CharField(max_length=10, blank=True)
    time_zone = TimeZoneField(choices_display="STANDARD")
    preferred_language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    emergency_contact_name = models.CharField(max_length=200, blank=True)
    emergency_contact_phone = PhoneNumberField(blank=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = [
            known("sex_at_birth", SexAtBirth, name="intake_patient_sex_known"),
            models.CheckConstraint(
                condition=models.Q(preferred_language__in=[code for code, _ in settings.LANGUAGES]),
                name="intake_patient_language_known",
            ),
        ]
        indexes = [
            # The admin's search by name.
            models.Index(fields=["family_name", "given_name", "id"], name="intake_patient_name"),
        ]

    @property
    def called(self) -> str:
        """Return the first name the person wants to hear; the only name that goes into messages."""
        return self.preferred_name or self.given_name

    @property
    def full_name(self) -> str:
        """Return the name as clinicians read it."""
        return f"{self.given_name} {self.family_name}"

    def age_on(self, day: date) -> int:
        """Return the age in whole years on a calendar day."""
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))
