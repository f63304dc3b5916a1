"""What is alarming in the answers, and by which published rule."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, fixed, kept, known
from config.core.models import Record, Role, User
from intake.domain.codes import NEEDS_ACKNOWLEDGEMENT, FlagStatus, Severity


class FlagRule(Record):
    """
    One version of one safety rule of a service line, with its published source; loaded from the catalogue.

    A published version never changes: other words or another expression are a new version (intake.flows.publish).
    """

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.PROTECT, related_name="flag_rules")
    code = models.SlugField(max_length=64)
    version = models.CharField(max_length=16)
    questionnaire_url = models.CharField(max_length=300)
    severity = models.CharField(max_length=16, choices=Severity)
    expression = models.TextField()
    is_crisis = models.BooleanField(default=False)
    clinician_text = models.TextField()
    patient_text = models.TextField(blank=True)
    translations = models.JSONField(default=dict, help_text="{language: {patient_text, clinician_text}}")
    evidence = models.JSONField(default=list, help_text="linkIds that the rule reads.")
    source = models.JSONField(default=dict)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "code", "version"], name="intake_flagrule_version_once"),
            known("severity", Severity, name="intake_flagrule_severity_known"),
        ]
        indexes = [
            # The rules of one autosave.
            models.Index(fields=["questionnaire_url"], name="intake_flagrule_current", condition=Q(is_current=True)),
        ]
        triggers = [
            fixed(
                "service_id", "code", "version", "questionnaire_url", "severity", "expression", "is_crisis",
                "clinician_text", "patient_text", "translations", "evidence", "source",
                name="flagrule_published_fixed",
            ),
            kept(name="flagrule_kept"),
        ]  # fmt: skip

    @property
    def calls_for_help(self) -> bool:
        """Tell whether the patient is shown whom to call: every emergency does, and what is marked as a crisis."""
        return self.is_crisis or self.severity == Severity.EMERGENCY

    def words_for_patient(self, language: str) -> str:
        """Return what the patient reads, in their language where there is a translation; empty when nothing."""
        return str(self.translations.get(language, {}).get("patient_text") or self.patient_text)


class FlagQuerySet(models.QuerySet["Flag"]):
    """Raised flags."""

    def active(self) -> Self:
        """Return those whose answers still say so."""
        return self.filter(status=FlagStatus.ACTIVE)

    def waiting(self) -> Self:
        """Return those that need a named acknowledgement and have none, superseded ones included."""
        return self.filter(severity__in=NEEDS_ACKNOWLEDGEMENT, acknowledged_at__isnull=True)

    def acknowledge(self, *, pk: UUID, by: User, note: str, now: datetime) -> bool:
        """Put a name and a time under a flag; False when it has one already."""
        open_flag = self.filter(pk=pk, acknowledged_at__isnull=True)
        changes = {"acknowledged_at": now, "acknowledged_by": by, "acknowledgement_note": note, "updated_at": now}
        return open_flag.update(**changes) == 1

    def acknowledge_earlier(self, flag: "Flag", *, by: User, note: str, now: datetime) -> list[UUID]:
        """Put the same name under what the same rule said of the same answers before; returns which."""
        earlier = self.waiting().filter(response=flag.response_id, rule=flag.rule_id, raised_at__lte=flag.raised_at)
        ids = list(earlier.order_by("id").values_list("pk", flat=True))
        return [pk for pk in ids if self.acknowledge(pk=pk, by=by, note=note, now=now)]

    def visible_to(self, user: User) -> Self:
        """Return none to patients; clinicians reach flags through a case of theirs (consultations)."""
        return self.all() if user.role == Role.ADMIN else self.none()


class Flag(Record):
    """
    A warning raised by a rule in the transaction of the answer that raised it. FHIR R4 Flag.

    intake.flows.answer raises and supersedes it; a superseded flag stays, with its history.
    """

    PERSONAL = frozenset({"acknowledgement_note", "evidence"})

    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="flags")
    response = models.ForeignKey("intake.QuestionnaireResponse", models.PROTECT, related_name="flags")
    rule = models.ForeignKey("intake.FlagRule", models.PROTECT, related_name="flags")
    severity = models.CharField(max_length=16, choices=Severity)
    status = models.CharField(max_length=16, choices=FlagStatus, default=FlagStatus.ACTIVE)
    revision = models.PositiveIntegerField(help_text="The revision of the response that raised it.")
    evidence = models.JSONField(default=list, help_text="[{ref, value}] as it stood when the flag was raised.")
    raised_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledgement_note = models.TextField(blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        constraints = [
            known("severity", Severity, name="intake_flag_severity_known"),
            known("status", FlagStatus, name="intake_flag_status_known"),
            all_or_none("acknowledged_at", "acknowledged_by", name="intake_flag_acknowledgement_whole"),
            models.UniqueConstraint(
                fields=["response", "rule"], condition=Q(status="active"), name="intake_flag_active_once"
            ),
        ]
        indexes = [
            # The case screen and the safety list.
            models.Index(fields=["patient", "status", "severity"], name="intake_flag_patient"),
            # The tick that looks for flags without a name.
            models.Index(
                fields=["severity", "raised_at"],
                name="intake_flag_waiting",
                condition=Q(acknowledged_at__isnull=True, severity__in=NEEDS_ACKNOWLEDGEMENT),
            ),
        ]
        triggers = [
            fixed(
                "patient_id", "response_id", "rule_id", "severity", "revision", "evidence", "raised_at",
                name="flag_raised_fixed",
            ),
            fixed(
                "acknowledged_at",
                "acknowledged_by_id",
                "acknowledgement_note",
                name="flag_acknowledgement_fixed",
                when="OLD.acknowledged_at IS NOT NULL",
            ),
            kept(name="flag_kept"),
        ]  # fmt: skip

    def supersede(self, *, now: datetime) -> None:
        """Write that later answers no longer say so."""
        self.status, self.superseded_at = FlagStatus.INACTIVE, now
        self.save(update_fields=["status", "superseded_at", "updated_at"])
