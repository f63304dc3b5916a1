"""A clinician's question to the patient about a case, and the answer."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, known
from config.core.models import Record, Role, User
from consultations.domain.codes import AskStatus


class CommunicationRequestQuerySet(models.QuerySet["CommunicationRequest"]):
    """Questions to patients."""

    def waiting(self) -> Self:
        """Return those without an answer."""
        return self.filter(status=AskStatus.ACTIVE)

    def ended(self, now: datetime) -> Self:
        """Return those that are no longer waited for, although nobody has said so yet."""
        return self.waiting().filter(expires_at__lte=now)

    def visible_to(self, user: User) -> Self:
        """Return the patient's own; clinicians reach them through a case of theirs."""
        return self.filter(service_request__patient__user=user) if user.role == Role.PATIENT else self.none()


class CommunicationRequest(Record):
    """One question to the patient. FHIR R4 CommunicationRequest; the words stay here, mails only say that it is."""

    PERSONAL = frozenset({"message", "answer"})

    service_request = models.ForeignKey("consultations.ServiceRequest", models.PROTECT, related_name="asks")
    status = models.CharField(max_length=16, choices=AskStatus, default=AskStatus.ACTIVE)
    message = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    nudge_at = models.DateTimeField(null=True, help_text="When the patient is reminded next.")
    expires_at = models.DateTimeField(null=True, help_text="When the clinician goes on without an answer.")
    expired_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = CommunicationRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", AskStatus, name="consultations_communicationrequest_status_known"),
            all_or_none("answered_at", "answered_by", name="consultations_communicationrequest_answer_whole"),
            models.UniqueConstraint(
                fields=["service_request"],
                condition=Q(status="active"),
                name="consultations_communicationrequest_one_open",
            ),
            models.CheckConstraint(
                condition=Q(expired_at__isnull=True) | Q(status="revoked"),
                name="consultations_communicationrequest_expired_is_over",
            ),
        ]
        indexes = [
            # The tick: who is reminded, and what is over.
            models.Index(fields=["nudge_at"], name="consultations_ask_nudges", condition=Q(status="active")),
            models.Index(fields=["expires_at"], name="consultations_ask_ends", condition=Q(status="active")),
        ]
