"""Words of a definition that are missing in a language which other words of it have."""

from collections.abc import Iterator, Mapping
from typing import Any

from intake.domain.doubts import Doubt
from intake.domain.shape import walk

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_WORDS = ("title", "text", "prefix", "display", "valueString")
Words = tuple[str, str, frozenset[str]]


def untranslated(definition: Mapping[str, Any]) -> Iterator[Doubt]:
    """
    Yield one warning for each item that lacks a language which the definition has elsewhere.

    Source  FHIR R4 extension translation
    """
    told = [("", "", list(_languages(definition)))]
    told += [(item["linkId"], path, list(_of_item(item))) for item, path in walk(definition)]
    every = frozenset().union(*(languages for _, _, words in told for _, languages in words))
    for link_id, path, words in told:
        missing = sorted({language for _, languages in words for language in every - languages})
        if missing:
            first = next(text for text, languages in words if every - languages)
            yield Doubt("translation", link_id, f"“{first[:60]}” is missing in: {', '.join(missing)}.", path, "warning")


def _of_item(item: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    yield from _languages(item)
    for option in item.get("answerOption", ()):
        yield from _languages(option)
        yield from _languages(option.get("valueCoding", {}))


def _languages(element: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each text of an element with the languages that it is translated to; numbers and signs need none."""
    for name in _WORDS:
        text = element.get(name)
        if isinstance(text, str) and any(sign.isalpha() for sign in text):
            about = element.get(f"_{name}")
            yield text, frozenset(_told(about)) if isinstance(about, Mapping) else frozenset()


def _told(about: Mapping[str, Any]) -> Iterator[str]:
    for one in about.get("extension", ()):
        if one.get("url") == _TRANSLATION:
            parts = {part.get("url"): part for part in one.get("extension", ())}
            language = parts.get("lang", {}).get("valueCode")
            if isinstance(language, str) and parts.get("content"):
                yield language
