"""Communication: a message planned or sent."""

from typing import Any

from consultations.domain.codes import Channel
from consultations.models import Communication

_MEDIA = {Channel.EMAIL: "EMAILWRIT", Channel.SMS: "SMSWRIT", Channel.PUSH: "ELECTRONIC"}


def communication(row: Communication) -> dict[str, Any]:
    """
    Return the Communication of a message. It has no payload: no text is stored.

    Source  FHIR R4 Communication; media are of HL7 v3 ParticipationMode
    """
    system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
    resource: dict[str, Any] = {
        "resourceType": "Communication",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "status": row.status,
        "category": [{"text": row.get_kind_display()}],
        "medium": [{"coding": [{"system": system, "code": _MEDIA[Channel(row.channel)]}]}],
        "about": [{"identifier": {"value": str(row.subject_id)}, "display": row.subject_type}],
    }
    if row.status_reason:
        resource["statusReason"] = {"text": row.status_reason}
    if row.sent_at:
        resource["sent"] = row.sent_at.isoformat()
    return resource
