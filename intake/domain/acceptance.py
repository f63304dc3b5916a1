"""Whether a value can be an answer to its question at all; what it means is judged by the evaluation."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_lazy

from config.core.errors import FieldError
from intake.domain.merge import Change
from intake.domain.outline import Option, Outline, Question, split

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LONGEST_TEXT = 10_000
MOST_VALUES = 50
MOST_INSTANCES = 50
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?")
_NO_DATE = gettext_lazy("Enter a real date, such as 1985-03-08.")
_NO_INSTANT = gettext_lazy("Enter a date and a time.")
_NO_TIME = gettext_lazy("Enter a real time.")


class NotThisType(ValueError):
    """The value has the wrong form; the text is for the person who answered."""


def accept(outline: Outline, answers: Iterable[Mapping[str, Any]]) -> tuple[list[Change], list[FieldError]]:
    """
    Return what of `answers` may be stored, normalised, and one error for each that does not fit its question.

    answers  [{link_id, value}]; link_id is a path; computed and hidden questions are left out silently
    Returns  (changes, errors); of several values for one path the last one counts
    """
    changes: dict[str, Change] = {}
    errors: list[FieldError] = []
    for sent in answers:
        path = str(sent["link_id"])
        question = question_at(outline, path)
        if question is None:
            errors.append(FieldError(path, "unknown-question", gettext("There is no such question.")))
            continue
        if question.is_computed or question.is_hidden:
            continue
        try:
            changes[path] = Change(path, normal(question, sent["value"]))
        except NotThisType as wrong:
            errors.append(FieldError(path, "wrong-type", str(wrong)))
    return list(changes.values()), errors


def normal(question: Question, value: Any) -> Any:
    """
    Return a value as it is stored; None, an empty text and an empty list clear the answer.

    Raises  NotThisType when the value cannot be an answer to this question
    """
    if value is None or value in ("", []):
        return None
    if not question.repeats:
        return _one(question, value)
    if not isinstance(value, list):
        raise NotThisType(gettext("Send a list of answers."))
    most = min(question.max_occurs or MOST_VALUES, MOST_VALUES)
    if len(value) > most:
        raise NotThisType(gettext("At most %(count)s answers fit here.") % {"count": most})
    return [_one(question, one) for one in value]


def question_at(outline: Outline, path: str) -> Question | None:
    """Return the question that takes the answer of a path; None for what is no path of this questionnaire."""
    parts = split(path)
    question = outline.by_link_id.get(parts[0]) if parts else None
    if parts is None or question is None or not question.is_asked:
        return None
    names = tuple(name for name, _ in parts[1])
    fits = names == question.groups and all(number < MOST_INSTANCES for _, number in parts[1])
    return question if fits else None


def _one(question: Question, value: Any) -> Any:
    form: Callable[[Question, Any], Any] = _FORMS.get(question.type, _text)
    return form(question, value)


def _boolean(_question: Question, value: Any) -> bool:
    if not isinstance(value, bool):
        raise NotThisType(gettext("Answer yes or no."))
    return value


def _integer(_question: Question, value: Any) -> int:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**31:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31:
        raise NotThisType(gettext("Enter a whole number."))
    return value


def _decimal(_question: Question, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) >= 1e15:
        raise NotThisType(gettext("Enter a number."))
    return value


def _text(_question: Question, value: Any) -> str:
    if not isinstance(value, str):
        raise NotThisType(gettext("Answer in words."))
    if len(value) > LONGEST_TEXT:
        raise NotThisType(gettext("This is longer than %(count)s characters.") % {"count": f"{LONGEST_TEXT:,}"})
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise NotThisType(gettext("This has a character that cannot be stored."))
    return value


def _date(_question: Question, value: Any) -> str:
    return _parsed(value, date.fromisoformat, _NO_DATE, length=10)


def _instant(_question: Question, value: Any) -> str:
    return _parsed(value, datetime.fromisoformat, _NO_INSTANT, length=35)


def _time(_question: Question, value: Any) -> str:
    if not (isinstance(value, str) and _TIME.fullmatch(value)):
        raise NotThisType(gettext("Enter a time, such as 14:30:00."))
    return _parsed(value if value.count(":") == 2 else f"{value}:00", time.fromisoformat, _NO_TIME, length=8)


def _choice(question: Question, value: Any) -> Any:
    if not question.options:
        return _coding(value)
    option = _option(question.options, value)
    if option is None:
        raise NotThisType(gettext("Choose one of the answers."))
    return option.value


def _open_choice(question: Question, value: Any) -> Any:
    option = _option(question.options, value)
    if option is not None:
        return option.value
    if isinstance(value, dict) and "code" in value and not question.options:
        return _coding(value)
    text = value.get("text") if isinstance(value, dict) else value
    return _text(question, text)


def _coding(value: Any) -> dict[str, Any]:
    """Return a coding whose value set is not known here; only its form can be checked."""
    known = {"system", "code", "display"}
    parts = {key: value[key] for key in known & value.keys()} if isinstance(value, dict) else {}
    if not parts.get("code") or not all(isinstance(one, str) and 0 < len(one) <= 1_000 for one in parts.values()):
        raise NotThisType(gettext("Choose one of the answers."))
    return parts


def _reference(_question: Question, value: Any) -> dict[str, Any]:
    parts = {key: value[key] for key in ("reference", "display") if key in value} if isinstance(value, dict) else {}
    if "reference" not in parts or not all(isinstance(one, str) and 0 < len(one) <= 1_000 for one in parts.values()):
        raise NotThisType(gettext("Choose what this refers to."))
    return parts


def _quantity(question: Question, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotThisType(gettext("Enter a number and its unit."))
    number = _decimal(question, value.get("value"))
    unit = _option(question.units, {key: value[key] for key in ("system", "code") if key in value})
    if unit is None and not value.get("code"):
        unit = next((one for one in question.units if one.value["unit"] == value.get("unit")), None)
    if unit is None and question.units:
        raise NotThisType(gettext("Choose a unit."))
    if unit is None:
        return {"value": number, **({"unit": _text(question, value["unit"])} if value.get("unit") else {})}
    return {"value": number, **unit.value}


def _attachment(question: Question, value: Any) -> dict[str, Any]:
    known: dict[str, type] = {"id": str, "title": str, "contentType": str, "size": int}
    fits = isinstance(value, dict) and all(isinstance(value[key], known[key]) for key in known if key in value)
    if not fits:
        raise NotThisType(gettext("Choose a file."))
    return {key: value[key] for key in known if key in value}


def _option(options: Iterable[Option], value: Any) -> Option | None:
    """Return the option that a client means: by system and code, by its code alone, or by its value."""
    return next((option for option in options if _means(option.value, value)), None)


def _means(offered: Any, value: Any) -> bool:
    if not isinstance(offered, dict):
        return bool(offered == value and type(offered) is type(value))
    if not isinstance(value, dict):
        return bool(value == offered.get("code", offered.get("display")))
    system = offered.get("system")
    if "code" not in offered:
        return "code" not in value and value.get("display") == offered.get("display")
    return value.get("code") == offered["code"] and value.get("system", system) == system


def _parsed(value: Any, parse: Callable[[str], Any], message: "StrPromise", *, length: int) -> str:
    try:
        if not isinstance(value, str) or len(value) > length:
            raise NotThisType(str(message))
        parse(value)
    except ValueError:
        raise NotThisType(str(message)) from None
    return value


_FORMS: dict[str, Callable[[Question, Any], Any]] = {
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "dateTime": _instant,
    "time": _time,
    "choice": _choice,
    "open-choice": _open_choice,
    "quantity": _quantity,
    "attachment": _attachment,
    "reference": _reference,
}
