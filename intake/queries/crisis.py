"""Whom to call now: the words of the catalogue, kept in the process."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from intake.adapters import catalogue
from intake.models import FlagRule

_PARTS = ("title", "text", "ways", "after")


@cache
def _texts() -> dict[str, dict[str, Any]]:
    return catalogue.crisis()


def text(rules: Iterable[FlagRule], *, language: str = "en") -> dict[str, Any] | None:
    """
    Return whom to call, when one of the active `rules` says that somebody may be in danger.

    rules     rules of active flags, with their service loaded
    language  code of the reader; English where the text is not translated
    Returns   {title, text, ways: [{code, label, detail, href}], after}; None when nobody is in danger
    Source    crisis.json of the service line
    """
    alarming = next((rule for rule in rules if rule.calls_for_help), None)
    if alarming is None:
        return None
    texts = _texts()
    words = texts.get(alarming.service.slug) or next(iter(texts.values()))
    return {part: _translated(words, part, language) for part in _PARTS}


def _translated(words: dict[str, Any], part: str, language: str) -> Any:
    told = words.get("translations", {}).get(language, {}).get(part)
    if part != "ways":
        return told or words[part]
    by_code = {way["code"]: way for way in told or ()}
    return [{**way, **by_code.get(way["code"], {})} for way in words["ways"]]
