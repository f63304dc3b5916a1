"""Referrals: who sent a case on, to whom, and why."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import fixed, kept, known
from config.core.models import Record
from consultations.domain.codes import ReferralKind


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Referrals."""

    def about(self, requests: Iterable[UUID]) -> Self:
        """Return the referrals from some cases, and those that led to them, oldest first."""
        ids = list(requests)
        rows = self.filter(Q(task__service_request__in=ids) | Q(new_request__in=ids))
        return rows.order_by("referred_at", "created_at", "id")


class Referral(Record):
    """
    One referral, kept as it was said. FHIR R4 Task.reasonReference, ServiceRequest.replaces.

    refer.to_colleague writes it with `to_practitioner`; decide.refer_to_service with `to_service`, and `new_request` once
    the decision takes effect; decide.refer with `to_words`.
    """

    PERSONAL = frozenset({"to_words", "reason"})

    task = models.ForeignKey("consultations.ReviewTask", models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=16, choices=ReferralKind)
    to_practitioner = models.ForeignKey(
        "providers.Practitioner", models.PROTECT, null=True, related_name="+", db_index=False
    )
    to_service = models.ForeignKey(
        "providers.HealthcareService", models.PROTECT, null=True, related_name="+", db_index=False
    )
    to_words = models.CharField(max_length=200, blank=True, help_text="Somebody outside, in the clinician's words.")
    reason = models.TextField()
    referred_at = models.DateTimeField()
    referred_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    new_request = models.OneToOneField(
        "consultations.ServiceRequest", models.PROTECT, null=True, related_name="referral",
        help_text="The case of the other service that the patient goes on with.",
    )  # fmt: skip

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            known("kind", ReferralKind, name="consultations_referral_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="colleague", to_practitioner__isnull=False, to_service__isnull=True, to_words="")
                | Q(kind="service", to_practitioner__isnull=True, to_service__isnull=False, to_words="")
                | Q(kind="outside", to_practitioner__isnull=True, to_service__isnull=True) & ~Q(to_words=""),
                name="consultations_referral_names_whom",
            ),
            models.CheckConstraint(
                condition=Q(kind="service") | Q(new_request__isnull=True),
                name="consultations_referral_only_services_go_on",
            ),
        ]
        triggers = [
            fixed(
                "task_id", "kind", "to_practitioner_id", "to_service_id", "to_words", "reason", "referred_at",
                "referred_by_id",
                name="referral_fixed",
            ),
            fixed("new_request_id", name="referral_goes_on_once", when="OLD.new_request_id IS NOT NULL"),
            kept(name="referral_kept"),
        ]  # fmt: skip

    @property
    def whom(self) -> str:
        """Return to whom, in words; reads the clinician or the service."""
        if self.to_practitioner is not None:
            return str(self.to_practitioner.display_name)
        return str(self.to_service.name) if self.to_service is not None else str(self.to_words)
