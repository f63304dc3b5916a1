"""Practitioner and PractitionerRole."""

from collections.abc import Iterable
from typing import Any

from providers.models import AvailableTime, Practitioner, PractitionerRole, Qualification

NPI = "http://hl7.org/fhir/sid/us-npi"
DEGREES = "http://terminology.hl7.org/CodeSystem/v2-0360"
STATES = "https://www.usps.com/"
_ISSUED = "http://hl7.org/fhir/us/core/StructureDefinition/practitioner-qualification"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def practitioner(row: Practitioner, qualifications: Iterable[Qualification]) -> dict[str, Any]:
    """
    Return the Practitioner of a clinician.

    qualifications  all licences of the clinician
    Source          FHIR R4 Practitioner; the NPI's system is that of US Core
    """
    resource: dict[str, Any] = {
        "resourceType": "Practitioner",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "active": row.is_active,
        "name": [_name(row)],
    }
    if row.npi:
        resource["identifier"] = [{"system": NPI, "value": row.npi}]
    if licences := [_qualification(one) for one in qualifications]:
        resource["qualification"] = licences
    if row.languages:
        resource["communication"] = [_language(code) for code in row.languages]
    return resource


def practitioner_role(row: PractitionerRole, times: Iterable[AvailableTime]) -> dict[str, Any]:
    """
    Return the PractitionerRole of a clinician's service.

    row    with `practitioner` and `service` loaded
    times  the weekly windows that hold for the service, wall clock in their schedule's zone
    Source  FHIR R4 PractitionerRole; a window over midnight is two available times
    """
    resource: dict[str, Any] = {
        "resourceType": "PractitionerRole",
        "id": str(row.pk),
        "meta": {"lastUpdated": row.updated_at.isoformat()},
        "active": row.is_active,
        "practitioner": {"reference": f"Practitioner/{row.practitioner_id}", "display": row.practitioner.display_name},
        "healthcareService": [{"reference": f"HealthcareService/{row.service_id}", "display": row.service.name}],
    }
    if available := [piece for time in times for piece in _available(time)]:
        resource["availableTime"] = available
    return resource


def _name(row: Practitioner) -> dict[str, Any]:
    name: dict[str, Any] = {"family": row.family_name, "given": [row.given_name], "text": row.display_name}
    return {**name, "suffix": [row.credentials]} if row.credentials else name


def _language(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}


def _qualification(row: Qualification) -> dict[str, Any]:
    period = {"start": row.valid_from.isoformat()}
    if row.valid_until is not None:
        period["end"] = row.valid_until.isoformat()
    where = {"coding": [{"system": STATES, "code": row.jurisdiction}]}
    return {
        "extension": [
            {
                "url": _ISSUED,
                "extension": [
                    {"url": "status", "valueCode": "active" if row.status == "active" else "inactive"},
                    {"url": "whereValid", "valueCodeableConcept": where},
                ],
            }
        ],
        "identifier": [{"value": row.number}],
        "code": {"coding": [{"system": DEGREES, "code": row.kind}]},
        "period": period,
    }


def _available(time: AvailableTime) -> list[dict[str, Any]]:
    """Return the window day by day; FHIR's times end at 24:00, written 23:59:59."""
    pieces, weekday, start, left = [], time.weekday - 1, time.start_minute, time.end_minute - time.start_minute
    while left > 0:
        length = min(left, 1440 - start)
        pieces.append(
            {
                "daysOfWeek": [_DAYS[weekday % 7]],
                "availableStartTime": _clock(start),
                "availableEndTime": _clock(start + length),
            }
        )
        weekday, start, left = weekday + 1, 0, left - length
    return pieces


def _clock(minute: int) -> str:
    return "23:59:59" if minute == 1440 else f"{minute // 60:02}:{minute % 60:02}:00"
