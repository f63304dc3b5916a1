"""Whether an answer of the right type keeps to the bounds of its question."""

from collections.abc import Collection, Iterator, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext

from intake.domain.choices import Key, key_of
from intake.domain.fhirpath.quantity import Quantity
from intake.domain.fhirpath.units import convert
from intake.domain.measures import measure, order, order_of_times
from intake.domain.outline import Question
from intake.domain.parts import Bounds, PlanItem
from intake.domain.reading import compiled

Fault = tuple[str, str]
_MOMENTS = frozenset({"date", "dateTime", "time"})
_TEXTS = frozenset({"string", "text", "url", "open-choice"})
_TENTH = Decimal("0.1")
_NUMBERS = frozenset({"integer", "decimal", "quantity"})


def faults(
    item: PlanItem, value: Any, *, low: Any = None, high: Any = None, off: Collection[int] | None = None
) -> Iterator[Fault]:
    """
    Yield (code, plain words) for each bound that an answer breaks.

    value      as it is stored: a list where the question repeats
    low, high  bounds that were worked out, before those that are written down
    off        numbers of the toggles that take options away
    """
    bounds, kind = item.bounds, item.question.type
    values = value if isinstance(value, list) else [value]
    yield from counted(bounds, len(values))
    if len(values) > 1 and item.choices.exclusive and any(_is_exclusive(item, one) for one in values):
        yield "exclusive", gettext("One of your answers cannot be chosen together with others.")
    if off:
        yield from _switched_off(item, values, off)
    lowest, highest = bounds.minimum if low is None else low, bounds.maximum if high is None else high
    for one in values:
        if kind in _TEXTS and isinstance(one, str):
            yield from _text(item, one)
        elif kind in _NUMBERS:
            yield from _number(bounds.decimals, one, lowest, highest)
        elif kind in _MOMENTS:
            yield from _moment(one, lowest, highest)


def counted(bounds: Bounds, count: int) -> Iterator[Fault]:
    """Yield what is wrong with the number of answers, or of instances of a group."""
    if bounds.most is not None and count > bounds.most:
        yield "too-many", gettext("Give at most %(count)s answers.") % {"count": bounds.most}
    if bounds.least is not None and count < bounds.least:
        yield "too-few", gettext("Give at least %(count)s answers.") % {"count": bounds.least}


def of_type(question: Question, value: Any) -> Any:
    """Return a calculated value in the type of its question; None when it has none there."""
    if question.type == "integer":
        whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
        return int(value) if whole else None
    if question.type == "decimal":
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if question.type == "quantity":
        return _quantity(question, value)
    if question.type == "boolean":
        return value if isinstance(value, bool) else None
    if question.type in {"choice", "open-choice"}:
        return _chosen(question, value)
    if isinstance(value, Mapping):
        return dict(value) if question.type in {"attachment", "reference"} else None
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _quantity(question: Question, value: Any) -> Any:
    """A bare number gets the only unit of its question."""
    if isinstance(value, Mapping):
        return dict(value) if "value" in value else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    unit = question.units[0] if len(question.units) == 1 else None
    return {"value": value, **unit.value} if unit else {"value": value}


def _chosen(question: Question, value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value) if "code" in value or "display" in value else None
    return value if any(one.value == value for one in question.options) or question.type == "open-choice" else None


def _is_exclusive(item: PlanItem, value: Any) -> bool:
    return item.choices.key(value) in item.choices.exclusive


def _switched_off(item: PlanItem, values: list[Any], off: Collection[int]) -> Iterator[Fault]:
    taken = {key for number in off for key in item.toggles[number].options}
    kept = {key for number, one in enumerate(item.toggles) if number not in off for key in one.options}
    for one in values:
        key: Key = key_of(one) if isinstance(one, Mapping) else ("", str(one))
        if key in taken - kept:
            yield "option-not-offered", gettext("One of your answers cannot be chosen with your other answers.")


def _text(item: PlanItem, text: str) -> Iterator[Fault]:
    bounds = item.bounds
    if bounds.max_length is not None and len(text) > bounds.max_length:
        told = gettext("Use at most %(most)s characters; these are %(count)s.")
        yield "too-long", told % {"most": f"{bounds.max_length:,}", "count": f"{len(text):,}"}
    if bounds.min_length is not None and len(text) < bounds.min_length:
        yield "too-short", gettext("Use at least %(count)s characters.") % {"count": bounds.min_length}
    if item.question.type == "string" and "\n" in text:
        yield "line-break", gettext("Write this on one line.")
    if bounds.regex and not _pattern(bounds.regex).fullmatch(text):
        yield "pattern", gettext("Check how this is written.")


@lru_cache(maxsize=512)
def _pattern(text: str) -> Any:
    return compiled(text)


def _number(decimals: int | None, value: Any, lowest: Any, highest: Any) -> Iterator[Fault]:
    if decimals is None and lowest is None and highest is None:
        return
    one = measure(value)
    if one is None:
        return
    if decimals is not None and _decimals(one.value) > decimals:
        yield "too-precise", gettext("Use at most %(count)s decimal places.") % {"count": decimals}
    for bound, sign in ((lowest, -1), (highest, 1)):
        limit = measure(bound)
        if limit is not None:
            yield from _beyond(one, limit, sign, _told(bound, value, sign))


def _beyond(one: Quantity, limit: Quantity, sign: int, told: str) -> Iterator[Fault]:
    found = order(one, limit)
    if found is None:
        yield "other-unit", gettext("This unit cannot be compared with %(limit)s.") % {"limit": told}
    elif found == sign and sign < 0:
        yield "too-small", gettext("This must be %(limit)s or more.") % {"limit": told}
    elif found == sign:
        yield "too-large", gettext("This must be %(limit)s or less.") % {"limit": told}


def _told(bound: Any, value: Any, sign: int) -> str:
    """Return a bound in the unit of the answer, rounded to the side that is allowed, and as it was written."""
    limit, one = measure(bound), measure(value)
    if limit is None or one is None or one.unit in {"1", limit.unit}:
        return words(bound)
    theirs = convert(limit.value, limit.unit, one.unit)
    if theirs is None:
        return words(bound)
    near = theirs.quantize(_TENTH, rounding=ROUND_CEILING if sign < 0 else ROUND_FLOOR)
    return f"{words({**value, 'value': near})} ({words(bound)})"


def _moment(value: Any, lowest: Any, highest: Any) -> Iterator[Fault]:
    for bound, sign in ((lowest, -1), (highest, 1)):
        found = order_of_times(value, bound) if isinstance(bound, str) and isinstance(value, str) else None
        if found == sign:
            later = gettext("Give a later date; the limit is %(limit)s.")
            earlier = gettext("Give an earlier date; the limit is %(limit)s.")
            yield "out-of-range", (later if sign < 0 else earlier) % {"limit": bound}


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def words(bound: Any) -> str:
    """Return a bound as people read it."""
    if isinstance(bound, Mapping):
        return f"{bound.get('value')} {bound.get('unit') or bound.get('code', '')}".strip()
    return str(bound)
