"""A plan template in other languages: its words are told in them, what a clinician wrote stays as they wrote it."""

from collections.abc import Iterator, Mapping
from typing import Any

from consultations.domain.plan import label


def dictionary(*, title: str, body: Mapping[str, Any], language: str) -> dict[str, str]:
    """
    Return each text of a template with its translation; {} when there is none in that language.

    body  as PlanTemplate.body; `translations` stand beside the texts that they translate
    """
    return dict([*_pairs({**body, "title": title}, language), *_of_rows(body, language)])


def told(text: str, words: Mapping[str, str]) -> str:
    """
    Return a text of a plan in the words of a dictionary.

    A line is told when it is one of the template, or begins with a label of it; every other line is a person's own.
    """
    return words.get(text) or "\n".join(_line(line, words) for line in text.splitlines())


def _of_rows(body: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for row in (*body.get("goals", ()), *body.get("activities", ())):
        yield from _pairs(row, language)
        fills = row.get("translations", {}).get(language, {}).get("clinician_fills", {})
        yield from ((label(fill), f"{name}: ") for fill, name in fills.items())


def _pairs(row: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    for field, translation in row.get("translations", {}).get(language, {}).items():
        if isinstance(translation, str) and row.get(field):
            yield str(row[field]), translation


def _line(line: str, words: Mapping[str, str]) -> str:
    if line in words:
        return words[line]
    name, colon, rest = line.partition(": ")
    return f"{words[name + colon]}{rest}" if name + colon in words else line
