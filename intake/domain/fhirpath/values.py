"""Collections of FHIRPath: navigation, truth, comparison and arithmetic over plain JSON."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

Collection = list[Any]
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T.*)?)?)?")


class Failed(Exception):
    """The expression cannot be evaluated over this: a fault of the content, not of the person who answers."""


@dataclass(frozen=True, slots=True)
class Scope:
    """
    What an expression is evaluated over.

    this       the collection in focus
    constants  {name: collection, or a function that gives it}; `%name` reads it
    steps      how many steps are left, shared by everything below; content cannot make a save hang
    """

    this: Collection
    constants: Mapping[str, Any]
    index: int = 0
    steps: list[int] = field(default_factory=lambda: [200_000])

    def at(self, this: Collection, index: int = 0) -> "Scope":
        """Return the same scope with another focus."""
        self.steps[0] -= 1
        if self.steps[0] < 0:
            raise Failed("The expression takes too many steps.")
        return replace(self, this=this, index=index)


def children(node: Any, name: str) -> Iterator[Any]:
    """Yield what `name` leads to; `value` leads to value[x], as FHIR names it."""
    if not isinstance(node, Mapping):
        return
    if name in node:
        found = node[name]
    else:
        found = next((node[key] for key in node if name == "value" and re.fullmatch(r"value[A-Z]\w*", key)), None)
    if isinstance(found, list):
        yield from found
    elif found is not None:
        yield found


def truth(collection: Collection) -> bool | None:
    """Return the truth of a collection: None when empty, True for a single thing that is no boolean."""
    if not collection:
        return None
    if len(collection) > 1:
        raise Failed("More than one value where one was expected.")
    value = collection[0]
    return value if isinstance(value, bool) else True


def single(collection: Collection) -> Any:
    """Return the only value, None when there is none."""
    if len(collection) > 1:
        raise Failed("More than one value where one was expected.")
    return collection[0] if collection else None


def equal(left: Collection, right: Collection) -> bool | None:
    """Return whether two collections are equal, in order; None when either is empty."""
    if not left or not right:
        return None
    return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal; a boolean is never a number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def compare(left: Collection, right: Collection, test: Callable[[int], bool]) -> Collection:
    """Return [test(order)] of two single values; [] when either is empty or they have no common precision."""
    one, other = single(left), single(right)
    if one is None or other is None:
        return []
    order = _order(one, other)
    return [] if order is None else [test(order)]


def arithmetic(left: Collection, right: Collection, sign: str) -> Collection:
    """Return [left sign right]; [] when either is empty, or for a division by zero."""
    one, other = single(left), single(right)
    if sign == "&":
        return [f"{'' if one is None else one}{'' if other is None else other}"]
    if one is None or other is None:
        return []
    if isinstance(one, str) and isinstance(other, str) and sign == "+":
        return [one + other]
    first, second = number(one), number(other)
    if sign in {"/", "div", "mod"} and second == 0:
        return []
    return [plain(_SIGNS[sign](first, second))]


def number(value: Any) -> Decimal:
    """Return a number, a quantity's included, as Decimal."""
    if isinstance(value, Mapping) and "value" in value:
        value = value["value"]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Failed("A number was expected.")
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Failed("A number was expected.") from error


def plain(value: Decimal) -> int | float:
    """Return a Decimal as JSON has it: whole numbers as int."""
    return int(value) if value == value.to_integral_value() else float(value)


def _order(one: Any, other: Any) -> int | None:
    if isinstance(one, str) and isinstance(other, str):
        if _DATE.fullmatch(one) and _DATE.fullmatch(other) and len(one) != len(other):
            length = min(len(one), len(other))
            one, other = one[:length], other[:length]
            return None if one == other else (one > other) - (one < other)
        return (one > other) - (one < other)
    first, second = number(one), number(other)
    return (first > second) - (first < second)


_SIGNS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "div": lambda one, other: one // other,
    "mod": lambda one, other: one % other,
}
