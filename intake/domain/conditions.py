"""Whether an enableWhen holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from intake.domain.fhirpath.values import Failed, compare
from intake.domain.plan import Condition

_ORDER = {
    ">": lambda order: order > 0,
    "<": lambda order: order < 0,
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
}


def holds(condition: Condition, values: Sequence[Any]) -> bool:
    """
    Tell whether a condition holds over the values of its question.

    values  none when the question is not answered or not asked
    Source  FHIR R4 Questionnaire.item.enableWhen: any answer may match; without an answer only `exists` can hold
    """
    if condition.operator == "exists":
        return bool(values) == bool(condition.answer)
    if condition.operator == "=":
        return any(is_answer(value, condition.answer) for value in values)
    if condition.operator == "!=":
        return any(not is_answer(value, condition.answer) for value in values)
    return any(_ordered(value, condition.answer, condition.operator) for value in values)


def is_answer(value: Any, expected: Any) -> bool:
    """Tell whether a stored value is the expected one; codings are the same by code, and system where both say one."""
    if isinstance(expected, Mapping):
        if not isinstance(value, Mapping) or value.get("code") != expected.get("code"):
            return False
        if "value" in expected and value.get("value") != expected["value"]:
            return False
        return not (expected.get("system") and value.get("system")) or value["system"] == expected["system"]
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    return bool(value == expected)


def _ordered(value: Any, expected: Any, operator: str) -> bool:
    try:
        return compare([value], [expected], _ORDER[operator]) == [True]
    except Failed:
        return False
