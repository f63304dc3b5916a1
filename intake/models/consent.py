"""What patients agree to, word for word, and the record that they did."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from config.core.constraints import all_or_none, fixed, kept, known
from config.core.models import Record, Role, User
from intake.domain.codes import ConsentStatus


class ConsentDocumentQuerySet(models.QuerySet["ConsentDocument"]):
    """Documents to sign."""

    def current(self) -> Self:
        """Return the versions that are asked for today."""
        return self.filter(is_current=True)

    def visible_to(self, _user: User) -> Self:
        """Return all: a text that may be signed may be read."""
        return self.all()


class ConsentDocument(Record):
    """One version of one text in one language. Its words never change; a new version is a new row."""

    PERSONAL: frozenset[str] = frozenset()

    slug = models.SlugField(max_length=64)
    version = models.CharField(max_length=16)
    language = models.CharField(max_length=8, default="en")
    title = models.CharField(max_length=200)
    body = models.TextField(help_text="Markdown, as shown.")
    sha256 = models.CharField(max_length=64)
    services = models.ManyToManyField("providers.HealthcareService", related_name="consent_documents", blank=True)
    is_current = models.BooleanField(default=True)

    objects = ConsentDocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "version", "language"], name="intake_consentdocument_once"),
        ]
        triggers = [
            fixed("slug", "version", "language", "title", "body", "sha256", name="consentdocument_words_fixed"),
        ]


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Signatures."""

    def in_force(self) -> Self:
        """Return those not withdrawn."""
        return self.filter(status=ConsentStatus.ACTIVE)

    def visible_to(self, user: User) -> Self:
        """Return one's own; administrators see all."""
        return self.all() if user.role == Role.ADMIN else self.filter(patient__user=user)


class Consent(Record):
    """A signature under one document. FHIR R4 Consent; `sign` makes it active, `withdraw` inactive for good."""

    PERSONAL = frozenset({"signed_name", "ip_address", "user_agent"})

    patient = models.ForeignKey("intake.Patient", models.PROTECT, related_name="consents")
    document = models.ForeignKey("intake.ConsentDocument", models.PROTECT, related_name="consents")
    document_sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=ConsentStatus, default=ConsentStatus.ACTIVE)
    signed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            known("status", ConsentStatus, name="intake_consent_status_known"),
            all_or_none("withdrawn_at", "withdrawn_by", name="intake_consent_withdrawal_whole"),
            models.UniqueConstraint(
                fields=["patient", "document"], condition=Q(status="active"), name="intake_consent_active_once"
            ),
            models.CheckConstraint(
                condition=Q(status="active", withdrawn_at__isnull=True)
                | Q(status="inactive", withdrawn_at__isnull=False),
                name="intake_consent_withdrawn_when_inactive",
            ),
        ]
        triggers = [
            fixed(
                "patient_id",
                "document_id",
                "document_sha256",
                "signed_name",
                "signed_at",
                "signed_by_id",
                name="consent_signature_fixed",
            ),
            fixed(
                "status",
                "withdrawn_at",
                "withdrawn_by_id",
                name="consent_withdrawal_final",
                when="OLD.status = 'inactive'",
            ),
            kept(name="consent_kept"),
        ]
