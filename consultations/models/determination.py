"""The clinician's decision about the therapy, against the published criteria of the line."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, fixed, known
from config.core.models import Record, Role, User
from consultations.domain.codes import DeterminationStatus, Outcome

# With a visit it is one of the same case; without one the service has none. A check cannot look into other tables.
OF_ITS_VISIT = """
IF NEW.encounter_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM consultations_servicerequest asked JOIN providers_healthcareservice service
        ON service.id = asked.service_id
    WHERE asked.id = NEW.service_request_id AND service.pathway = 'asynchronous'
) OR NEW.encounter_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM consultations_encounter met JOIN consultations_appointment visit ON visit.id = met.appointment_id
    WHERE met.id = NEW.encounter_id AND visit.service_request_id = NEW.service_request_id
) THEN
    RAISE EXCEPTION 'determination_of_its_visit: a determination is of a visit of its case'
        USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
"""


class DeterminationProtocol(Record):
    """One version of a line's criteria, each with its source. FHIR R4 PlanDefinition; loaded from the catalogue."""

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="protocols")
    code = models.SlugField(max_length=64)
    version = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    criteria = models.JSONField(help_text="[{code, kind, text, evidence, expression, evidence_grade, source}]")
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "code", "version"], name="consultations_determinationprotocol_once"
            ),
            models.UniqueConstraint(
                fields=["service"], condition=Q(is_current=True), name="consultations_determinationprotocol_one_current"
            ),
        ]
        triggers = [
            fixed("service_id", "code", "version", "criteria", name="determinationprotocol_fixed"),
        ]


class DeterminationQuerySet(models.QuerySet["Determination"]):
    """Decisions."""

    def signed(self) -> Self:
        """Return those that can no longer change."""
        return self.filter(status=DeterminationStatus.COMPLETED)

    def visible_to(self, user: User) -> Self:
        """Return the clinician's own, or the patient's own once signed; administrators see all."""
        if user.role == Role.ADMIN:
            return self.all()
        if user.role == Role.PRACTITIONER:
            return self.filter(recorded_by=user)
        return self.signed().filter(service_request__patient__user=user)


class Determination(Record):
    """
    A decision about the therapy. FHIR R4 ClinicalImpression; an amendment is a new row with the next version.

    It belongs to a case, and to its visit where the service has visits; `recorded_by` is the clinician whose it is.
    `criteria` is a frozen copy of the protocol's criteria with what the clinician found and the evidence behind it.
    """

    PERSONAL = frozenset({"criteria", "rationale", "outcome"})

    service_request = models.ForeignKey("consultations.ServiceRequest", models.PROTECT, related_name="determinations")
    encounter = models.ForeignKey("consultations.Encounter", models.PROTECT, null=True, related_name="determinations")
    version = models.PositiveSmallIntegerField(default=1)
    protocol = models.ForeignKey("consultations.DeterminationProtocol", models.PROTECT, related_name="+")
    status = models.CharField(max_length=16, choices=DeterminationStatus, default=DeterminationStatus.IN_PROGRESS)
    outcome = models.CharField(max_length=16, choices=Outcome)
    criteria = models.JSONField(help_text="[{code, kind, text, source, finding, evidence, note}]")
    rationale = models.TextField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, help_text="Digest of what was signed.")

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", DeterminationStatus, name="consultations_determination_status_known"),
            known("outcome", Outcome, name="consultations_determination_outcome_known"),
            all_or_none("recorded_at", "recorded_by", name="consultations_determination_record_whole"),
            all_or_none("signed_at", "signed_by", name="consultations_determination_signature_whole"),
            models.UniqueConstraint(fields=["encounter", "version"], name="consultations_determination_version_once"),
            models.UniqueConstraint(
                fields=["service_request", "version"],
                condition=Q(encounter__isnull=True),
                name="consultations_determination_case_version_once",
            ),
            models.CheckConstraint(
                condition=Q(status="completed", signed_at__isnull=False)
                | Q(status="in-progress", signed_at__isnull=True),
                name="consultations_determination_signed_when_completed",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="determination_signed_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="completed"),
            ),
            fixed("service_request_id", "encounter_id", name="determination_case_fixed"),
            pgtrigger.Trigger(
                name="determination_of_its_visit",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=OF_ITS_VISIT,
            ),
        ]


class PlanTemplate(Record):
    """One version of a care-plan template of a line, with its source. FHIR R4 PlanDefinition (order set)."""

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="plan_templates")
    code = models.SlugField(max_length=64)
    version = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    outcomes = models.JSONField(default=list, help_text="Outcomes of a determination that this template is for.")
    body = models.JSONField(help_text="{goals, activities, review_after_days, source}")
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "code", "version"], name="consultations_plantemplate_once"),
        ]
