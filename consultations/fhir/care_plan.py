"""CarePlan and Goal."""

from collections.abc import Sequence
from typing import Any

from consultations.models import Activity, CarePlan, Goal

LOINC = "http://loinc.org"


def care_plan(row: CarePlan, goals: Sequence[Goal], activities: Sequence[Activity]) -> dict[str, Any]:
    """
    Return the CarePlan of a plan whose determination is loaded, with its goals contained.

    Source  FHIR R4 CarePlan, Goal
    """
    resource: dict[str, Any] = {
        "resourceType": "CarePlan",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "contained": [goal(one, patient=f"Patient/{row.patient_id}") for one in goals],
        "status": row.status,
        "intent": "plan",
        "title": row.title,
        "subject": {"reference": f"Patient/{row.patient_id}"},
        "created": row.recorded_at.isoformat(),
        "goal": [{"reference": f"#{one.pk}"} for one in goals],
        "activity": [_activity(one) for one in activities],
    }
    if row.determination.encounter_id:
        resource["encounter"] = {"reference": f"Encounter/{row.determination.encounter_id}"}
    if row.description or row.instructions:
        resource["description"] = "\n\n".join(text for text in (row.description, row.instructions) if text)
    if row.signed_at:
        resource["period"] = {"start": row.signed_at.isoformat()}
    return resource


def goal(row: Goal, *, patient: str) -> dict[str, Any]:
    """
    Return the Goal of a plan.

    patient  reference of its subject
    Source   FHIR R4 Goal
    """
    resource: dict[str, Any] = {
        "resourceType": "Goal",
        "id": str(row.pk),
        "lifecycleStatus": row.status,
        "description": {"text": row.description},
        "subject": {"reference": patient},
    }
    if loinc := (row.measure or {}).get("loinc"):
        measure = {"coding": [{"system": LOINC, "code": loinc}], "text": row.measure.get("title", "")}
        resource["target"] = [{"measure": measure, "detailString": str(row.measure.get("target", ""))}]
    return resource


def _activity(row: Activity) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "status": row.status,
        "code": {"text": row.title},
        "description": row.detail,
    }
    if row.due_dates:
        detail["scheduledTiming"] = {"event": row.due_dates}
    elif row.schedule_text:
        detail["scheduledString"] = row.schedule_text
    if row.questionnaire_url:
        detail["instantiatesCanonical"] = [row.questionnaire_url]
    return {"detail": detail}
