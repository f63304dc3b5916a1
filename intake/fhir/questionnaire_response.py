"""QuestionnaireResponse as FHIR R4."""

from typing import Any

from intake.domain.items import items
from intake.domain.outline import outline
from intake.fhir.instant import instant
from intake.models import QuestionnaireResponse


def questionnaire_response(row: QuestionnaireResponse) -> dict[str, Any]:
    """
    Return the FHIR R4 QuestionnaireResponse: items in the order of the questionnaire, only those with answers.

    row     with `questionnaire` loaded; calculated values are answers of their items
    Source  FHIR R4 QuestionnaireResponse; HL7 SDC 4.0.0, form validation
    """
    answers = {**row.answers, **row.calculated}
    resource: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "id": str(row.pk),
        "questionnaire": row.questionnaire.canonical,
        "status": row.status,
        "subject": {"reference": f"Patient/{row.patient_id}"},
        "source": {"reference": f"Patient/{row.patient_id}"},
        "item": items(outline(row.questionnaire.definition).roots, answers),
    }
    if at := row.completed_at or row.authored_at:
        resource["authored"] = instant(at)
    return resource
