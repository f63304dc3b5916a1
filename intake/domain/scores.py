"""Published instruments, scored from the definition and never from what a client says."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from intake.domain.evaluate import Evaluation
from intake.domain.fhirpath.values import plain
from intake.domain.outline import extension
from intake.domain.plan import Plan

ORDINAL = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
)


@dataclass(frozen=True, slots=True)
class Score:
    """
    One instrument's result.

    value     None while an item is open: no prorating
    band      the published name of the value's range, empty without a value
    answered  how many of the `of` items have an answer
    """

    instrument: str
    loinc: str
    value: int | float | None
    band: str
    answered: int
    of: int


def score(definition: Mapping[str, Any], plan: Plan, evaluation: Evaluation) -> Score:
    """
    Return the score of one instrument.

    definition  one entry of scores.json: instrument, loinc, items, rule `sum`, missing `require-all`, bands
    Source      the instrument's own publication, named in the definition
    """
    weights = _weights(plan.definition)
    asked = [str(link_id) for link_id in definition["items"]]
    points = [weights.get((link_id, _code(evaluation.answers.get(link_id)))) for link_id in asked]
    known = [one for one in points if one is not None]
    total = plain(sum(known, Decimal(0))) if len(known) == len(asked) else None
    return Score(
        instrument=str(definition["instrument"]),
        loinc=str(definition.get("loinc") or ""),
        value=total,
        band=_band(definition, total),
        answered=len(known),
        of=len(asked),
    )


def _weights(element: Mapping[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Return {(linkId, code): points} of every option that has some."""
    found: dict[tuple[str, str], Decimal] = {}
    for item in element.get("item", ()):
        for option in item.get("answerOption", ()):
            coding = option.get("valueCoding", {})
            places = (extension(place, url) for place in (option, coding) for url in ORDINAL)
            points = next((one for one in places if one is not None), None)
            if points is not None:
                found[item["linkId"], str(coding.get("code", ""))] = Decimal(str(points))
        found |= _weights(item)
    return found


def _code(value: Any) -> str:
    return str(value.get("code", "")) if isinstance(value, Mapping) else ""


def _band(definition: Mapping[str, Any], total: int | float | None) -> str:
    if total is None:
        return ""
    return next((str(band["label"]) for band in definition.get("bands", ()) if band["from"] <= total <= band["to"]), "")
