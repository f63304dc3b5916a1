"""Reading the shipped clinical content: one folder for each service line, JSON and Markdown as they are on disk."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent / "catalogue"


@dataclass(frozen=True, slots=True)
class Form:
    """One questionnaire file; `source` is its text byte for byte."""

    source: str
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """One text to sign, from Markdown under a front matter of `key: value` lines; a template still needs the clinic."""

    slug: str
    version: str
    language: str
    title: str
    body: str
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A service line as shipped. `service` is line.json, `rules` the list in flags.json with its version."""

    slug: str
    service: dict[str, Any]
    forms: tuple[Form, ...]
    scores: tuple[dict[str, Any], ...]
    rules: tuple[dict[str, Any], ...]
    texts: tuple[Text, ...]


def lines(root: Path = ROOT) -> Iterator[Line]:
    """Yield every service line under `root`, by the name of its folder."""
    for folder in sorted(path.parent for path in root.glob("*/line.json")):
        yield read(folder)


def read(folder: Path) -> Line:
    """Return the service line of one folder."""
    service = _json(folder / "line.json")
    files = sorted(folder.glob("questionnaires/*.json"))
    return Line(
        slug=service["slug"],
        service=service,
        forms=tuple(Form(source, json.loads(source)) for source in (path.read_text("utf-8") for path in files)),
        scores=tuple(_json(folder / "scores.json", [])),
        rules=tuple(_rules(_json(folder / "flags.json", {"version": "", "rules": []}))),
        texts=tuple(_text(path) for path in sorted(folder.glob("consents/*.md"))),
    )


def instruments(root: Path = ROOT) -> tuple[tuple[Form, ...], tuple[dict[str, Any], ...]]:
    """Return (questionnaires, scores) of the instruments that belong to no line."""
    folder = root / "instruments"
    texts = (path.read_text("utf-8") for path in sorted(folder.glob("questionnaires/*.json")))
    forms = tuple(Form(source, json.loads(source)) for source in texts)
    return forms, tuple(_json(folder / "scores.json", []))


def crisis(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """Return {slug of the line: its crisis.json} for the lines that have one."""
    return {path.parent.name: _json(path) for path in sorted(root.glob("*/crisis.json"))}


def lookup(name: str, root: Path = ROOT) -> list[dict[str, Any]]:
    """Return the entries of a list to search while typing, such as `medicines`; empty when there is no such list."""
    listed: dict[str, Any] = _json(root / f"{name}.json", {name: []}) if name.isidentifier() else {name: []}
    return list(listed[name])


def _rules(flags: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for rule in flags["rules"]:
        yield {"version": flags["version"], **rule}


def _text(path: Path) -> Text:
    _, head, body = path.read_text("utf-8").split("---\n", 2)
    pairs = (line.partition(":") for line in head.splitlines() if line.strip())
    facts = {key.strip(): value.strip().strip('"') for key, _, value in pairs}
    return Text(
        slug=facts["slug"],
        version=facts["version"],
        language=facts.get("language", "en"),
        title=facts["title"],
        body=body.strip() + "\n",
        is_template=facts.get("template") == "true",
    )


def _json(path: Path, otherwise: Any = None) -> Any:
    if otherwise is not None and not path.exists():
        return otherwise
    return json.loads(path.read_text("utf-8"))
