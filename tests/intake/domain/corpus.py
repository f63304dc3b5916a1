"""Where the test data that nobody here wrote lies, and how it is read."""

import json
import os
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

import pytest

from intake.domain.fhirpath.element import child_kind

FOLDER = Path(os.environ.get("ANTEROOM_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
WHY = f"The public test data is not in {FOLDER.name}/; set ANTEROOM_CORPUS to run this."
_FHIR = "{http://hl7.org/fhir}"


def require() -> Path:
    if not FOLDER.is_dir():
        pytest.skip(WHY)
    return FOLDER


@cache
def load(name: str):
    return json.loads((FOLDER / name).read_text(encoding="utf-8-sig"))


def manifest() -> list[dict]:
    return load("manifest.json") if FOLDER.is_dir() else []


def of_kind(prefix: str) -> list[dict]:
    return [one for one in manifest() if one["kind"].startswith(prefix)]


@cache
def resource(name: str):
    """Return a resource of the FHIRPath suite as JSON, whatever it is written in."""
    path = FOLDER / "fhirpath" / "input" / name
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8-sig"))
    top = ElementTree.parse(path).getroot()
    kind = top.tag.removeprefix(_FHIR)
    return {"resourceType": kind, **_children(top, kind)}


def _children(node, kind):
    found = {}
    for child in node:
        name = child.tag.removeprefix(_FHIR)
        below = child_kind(kind, name)
        value = _value(child, below)
        if name in found:
            found[name] = [*found[name], value] if isinstance(found[name], list) else [found[name], value]
        else:
            found[name] = value
        extra = {"extension": [_extension(one) for one in child.findall(f"{_FHIR}extension")]}
        if "value" in child.attrib and extra["extension"]:
            found[f"_{name}"] = extra
    return found


def _value(node, kind):
    if not node.tag.startswith(_FHIR):
        return ElementTree.tostring(node, encoding="unicode")
    text = node.get("value")
    if text is None:
        attributes = {"url": node.get("url")} if node.get("url") else {}
        return {**attributes, **_children(node, kind)}
    if kind == "boolean":
        return text == "true"
    if kind in {"integer", "positiveInt", "unsignedInt"}:
        return int(text)
    return float(text) if kind == "decimal" else text


def _extension(node):
    return {"url": node.get("url"), **_children(node, "Extension")}
