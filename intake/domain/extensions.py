"""The extensions that this engine reads, by name, and those that it may leave alone."""

from collections.abc import Iterator, Mapping
from typing import Any

HL7 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
CQF_EXPRESSION = HL7 + "cqf-expression"
CQF_VALUE = HL7 + "cqf-calculatedValue"
VARIABLE = HL7 + "variable"
CONSTRAINT = HL7 + "questionnaire-constraint"
TARGET_CONSTRAINT = HL7 + "targetConstraint"
ENABLE_WHEN = SDC + "enableWhenExpression"
CALCULATED = SDC + "calculatedExpression"
INITIAL = SDC + "initialExpression"
CANDIDATE = SDC + "candidateExpression"
ANSWER = SDC + "answerExpression"
TOGGLE = SDC + "answerOptionsToggleExpression"
CONTEXT = SDC + "itemPopulationContext"
LAUNCH = SDC + "launchContext"
ASSEMBLE = SDC + "assembleContext"
TRANSLATION = HL7 + "translation"
MIN_VALUE, MAX_VALUE = HL7 + "minValue", HL7 + "maxValue"
MIN_QUANTITY, MAX_QUANTITY = SDC + "minQuantity", SDC + "maxQuantity"
MIN_LENGTH = HL7 + "minLength"
DECIMALS = HL7 + "maxDecimalPlaces"
REGEX = HL7 + "regex"
MIN_OCCURS = HL7 + "questionnaire-minOccurs"
MAX_OCCURS = HL7 + "questionnaire-maxOccurs"
EXCLUSIVE = HL7 + "questionnaire-optionExclusive"
UNIT = HL7 + "questionnaire-unit"
UNIT_OPTION = HL7 + "questionnaire-unitOption"
UNIT_SET = HL7 + "questionnaire-unitValueSet"
UNIT_OPEN = SDC + "unitOpen"
MIME_TYPE = HL7 + "mimeType"
MAX_SIZE = HL7 + "maxSize"
REFERENCE_TYPE = HL7 + "questionnaire-referenceResource"
ITEM_CONTROL = HL7 + "questionnaire-itemControl"
SIGNATURE = HL7 + "questionnaire-signatureRequired"
ORDINAL = (HL7 + "ordinalValue", HL7 + "itemWeight", HL7 + "questionnaire-ordinalValue")
# The same extension under the name that FHIR R5's extension pack or an older SDC gave it.
OTHER_NAMES = {
    HL7 + "questionnaire-targetConstraint": TARGET_CONSTRAINT,
    SDC + "optionExclusive": EXCLUSIVE,
    HL7 + "questionnaire-minQuantity": MIN_QUANTITY,
    HL7 + "questionnaire-maxQuantity": MAX_QUANTITY,
    SDC + "minQuantity": MIN_QUANTITY,
    SDC + "maxQuantity": MAX_QUANTITY,
    SDC + "maxSize": MAX_SIZE,
    "http://hl7.org/fhir/StructureDefinition/questionnaire-calculatedExpression": CALCULATED,
    "http://hl7.org/fhir/StructureDefinition/questionnaire-enableWhenExpression": ENABLE_WHEN,
    "http://hl7.org/fhir/StructureDefinition/questionnaire-initialExpression": INITIAL,
}

Told = Mapping[str, list[Mapping[str, Any]]]


def by_url(element: Mapping[str, Any]) -> Told:
    """Return {url: extensions with it} of one element."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in element.get("extension", ()):
        url = str(one.get("url", ""))
        found.setdefault(OTHER_NAMES.get(url, url), []).append(one)
    return found


def value(told: Told, *urls: str) -> Any:
    """Return the value[x] of the first of these extensions that stands there, or None."""
    return next((found for url in urls for found in values(told, url)), None)


def values(told: Told, url: str) -> Iterator[Any]:
    """Yield the value[x] of each extension with that url."""
    for one in told.get(url, ()):
        for key, found in one.items():
            if key.startswith("value"):
                yield found


def translations(told: Told, url: str) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of each translation of the text of an extension."""
    parts = (part for one in told.get(url, ()) for key, part in one.items() if key.startswith("_value"))
    for part in parts:
        for one in by_url(part).get(TRANSLATION, ()) if isinstance(part, Mapping) else ():
            words = by_url(one)
            yield str(value(words, "lang") or ""), str(value(words, "content") or "")
