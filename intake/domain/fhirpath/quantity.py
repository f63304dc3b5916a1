"""Quantities of FHIRPath: a decimal and a unit, compared and computed in one unit."""

import re
from decimal import Decimal
from typing import Any

from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.temporal import CALENDAR_UNITS
from intake.domain.fhirpath.units import convert, to_base

UCUM = "http://unitsofmeasure.org"
_TEXT = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:\s*(?:'([^']+)'|([a-zA-Z]+)))?")
# A calendar year or month has no fixed length, so it equals no UCUM duration.
_INDEFINITE = frozenset({"year", "years", "month", "months"})
_ONE_WORD = {f"{word}s": word for word in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")}


class Quantity:
    """A value in a unit: a UCUM code, or a calendar word such as `days`."""

    __slots__ = ("unit", "value")

    def __init__(self, value: Decimal, unit: str) -> None:
        self.value, self.unit = value, unit

    def __str__(self) -> str:
        return f"{self.value} {self.unit if self.unit in CALENDAR_UNITS else repr(self.unit)}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.order(other) == 0

    def __hash__(self) -> int:
        base = None if self.unit in _INDEFINITE else to_base(self.value, self.unit)
        return hash(self.value if base is None else base[0])

    def order(self, other: "Quantity") -> int | None:
        """Return -1, 0 or 1 as this is less than, equal to or more than the other; None when units do not meet."""
        one, two = _ONE_WORD.get(self.unit, self.unit), _ONE_WORD.get(other.unit, other.unit)
        if one != two and (one in _INDEFINITE or two in _INDEFINITE):
            return None
        if one == two:
            return (self.value > other.value) - (self.value < other.value)
        theirs = convert(other.value, two, one)
        return None if theirs is None else (self.value > theirs) - (self.value < theirs)

    def plus(self, other: "Quantity", sign: int) -> "Quantity":
        """Return the sum, or for sign -1 the difference, in this unit; Failed when units do not meet."""
        theirs = convert(other.value, other.unit, self.unit)
        if theirs is None:
            raise Failed("The units do not fit each other.")
        return Quantity(self.value + sign * theirs, self.unit)

    def times(self, other: "Quantity", power: int) -> "Quantity":
        """Return the product, or for power -1 the quotient, in base units."""
        one, two = to_base(self.value, self.unit), to_base(other.value, other.unit)
        if one is None or two is None:
            raise Failed("The unit is not known.")
        powers = {base: one[1].get(base, 0) + power * two[1].get(base, 0) for base in {*one[1], *two[1]}}
        unit = ".".join(f"{base}{count if count != 1 else ''}" for base, count in sorted(powers.items()) if count)
        return Quantity(one[0] * two[0] if power > 0 else one[0] / two[0], unit or "1")


def parse_quantity(text: str) -> Quantity | None:
    """Return a quantity written as FHIRPath writes it, such as `4 days` or `5.4 'mg'`; None for what is none."""
    found = _TEXT.fullmatch(text.strip())
    if not found or (found[3] and found[3] not in CALENDAR_UNITS):
        return None
    return Quantity(Decimal(found[1]), found[2] or found[3] or "1")


def from_fhir(raw: dict[str, Any]) -> Quantity | None:
    """Return a FHIR Quantity as one of FHIRPath; None without a value."""
    value = raw.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Quantity(value if isinstance(value, Decimal) else Decimal(str(value)), _unit_of(raw))


def to_fhir(quantity: Quantity, plain: Any) -> dict[str, Any]:
    """Return a FHIR Quantity; `plain` is the value as JSON has it."""
    if quantity.unit in CALENDAR_UNITS:
        return {"value": plain, "unit": quantity.unit}
    return {"value": plain, "unit": quantity.unit, "system": UCUM, "code": quantity.unit}


def _unit_of(raw: dict[str, Any]) -> str:
    return str(raw.get("code") or raw.get("unit") or "1")
