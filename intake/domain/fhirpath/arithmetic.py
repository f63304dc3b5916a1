"""Arithmetic and logic of FHIRPath."""

from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from intake.domain.fhirpath.element import Collection, Element, single, truth
from intake.domain.fhirpath.faults import LONGEST_TEXT, Failed
from intake.domain.fhirpath.quantity import Quantity, from_fhir
from intake.domain.fhirpath.temporal import Temporal

_LARGEST = 2**63


def text(value: str) -> Collection:
    """Return a text as a collection; Failed when it grew beyond all use."""
    if len(value) > LONGEST_TEXT:
        raise Failed("A text grew too long.")
    return [value]


def calculate(left: Collection, right: Collection, sign: str) -> Collection:
    """Return [left sign right]; [] when either is empty, or for a division by zero."""
    one, other = single(left), single(right)
    if sign == "&":
        return text(f"{_joined(one)}{_joined(other)}")
    if one is None or other is None:
        return []
    if isinstance(one, str) and isinstance(other, str) and sign == "+":
        return text(one + other)
    if isinstance(one, Temporal):
        return _moved(one, other, sign)
    first, second = measure(one), measure(other)
    if isinstance(first, Quantity) or isinstance(second, Quantity):
        return _quantities(first, second, sign)
    return _numbers(first, second, sign)


def negated(focus: Collection) -> Collection:
    """Return the only number or quantity with its sign turned."""
    value = single(focus)
    if value is None:
        return []
    known = measure(value)
    return [Quantity(-known.value, known.unit) if isinstance(known, Quantity) else -known]


def measure(value: Any) -> int | Decimal | Quantity:
    """Return a number or a quantity; Failed for anything else."""
    if isinstance(value, Element) and isinstance(value.raw, dict):
        value = from_fhir(value.raw)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Quantity):
        raise Failed("A number was expected.")
    return value


def conjunction(one: bool | None, other: bool | None) -> Collection:
    """Return the logical and of three values."""
    if one is False or other is False:
        return [False]
    return [] if one is None or other is None else [True]


def disjunction(one: bool | None, other: bool | None) -> Collection:
    """Return the logical or of three values."""
    if one or other:
        return [True]
    return [] if one is None or other is None else [False]


def difference(one: bool | None, other: bool | None) -> Collection:
    """Return the exclusive or of three values."""
    return [] if one is None or other is None else [one != other]


def implication(one: bool | None, other: bool | None) -> Collection:
    """Return whether one implies the other, of three values."""
    return disjunction(None if one is None else not one, other)


LOGIC: dict[str, Callable[[bool | None, bool | None], Collection]] = {
    "and": conjunction,
    "or": disjunction,
    "xor": difference,
    "implies": implication,
}
# A first operand that decides alone; the other one is not worked out then.
DECIDED: dict[str, tuple[bool, bool]] = {"and": (False, False), "or": (True, True), "implies": (False, True)}


def truth_of(focus: Collection) -> bool | None:
    """Return the truth of an operand of a logical operator."""
    return truth(focus)


def _joined(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Element):
        raise Failed("A text was expected.")
    return str(value)


def _moved(one: Temporal, other: Any, sign: str) -> Collection:
    if not isinstance(other, Quantity) or sign not in {"+", "-"}:
        raise Failed("Only a duration can be added to a date.")
    return [one.plus(int(other.value) * (1 if sign == "+" else -1), other.unit)]


def _quantities(first: int | Decimal | Quantity, second: int | Decimal | Quantity, sign: str) -> Collection:
    one = first if isinstance(first, Quantity) else Quantity(Decimal(first), "1")
    other = second if isinstance(second, Quantity) else Quantity(Decimal(second), "1")
    if sign in {"+", "-"}:
        return [_added(one, other, 1 if sign == "+" else -1)]
    if sign == "*":
        return [_scaled(one, other) or _scaled(other, one) or one.times(other, 1)]
    if sign == "/":
        if other.value == 0:
            return []
        return [Quantity(one.value / other.value, one.unit) if other.unit == "1" else one.times(other, -1)]
    raise Failed(f"Quantities have no {sign}.")


def _added(one: Quantity, other: Quantity, sign: int) -> Quantity:
    # A bare number beside a quantity counts in that quantity's unit, as authors of forms mean it.
    if one.unit == "1" and other.unit != "1":
        one = Quantity(one.value, other.unit)
    elif other.unit == "1":
        other = Quantity(other.value, one.unit)
    return one.plus(other, sign)


def _scaled(one: Quantity, other: Quantity) -> Quantity | None:
    return Quantity(one.value * other.value, one.unit) if other.unit == "1" else None


def _numbers(first: Any, second: Any, sign: str) -> Collection:
    if second == 0 and sign in {"/", "div", "mod"}:
        return []
    try:
        found = _SIGNS[sign](first, second)
    except (InvalidOperation, Overflow, DivisionByZero) as error:
        raise Failed("The number is too large.") from error
    if isinstance(found, int) and abs(found) > _LARGEST:
        raise Failed("The number is too large.")
    return [found]


def _whole(one: Any, other: Any) -> int:
    return int(Decimal(one) / Decimal(other))


def _rest(one: Any, other: Any) -> Any:
    found = Decimal(one) - _whole(one, other) * Decimal(other)
    return int(found) if isinstance(one, int) and isinstance(other, int) else found


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: Decimal(one) / Decimal(other),
    "div": _whole,
    "mod": _rest,
}
