"""Whether a definition is a FHIR R4 Questionnaire at all, so that everything after this may rely on it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain.doubts import Doubt

MOST_ITEMS = 5_000
DEEPEST_ITEM = 30
DEEPEST_ELEMENT = 60
TYPES = frozenset(
    {
        "group", "display", "boolean", "integer", "decimal", "date", "dateTime", "time", "string", "text", "url",
        "choice", "open-choice", "quantity", "attachment", "reference",
    }
)  # fmt: skip
# What only other releases of FHIR know, and which release that is.
_OTHER_TYPES = {"question": "R5", "coding": "R5", "codeable": "R5"}
_OTHER_ELEMENTS = {
    "option": "STU3", "options": "STU3", "initialBoolean": "STU3", "initialString": "STU3", "initialCoding": "STU3",
    "initialInteger": "STU3", "initialDecimal": "STU3", "initialDate": "STU3", "answerConstraint": "R5",
    "disabledDisplay": "R5",
}  # fmt: skip
_OTHER_ROOT = {"versionAlgorithmString": "R5", "versionAlgorithmCoding": "R5", "copyrightLabel": "R5"}
_KNOWN = frozenset(
    {
        "id", "extension", "modifierExtension", "linkId", "definition", "code", "prefix", "text", "type", "enableWhen",
        "enableBehavior", "required", "repeats", "readOnly", "maxLength", "answerValueSet", "answerOption", "initial",
        "item",
    }
)  # fmt: skip
_KINDS: dict[str, type | tuple[type, ...]] = {
    "linkId": str, "definition": str, "prefix": str, "text": str, "type": str, "enableBehavior": str, "required": bool,
    "repeats": bool, "readOnly": bool, "maxLength": int, "answerValueSet": str, "url": str, "version": str,
    "title": str, "name": str, "status": str, "copyright": str, "description": str, "language": str, "question": str,
    "operator": str, "system": str, "display": str, "unit": str, "expression": str, "reference": str, "date": str,
    "content": str, "lang": str,
}  # fmt: skip
_LISTS = frozenset(
    {"item", "extension", "modifierExtension", "enableWhen", "answerOption", "initial", "coding"}
)  # fmt: skip
_VALUES: dict[str, type | tuple[type, ...]] = {
    "Boolean": bool, "Integer": int, "Decimal": (int, float), "PositiveInt": int, "UnsignedInt": int, "String": str,
    "Code": str, "Uri": str, "Url": str, "Canonical": str, "Id": str, "Date": str, "DateTime": str, "Time": str,
    "Instant": str, "Markdown": str, "Coding": dict, "CodeableConcept": dict, "Quantity": dict, "Reference": dict,
    "Expression": dict, "Attachment": dict,
}  # fmt: skip
_CODED = ("Coding", "coding", "Quantity")
# What stands in these is not an item's, and is looked into where it is used.
_UNREAD: dict[str, type] = {"contained": list, "text": dict}
_VALUE = re.compile(r"(?:value|answer)([A-Z][A-Za-z]*)")
# A path tells instances as `group[0]/question`, so a linkId must not look like one.
_LIKE_PATH = re.compile(r"\[\d+\](/|$)")


def malformed(definition: Any) -> Iterator[Doubt]:
    """
    Yield what keeps a definition from being read as a FHIR R4 Questionnaire.

    Source  FHIR R4 Questionnaire; sizes are limits of this product
    """
    if not isinstance(definition, Mapping):
        yield Doubt("not-an-object", "", "This is no JSON object.")
    elif definition.get("resourceType", "Questionnaire") != "Questionnaire":
        yield Doubt("resource-type", "", f"This is a {str(definition['resourceType'])[:60]}, no Questionnaire.")
    else:
        yield from _whole(definition)


def _whole(definition: Mapping[str, Any]) -> Iterator[Doubt]:
    wrong = list(_wrong_kinds(definition, "", 0))
    if wrong:
        yield from wrong[:20]
        return
    for name, release in _OTHER_ROOT.items():
        if name in definition:
            yield Doubt("release", "", f"“{name}” belongs to FHIR {release}; FHIR R4 is read here.")
    if not definition.get("item"):
        yield Doubt("empty", "", "There is no item.")
    yield from _items(definition)


def _items(definition: Mapping[str, Any]) -> Iterator[Doubt]:
    first: dict[str, str] = {}
    for count, (item, path) in enumerate(walk(definition)):
        if count >= MOST_ITEMS:
            yield Doubt("too-large", "", f"There are more than {MOST_ITEMS:,} items.")
            return
        yield from _item(item, path, first)


def _item(item: Mapping[str, Any], path: str, first: dict[str, str]) -> Iterator[Doubt]:
    link_id = item.get("linkId")
    if not isinstance(link_id, str) or not link_id.strip():
        yield Doubt("link-id", "", f"An item has no linkId: “{str(item.get('text', ''))[:60]}”.", path)
        return
    if len(link_id) > 255 or _LIKE_PATH.search(link_id):
        yield Doubt("link-id", link_id, "A linkId has at most 255 characters and does not hold [number].", path)
    if link_id in first:
        yield Doubt("duplicate", link_id, f"The linkId stands twice; first at {first[link_id]}.", path)
    first.setdefault(link_id, path)
    yield from _release(item, link_id, path)


def _release(item: Mapping[str, Any], link_id: str, path: str) -> Iterator[Doubt]:
    kind = item.get("type")
    told = [(f"The type “{kind}”", _OTHER_TYPES[kind])] if kind in _OTHER_TYPES else []
    told += [(f"“{name}”", release) for name, release in _OTHER_ELEMENTS.items() if name in item]
    for words, release in told[:1]:
        yield Doubt("release", link_id, f"{words} belongs to FHIR {release}; FHIR R4 is read here.", path)
    if kind is None:
        yield Doubt("type", link_id, "The item has no type.", path)
    elif kind not in TYPES and kind not in _OTHER_TYPES:
        yield Doubt("type", link_id, f"The type “{str(kind)[:40]}” is unknown.", path)
    unknown = [name for name in item if name.removeprefix("_") not in _KNOWN and name not in _OTHER_ELEMENTS]
    if unknown and not told:
        names = ", ".join(sorted(unknown)[:5])
        yield Doubt(
            "element", link_id, f"FHIR R4 does not know {names}; what is not read may change the meaning.", path
        )


def walk(element: Mapping[str, Any], above: str = "") -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield every item with the linkIds from the top down to it."""
    for item in element.get("item", ()):
        path = f"{above} > {item.get('linkId', '?')}" if above else str(item.get("linkId", "?"))
        yield item, path
        yield from walk(item, path)


def _wrong_kinds(element: Any, place: str, depth: int) -> Iterator[Doubt]:
    if depth > DEEPEST_ELEMENT:
        yield Doubt("too-deep", "", f"{place[:80]} is nested too deep.")
        return
    for name, value in element.items():
        here = f"{place}.{name}" if place else str(name)
        if not (_fits_root if not place else _fits)(str(name), value, place):
            yield Doubt("shape", str(element.get("linkId", ""))[:255], f"{here} is not what FHIR R4 has there.", here)
        if here in _UNREAD:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield from _wrong_kinds(child, here, depth + 1)
            elif isinstance(child, list):
                yield Doubt("shape", "", f"{here} is a list in a list.", here)


def _fits_root(name: str, value: Any, place: str) -> bool:
    """At the top, `text` is the narrative."""
    return isinstance(value, _UNREAD[name]) if name in _UNREAD else _fits(name, value, place)


def _fits(name: str, value: Any, place: str) -> bool:
    if name == "code" and place.endswith(_CODED):
        return isinstance(value, str)
    if name in _LISTS:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    if name.startswith("_"):
        return isinstance(value, dict) or (isinstance(value, list) and name in {"_subjectType", "_derivedFrom"})
    found = _VALUE.fullmatch(name)
    wanted = _KINDS.get(name) or (_VALUES.get(found[1]) if found else None)
    return wanted is None or _is_kind(value, wanted)


def _is_kind(value: Any, wanted: type | tuple[type, ...]) -> bool:
    is_number = wanted is int or wanted == (int, float)
    return isinstance(value, wanted) and not (is_number and isinstance(value, bool))
