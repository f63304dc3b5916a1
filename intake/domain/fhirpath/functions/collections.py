"""Functions over whole collections."""

from collections.abc import Callable
from typing import Any

from intake.domain.fhirpath.arithmetic import calculate
from intake.domain.fhirpath.element import Collection, Element, single, step, truth, value_of
from intake.domain.fhirpath.element import children as children_of
from intake.domain.fhirpath.element import descendants as descendants_of
from intake.domain.fhirpath.equality import distinct, key_of, order_of
from intake.domain.fhirpath.faults import MOST_VALUES, Failed
from intake.domain.fhirpath.scope import Frame


def _not(_frame: Frame, focus: Collection) -> Collection:
    value = truth(focus)
    return [] if value is None else [not value]


def _booleans(focus: Collection) -> list[bool]:
    values = [value_of(node) for node in focus]
    if not all(isinstance(value, bool) for value in values):
        raise Failed("Only truth values were expected.")
    return values


def _count(number: Collection) -> int:
    value = single(number)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Failed("A whole number was expected.")
    return max(value, 0)


def _single(_frame: Frame, focus: Collection) -> Collection:
    if len(focus) > 1:
        raise Failed("More than one value where one was expected.")
    return focus


def _sum(frame: Frame, focus: Collection) -> Collection:
    """Of nothing there is no sum: an instrument without answers has no score (HL7 SDC)."""
    total = focus[:1] and [value_of(focus[0])]
    for node in focus[1:]:
        total = calculate(total, [node], "+")
    frame.world.spend(len(focus))
    return total


def _extreme(sign: int) -> Callable[[Frame, Collection], Collection]:
    def run(_frame: Frame, focus: Collection) -> Collection:
        best = focus[:1]
        for node in focus[1:]:
            if (order_of(value_of(node), value_of(best[0])) or 0) * sign > 0:
                best = [node]
        return best

    return run


def _average(frame: Frame, focus: Collection) -> Collection:
    return calculate(_sum(frame, focus), [len(focus)], "/") if focus else []


def _subset(one: Collection, other: Collection) -> bool:
    known = {key_of(node) for node in other}
    return all(key_of(node) in known for node in one)


def _intersect(_frame: Frame, focus: Collection, other: Collection) -> Collection:
    known = {key_of(node) for node in other}
    return distinct([node for node in focus if key_of(node) in known])


def _exclude(_frame: Frame, focus: Collection, other: Collection) -> Collection:
    known = {key_of(node) for node in other}
    return [node for node in focus if key_of(node) not in known]


def _combine(_frame: Frame, focus: Collection, other: Collection) -> Collection:
    if len(focus) + len(other) > MOST_VALUES:
        raise Failed("The expression gives too many values.")
    return [*focus, *other]


def _children(_frame: Frame, focus: Collection) -> Collection:
    return [child for node in focus if type(node) is Element for child in children_of(node)]


def _descendants(frame: Frame, focus: Collection) -> Collection:
    found: list[Any] = []
    for node in descendants_of(focus):
        found.append(node)
        if len(found) % 1000 == 0:
            frame.world.spend(1000)
    return found


def _has_value(_frame: Frame, focus: Collection) -> Collection:
    return [len(focus) == 1 and not isinstance(value_of(focus[0]), Element)]


def _value(_frame: Frame, focus: Collection) -> Collection:
    values = [value_of(node) for node in focus]
    return values if len(values) == 1 and not isinstance(values[0], Element) else []


def _resolve(frame: Frame, focus: Collection) -> Collection:
    """Only what is contained is found: an expression never reaches beyond its resource."""
    response = frame.world.response
    contained = step([response], "contained") if response else []
    wanted = {f"#{node.raw['id']}": node for node in contained if isinstance(node.raw, dict) and "id" in node.raw}
    told = [
        node.raw.get("reference") if isinstance(node.raw, dict) else node.raw for node in focus if hasattr(node, "raw")
    ]
    return [wanted[name] for name in told if name in wanted]


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    "empty": (0, 0, lambda _frame, focus: [not focus]),
    "not": (0, 0, _not),
    "count": (0, 0, lambda _frame, focus: [len(focus)]),
    "allTrue": (0, 0, lambda _frame, focus: [all(_booleans(focus))]),
    "anyTrue": (0, 0, lambda _frame, focus: [any(_booleans(focus))]),
    "allFalse": (0, 0, lambda _frame, focus: [not any(_booleans(focus))]),
    "anyFalse": (0, 0, lambda _frame, focus: [not all(_booleans(focus))]),
    "distinct": (0, 0, lambda _frame, focus: distinct(focus)),
    "isDistinct": (0, 0, lambda _frame, focus: [len(distinct(focus)) == len(focus)]),
    "subsetOf": (1, 1, lambda _frame, focus, other: [_subset(focus, other)]),
    "supersetOf": (1, 1, lambda _frame, focus, other: [_subset(other, focus)]),
    "first": (0, 0, lambda _frame, focus: focus[:1]),
    "last": (0, 0, lambda _frame, focus: focus[-1:]),
    "tail": (0, 0, lambda _frame, focus: focus[1:]),
    "skip": (1, 1, lambda _frame, focus, number: focus[_count(number) :]),
    "take": (1, 1, lambda _frame, focus, number: focus[: _count(number)]),
    "single": (0, 0, _single),
    "sum": (0, 0, _sum),
    "min": (0, 0, _extreme(-1)),
    "max": (0, 0, _extreme(1)),
    "avg": (0, 0, _average),
    "union": (1, 1, lambda _frame, focus, other: distinct([*focus, *other])),
    "combine": (1, 2, lambda frame, focus, other, _keep=(): _combine(frame, focus, other)),
    "intersect": (1, 1, _intersect),
    "exclude": (1, 1, _exclude),
    "children": (0, 0, _children),
    "descendants": (0, 0, _descendants),
    "hasValue": (0, 0, _has_value),
    "getValue": (0, 0, _value),
    "resolve": (0, 0, _resolve),
}
