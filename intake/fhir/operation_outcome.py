"""What is wrong, as a FHIR R4 OperationOutcome."""

from collections.abc import Iterable
from typing import Any

from intake.domain.issues import Issue

SYSTEM = "https://anteroom.example/fhir/CodeSystem/questionnaire-issue"
_KINDS = {
    "required": "required",
    "too-few": "required",
    "too-many": "structure",
    "unknown-question": "not-found",
    "questionnaire-other": "not-found",
    "value-set-unknown": "not-supported",
    "expression-failed": "exception",
    "modifier": "extension",
    "not-an-option": "code-invalid",
    "not-in-value-set": "code-invalid",
    "wrong-display": "code-invalid",
    "unit-not-offered": "code-invalid",
    "recalculated": "informational",
    "too-large": "too-long",
    "too-long": "too-long",
}
_STRUCTURE = frozenset(
    {
        "shape", "resource-type", "no-link-id", "wrong-place", "wrong-order", "repeated-item", "group-with-answers",
        "display-with-answers", "items-misplaced",
    }
)  # fmt: skip
_VALUE = frozenset(
    {"wrong-type", "not-a-date", "empty", "line-break", "url-malformed", "reference-malformed", "wrong-size"}
)


def operation_outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """
    Return a FHIR R4 OperationOutcome; one issue of information when there is nothing to say.

    Source  FHIR R4 OperationOutcome; value set issue-type. `diagnostics` is the path as answers are keyed
    """
    told = [_issue(one) for one in issues]
    fine = {"severity": "information", "code": "informational", "details": {"text": "Everything is in order."}}
    return {"resourceType": "OperationOutcome", "issue": told or [fine]}


def _issue(issue: Issue) -> dict[str, Any]:
    told: dict[str, Any] = {
        "severity": issue.severity,
        "code": _kind(issue.code),
        "details": {"coding": [{"system": SYSTEM, "code": issue.code}], "text": issue.message},
    }
    if issue.path or issue.link_id:
        told["diagnostics"] = issue.path or issue.link_id
    if issue.params.get("expression"):
        told["expression"] = [issue.params["expression"]]
    return told


def _kind(code: str) -> str:
    if code in _STRUCTURE:
        return "structure"
    return "value" if code in _VALUE else _KINDS.get(code, "business-rule")
