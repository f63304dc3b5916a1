"""Published instruments, scored from the definition and never from what a client says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from intake.domain.evaluate import Evaluation
from intake.domain.fhirpath.values import plain
from intake.domain.parts import PlanItem
from intake.domain.plan import Plan


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
    asked = [str(link_id) for link_id in definition["items"]]
    total, known = _summed(asked, plan, evaluation)
    return Score(
        instrument=str(definition["instrument"]),
        loinc=str(definition.get("loinc") or ""),
        value=total,
        band=_band(definition, total),
        answered=known,
        of=len(asked),
    )


def points(plan: Plan, evaluation: Evaluation) -> Score:
    """Return the sum of the points of all questions whose options have some; a question that is not asked counts none."""
    asked = [item.link_id for item in plan.items if item.choices.points and item.link_id in evaluation.enabled]
    total, known = _summed(asked, plan, evaluation)
    return Score(plan.title, "", total, "", known, len(asked))


def _summed(asked: Sequence[str], plan: Plan, evaluation: Evaluation) -> tuple[int | float | None, int]:
    """Return the sum, None while an item is open, and how many have an answer with points."""
    total: int | Decimal = 0
    known = 0
    for link_id in asked:
        worth = _worth(plan.by_link_id.get(link_id), evaluation.answers.get(link_id))
        if worth is not None:
            total += worth
            known += 1
    return (plain(Decimal(total)) if asked and known == len(asked) else None), known


def _worth(item: PlanItem | None, value: Any) -> int | Decimal | None:
    """Return the points of an answer, from the definition and never from what a client says."""
    if item is None or value is None:
        return None
    told = [item.choices.points.get(item.choices.key(one) or ("", "")) for one in _values(value)]
    if any(one is None for one in told):
        return None
    return sum((one if type(one) is int else Decimal(str(one)) for one in told), 0)


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _band(definition: Mapping[str, Any], total: int | float | None) -> str:
    if total is None:
        return ""
    return next((str(band["label"]) for band in definition.get("bands", ()) if band["from"] <= total <= band["to"]), "")
