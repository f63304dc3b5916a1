"""What may be chosen for one question, by keys that can be looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intake.domain import extensions as ext
from intake.domain.value_sets import Members, find

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """
    The options of one question.

    codings    {(system, code): display}; no system, or no code but the display, where the author wrote none
    plain      {(name of value[x], value): the value as it is stored}
    points     {(system, code): points}
    exclusive  keys that stand alone
    is_known   membership can be checked; false without options, or with a value set that is not known
    """

    codings: Mapping[Key, str] = field(default_factory=dict)
    plain: Mapping[Key, Any] = field(default_factory=dict)
    points: Mapping[Key, Any] = field(default_factory=dict)
    exclusive: frozenset[Key] = frozenset()
    is_known: bool = False

    def key(self, value: Any) -> Key | None:
        """Return the key of the option that a value is; None when it is none of them."""
        if type(value) is dict or isinstance(value, Mapping):
            return self._coded(value)
        return next((key for key, known in self.plain.items() if _same(known, value)), None)

    def kind(self, value: Any) -> str:
        """Return the name of value[x] that a plain option is stored under."""
        return next((key[0] for key, known in self.plain.items() if _same(known, value)), "valueString")

    def _coded(self, coding: Mapping[str, Any]) -> Key | None:
        code = coding.get("code")
        if code is None:
            key = ("", f"={coding.get('display', '')}")
            return key if key in self.codings else None
        system = coding.get("system") or ""
        if (system, code) in self.codings:
            return system, code
        return ("", code) if system and ("", code) in self.codings else None


NONE = Choices()


def read_choices(item: Mapping[str, Any], sets: Mapping[str, Members]) -> Choices:
    """Return what may be chosen for one FHIR Questionnaire.item; `sets` are the value sets that are known."""
    options = item.get("answerOption")
    if options:
        return _listed(options)
    members = find(sets, item["answerValueSet"]) if "answerValueSet" in item else None
    return NONE if members is None else Choices(codings=members, is_known=True)


def key_of(coding: Mapping[str, Any]) -> Key:
    """Return what identifies a coding: system and code, or only its display."""
    code = coding.get("code")
    return ("", f"={coding.get('display', '')}") if code is None else (coding.get("system") or "", code)


def _listed(options: list[Mapping[str, Any]]) -> Choices:
    codings: dict[Key, str] = {}
    plain: dict[Key, Any] = {}
    points: dict[Key, Any] = {}
    exclusive: set[Key] = set()
    for option in options:
        coding = option.get("valueCoding", {})
        key = key_of(coding) if coding else _plain_key(option)
        if coding:
            codings[key] = coding.get("display", "")
        elif key[0] in option:
            plain[key] = option[key[0]]
        about = [ext.by_url(option), ext.by_url(coding)]
        told = next((one for place in about if (one := ext.value(place, *ext.ORDINAL)) is not None), None)
        if told is not None:
            points[key] = told
        if any(ext.value(place, ext.EXCLUSIVE) is True for place in about):
            exclusive.add(key)
    return Choices(codings, plain, points, frozenset(exclusive), is_known=True)


def _plain_key(option: Mapping[str, Any]) -> Key:
    name = next((key for key in option if key.startswith("value")), "value")
    value = option.get(name)
    return name, str(value.get("reference", "") if isinstance(value, Mapping) else value)


def _same(known: Any, value: Any) -> bool:
    if isinstance(known, Mapping):
        return isinstance(value, Mapping) and known.get("reference") == value.get("reference")
    return bool(known == value) and isinstance(known, bool) == isinstance(value, bool)
