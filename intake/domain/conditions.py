"""Whether an enableWhen holds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from intake.domain.measures import measure, order, order_of
from intake.domain.parts import Condition

_ORDER: dict[str, Callable[[int], bool]] = {
    ">": lambda found: found > 0,
    "<": lambda found: found < 0,
    ">=": lambda found: found >= 0,
    "<=": lambda found: found <= 0,
}


def holds(condition: Condition, values: Sequence[Any]) -> bool:
    """
    Tell whether a condition holds over the values of its question.

    values  none when the question is not answered or not asked
    Source  FHIR R4 Questionnaire.item.enableWhen: any answer may match; without an answer only `exists` can hold
    """
    operator, expected = condition.operator, condition.answer
    if operator == "exists":
        return bool(values) == bool(expected)
    if operator == "=":
        return any(is_answer(value, expected) for value in values)
    if operator == "!=":
        return any(not is_answer(value, expected) for value in values)
    test = _ORDER[operator]
    return any((found := order_of(value, expected)) is not None and test(found) for value in values)


def is_answer(value: Any, expected: Any) -> bool:
    """Tell whether a stored value is the expected one; codings are the same by code, and system where both say one."""
    if isinstance(expected, Mapping):
        return isinstance(value, Mapping) and _is_same(value, expected)
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    return bool(value == expected)


def _is_same(value: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    if "value" in expected:
        one, other = measure(value), measure(expected)
        return one is not None and other is not None and order(one, other) == 0
    if "reference" in expected:
        return bool(value.get("reference") == expected["reference"])
    if value.get("code") != expected.get("code") or (expected.get("code") is None and value != expected):
        return False
    return not (expected.get("system") and value.get("system")) or bool(value["system"] == expected["system"])
