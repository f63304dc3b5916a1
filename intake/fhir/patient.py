"""Patient as FHIR R4."""

from typing import Any

from intake.domain.codes import SexAtBirth
from intake.models import Patient

BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
_GENDER = {SexAtBirth.FEMALE: "female", SexAtBirth.MALE: "male", SexAtBirth.UNKNOWN: "unknown"}


def patient(row: Patient) -> dict[str, Any]:
    """
    Return the FHIR R4 Patient of a record; reads nothing but the row.

    Source  FHIR R4 Patient; US Core 6.1 birthsex (sex at birth stands in for the administrative gender)
    """
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(row.pk),
        "extension": [{"url": BIRTH_SEX, "valueCode": row.sex_at_birth}],
        "active": True,
        "name": _names(row),
        "telecom": [{"system": "phone", "value": str(row.phone), "use": "mobile"}],
        "gender": _GENDER[SexAtBirth(row.sex_at_birth)],
        "birthDate": row.birth_date.isoformat(),
        "address": [_address(row)],
        "communication": [{"language": _language(row.preferred_language), "preferred": True}],
    }
    if contact := _contact(row):
        resource["contact"] = [contact]
    return resource


def reference(row: Patient) -> dict[str, str]:
    """Return the FHIR reference to a patient."""
    return {"reference": f"Patient/{row.pk}"}


def _names(row: Patient) -> list[dict[str, Any]]:
    names: list[dict[str, Any]] = [{"use": "official", "family": row.family_name, "given": [row.given_name]}]
    if row.preferred_name:
        names.append({"use": "usual", "text": row.preferred_name})
    return names


def _address(row: Patient) -> dict[str, Any]:
    address: dict[str, Any] = {"use": "home", "state": row.state, "country": "US"}
    if row.address_line:
        address["line"] = [row.address_line]
    told = {"city": row.city, "postalCode": row.postal_code}
    return {**address, **{key: value for key, value in told.items() if value}}


def _contact(row: Patient) -> dict[str, Any]:
    relationship = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}]}
    told: dict[str, Any] = {}
    if row.emergency_contact_name:
        told["name"] = {"text": row.emergency_contact_name}
    if row.emergency_contact_phone:
        told["telecom"] = [{"system": "phone", "value": str(row.emergency_contact_phone)}]
    return {"relationship": [relationship], **told} if told else {}


def _language(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}
