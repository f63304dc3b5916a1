"""A length of a body as people say it: in feet and inches, or in centimeters; stored as one FHIR Quantity."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from intake.domain.acceptance import NotThisType
from intake.domain.outline import Question
from intake.domain.units import CENTIMETER, INCH, feet_and_inches
from intake.html.numbers import number

INCHES = 12


def is_length(question: Question) -> bool:
    """Tell whether a question takes inches or centimeters and nothing else."""
    return question.type == "quantity" and {unit.key for unit in question.units} == {INCH, CENTIMETER}


def length(feet: str, inches: str, centimeters: str) -> dict[str, Any] | None:
    """
    Return {value, code} of what was typed; None when nothing was.

    Feet alone are whole feet, inches alone may be more than twelve.

    Raises  NotThisType when both ways are filled in, or the inches are more than a foot
    """
    if not (feet or inches):
        return {"value": number(centimeters), "code": CENTIMETER} if centimeters else None
    if centimeters:
        raise NotThisType(gettext("Give it in feet and inches or in centimeters, not both."))
    whole, rest = number(feet or "0"), number(inches or "0")
    if not isinstance(whole, int) or not isinstance(rest, int | float) or whole < 0 or rest < 0:
        raise NotThisType(gettext("Enter feet and inches as numbers, such as 5 and 7."))
    if feet and rest >= INCHES:
        raise NotThisType(gettext("Inches beside feet go from 0 to 11."))
    return {"value": whole * INCHES + rest, "code": INCH}


def typed(value: Any) -> list[Any]:
    """Return what stands in the three controls for a stored length."""
    if not isinstance(value, Mapping):
        return [None, None, None]
    if value.get("code") != INCH:
        return [None, None, value.get("value")]
    return [*feet_and_inches(value["value"]), None]


def in_words(value: Mapping[str, Any]) -> str:
    """Return a length in inches as people say it, such as `5 ft 7 in`."""
    feet, inches = feet_and_inches(value["value"])
    return gettext("%(feet)s ft %(inches)s in") % {"feet": feet, "inches": inches}


class FeetAndInches(forms.MultiWidget):
    """Feet and inches, or centimeters; works without JavaScript, which only clears the other way while one types."""

    template_name = "intake/widgets/feet_and_inches.html"
    use_fieldset = True

    def __init__(self) -> None:
        digits = {"class": "input input--short", "autocomplete": "off"}
        whole, broken = {**digits, "inputmode": "numeric"}, {**digits, "inputmode": "decimal"}
        super().__init__([forms.TextInput(whole), forms.TextInput(broken), forms.TextInput(broken)])

    def decompress(self, value: Any) -> list[Any]:
        """Return what stands in the three controls."""
        return list(value) if isinstance(value, list) else [None, None, None]
