"""Stored codes of the intake app; FHIR's where FHIR has them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class SexAtBirth(TextChoices):
    """US Core birth sex."""

    FEMALE = "F", gettext_lazy("Female")
    MALE = "M", gettext_lazy("Male")
    UNKNOWN = "UNK", gettext_lazy("Prefer not to say")


class ConsentStatus(TextChoices):
    """FHIR R4 Consent.status, as far as used."""

    ACTIVE = "active", "in force"
    INACTIVE = "inactive", "withdrawn"


class QuestionnaireStatus(TextChoices):
    """FHIR R4 PublicationStatus."""

    DRAFT = "draft", "draft"
    ACTIVE = "active", "published"
    RETIRED = "retired", "retired"


class ResponseStatus(TextChoices):
    """FHIR R4 QuestionnaireResponse.status."""

    IN_PROGRESS = "in-progress", "in progress"
    COMPLETED = "completed", "completed"
    AMENDED = "amended", "amended"
    STOPPED = "stopped", "stopped"
    ENTERED_IN_ERROR = "entered-in-error", "entered in error"


class FlagStatus(TextChoices):
    """FHIR R4 Flag.status; `inactive` is a flag that later answers superseded."""

    ACTIVE = "active", "active"
    INACTIVE = "inactive", "superseded"


class Severity(TextChoices):
    """How soon a person must look at a flag."""

    EMERGENCY = "emergency", "emergency"
    URGENT = "urgent", "urgent"
    CAUTION = "caution", "caution"
    INFORMATION = "information", "information"

    @property
    def rank(self) -> int:
        """Return 0 for the most severe."""
        return list(Severity).index(self)


NEEDS_ACKNOWLEDGEMENT = (Severity.EMERGENCY, Severity.URGENT)
