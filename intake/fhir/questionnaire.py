"""Questionnaire as FHIR R4."""

import json
from typing import Any

from intake.models import Questionnaire


def questionnaire(row: Questionnaire) -> dict[str, Any]:
    """
    Return the FHIR R4 Questionnaire as it was published, under the id of its row.

    Source  FHIR R4 Questionnaire
    """
    return {**json.loads(row.source), "id": str(row.pk), "status": row.status}
