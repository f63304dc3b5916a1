"""ServiceRequest: what a patient asks for."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from consultations.models import ServiceRequest

STATES = "https://www.usps.com/"


def service_request(
    row: ServiceRequest, responses: Iterable[UUID] = (), *, replaces: UUID | None = None
) -> dict[str, Any]:
    """
    Return the ServiceRequest of a case whose service is loaded.

    responses  ids of its questionnaire responses, in their order
    replaces   id of the case that ended with a referral to this one
    Source     FHIR R4 ServiceRequest; a patient's ask is a proposal; what the clinician decided is not in it
    """
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "status": row.status,
        "intent": "proposal",
        "priority": row.priority,
        "code": {"text": row.service.name},
        "subject": {"reference": f"Patient/{row.patient_id}"},
        "requester": {"reference": f"Patient/{row.patient_id}"},
        "authoredOn": (row.submitted_at or row.authored_at).isoformat(),
        "performerType": {"text": f"Licensed in {row.state}"},
        "locationCode": [{"coding": [{"system": STATES, "code": row.state}]}],
    }
    if info := [{"reference": f"QuestionnaireResponse/{pk}"} for pk in responses]:
        resource["supportingInfo"] = info
    if replaces is not None:
        resource["replaces"] = [{"reference": f"ServiceRequest/{replaces}"}]
    return resource
