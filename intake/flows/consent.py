"""
A patient signs a text, and may take the signature back.

Refusal
├── NotRegistered     (Conflict)  register first
├── UnknownDocument   (Invalid)   there is no such text to sign today
├── NotSigned         (Invalid)   the typed name is missing
├── AlreadySigned     (Conflict)  the signature in force is in `consent`
├── NoSuchConsent     (NotFound)
└── AlreadyWithdrawn  (Conflict)
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, gettext_lazy

from config.core import audit
from config.core.errors import Conflict, FieldError, Invalid, NotFound
from config.core.flow import flow
from config.core.models import AuditAction, User
from intake.domain.codes import ConsentStatus
from intake.models import Consent, ConsentDocument, Patient


class NotRegistered(Conflict):
    """Register first."""

    code = "not-registered"
    title = gettext_lazy("We do not know you yet")


class UnknownDocument(Invalid):
    """Offer the texts that are asked for today."""

    code = "document-unknown"
    title = gettext_lazy("There is no such text to sign")


class NotSigned(Invalid):
    """Ask for the full name."""

    code = "not-signed"
    title = gettext_lazy("The signature is missing")


class AlreadySigned(Conflict):
    """Go on; the signature in force is in `consent`."""

    code = "already-signed"
    title = gettext_lazy("You have signed this")


class NoSuchConsent(NotFound):
    """Check the address; it may not be yours."""

    code = "no-such-consent"
    title = gettext_lazy("There is no such signature")


class AlreadyWithdrawn(Conflict):
    """Nothing is left to withdraw."""

    code = "already-withdrawn"
    title = gettext_lazy("This was withdrawn already")


@flow
def sign(
    *,
    document_id: UUID,
    signed_name: str,
    by: User,
    now: datetime,
    ip_address: str | None = None,
    user_agent: str = "",
) -> Consent:
    """
    Sign one version of one text; what is kept is that very text, by its digest.

    signed_name  the full name as the person typed it, at most 200 characters
    Writes       Consent `active`, StatusChange, AuditEvent
    Raises       NotRegistered, UnknownDocument, NotSigned, AlreadySigned
    Source       FHIR R4 Consent; 15 USC 7001 (E-SIGN): the act, the text and the time are kept
    """
    # The patient's row is the lock: of two signatures at once the second finds the first.
    patient = Patient.objects.select_for_update(no_key=True).filter(user=by).first()
    if patient is None:
        raise NotRegistered(gettext("Tell us who you are first, then sign."))
    document = ConsentDocument.objects.current().filter(pk=document_id).first()
    if document is None:
        raise UnknownDocument(
            errors=[FieldError("document", "unknown", gettext("There is no such text to sign today."))]
        )
    name = " ".join(signed_name.split())[:200]
    if not name:
        raise NotSigned(errors=[FieldError("signed_name", "blank", gettext("Type your full name to sign."))])
    before = Consent.objects.in_force().filter(patient=patient, document=document).first()
    if before is not None:
        raise AlreadySigned(gettext("You have signed this already."), extra={"consent": str(before.pk)})

    consent = Consent.objects.create(
        patient=patient,
        document=document,
        document_sha256=document.sha256,
        signed_name=name,
        signed_at=now,
        signed_by=by,
        ip_address=ip_address or None,
        user_agent=user_agent[:300],
    )

    audit.status_changed(consent, old="", new=consent.status, by=by, now=now)
    audit.record(
        event="intake.consent.signed", action=AuditAction.CREATE, entity=consent, by=by, now=now,
        patient_id=patient.pk, detail={"document": document.slug, "version": document.version},
    )  # fmt: skip
    return consent


@flow
def withdraw(*, consent_id: UUID, by: User, now: datetime) -> Consent:
    """
    Take a signature back, for good; what was done under it stays.

    Writes  Consent `inactive`, StatusChange, AuditEvent
    Raises  NoSuchConsent, AlreadyWithdrawn
    """
    mine = Consent.objects.select_for_update(no_key=True, of=("self",)).select_related("document")
    consent = mine.filter(pk=consent_id, patient__user=by).first()
    if consent is None:
        raise NoSuchConsent(gettext("There is no such signature."))
    if consent.status != ConsentStatus.ACTIVE:
        raise AlreadyWithdrawn(gettext("You have withdrawn this already."))

    consent.status = ConsentStatus.INACTIVE
    consent.withdrawn_at, consent.withdrawn_by = now, by
    consent.save(update_fields=["status", "withdrawn_at", "withdrawn_by", "updated_at"])

    audit.status_changed(consent, old=ConsentStatus.ACTIVE, new=consent.status, by=by, now=now, reason="withdrawn")
    audit.record(event="intake.consent.withdrawn", entity=consent, by=by, now=now, patient_id=consent.patient_id)
    return consent
