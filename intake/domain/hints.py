"""How a question wants to be shown and what it takes, beyond its type: FHIR and SDC extensions that change no meaning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_HL7 = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
LOOKUP = "https://anteroom.example/fhir/StructureDefinition/lookup"
MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Hints:
    """
    Hints of one item.

    mime_types  media types that an attachment may have; empty when the author does not say
    max_bytes   of one attachment
    slider      (lowest, highest, step) of a slider; None when it has no two ends
    format      entryFormat, such as "mm/dd/yyyy"
    lookup      which shipped list to search while typing: medicines or allergens
    """

    mime_types: tuple[str, ...] = ()
    max_bytes: int = LARGEST_FILE
    slider: tuple[int | float, int | float, int | float] | None = None
    format: str = ""
    lookup: str = ""
    open_label: str = ""


def hints_of(item: Mapping[str, Any]) -> Hints:
    """
    Return the hints of a FHIR Questionnaire.item.

    Source  FHIR R4 extensions mimeType, maxSize (a decimal in megabytes), minValue, maxValue, sliderStepValue,
            entryFormat; SDC 4.0.0 openLabel
    """
    told = dict(_extensions(item))
    size = told.get(_HL7 + "maxSize")
    fits = isinstance(size, int | float) and not isinstance(size, bool) and 0 < size * MEGABYTE < LARGEST_FILE
    return Hints(
        mime_types=tuple(str(value) for url, value in _extensions(item) if url == _HL7 + "mimeType"),
        max_bytes=int(size * MEGABYTE) if fits and size is not None else LARGEST_FILE,
        slider=_slider(told),
        format=str(told.get(_HL7 + "entryFormat", "")),
        lookup=str(told.get(LOOKUP, "")),
        open_label=str(told.get(_SDC + "openLabel", "")),
    )


def _slider(told: Mapping[str, Any]) -> tuple[int | float, int | float, int | float] | None:
    low, high = told.get(_HL7 + "minValue"), told.get(_HL7 + "maxValue")
    step = told.get(_HL7 + "questionnaire-sliderStepValue", 1)
    numbers = [value for value in (low, high, step) if isinstance(value, int | float) and not isinstance(value, bool)]
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 and numbers[0] < numbers[1] else None


def _extensions(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for one in item.get("extension", ()):
        value = next((value for key, value in one.items() if key.startswith("value")), None)
        if value is not None:
            yield str(one.get("url", "")), value
