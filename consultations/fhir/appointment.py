"""Appointment: a booked visit."""

from typing import Any

from consultations.domain.codes import AppointmentStatus
from consultations.models import Appointment

CANCELLED = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", "code": "other"},
    ]
}


def appointment(row: Appointment) -> dict[str, Any]:
    """
    Return the Appointment of a visit.

    Source  FHIR R4 Appointment; instants are UTC, what people wrote about it is not in it
    """
    resource: dict[str, Any] = {
        "resourceType": "Appointment",
        "id": str(row.pk),
        "meta": {"versionId": str(row.revision), "lastUpdated": row.updated_at.isoformat()},
        "status": row.status,
        "start": row.start_at.isoformat(),
        "end": row.end_at.isoformat(),
        "minutesDuration": int((row.end_at - row.start_at).total_seconds() // 60),
        "slot": [{"reference": f"Slot/{row.slot_id}"}],
        "created": row.created_at.isoformat(),
        "basedOn": [{"reference": f"ServiceRequest/{row.service_request_id}"}],
        "participant": [
            {"actor": {"reference": f"Patient/{row.patient_id}"}, "status": "accepted"},
            {"actor": {"reference": f"Practitioner/{row.practitioner_id}"}, "status": "accepted"},
        ],
    }
    if row.status == AppointmentStatus.CANCELLED:
        resource["cancelationReason"] = CANCELLED
    return resource
