"""Stored codes of the providers app; FHIR's where FHIR has them."""

from django.db.models import IntegerChoices, TextChoices


class SlotStatus(TextChoices):
    """FHIR R4 Slot.status; the first three occupy the practitioner."""

    BUSY_TENTATIVE = "busy-tentative", "held"
    BUSY = "busy", "booked"
    BUSY_UNAVAILABLE = "busy-unavailable", "blocked"
    FREE = "free", "released"


LIVE_SLOTS = (SlotStatus.BUSY_TENTATIVE, SlotStatus.BUSY, SlotStatus.BUSY_UNAVAILABLE)


class QualificationStatus(TextChoices):
    """Whether a licence may be relied on inside its period."""

    ACTIVE = "active", "active"
    SUSPENDED = "suspended", "suspended"
    REVOKED = "revoked", "revoked"


class QualificationKind(TextChoices):
    """The kind of licence (HL7 v2 table 0360 degrees, as far as used here)."""

    MD = "MD", "physician (MD)"
    DO = "DO", "physician (DO)"
    NP = "NP", "nurse practitioner"
    PA = "PA", "physician assistant"
    PHD = "PHD", "psychologist"


class ExceptionKind(TextChoices):
    """How a dated exception changes the weekly hours."""

    OFF = "off", "time off"
    EXTRA = "extra", "extra hours"
    CHANGED = "changed", "changed hours"


class Modality(TextChoices):
    """How patient and clinician meet; both are HL7 v3 ActCode VR, an encounter in two places at once."""

    VIDEO = "VR", "video visit"
    PHONE = "PHONE", "phone visit"


class Pathway(TextChoices):
    """In which order review and visit may come."""

    EITHER = "either", "review and visit in any order"
    REVIEW_FIRST = "review-first", "review before a visit is booked"
    ASYNCHRONOUS = "asynchronous", "review without a visit"


class Weekday(IntegerChoices):
    """ISO weekday."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7
