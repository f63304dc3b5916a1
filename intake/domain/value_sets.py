"""The value sets that a definition brings with it, as far as they can be known without a terminology server."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# {(system, code): display}; no system where a value set tells none.
Members = Mapping[tuple[str, str], str]

_GENDER = "http://hl7.org/fhir/administrative-gender"
_YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0136"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
# Small value sets of FHIR R4 that many forms name without bringing them.
KNOWN: Mapping[str, Members] = {
    "http://hl7.org/fhir/ValueSet/administrative-gender": {
        (_GENDER, "male"): "Male",
        (_GENDER, "female"): "Female",
        (_GENDER, "other"): "Other",
        (_GENDER, "unknown"): "Unknown",
    },
    "http://hl7.org/fhir/ValueSet/yesnodontknow": {
        (_YES_NO, "Y"): "Yes",
        (_YES_NO, "N"): "No",
        (_ABSENT, "asked-unknown"): "Don't know",
    },
}
_DEEPEST = 10


def value_sets(definition: Mapping[str, Any], given: Mapping[str, Members] | None = None) -> Mapping[str, Members]:
    """
    Return {reference: members} of every value set that is known: contained by `#id` and by url, given, or of FHIR.

    given    {canonical: members} that the caller knows
    Returns  without those that only a terminology server could expand
    Source   FHIR R4 ValueSet: the expansion counts, else codes that are listed or stand in a contained CodeSystem
    """
    contained = [one for one in definition.get("contained", ()) if isinstance(one, Mapping)]
    reader = _Reader(contained, {**KNOWN, **(given or {})})
    found = dict(reader.known)
    for one in contained:
        if one.get("resourceType") == "ValueSet":
            members = reader.members(one, 0)
            for name in (f"#{one.get('id')}", str(one.get("url", ""))) if members is not None else ():
                found[name] = members or {}
    return found


def find(known: Mapping[str, Members], reference: str) -> Members | None:
    """Return the members of a value set by its canonical, with or without a version; None for one that is not known."""
    found = known.get(reference)
    return found if found is not None else known.get(reference.partition("|")[0])


class _Reader:
    def __init__(self, contained: list[Mapping[str, Any]], known: Mapping[str, Members]) -> None:
        self.known = dict(known)
        self.sets = {name: one for one in contained if one.get("resourceType") == "ValueSet" for name in _names(one)}
        self.systems = {
            str(one.get("url")): one for one in contained if one.get("resourceType") == "CodeSystem" and one.get("url")
        }

    def members(self, value_set: Mapping[str, Any], depth: int) -> Members | None:
        expansion, compose = value_set.get("expansion"), value_set.get("compose")
        if isinstance(expansion, Mapping) and isinstance(expansion.get("contains"), list):
            return dict(_expanded(expansion["contains"], 0))
        if not isinstance(compose, Mapping) or depth > _DEEPEST:
            return None
        included = self.parts(compose.get("include"), depth)
        excluded = self.parts(compose.get("exclude", []), depth)
        if included is None or excluded is None:
            return None
        return {key: words for key, words in included.items() if key not in excluded}

    def parts(self, told: Any, depth: int) -> dict[tuple[str, str], str] | None:
        found: dict[tuple[str, str], str] = {}
        for part in told if isinstance(told, list) else [None]:
            one = self.part(part, depth) if isinstance(part, Mapping) else None
            if one is None:
                return None
            found.update(one)
        return found

    def part(self, part: Mapping[str, Any], depth: int) -> Members | None:
        if part.get("filter"):
            return None
        sets = [self.named(str(name), depth) for name in _list(part.get("valueSet"))]
        if any(one is None for one in sets):
            return None
        system = str(part.get("system", ""))
        listed: Members | None = None
        if "concept" in part:
            listed = dict(_concepts(_list(part["concept"]), system, 0))
        elif system:
            if system not in self.systems:
                return None
            listed = dict(_concepts(_list(self.systems[system].get("concept")), system, 0))
        return _common([one for one in [listed, *sets] if one is not None])

    def named(self, name: str, depth: int) -> Members | None:
        bare = name.partition("|")[0]
        if bare in self.sets:
            return self.members(self.sets[bare], depth + 1)
        return find(self.known, name)


def _names(value_set: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value_set.get("id"), str):
        yield f"#{value_set['id']}"
    if isinstance(value_set.get("url"), str):
        yield value_set["url"]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _common(sets: list[Members]) -> Members | None:
    """Codes of one include are those that stand in all that it names."""
    if not sets:
        return None
    first, *others = sets
    return {key: words for key, words in first.items() if all(key in one for one in others)}


def _expanded(contains: Iterable[Any], depth: int) -> Iterator[tuple[tuple[str, str], str]]:
    for one in contains:
        if not isinstance(one, Mapping) or depth > _DEEPEST:
            continue
        if isinstance(one.get("code"), str) and not one.get("abstract"):
            yield (str(one.get("system", "")), one["code"]), str(one.get("display", ""))
        yield from _expanded(_list(one.get("contains")), depth + 1)


def _concepts(concepts: Iterable[Any], system: str, depth: int) -> Iterator[tuple[tuple[str, str], str]]:
    for one in concepts:
        if not isinstance(one, Mapping) or depth > _DEEPEST:
            continue
        if isinstance(one.get("code"), str):
            yield (system, one["code"]), str(one.get("display", ""))
        yield from _concepts(_list(one.get("concept")), system, depth + 1)
