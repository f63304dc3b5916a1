"""Answers as they are stored by path, and as FHIR writes them."""

from collections.abc import Mapping
from typing import Any

from intake.domain.outline import Question

_PLAIN = {
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "time": "valueTime",
    "url": "valueUri",
    "quantity": "valueQuantity",
    "reference": "valueReference",
}


def given(question: Question, value: Any) -> dict[str, Any]:
    """Return a stored value as a FHIR QuestionnaireResponse.item.answer; {} for None."""
    if value is None:
        return {}
    kind = question.type
    if kind in {"choice", "open-choice"}:
        if isinstance(value, Mapping):
            return {"valueReference" if "reference" in value else "valueCoding": dict(value)}
        return {next((one.kind for one in question.options if one.value == value), "valueString"): value}
    if kind == "attachment":
        return {"valueAttachment": {key: value[key] for key in ("contentType", "title", "size") if key in value}}
    return {_PLAIN.get(kind, "valueString"): value}


def stored(question: Question, values: list[Any]) -> Any:
    """Return values as one answer: a list where the question repeats, else the first; None for none."""
    if not values:
        return None
    return values if question.repeats else values[0]
