"""The shipped catalogue, read as it lies on disk."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import intake

Json = dict[str, Any]

ROOT = Path(intake.__file__).parent / "catalogue"
LINES = sorted(path.parent for path in ROOT.glob("*/line.json"))
LINE = ROOT / "stress-and-anxiety"
BASE = "https://anteroom.example/fhir/Questionnaire/"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
CALCULATED = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def questionnaires(line: Path = LINE) -> dict[str, Json]:
    """Return {url: definition} of a line."""
    return {found["url"]: found for found in map(read, sorted((line / "questionnaires").glob("*.json")))}


def items(definition: Json) -> Iterator[Json]:
    """Yield every item in document order."""
    waiting = list(definition["item"])
    while waiting:
        item = waiting.pop(0)
        yield item
        waiting = item.get("item", []) + waiting


def by_link(definition: Json) -> dict[str, Json]:
    return {item["linkId"]: item for item in items(definition)}


def options(item: Json) -> set[str]:
    return {option["valueCoding"]["code"] for option in item.get("answerOption", [])}


def links_read(expression: str) -> set[str]:
    return set(re.findall(r"linkId = '([^']+)'", expression))


def codes_compared(expression: str) -> list[tuple[str, set[str]]]:
    """Return (linkId, codes) of each lookup in an expression."""
    lookups = re.findall(r"linkId = '([^']+)'\)\.answer\.value(?:\.where\(([^)]*)\)|\.(code = '[^']+'))?", expression)
    return [(link, set(re.findall(r"code = '([^']+)'", where + single))) for link, where, single in lookups]


def sources(source: Json) -> list[Json]:
    return [source, *source.get("also", [])]
