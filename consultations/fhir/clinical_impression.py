"""ClinicalImpression: the determination."""

from typing import Any

from consultations.models import Determination


def clinical_impression(row: Determination) -> dict[str, Any]:
    """
    Return the ClinicalImpression of a determination whose case, protocol and clinician are loaded; one without a visit has no encounter.

    Source  FHIR R4 ClinicalImpression; each criterion with its finding is one `finding`
    """
    resource: dict[str, Any] = {
        "resourceType": "ClinicalImpression",
        "id": str(row.pk),
        "meta": {"versionId": str(row.version), "lastUpdated": row.updated_at.isoformat()},
        "status": row.status,
        "subject": {"reference": f"Patient/{row.service_request.patient_id}"},
        "assessor": {"reference": f"Practitioner/{row.recorded_by.practitioner.pk}"},
        "date": row.recorded_at.isoformat(),
        "protocol": [f"urn:anteroom:protocol:{row.protocol.code}|{row.protocol.version}"],
        "summary": row.rationale,
        "finding": [_finding(one) for one in row.criteria],
        "prognosisCodeableConcept": [{"coding": [{"code": row.outcome, "display": row.get_outcome_display()}]}],
    }
    if row.encounter_id:
        resource["encounter"] = {"reference": f"Encounter/{row.encounter_id}"}
    if row.signed_at:
        resource["effectiveDateTime"] = row.signed_at.isoformat()
    return resource


def _finding(criterion: dict[str, Any]) -> dict[str, Any]:
    basis = ", ".join(criterion.get("evidence") or ())
    concept = {"coding": [{"code": criterion["code"]}], "text": f"{criterion['text']}: {criterion['finding']}"}
    return {"itemCodeableConcept": concept, **({"basis": basis} if basis else {})}
