"""Types of values: is, as, ofType and type()."""

from decimal import Decimal
from typing import Any

from intake.domain.fhirpath.element import Collection, Element
from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.model import PRIMITIVES, SYSTEM, is_a, is_known
from intake.domain.fhirpath.quantity import Quantity
from intake.domain.fhirpath.scope import Frame
from intake.domain.fhirpath.temporal import Temporal


def is_kind_name(node: Element, name: str) -> bool:
    """Tell whether a path that begins with `name` begins at this node."""
    return is_a(node.kind, name) or (name == "Resource" and type(node.raw) is dict and "resourceType" in node.raw)


def system_kind(value: Any) -> str:
    """Return the System type of a value that is no element."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Integer"
    if isinstance(value, Decimal):
        return "Decimal"
    if isinstance(value, str):
        return "String"
    if isinstance(value, Temporal):
        return value.kind
    return "Quantity" if isinstance(value, Quantity) else "Any"


def is_of(node: Any, kind: str) -> bool:
    """
    Tell whether a node is of a type, written with or without its namespace.

    Raises  Failed for a name that is no type
    """
    space, _, name = kind.rpartition(".")
    if space and space not in {"System", "FHIR"}:
        space, name = "FHIR", kind
    if not (name in SYSTEM or is_known(name) or is_known(kind)):
        raise Failed(f"{kind} is no type.")
    if isinstance(node, Element):
        return space != "System" and _is_fhir(node, name)
    # Values that expressions made count as their FHIR namesakes too, unless a namespace says otherwise.
    own = system_kind(node)
    return space != "FHIR" and own == name


def tested(_frame: Frame, focus: Collection, kind: str) -> Collection:
    """Return whether the only value is of a type."""
    if len(focus) > 1:
        raise Failed("More than one value where one was expected.")
    return [is_of(focus[0], kind)] if focus else []


def cast(_frame: Frame, focus: Collection, kind: str) -> Collection:
    """Return the only value when it is of a type."""
    if len(focus) > 1:
        raise Failed("More than one value where one was expected.")
    return of_type(_frame, focus, kind)


def of_type(_frame: Frame, focus: Collection, kind: str) -> Collection:
    """Return the values of exactly a type; of a complex one, those below it too."""
    name = kind.rpartition(".")[2]
    return [node for node in focus if is_of(node, kind) and not (name in PRIMITIVES and _is_narrower(node, name))]


def type_info(_frame: Frame, focus: Collection) -> Collection:
    """Return the namespace and the name of each value's type."""
    return [Element(_told(node), "TypeInfo") for node in focus]


def _told(node: Any) -> dict[str, str]:
    if isinstance(node, Element):
        return {"namespace": "FHIR", "name": node.kind or _guess(node)}
    return {"namespace": "System", "name": system_kind(node)}


def _is_narrower(node: Any, name: str) -> bool:
    return isinstance(node, Element) and bool(node.kind) and node.kind != name


def _is_fhir(node: Element, name: str) -> bool:
    if node.kind:
        return is_a(node.kind, name)
    return _guess(node) == name or (type(node.raw) is str and name in {"code", "uri", "date", "dateTime", "string"})


def _guess(node: Element) -> str:
    raw = node.raw
    if isinstance(raw, bool):
        return "boolean"
    if isinstance(raw, int):
        return "integer"
    if isinstance(raw, float | Decimal):
        return "decimal"
    return "string" if isinstance(raw, str) else "Element"
