"""Nodes of FHIR JSON: an element with its type, and what it is worth as a plain value."""

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.model import CHILDREN, SUFFIXES, is_a
from intake.domain.fhirpath.quantity import Quantity, from_fhir, to_fhir
from intake.domain.fhirpath.temporal import Temporal, parse_date_time, parse_moment, parse_time

Collection = list[Any]
_TEMPORAL = {"date": parse_moment, "dateTime": parse_date_time, "instant": parse_date_time, "time": parse_time}
_QUANTITIES = frozenset({"Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity"})
_NONE: dict[str, str] = {}


class Element:
    """
    One node of a resource.

    raw     the JSON value; None for a primitive that only has extensions
    kind    its FHIR type, empty when this does not know it
    parent  the node above
    extra   what stands under `_name`: id and extensions of a primitive
    """

    __slots__ = ("extra", "kind", "parent", "raw")

    def __init__(self, raw: Any, kind: str = "", parent: "Element | None" = None, extra: Any = None) -> None:
        self.raw, self.kind, self.parent, self.extra = raw, kind, parent, extra

    def __repr__(self) -> str:
        return f"<{self.kind or 'Element'}>"


def root(raw: Any) -> Any:
    """Return a JSON value as a node: an object as an Element of its resource's type, a plain value as itself."""
    if isinstance(raw, Element | Temporal | Quantity):
        return raw
    if isinstance(raw, dict):
        return Element(raw, raw.get("resourceType") or _shape(raw))
    return Decimal(str(raw)) if isinstance(raw, float) else raw


def step(focus: Collection, name: str) -> Collection:
    """Return what `name` leads to from each node, in order."""
    found: Collection = []
    for node in focus:
        if type(node) is not Element:
            continue
        raw = node.raw
        if type(raw) is not dict:
            if node.extra and name in {"extension", "id"}:
                found += step([Element(node.extra, "Element", node.parent)], name)
            continue
        value = raw.get(name)
        if value is None:
            _seldom(node, name, found)
        else:
            _follow(node, name, value, found)
    return found


def children(node: Element) -> Collection:
    """Return every child of one node, in the order of its JSON."""
    if type(node.raw) is not dict:
        return step([node], "extension") if node.extra else []
    found: Collection = []
    for name in node.raw:
        if name == "resourceType":
            continue
        if not name.startswith("_"):
            _follow(node, name, node.raw[name], found)
        elif name[1:] not in node.raw:
            found += step([node], name[1:])
    return found


def descendants(focus: Collection) -> Iterator[Element]:
    """Yield everything below the nodes, level by level."""
    level = [node for node in focus if type(node) is Element]
    while level:
        level = [child for node in level for child in children(node)]
        yield from level


def value_of(node: Any) -> Any:
    """Return what a node is worth in expressions: a primitive, date or quantity as such, others unchanged."""
    if type(node) is not Element:
        return node
    raw, kind = node.raw, node.kind
    if type(raw) is str:
        parse = _TEMPORAL.get(kind)
        return raw if parse is None else parse(raw) or raw
    if type(raw) is dict:
        return (from_fhir(raw) or node) if kind in _QUANTITIES else node
    if isinstance(raw, float):
        return Decimal(repr(raw))
    if type(raw) is int and kind == "decimal":
        return Decimal(raw)
    return node if raw is None else raw


def plain(node: Any) -> Any:
    """Return a node as JSON has it: whole decimals as integers, others as floats, dates as texts."""
    if type(node) is Element:
        return number(node.raw) if type(node.raw) is Decimal else node.raw
    if isinstance(node, Decimal):
        return number(node)
    if isinstance(node, Temporal):
        return str(node)
    if isinstance(node, Quantity):
        return to_fhir(node, number(node.value))
    return node


def number(value: Decimal) -> int | float:
    """Return a decimal as a JSON number."""
    if value == value.to_integral_value() and abs(value) < 10**18:
        return int(value)
    if not math.isfinite(float(value)):
        raise Failed("The number is too large.")
    return float(value)


def single(focus: Collection) -> Any:
    """Return what the only node is worth, None when there is none; Failed when there are more."""
    if len(focus) > 1:
        raise Failed("More than one value where one was expected.")
    return value_of(focus[0]) if focus else None


def truth(focus: Collection) -> bool | None:
    """Return the truth of a collection: None when empty, True for a single thing that is no boolean."""
    value = single(focus)
    return value if isinstance(value, bool) or value is None else True


def _follow(node: Element, name: str, value: Any, found: Collection) -> None:
    kind = child_kind(node.kind, name)
    if type(value) is list:
        extras = node.raw.get(f"_{name}")
        for place, one in enumerate(value):
            extra = extras[place] if isinstance(extras, list) and place < len(extras) else None
            if one is not None or extra:
                found.append(Element(one, _kind(one, kind), node, extra))
    elif type(value) is dict:
        found.append(Element(value, _kind(value, kind), node))
    else:
        found.append(Element(value, kind, node, node.raw.get(f"_{name}")))


def _seldom(node: Element, name: str, found: Collection) -> None:
    """Follow a choice such as value[x], or a primitive that only has extensions."""
    raw = node.raw
    known = CHILDREN.get(node.kind, _NONE).get(name)
    if known == "*" or known is None:
        length = len(name)
        for key in raw:
            if key.startswith(name) and key[length : length + 1].isupper() and child_kind(node.kind, key):
                _follow(node, key, raw[key], found)
                return
    extra = raw.get(f"_{name}")
    if extra:
        found += [
            Element(None, known or "", node, one) for one in (extra if isinstance(extra, list) else [extra]) if one
        ]


@lru_cache(maxsize=4096)
def child_kind(kind: str, key: str) -> str:
    """Return the type of what stands under a JSON key, a choice's told by its ending; empty when it is not known."""
    known = CHILDREN.get(kind)
    if known and key in known:
        return known[key].replace("*", "")
    for length in range(len(key) - 1, 0, -1):
        ending = key[length:]
        told = SUFFIXES.get(ending, ending if ending in CHILDREN else "")
        if told and (known is None or known.get(key[:length]) == "*"):
            return told
    return ""


def _kind(value: Any, kind: str) -> str:
    if type(value) is dict:
        told = value.get("resourceType")
        if told:
            return str(told)
        return kind or _shape(value)
    return kind


def _shape(value: dict[str, Any]) -> str:
    """Return the type that an object must have by what stands in it; empty when that does not say."""
    if "coding" in value:
        return "CodeableConcept"
    if "value" in value and ("unit" in value or ("code" in value and "system" in value)):
        return "Quantity"
    if "code" in value and ("system" in value or "display" in value) and "value" not in value:
        return "Coding"
    if "linkId" in value:
        return "Questionnaire.item" if "type" in value else "QuestionnaireResponse.item"
    return "Reference" if isinstance(value.get("reference"), str) else ""


def is_kind(node: Element, wanted: str) -> bool:
    """Tell whether a node is of a FHIR type, or of one below it."""
    return is_a(node.kind, wanted) or (node.raw.__class__ is dict and node.raw.get("resourceType") == wanted)
