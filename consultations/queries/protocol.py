"""The protocol of a visit or a case beside what the answers say, and what was determined so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from consultations.domain import criteria
from consultations.models import Determination, DeterminationProtocol, Encounter, ServiceRequest
from consultations.queries import evidence, readings
from consultations.queries.evidence import Evidence
from intake.models import Patient

KINDS = {
    "inclusion": "Speaks for the therapy when met",
    "exclusion": "Speaks against the therapy when met",
    "contraindication": "A label says not to use it when met",
    "caution": "To be weighed when met",
    "off-label-disclosure": "To be done in the visit",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the protocol, what the answers say, and where."""

    code: str
    kind: str
    text: str
    source: Mapping[str, Any]
    grade: str
    suggestion: str
    evidence: tuple[str, ...]
    shown: tuple[Evidence, ...]

    @property
    def kind_words(self) -> str:
        """Return how a met criterion of this kind is read."""
        return KINDS.get(self.kind, self.kind.replace("-", " "))

    @property
    def grade_words(self) -> str:
        """Return what kind of evidence the source is, in words."""
        return self.grade.replace("-", " ")

    @property
    def source_words(self) -> str:
        """Return the source as a citation."""
        return str(self.source.get("citation") or self.source.get("title") or self.source.get("url") or "")


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a determination needs: `row` is None without a protocol, `determination` while there is none."""

    row: DeterminationProtocol | None
    criteria: tuple[Criterion, ...]
    determination: Determination | None


def of_encounter(encounter: Encounter, *, today: date) -> Protocol:
    """
    Return the protocol of a visit whose appointment, patient and request are loaded.

    today  calendar day on which the patient's age counts
    Reads  four queries
    """
    return _protocol(encounter.appointment.service_request, encounter, encounter.appointment.patient, today=today)


def of_case(request: ServiceRequest, *, today: date) -> Protocol:
    """
    Return the protocol of a case without a visit whose patient is loaded.

    today  calendar day on which the patient's age counts
    Reads  four queries
    """
    return _protocol(request, None, request.patient, today=today)


def _protocol(request: ServiceRequest, encounter: Encounter | None, patient: Patient, *, today: date) -> Protocol:
    newest = request.determinations.filter(encounter=encounter).order_by("-version").first()
    row = DeterminationProtocol.objects.filter(service=request.service_id, is_current=True).first()
    if row is None:
        return Protocol(None, (), newest)
    responses = evidence.responses_of(request.pk)
    held = evidence.of_responses(responses)
    present = {ref for ref, one in held.items() if one.value}
    holds = readings.holds(responses, patient=patient, today=today)
    found = criteria.read(row.criteria, present=present, holds=holds)
    shown = (
        Criterion(
            code=reading.code,
            kind=str(one.get("kind", "")),
            text=str(one["text"]),
            source=_source(one.get("source")),
            grade=str(one.get("evidence_grade") or ""),
            suggestion=reading.suggestion,
            evidence=reading.evidence,
            shown=tuple(held[ref] for ref in reading.evidence),
        )
        for one, reading in zip(row.criteria, found, strict=True)
    )
    return Protocol(row, tuple(shown), newest)


def _source(source: Any) -> Mapping[str, Any]:
    return source if isinstance(source, Mapping) else {"title": str(source or "")}
