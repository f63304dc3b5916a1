"""Equality, equivalence, order and sets of FHIRPath."""

import json
from decimal import Decimal
from typing import Any

from intake.domain.fhirpath.element import Collection, Element, value_of
from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.quantity import Quantity, from_fhir
from intake.domain.fhirpath.temporal import Temporal, parse_moment, parse_time


def equal(left: Collection, right: Collection) -> bool | None:
    """Return whether two collections are equal, in order; None when either is empty or a precision does not decide."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    decided: bool | None = True
    for one, other in zip(left, right, strict=True):
        same = same_value(value_of(one), value_of(other))
        if same is False:
            return False
        if same is None:
            decided = None
    return decided


def same_value(one: Any, other: Any) -> bool | None:
    """Return whether two values are equal; None when their precision or their units do not decide."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Element) or isinstance(other, Element):
        return _same_element(one, other)
    if isinstance(one, Temporal) or isinstance(other, Temporal):
        return _same_time(one, other)
    if isinstance(one, Quantity) or isinstance(other, Quantity):
        order = _quantity_order(one, other)
        return None if order is None else order == 0
    return bool(one == other)


def equivalent(left: Collection, right: Collection) -> bool:
    """Tell whether two collections are equivalent: in any order, texts without case, numbers to the coarser digits."""
    if len(left) != len(right):
        return False
    waiting = [value_of(node) for node in right]
    for node in left:
        value = value_of(node)
        place = next((n for n, other in enumerate(waiting) if like(value, other)), None)
        if place is None:
            return False
        del waiting[place]
    return True


def like(one: Any, other: Any) -> bool:
    """Tell whether two values are equivalent."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return _like_numbers(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return _like_quantities(one, other)
    if isinstance(one, Element) and isinstance(other, Element) and one.kind == other.kind == "Coding":
        return bool(one.raw.get("code") == other.raw.get("code") and one.raw.get("system") == other.raw.get("system"))
    return same_value(one, other) is True


def order(left: Collection, right: Collection) -> int | None:
    """
    Return the order of two single values; None when either is empty or they have no common precision or unit.

    Raises  Failed for values that have no order between them
    """
    if len(left) > 1 or len(right) > 1:
        raise Failed("More than one value where one was expected.")
    if not left or not right:
        return None
    return order_of(value_of(left[0]), value_of(right[0]))


def order_of(one: Any, other: Any) -> int | None:
    """Return the order of two values, as `order` does."""
    if isinstance(one, Temporal) or isinstance(other, Temporal):
        return _time_order(one, other)
    if isinstance(one, Quantity) or isinstance(other, Quantity):
        return _quantity_order(one, other, strict=True)
    if isinstance(one, bool) or isinstance(other, bool) or isinstance(one, str) != isinstance(other, str):
        raise Failed("These values cannot be compared.")
    if isinstance(one, Element) or isinstance(other, Element):
        raise Failed("These values cannot be compared.")
    return int(one > other) - int(one < other)


def key_of(node: Any) -> Any:
    """Return a key that equal values share."""
    value = value_of(node)
    if isinstance(value, Element):
        return ("element", json.dumps([value.raw, value.extra], sort_keys=True, default=str))
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | Decimal):
        return ("number", value)
    return (type(value).__name__, value)


def distinct(focus: Collection) -> Collection:
    """Return the values without their repetitions, in order."""
    if len(focus) < 2:
        return focus
    found: dict[Any, Any] = {}
    for node in focus:
        found.setdefault(key_of(node), node)
    return list(found.values())


def contains(focus: Collection, node: Any) -> bool:
    """Tell whether a value stands in a collection."""
    value = value_of(node)
    return any(same_value(value_of(one), value) is True for one in focus)


def _same_element(one: Any, other: Any) -> bool | None:
    if isinstance(one, Element) and isinstance(other, Element):
        return bool(_bare(one.raw) == _bare(other.raw) and (one.raw is not None or one.extra == other.extra))
    element, value = (one, other) if isinstance(one, Element) else (other, one)
    quantity = from_fhir(element.raw) if isinstance(value, Quantity) and isinstance(element.raw, dict) else None
    return same_value(quantity, value) if quantity else False


def _bare(raw: Any) -> Any:
    return {key: value for key, value in raw.items() if key != "id"} if isinstance(raw, dict) else raw


def _same_time(one: Any, other: Any) -> bool | None:
    first, second = _as_time(one, other), _as_time(other, one)
    if first is None or second is None or (first.kind == "Time") != (second.kind == "Time"):
        return False
    found = first.order(second)
    return None if found is None else found == 0


def _time_order(one: Any, other: Any) -> int | None:
    first, second = _as_time(one, other), _as_time(other, one)
    if first is None or second is None:
        raise Failed("These values cannot be compared.")
    return first.order(second)


def _as_time(value: Any, beside: Any) -> Temporal | None:
    """Return a value as a point in time; a text is read as its partner's kind, as untyped JSON leaves dates texts."""
    if isinstance(value, Temporal):
        return value
    if not isinstance(value, str):
        return None
    return parse_time(value) if isinstance(beside, Temporal) and beside.kind == "Time" else parse_moment(value)


def _quantity_order(one: Any, other: Any, *, strict: bool = False) -> int | None:
    first, second = _as_quantity(one), _as_quantity(other)
    if first is None or second is None:
        if strict:
            raise Failed("These values cannot be compared.")
        return 1
    if "1" in {first.unit, second.unit} and not (isinstance(one, Quantity) and isinstance(other, Quantity)):
        # A bare number is compared by its value: authors write `weight > 80` of a quantity in kilograms.
        return int(first.value > second.value) - int(first.value < second.value)
    return first.order(second)


def _as_quantity(value: Any) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, Element):
        return from_fhir(value.raw) if isinstance(value.raw, dict) else None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Quantity(Decimal(value), "1")
    return None


def _like_numbers(one: int | Decimal, other: int | Decimal) -> bool:
    digits = min(_digits(one), _digits(other))
    return round(Decimal(one), digits) == round(Decimal(other), digits)


def _like_quantities(one: Quantity, other: Quantity) -> bool:
    found = one.order(other)
    if found is None or found == 0:
        return found == 0
    base = abs(one.value) or Decimal(1)
    return one.unit != other.unit and abs(one.plus(other, -1).value) / base < Decimal("0.02")


def _digits(value: int | Decimal) -> int:
    if isinstance(value, int):
        return 0
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
