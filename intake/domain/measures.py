"""The order of answers: numbers, quantities in one unit, moments as far as both are known."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from intake.domain.fhirpath import Failed
from intake.domain.fhirpath.quantity import Quantity, from_fhir
from intake.domain.fhirpath.temporal import Temporal, parse_moment, parse_time


def measure(value: Any) -> Quantity | None:
    """Return a number, or a FHIR Quantity, as a quantity; a bare number has the unit `1`. None for anything else."""
    if isinstance(value, Mapping):
        return from_fhir(dict(value))
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Quantity(value if isinstance(value, Decimal) else Decimal(str(value)), "1")


def order(one: Quantity, other: Quantity) -> int | None:
    """Return the order of two quantities; None when their units do not meet. A bare number counts in the other's."""
    if "1" in {one.unit, other.unit}:
        return (one.value > other.value) - (one.value < other.value)
    return one.order(other)


def order_of_times(one: str, other: str) -> int | None:
    """Return the order of two FHIR dates, date-times or times; None where what is known does not decide."""
    first, second = _temporal(one), _temporal(other)
    if first is None or second is None:
        return None
    try:
        return first.order(second)
    except Failed:
        return None


def order_of(one: Any, other: Any) -> int | None:
    """Return the order of two answers; None when they have none between them."""
    if isinstance(one, str) and isinstance(other, str):
        if _temporal(one) is not None and _temporal(other) is not None:
            return order_of_times(one, other)
        return (one > other) - (one < other)
    first, second = measure(one), measure(other)
    return None if first is None or second is None else order(first, second)


def _temporal(text: str) -> Temporal | None:
    return parse_time(text) if ":" in text[:3] else parse_moment(text)
