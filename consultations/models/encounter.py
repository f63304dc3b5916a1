"""The visit itself."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, known
from config.core.models import Record, Role, User
from consultations.domain.codes import EncounterStatus


class EncounterQuerySet(models.QuerySet["Encounter"]):
    """Visits that took or take place."""

    def visible_to(self, user: User) -> Self:
        """Return the clinician's own; administrators see all, patients none (they see the Appointment)."""
        if user.role == Role.ADMIN:
            return self.all()
        if user.role == Role.PRACTITIONER:
            return self.filter(appointment__practitioner__user=user)
        return self.none()


class Encounter(Record):
    """A virtual visit. FHIR R4 Encounter, class VR; check_in makes it arrived, begin in-progress, finish finished."""

    PERSONAL = frozenset({"note", "patient_state"})

    appointment = models.OneToOneField("consultations.Appointment", models.PROTECT, related_name="encounter")
    status = models.CharField(max_length=16, choices=EncounterStatus, default=EncounterStatus.PLANNED)
    patient_state = models.CharField(max_length=2, help_text="Where the patient said they are at check-in.")
    identity_confirmed = models.BooleanField(default=False)
    began_at = models.DateTimeField(null=True)
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    objects = EncounterQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", EncounterStatus, name="consultations_encounter_status_known"),
            all_or_none("began_at", "began_by", name="consultations_encounter_begin_whole"),
            all_or_none("finished_at", "finished_by", name="consultations_encounter_finish_whole"),
            models.CheckConstraint(
                condition=~Q(status="in-progress") | Q(began_at__isnull=False),
                name="consultations_encounter_begun_when_in_progress",
            ),
            models.CheckConstraint(
                condition=~Q(status="finished") | Q(began_at__isnull=False, finished_at__isnull=False),
                name="consultations_encounter_whole_when_finished",
            ),
        ]
