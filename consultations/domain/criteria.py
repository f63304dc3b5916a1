"""The criteria of a protocol: what the answers say about each (shown, never decided), and what the clinician found."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.core.errors import FieldError, Invalid
from consultations.domain.codes import Finding

MAX_NOTE = 2000
_KEPT = ("code", "kind", "text", "source", "evidence_grade")


class CriteriaFaulty(Invalid):
    """Correct the named criteria; each of the protocol's must be there once."""

    code = "criteria-faulty"
    title = "Not every criterion is settled"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the answers say about one criterion. `suggestion` is a Finding; `evidence` are references of the case."""

    code: str
    suggestion: str
    evidence: tuple[str, ...]


def read(
    criteria: Sequence[Mapping[str, Any]],
    *,
    present: Collection[str],
    holds: Callable[[Mapping[str, Any]], bool | None],
) -> tuple[Reading, ...]:
    """
    Return what the answers say about each criterion, in the protocol's order.

    present  references that the case has an answer, score or flag for
    holds    tells whether a criterion's expression is true of the answers; None when that is not known
    Returns  `unknown` where the protocol has no expression or the answers are missing; this is shown beside the
             clinician's own finding and decides nothing
    Source   FHIR R4 PlanDefinition.action.condition; docs/flows.md, row "determine"
    """
    readings = []
    for criterion in criteria:
        found = holds(criterion) if criterion.get("expression") else None
        evidence = tuple(ref for ref in references(criterion) if ref in present)
        readings.append(Reading(str(criterion["code"]), _suggestion(found), evidence))
    return tuple(readings)


def references(criterion: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the references that a criterion of a protocol names: linkIds, `score:NAME`, `flag:CODE`."""
    return tuple(criterion.get("evidence") or ())


def frozen(
    criteria: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]], *, known: Collection[str]
) -> list[dict[str, Any]]:
    """
    Return what is stored of a determination: the protocol's words with the clinician's finding for each.

    criteria  of the protocol
    findings  [{code, finding, evidence?, note?}]; without evidence the protocol's own is taken
    known     references that exist in this case
    Raises    CriteriaFaulty: a criterion missing, twice or unknown; a finding unknown; evidence that does not exist
    """
    faults = [*_faults(criteria, findings, known)]
    if faults:
        raise CriteriaFaulty(faults[0].detail, errors=faults)
    found = {str(one["code"]): one for one in findings}
    return [_settled(criterion, found[str(criterion["code"])], known) for criterion in criteria]


def _settled(criterion: Mapping[str, Any], finding: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    kept = {name: criterion[name] for name in _KEPT if name in criterion}
    own = finding.get("evidence")
    evidence = list(own) if own is not None else [ref for ref in references(criterion) if ref in known]
    note = str(finding.get("note") or "").strip()
    return {**kept, "finding": finding["finding"], "evidence": evidence, "note": note}


def _faults(
    criteria: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]], known: Collection[str]
) -> list[FieldError]:
    wanted = [str(criterion["code"]) for criterion in criteria]
    sent = [str(one.get("code")) for one in findings]
    faults = [
        FieldError(f"criteria[{index}].{name}", code, words)
        for index, one in enumerate(findings)
        for name, code, words in _faults_of(one, wanted=wanted, sent=sent, known=known)
    ]
    missing = [code for code in wanted if code not in sent]
    return [*faults, *(FieldError("criteria", "missing", f"Settle the criterion {code} too.") for code in missing)]


def _faults_of(
    one: Mapping[str, Any], *, wanted: Sequence[str], sent: Sequence[str], known: Collection[str]
) -> list[tuple[str, str, str]]:
    code = str(one.get("code"))
    faults = []
    if code not in wanted:
        faults.append(("code", "unknown", "The protocol has no such criterion."))
    elif sent.count(code) > 1:
        faults.append(("code", "twice", "This criterion stands twice."))
    if one.get("finding") not in Finding.values:
        faults.append(("finding", "unknown", "Choose met, not met or unknown."))
    strangers = [ref for ref in one.get("evidence") or () if ref not in known]
    if strangers:
        faults.append(("evidence", "unknown", f"This case has nothing called {strangers[0]}."))
    if len(str(one.get("note") or "")) > MAX_NOTE:
        faults.append(("note", "too-long", f"At most {MAX_NOTE:,} characters fit here."))
    return faults


def _suggestion(found: bool | None) -> str:
    if found is None:
        return Finding.UNKNOWN
    return Finding.MET if found else Finding.NOT_MET
