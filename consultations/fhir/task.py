"""Task: the review of a case."""

from typing import Any

from consultations.domain.codes import Priority
from consultations.models import ReviewTask


def task(row: ReviewTask, *, priority: str = Priority.ROUTINE) -> dict[str, Any]:
    """
    Return the Task of a review.

    priority  of the ServiceRequest
    Source    FHIR R4 Task; what the reviewer wrote is not in it
    """
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": str(row.pk),
        "meta": {"versionId": str(row.fence), "lastUpdated": row.updated_at.isoformat()},
        "status": row.status,
        "intent": "order",
        "priority": priority,
        "focus": {"reference": f"ServiceRequest/{row.service_request_id}"},
        "authoredOn": row.created_at.isoformat(),
        "lastModified": row.updated_at.isoformat(),
        "restriction": {"period": {"end": row.due_at.isoformat()}},
    }
    if row.owner_id:
        resource["owner"] = {"reference": f"Practitioner/{row.owner_id}"}
    if row.outcome:
        resource["businessStatus"] = {"text": row.outcome}
    return resource
