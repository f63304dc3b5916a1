"""Whether an answer of the right type keeps to the bounds of its question."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import re2

from intake.domain.outline import Question
from intake.domain.plan import Bounds, PlanItem

# Units of one kind, by how many of the first of them one is (UCUM).
_FACTORS = (
    {"kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")},
    {"m": Decimal(1), "cm": Decimal("0.01"), "[in_i]": Decimal("0.0254"), "[ft_i]": Decimal("0.3048")},
)


def faults(item: PlanItem, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (code, plain words) for each bound that a normalised answer breaks."""
    bounds = item.bounds
    values = value if isinstance(value, list) else [value]
    if bounds.most is not None and len(values) > bounds.most:
        yield "too-many", f"Give at most {bounds.most} answers."
    if bounds.least is not None and len(values) < bounds.least:
        yield "too-few", f"Give at least {bounds.least} answers."
    if len(values) > 1 and any(_is_exclusive(item.question, one) for one in values):
        yield "exclusive", "One of your answers cannot be chosen together with others."
    for one in values:
        yield from _text(item, one) if isinstance(one, str) else ()
        yield from _number(bounds, one)


def of_type(question: Question, value: Any) -> Any:
    """Return a calculated value in the type of its question; None when it has none there."""
    if question.type == "integer":
        whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        return int(value) if whole else None
    if question.type in {"decimal", "quantity"}:
        return value if isinstance(value, int | float | Mapping) and not isinstance(value, bool) else None
    if question.type == "boolean":
        return value if isinstance(value, bool) else None
    if question.type == "choice":
        return dict(value) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else str(value)


def _text(item: PlanItem, text: str) -> Iterator[tuple[str, str]]:
    bounds = item.bounds
    if bounds.max_length is not None and len(text) > bounds.max_length:
        yield "too-long", f"Use at most {bounds.max_length:,} characters; these are {len(text):,}."
    if bounds.min_length is not None and len(text) < bounds.min_length:
        yield "too-short", f"Use at least {bounds.min_length} characters."
    if item.question.type == "string" and "\n" in text:
        yield "line-break", "Write this on one line."
    if bounds.regex and not re2.fullmatch(bounds.regex, text):
        yield "pattern", "Check how this is written."
    for bound, sign in ((bounds.minimum, -1), (bounds.maximum, 1)):
        if isinstance(bound, str) and (text > bound) - (text < bound) == sign:
            yield "out-of-range", f"Give {'a later' if sign < 0 else 'an earlier'} date; the limit is {bound}."


def _number(bounds: Bounds, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool) or not isinstance(value, int | float | Mapping):
        return
    if isinstance(value, Mapping) and "value" not in value:
        return
    if bounds.decimals is not None and -_exponent(value) > bounds.decimals:
        yield "too-precise", f"Use at most {bounds.decimals} decimal places."
    lowest, highest = _difference(value, bounds.minimum), _difference(value, bounds.maximum)
    if lowest is not None and lowest < 0:
        yield "too-small", f"This must be {_words(bounds.minimum)} or more."
    if highest is not None and highest > 0:
        yield "too-large", f"This must be {_words(bounds.maximum)} or less."


def _difference(value: Any, bound: Any) -> Decimal | None:
    """Return value minus bound in one unit; None without a bound or without a common unit."""
    if bound is None or isinstance(bound, str):
        return None
    one, other = _measure(value), _measure(bound)
    if one[1] == other[1] or not one[1] or not other[1]:
        return one[0] - other[0]
    for units in _FACTORS:
        if one[1] in units and other[1] in units:
            return one[0] * units[one[1]] - other[0] * units[other[1]]
    return None


def _measure(value: Any) -> tuple[Decimal, str]:
    if isinstance(value, Mapping):
        return Decimal(str(value["value"])), str(value.get("code", ""))
    return Decimal(str(value)), ""


def _exponent(value: Any) -> int:
    exponent = _measure(value)[0].normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _words(bound: Any) -> str:
    if isinstance(bound, Mapping):
        return f"{bound['value']} {bound.get('unit') or bound.get('code', '')}".strip()
    return str(bound)


def _is_exclusive(question: Question, value: Any) -> bool:
    return any(option.is_exclusive and option.value == value for option in question.options)
