"""Consent as FHIR R4."""

import base64
from typing import Any

from intake.fhir.instant import instant
from intake.fhir.patient import reference
from intake.models import Consent


def consent(row: Consent) -> dict[str, Any]:
    """
    Return the FHIR R4 Consent of a signature, the text's digest in its source.

    row     with `patient` and `document` loaded
    Source  FHIR R4 Consent; Attachment.hash is the base64 of a SHA-1 in R4, so the SHA-256 stands in the policy's URI
    """
    resource: dict[str, Any] = {
        "resourceType": "Consent",
        "id": str(row.pk),
        "status": row.status,
        "scope": _coding("http://terminology.hl7.org/CodeSystem/consentscope", "treatment"),
        "category": [_coding("http://loinc.org", "59284-0")],
        "patient": reference(row.patient),
        "dateTime": instant(row.signed_at),
        "performer": [reference(row.patient)],
        "sourceAttachment": {
            "contentType": "text/markdown",
            "language": row.document.language,
            "title": f"{row.document.title}, version {row.document.version}",
            "data": base64.b64encode(row.document.body.encode()).decode(),
        },
        "policy": [{"uri": f"urn:sha256:{row.document_sha256}"}],
    }
    if row.withdrawn_at:
        resource["provision"] = {"period": {"start": instant(row.signed_at), "end": instant(row.withdrawn_at)}}
    return resource


def _coding(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}
