"""Functions that turn a value into one of another type."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from intake.domain.fhirpath.element import Collection, Element, single, value_of
from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.quantity import Quantity, from_fhir, parse_quantity
from intake.domain.fhirpath.scope import Frame
from intake.domain.fhirpath.temporal import CALENDAR_UNITS, Temporal, parse_date, parse_date_time, parse_time
from intake.domain.fhirpath.units import convert

_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")


def to_boolean(value: Any) -> bool | None:
    """Return a value as a boolean, None when it has none."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return True if value == 1 else False if value == 0 else None
    if isinstance(value, str):
        return True if value.lower() in _TRUE else False if value.lower() in _FALSE else None
    return None


def to_integer(value: Any) -> int | None:
    """Return a value as a whole number, None when it is none."""
    if isinstance(value, int):
        return int(value)
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None


def to_decimal(value: Any) -> Decimal | None:
    """Return a value as a decimal, None when it is none."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def to_string(value: Any) -> str | None:
    """Return a value as a text, None when it has none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, str | int | Temporal | Quantity) else None


def to_date(value: Any) -> Temporal | None:
    """Return a value as a date, None when it is none; the time of day is cut off."""
    if isinstance(value, Temporal):
        return Temporal("Date", value.parts[:3]) if value.kind != "Time" else None
    if not isinstance(value, str):
        return None
    found = parse_date(value) or parse_date_time(value)
    return Temporal("Date", found.parts[:3]) if found else None


def to_date_time(value: Any) -> Temporal | None:
    """Return a value as a date-time, None when it is none."""
    if isinstance(value, Temporal):
        return Temporal("DateTime", value.parts, value.offset, value.digits) if value.kind != "Time" else None
    return parse_date_time(value) if isinstance(value, str) else None


def to_time(value: Any) -> Temporal | None:
    """Return a value as a time, None when it is none."""
    if isinstance(value, Temporal):
        return value if value.kind == "Time" else None
    return parse_time(value) if isinstance(value, str) else None


def to_quantity(value: Any, wanted: str | None = None) -> Quantity | None:
    """Return a value as a quantity, in the wanted unit where one is told; None when there is no way."""
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, int | Decimal):
        value = Quantity(Decimal(value), "1")
    elif isinstance(value, str):
        value = parse_quantity(value)
    elif isinstance(value, Element) and isinstance(value.raw, dict):
        value = from_fhir(value.raw)
    if not isinstance(value, Quantity) or wanted is None or value.unit == wanted:
        return value if isinstance(value, Quantity) else None
    if wanted in CALENDAR_UNITS and value.unit == "1":
        return Quantity(value.value, wanted)
    changed = convert(value.value, value.unit, wanted)
    return None if changed is None else Quantity(changed, wanted)


def _converted(function: Callable[[Any], Any]) -> Callable[..., Collection]:
    def run(_frame: Frame, focus: Collection) -> Collection:
        value = single(focus)
        found = None if value is None else function(value)
        return [] if found is None else [found]

    return run


def _converts(function: Callable[[Any], Any]) -> Callable[..., Collection]:
    def run(_frame: Frame, focus: Collection) -> Collection:
        value = single(focus)
        return [] if value is None else [function(value) is not None]

    return run


def _quantity(_frame: Frame, focus: Collection, wanted: Collection | None = None) -> Collection:
    value, told = single(focus), single(wanted) if wanted else None
    if told is not None and not isinstance(told, str):
        raise Failed("The name of a unit was expected.")
    found = None if value is None else to_quantity(value, told)
    return [] if found is None else [found]


def _is_quantity(_frame: Frame, focus: Collection, wanted: Collection | None = None) -> Collection:
    return [bool(_quantity(_frame, focus, wanted))] if focus else []


def _each_string(_frame: Frame, focus: Collection) -> Collection:
    """One value gives its text; of several, FHIRPath refuses."""
    if len(focus) > 1:
        raise Failed("More than one value where one was expected.")
    found = to_string(value_of(focus[0])) if focus else None
    return [] if found is None else [found]


_TYPES: dict[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "Date": to_date,
    "DateTime": to_date_time,
    "Time": to_time,
}
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    **{f"to{name}": (0, 0, _converted(function)) for name, function in _TYPES.items()},
    **{f"convertsTo{name}": (0, 0, _converts(function)) for name, function in _TYPES.items()},
    "toString": (0, 0, _each_string),
    "convertsToString": (0, 0, _converts(to_string)),
    "toQuantity": (0, 1, _quantity),
    "convertsToQuantity": (0, 1, _is_quantity),
}
