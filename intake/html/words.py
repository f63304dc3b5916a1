"""A stored answer as a person reads it."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from django.utils.translation import gettext

from config.core import dates
from intake.domain.outline import Question
from intake.domain.units import INCH, counted
from intake.html.lengths import in_words, is_length


def words(question: Question, value: Any) -> str:
    """Return an answer in plain words; empty when there is none."""
    if isinstance(value, list):
        return ", ".join(words(question, one) for one in value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping):
        return _of_mapping(question, value)
    if question.type == "date":
        return dates.in_words(date.fromisoformat(value), "date")
    unit = question.units[0].label if question.units else ""
    return counted(value, unit)


def told_elsewhere(question: Question, conflict: Mapping[str, Any], *, zone: tzinfo) -> str:
    """Return, beside the person's own answer, what was answered on another device meanwhile, and when."""
    at = datetime.fromisoformat(conflict["changed_at"]).astimezone(zone)
    theirs = words(question, conflict["theirs"])
    did = gettext("On another device you took the answer away at %(time)s.")
    if theirs:
        did = gettext("On another device you answered “%(answer)s” at %(time)s.")
    told = did % {"answer": theirs, "time": dates.in_words(at, "time")}
    return " ".join([told, gettext("Save again to keep what stands here, or change it.")])


def _of_mapping(question: Question, value: Mapping[str, Any]) -> str:
    if "code" in value and "value" not in value:
        label = next((option.label for option in question.options if option.key == value["code"]), "")
        return label or str(value.get("display", value["code"]))
    if is_length(question) and value.get("code") == INCH:
        return in_words(value)
    if "value" in value:
        unit = next((unit.label for unit in question.units if unit.key == value.get("code")), value.get("unit", ""))
        return counted(value["value"], unit)
    return str(value.get("title", ""))
