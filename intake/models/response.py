"""What a patient answered: a ledger that only grows, and the present state projected from it."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, fixed, known
from config.core.models import Record, Role, User
from intake.domain.codes import ResponseStatus

SAVED_ONCE = "intake_answer_client_sequence_once"


class QuestionnaireResponseQuerySet(models.QuerySet["QuestionnaireResponse"]):
    """Responses."""

    def visible_to(self, user: User) -> Self:
        """Return the patient's own; reviewers reach responses through a case of theirs (consultations)."""
        return self.filter(patient__user=user) if user.role == Role.PATIENT else self.none()


class QuestionnaireResponse(Record):
    """
    One patient's answers to one version. FHIR R4 QuestionnaireResponse.

    `answers` is {path: value}, the projection of the ledger; `touched` is {path: {revision, at, by, client}} of the
    last save that changed each path. Both are written only with a new Answer, in the same transaction.
    """

    PERSONAL = frozenset({"answers", "calculated", "scores"})

    questionnaire = models.ForeignKey("intake.Questionnaire", models.PROTECT, related_name="responses")
    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="responses")
    service = models.ForeignKey(
        "providers.HealthcareService", models.PROTECT, null=True, related_name="+", db_index=False,
        help_text="The line for whose case it is answered: of two rules with one code, that of this line counts.",
    )  # fmt: skip
    status = models.CharField(max_length=24, choices=ResponseStatus, default=ResponseStatus.IN_PROGRESS)
    revision = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=dict)
    touched = models.JSONField(default=dict)
    calculated = models.JSONField(default=dict)
    scores = models.JSONField(default=list)
    authored_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = QuestionnaireResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", ResponseStatus, name="intake_response_status_known"),
            all_or_none("completed_at", "completed_by", name="intake_response_completion_whole"),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "amended"]) | Q(completed_at__isnull=False),
                name="intake_response_completed_has_time",
            ),
        ]
        indexes = [
            # A patient's history, newest first.
            models.Index(fields=["patient", "-created_at", "id"], name="intake_response_patient"),
        ]
        triggers = [
            fixed(
                "answers",
                "questionnaire_id",
                "patient_id",
                "completed_at",
                "completed_by_id",
                name="response_completed_fixed",
                when="OLD.status IN ('completed', 'amended')",
            ),
            # While a response is open its answers move only with the ledger, one revision at a time.
            fixed(
                "answers",
                "touched",
                name="response_answers_move_with_ledger",
                when="NEW.revision = OLD.revision AND NEW.status = 'in-progress'",
            ),
            fixed(
                "revision",
                name="response_revision_counts_saves",
                when="NEW.revision NOT IN (OLD.revision, OLD.revision + 1) OR NEW.status <> 'in-progress'",
            ),
        ]


class Answer(models.Model):
    """One acknowledged save: the changes of one client under one sequence number. Rows are never changed."""

    PERSONAL = frozenset({"changes"})

    id = models.BigAutoField(primary_key=True)
    response = models.ForeignKey("intake.QuestionnaireResponse", models.PROTECT, related_name="ledger")
    client_id = models.CharField(max_length=64)
    sequence = models.PositiveBigIntegerField()
    revision = models.PositiveIntegerField()
    changes = models.JSONField(help_text="[{link_id, value}] as stored; conflicting questions are not in it.")
    conflicts = models.JSONField(default=list)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "client_id", "sequence"], name=SAVED_ONCE),
            models.UniqueConstraint(fields=["response", "revision"], name="intake_answer_revision_once"),
        ]
        triggers = [pgtrigger.Protect(name="answer_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"Answer {self.pk}"
