"""Answers as a person reads them."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain.units import CENTIMETER, INCH, both_ways, counted

HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"


def words(value: Any) -> str:
    """
    Return an answer in words.

    value  a stored answer: a scalar, {code, display}, {value, unit}, {title} or a list of these; None is nothing
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(words(one) for one in value)
    if isinstance(value, Mapping):
        return _of_object(value)
    return str(value)


def with_unit(text: str, unit: str) -> str:
    """Return a number with its unit; nothing stays nothing."""
    return counted(text, unit) if text else ""


def unit_of(item: Mapping[str, Any]) -> str:
    """Return the unit in which a number is asked for; empty when none is named."""
    named = (one["valueCoding"] for one in item.get("extension") or () if one.get("url") == UNIT)
    coding: Mapping[str, Any] = next(named, {})
    return str(coding.get("display") or coding.get("code") or "")


def link_id(path: str) -> str:
    """Return the linkId at the end of an answer's path."""
    return path.rsplit("/", 1)[-1]


def items(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every item of a FHIR Questionnaire in document order, groups before their own items."""
    for item in definition.get("item") or ():
        yield item
        yield from items(item)


def asked(
    definition: Mapping[str, Any], *, heading: str = "", always: bool = True
) -> Iterator[tuple[Mapping[str, Any], str, bool]]:
    """
    Yield (item, heading, whether everybody is asked) of every visible question in document order.

    heading  words of the page that it stands on
    always   False below a condition: such a question without an answer was perhaps never asked
    """
    for item in definition.get("item") or ():
        is_always = always and "enableWhen" not in item
        if item.get("type") == "group":
            yield from asked(item, heading=heading or str(item.get("text") or ""), always=is_always)
        elif item.get("type") != "display" and not _is_hidden(item):
            yield item, heading, is_always and not item.get("readOnly")
            yield from asked(item, heading=heading, always=False)


def _is_hidden(item: Mapping[str, Any]) -> bool:
    return any(one.get("url") == HIDDEN and one.get("valueBoolean") is True for one in item.get("extension") or ())


def _of_object(value: Mapping[str, Any]) -> str:
    if "value" in value:
        if value.get("code") in {INCH, CENTIMETER}:
            return both_ways(value["value"], value["code"])
        return counted(value["value"], str(value.get("unit") or ""))
    return str(value.get("display") or value.get("text") or value.get("title") or value.get("code") or "")
