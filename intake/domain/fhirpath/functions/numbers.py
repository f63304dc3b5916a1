"""Functions over numbers and quantities."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation, Overflow
from typing import Any

from intake.domain.fhirpath.arithmetic import measure
from intake.domain.fhirpath.element import Collection, single
from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.quantity import Quantity
from intake.domain.fhirpath.scope import Frame
from intake.domain.fhirpath.temporal import Temporal
from intake.domain.fhirpath.temporal import boundary as time_boundary
from intake.domain.fhirpath.units import unit

_FINEST = 8


def _of_number(function: Callable[..., Any]) -> Callable[..., Collection]:
    """Make a function of numbers empty where its input or an argument is; of a quantity it changes the value."""

    def run(_frame: Frame, focus: Collection, *given: Collection) -> Collection:
        value, told = single(focus), [single(one) for one in given]
        if value is None or any(one is None for one in told):
            return []
        known, rest = measure(value), [_plain_number(one) for one in told]
        try:
            found = function(known.value if isinstance(known, Quantity) else known, *rest)
        except (ArithmeticError, ValueError) as error:
            raise Failed("The number is too large, or has no result.") from error
        if found is None:
            return []
        return [Quantity(Decimal(found), known.unit) if isinstance(known, Quantity) else found]

    return run


def _plain_number(value: Any) -> int | Decimal:
    known = measure(value)
    if isinstance(known, Quantity):
        raise Failed("A number was expected.")
    return known


def _root(value: int | Decimal) -> Decimal | None:
    return None if value < 0 else Decimal(value).sqrt()


def _toward(rounding: str) -> Callable[..., Any]:
    return lambda value: int(Decimal(value).to_integral_value(rounding=rounding))


def _round(value: int | Decimal, digits: int | Decimal = 0) -> int | Decimal:
    if not isinstance(digits, int) or not 0 <= digits <= 28:
        raise Failed("round() takes a small whole number.")
    found = Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return int(found) if digits == 0 else found


def _power(value: int | Decimal, exponent: int | Decimal) -> int | Decimal | None:
    if value < 0 and exponent != int(exponent):
        return None
    if not -1000 <= exponent <= 1000:
        raise Failed("The exponent is too large.")
    found = Decimal(value) ** Decimal(exponent) if value or exponent else Decimal(1)
    is_whole = isinstance(value, int) and isinstance(exponent, int) and exponent >= 0
    return int(found) if is_whole and abs(found) < 2**63 else found


def _logarithm(value: int | Decimal, base: int | Decimal) -> Decimal | None:
    if value <= 0 or base <= 0 or base == 1:
        return None
    return Decimal(repr(math.log(value) / math.log(base))).normalize()


def _boundary(*, high: bool) -> Callable[..., Collection]:
    def run(_frame: Frame, focus: Collection, precision: Collection | None = None) -> Collection:
        value, digits = single(focus), single(precision) if precision is not None else None
        if value is None:
            return []
        if digits is not None and (isinstance(digits, bool) or not isinstance(digits, int)):
            raise Failed("A whole number was expected.")
        found = _edge(value, digits, high=high)
        return [] if found is None else [found]

    return run


def _edge(value: Any, digits: int | None, *, high: bool) -> Any:
    if isinstance(value, Temporal):
        return time_boundary(value, digits, high=high)
    known = measure(value)
    if isinstance(known, Quantity):
        found = _decimal_edge(known.value, digits, high=high)
        return None if found is None else Quantity(found, known.unit)
    return _decimal_edge(Decimal(known), digits, high=high)


def _decimal_edge(value: Decimal, digits: int | None, *, high: bool) -> Decimal | None:
    digits = _FINEST if digits is None else digits
    if not 0 <= digits <= 28:
        return None
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(min(int(exponent), 0) - 1)
    edge = value + half if high else value - half
    try:
        return edge.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_CEILING if high else ROUND_FLOOR)
    except (InvalidOperation, Overflow) as error:
        raise Failed("The number is too large.") from error


def _precision(_frame: Frame, focus: Collection) -> Collection:
    value = single(focus)
    if value is None:
        return []
    if isinstance(value, Temporal):
        return [value.precision]
    known = measure(value)
    number = Decimal(known.value if isinstance(known, Quantity) else known)
    return [max(-int(number.as_tuple().exponent), 0)]


def _comparable(_frame: Frame, focus: Collection, other: Collection) -> Collection:
    one, two = single(focus), single(other)
    if one is None or two is None:
        return []
    if not isinstance(one, Quantity) or not isinstance(two, Quantity):
        raise Failed("Quantities were expected.")
    first, second = unit(one.unit), unit(two.unit)
    return [first is not None and second is not None and first.powers == second.powers]


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    "abs": (0, 0, _of_number(abs)),
    "ceiling": (0, 0, _of_number(_toward(ROUND_CEILING))),
    "floor": (0, 0, _of_number(_toward(ROUND_FLOOR))),
    "truncate": (0, 0, _of_number(_toward(ROUND_DOWN))),
    "round": (0, 1, _of_number(_round)),
    "sqrt": (0, 0, _of_number(_root)),
    "exp": (0, 0, _of_number(lambda value: Decimal(value).exp())),
    "ln": (0, 0, _of_number(lambda value: None if value <= 0 else Decimal(value).ln())),
    "log": (1, 1, _of_number(_logarithm)),
    "power": (1, 1, _of_number(_power)),
    "lowBoundary": (0, 1, _boundary(high=False)),
    "highBoundary": (0, 1, _boundary(high=True)),
    "precision": (0, 0, _precision),
    "comparable": (1, 1, _comparable),
}
