"""Functions that FHIR and SDC add to FHIRPath."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from intake.domain.fhirpath.element import Collection, Element, root, single, step
from intake.domain.fhirpath.equality import key_of
from intake.domain.fhirpath.faults import Failed
from intake.domain.fhirpath.kinds import type_info
from intake.domain.fhirpath.scope import Frame

_POINTS = (
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue",
)
_PROFILES = "http://hl7.org/fhir/StructureDefinition/"


def _extension(_frame: Frame, focus: Collection, url: Collection) -> Collection:
    wanted = single(url)
    if wanted is None:
        return []
    return [one for one in step(focus, "extension") if isinstance(one.raw, dict) and one.raw.get("url") == wanted]


def _weight(frame: Frame, focus: Collection) -> Collection:
    """
    The points of each answer, from the definition of its question and never from what a client sent.

    Source  HL7 SDC 4.0.0, weight() and ordinal()
    """
    found = (_points(frame, node) for node in focus)
    return [one for one in found if one is not None]


def _points(frame: Frame, node: Any) -> Any:
    if type(node) is not Element:
        return None
    if node.kind.endswith(".answer") or node.kind.endswith(".answerOption"):
        values = step([node], "value")
        return _points(frame, values[0]) if values else None
    link_id = _link_id(node)
    if link_id is not None and isinstance(node.raw, dict):
        key = (link_id, str(node.raw.get("system", "")), str(node.raw.get("code", "")))
        if key in frame.world.weights:
            return root(frame.world.weights[key])
    return None if node.kind == "Coding" and link_id is not None else _told(node)


def _told(node: Element) -> Any:
    """Return the points that a definition writes beside its own option."""
    for holder in (node, node.parent):
        for one in step([holder], "extension") if holder is not None else ():
            if isinstance(one.raw, dict) and one.raw.get("url") in _POINTS:
                value = single(step([one], "value"))
                return value if isinstance(value, int | Decimal) else None
    return None


def _link_id(node: Element) -> str | None:
    """Return the question of the answer that a value stands in; None outside of answers."""
    above = node.parent
    if above is None or not above.kind.endswith("Response.item.answer") or above.parent is None:
        return None
    return str(above.parent.raw.get("linkId", ""))


def _member_of(frame: Frame, focus: Collection, value_set: Collection) -> Collection:
    """Only value sets that stand in the questionnaire are known."""
    url, node = single(value_set), focus[0] if len(focus) == 1 else None
    if url is None or node is None:
        return []
    known = frame.world.members.get(str(url))
    if known is None:
        raise Failed(f"The value set {url} is not known here.")
    codings = step([node], "coding") or [node]
    return [any(_code(one) in known for one in codings)]


def _code(node: Any) -> tuple[str, str]:
    raw = node.raw if type(node) is Element else node
    return (str(raw.get("system", "")), str(raw.get("code", ""))) if isinstance(raw, dict) else ("", str(raw))


def _conforms_to(_frame: Frame, focus: Collection, profile: Collection) -> Collection:
    url, node = single(profile), focus[0] if len(focus) == 1 else None
    if url is None or node is None:
        return []
    if not str(url).startswith(_PROFILES):
        raise Failed(f"The profile {url} is not known here.")
    return [type(node) is Element and node.kind == str(url).removeprefix(_PROFILES)]


def _html_checks(_frame: Frame, focus: Collection) -> Collection:
    return [True] if focus else []


def _needs_terminology(_frame: Frame, _focus: Collection, *_given: Collection) -> Collection:
    raise Failed("This needs a terminology server.")


def _is_same(_frame: Frame, focus: Collection, other: Collection) -> Collection:
    return [key_of(focus[0]) == key_of(other[0])] if focus and other else []


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Collection]]] = {
    "extension": (1, 1, _extension),
    "weight": (0, 0, _weight),
    "ordinal": (0, 0, _weight),
    "type": (0, 0, type_info),
    "memberOf": (1, 1, _member_of),
    "conformsTo": (1, 1, _conforms_to),
    "htmlChecks": (0, 0, _html_checks),
    "subsumes": (1, 1, _needs_terminology),
    "subsumedBy": (1, 1, _needs_terminology),
    "expand": (1, 2, _needs_terminology),
    "lookup": (1, 2, _needs_terminology),
    "validateVS": (2, 3, _needs_terminology),
    "validateCS": (2, 3, _needs_terminology),
    "translate": (2, 3, _needs_terminology),
    "sameAs": (1, 1, _is_same),
}
