"""HealthcareService."""

from typing import Any

from providers.domain.states import STATES
from providers.models import HealthcareService


def healthcare_service(row: HealthcareService) -> dict[str, Any]:
    """
    Return the HealthcareService of a service line.

    Source  FHIR R4 HealthcareService; where it is offered stands in coverageArea by USPS code
    """
    return {
        "resourceType": "HealthcareService",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "active": row.is_active,
        "name": row.name,
        "comment": row.summary,
        "coverageArea": [
            {
                "identifier": {"system": "https://www.usps.com/", "value": code},
                "display": STATES[code].name if code in STATES else code,
            }
            for code in row.states
        ],
        "eligibility": [{"comment": f"Aged {row.minimum_age_years} and over"}],
        "appointmentRequired": row.pathway != "asynchronous",
    }
