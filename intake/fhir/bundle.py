"""Answers of the FHIR doors that are not rows: bundles, outcomes, and what this server can do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from intake.domain.issues import Issue
from intake.fhir.instant import instant

FHIR_VERSION = "4.0.1"
CODES = "https://anteroom.example/fhir/CodeSystem/issue"
_TYPES = {
    400: "structure", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    409: "conflict", 412: "conflict", 413: "too-long", 415: "not-supported", 422: "processing", 429: "throttled",
    503: "transient",
}  # fmt: skip
_REQUIRED = frozenset({"required", "too-few"})


def outcome(issues: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a FHIR R4 OperationOutcome; one information when there is nothing to say."""
    fine = {"severity": "information", "code": "informational", "details": {"text": "No issues were found."}}
    return {"resourceType": "OperationOutcome", "issue": [*issues] or [fine]}


def issue_of(one: Issue) -> dict[str, Any]:
    """Return one finding as OperationOutcome.issue: FHIR's kind, our stable code, the place as FHIRPath or linkId path."""
    place = str(one.params.get("expression") or one.path or one.link_id)
    return issue(
        one.severity, "required" if one.code in _REQUIRED else "invariant", one.code, one.message, places=[place]
    )


def of_problem(body: Mapping[str, Any], status: int) -> dict[str, Any]:
    """Return a problem document of the JSON API as an OperationOutcome, one issue for each field that is named."""
    kind = _TYPES.get(status, "exception")
    fields = body.get("errors") or [{"field": "", "code": body.get("code", "error"), "detail": body.get("detail", "")}]
    return outcome(
        [issue("error", kind, str(one["code"]), str(one["detail"]), places=[str(one["field"])]) for one in fields]
    )


def issue(severity: str, kind: str, code: str, text: str, *, places: Iterable[str] = ()) -> dict[str, Any]:
    """Return one OperationOutcome.issue."""
    told: dict[str, Any] = {
        "severity": severity,
        "code": kind,
        "details": {"coding": [{"system": CODES, "code": code}], "text": text},
    }
    where = [place for place in places if place]
    return {**told, "expression": where} if where else told


def searchset(
    resources: Sequence[Mapping[str, Any]], *, total: int, base: str, links: Mapping[str, str]
) -> dict[str, Any]:
    """
    Return a FHIR R4 Bundle of search results.

    base   address of the FHIR root, for fullUrl
    links  {relation: address}
    """
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links.items()],
        "entry": [
            {
                "fullUrl": f"{base}{one['resourceType']}/{one['id']}",
                "resource": one,
                "search": {"mode": "match"},
            }
            for one in resources
        ],
    }


def capabilities(*, base: str, now: datetime) -> dict[str, Any]:
    """
    Return the FHIR R4 CapabilityStatement of these doors.

    Source  FHIR R4 CapabilityStatement, RESTful API; HL7 SDC 4.0.0 ($populate)
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": instant(now),
        "kind": "instance",
        "software": {"name": "Anteroom"},
        "implementation": {"description": "Questionnaires and the answers to them", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A session of this site: its cookie, or X-Session-Token."},
                "resource": [
                    _resource(
                        "Questionnaire",
                        ["read", "search-type", "create"],
                        {"url": "uri", "version": "token", "status": "token", "title": "string", "_id": "token"},
                        ["$populate", "$validate"],
                    ),
                    _resource(
                        "QuestionnaireResponse",
                        ["read", "search-type", "create", "update"],
                        {
                            "questionnaire": "reference", "status": "token", "patient": "reference",
                            "subject": "reference", "authored": "date", "_id": "token",
                        },
                        ["$validate"],
                    ),
                ],
            }
        ],
    }  # fmt: skip


def _resource(
    kind: str, interactions: Sequence[str], searches: Mapping[str, str], operations: Sequence[str]
) -> dict[str, Any]:
    return {
        "type": kind,
        "versioning": "versioned" if "update" in interactions else "no-version",
        "interaction": [{"code": one} for one in interactions],
        "searchParam": [{"name": name, "type": type_} for name, type_ in searches.items()],
        "operation": [{"name": one.removeprefix("$"), "definition": _DEFINITIONS[kind, one]} for one in operations],
    }


_DEFINITIONS = {
    ("Questionnaire", "$populate"): "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate",
    ("Questionnaire", "$validate"): "http://hl7.org/fhir/OperationDefinition/Resource-validate",
    ("QuestionnaireResponse", "$validate"): "http://hl7.org/fhir/OperationDefinition/Resource-validate",
}
