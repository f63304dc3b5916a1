"""Flag as FHIR R4."""

from typing import Any

from intake.fhir.instant import instant
from intake.models import Flag

SEVERITY = "https://anteroom.example/fhir/CodeSystem/flag-severity"
RULE = "https://anteroom.example/fhir/CodeSystem/flag-rule"


def flag(row: Flag) -> dict[str, Any]:
    """
    Return the FHIR R4 Flag of a warning.

    row     with `rule` loaded
    Source  FHIR R4 Flag
    """
    period = {"start": instant(row.raised_at)}
    if row.superseded_at:
        period["end"] = instant(row.superseded_at)
    category = "http://terminology.hl7.org/CodeSystem/flag-category"
    return {
        "resourceType": "Flag",
        "id": str(row.pk),
        "status": row.status,
        "category": [
            {"coding": [{"system": category, "code": "clinical"}]},
            {"coding": [{"system": SEVERITY, "code": row.severity}]},
        ],
        "code": {
            "coding": [{"system": RULE, "code": row.rule.code, "version": row.rule.version}],
            "text": row.rule.clinician_text,
        },
        "subject": {"reference": f"Patient/{row.patient_id}"},
        "period": period,
    }
