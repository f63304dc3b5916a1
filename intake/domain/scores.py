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
    return scored(definition, plan, evaluation.answers)


def scored(definition: Mapping[str, Any], plan: Plan, answers: Mapping[str, Any]) -> Score:
    """Return the score of one instrument from {linkId: value} of what is asked, as `score` does."""
    asked = definition["items"]
    total, known = _summed(asked, plan, answers)
    gate = definition.get("zero_when")
    if gate and _code_of(answers.get(gate["link_id"])) == gate["code"]:
        total, known = 0, len(asked)  # an instrument that ends at its first question says so itself
    return Score(
        instrument=str(definition["instrument"]),
        loinc=str(definition.get("loinc") or ""),
        value=total,
        band=_band(definition, total),
        answered=known,
        of=len(asked),
    )


def _code_of(value: Any) -> Any:
    return value.get("code") if isinstance(value, Mapping) else value


def points(plan: Plan, evaluation: Evaluation) -> Score:
    """Return the sum of the points of all questions whose options have some; a question that is not asked counts none."""
    asked = [item.link_id for item in plan.items if item.choices.points and item.link_id in evaluation.enabled]
    total, known = _summed(asked, plan, evaluation.answers)
    return Score(plan.title, "", total, "", known, len(asked))


def _summed(asked: Sequence[str], plan: Plan, answers: Mapping[str, Any]) -> tuple[int | float | None, int]:
    """Return the sum, None while an item is open, and how many have an answer with points."""
    total: int | Decimal = 0
    known = 0
    items = plan.by_link_id
    for link_id in asked:
        worth = _worth(items.get(link_id), answers.get(link_id))
        if worth is not None:
            total += worth
            known += 1
    if not asked or known < len(asked):
        return None, known
    return (total if type(total) is int else plain(Decimal(total))), known


def _worth(item: PlanItem | None, value: Any) -> int | Decimal | None:
    """Return the points of an answer, from the definition and never from what a client says."""
    if item is None or value is None:
        return None
    if type(value) is not list:
        return _points(item, value)
    told = [_points(item, one) for one in value]
    return None if any(one is None for one in told) else sum((one for one in told if one is not None), 0)


def _points(item: PlanItem, value: Any) -> int | Decimal | None:
    key = item.choices.key(value)
    worth = item.choices.points.get(key) if key else None
    return worth if worth is None or type(worth) is int else Decimal(str(worth))


def _band(definition: Mapping[str, Any], total: int | float | None) -> str:
    if total is None:
        return ""
    return next((str(band["label"]) for band in definition.get("bands", ()) if band["from"] <= total <= band["to"]), "")
