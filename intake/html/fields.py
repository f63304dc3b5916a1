"""Form fields of questions: what is shown for a stored answer, and what a posted control means as an answer."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext

from config.core.forms import CheckboxCards, MemorableDate, MemorableDateField, RadioCards, Scale, YesNo
from intake.domain.acceptance import NotThisType, normal
from intake.domain.files import ACCEPTED, wanted
from intake.domain.hints import MEGABYTE
from intake.domain.outline import Question
from intake.html.lengths import FeetAndInches, is_length, length, typed
from intake.html.numbers import number

OTHER = "_other"
FEW_OPTIONS = 7
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]")


def name_of(path: str) -> str:
    """Return the name of a path's control; different paths have different names, fit for an HTML id."""
    return _NOT_IN_NAMES.sub(lambda found: f"_{ord(found[0]):x}_", path)


def field_of(question: Question) -> forms.Field:
    """Return the form field of a question; `answer` and `shown` translate between it and the stored value."""
    return _kind(question)(question)


class QuestionField(forms.CharField):
    """A question answered in one line of text."""

    def __init__(self, question: Question, widget: forms.Widget | None = None) -> None:
        # The words of an imported questionnaire are words: what looks like markup in them is shown, not obeyed.
        super().__init__(
            label=label_of(question), help_text=escape(question.help), required=question.is_required, widget=widget
        )
        if question.max_length:
            self.widget.attrs["data-count"] = str(question.max_length)
        if question.hints.lookup:
            self.widget.attrs["list"] = f"list_{question.hints.lookup}"
            self.widget.attrs["autocomplete"] = "off"
        self.question = question
        self.is_left_alone = False

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what a page that comes back shows: what was typed, or what is stored by now where nothing was."""
        return initial if self.is_left_alone else data

    def answer(self, raw: Any) -> Any:
        """Return the stored form of what was posted; NotThisType, in words for the person, when it has none."""
        return normal(self.question, self.read(raw))

    def read(self, raw: Any) -> Any:
        """Return what was posted as JSON, before it is checked."""
        return raw.strip() if isinstance(raw, str) else raw

    def shown(self, value: Any) -> Any:
        """Return the control's value for a stored answer."""
        return value


class LongText(QuestionField):
    """Several lines of text."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, forms.Textarea({"rows": 4}))


class Lines(QuestionField):
    """Several short texts, one on each line."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, forms.Textarea({"rows": 3}))
        shape = gettext("One on each line.")
        self.help_text = f"{self.help_text} {shape}".strip()

    def read(self, raw: Any) -> Any:
        """Return the lines that say something."""
        return [line.strip() for line in str(raw or "").splitlines() if line.strip()]

    def shown(self, value: Any) -> Any:
        """Return the texts on lines of their own."""
        return "\n".join(value) if isinstance(value, list) else value


class Number(QuestionField):
    """A number, typed; its unit stands after it."""

    def __init__(self, question: Question) -> None:
        mode = "numeric" if question.type == "integer" else "decimal"
        super().__init__(question, forms.TextInput({"class": "input--short", "inputmode": mode, "autocomplete": "off"}))
        self.unit = question.units[0].label if question.units else ""
        self.slider = question.hints.slider if question.control == "slider" else None
        if self.slider:
            low, high, step = self.slider
            self.widget.attrs.update({"data-slider": f"{low} {high} {step}"})
            ends = gettext("From %(low)s to %(high)s.") % {"low": low, "high": high}
            self.help_text = f"{self.help_text} {ends}".strip()

    def read(self, raw: Any) -> Any:
        """Return the number of a text; the text itself when it is none."""
        return number(str(raw or "").strip())


class Date(QuestionField):
    """A calendar day in three controls."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, MemorableDate())

    def read(self, raw: Any) -> Any:
        """Return the ISO day of month, day and year."""
        try:
            day = MemorableDateField(required=False).clean([part or "" for part in raw or ["", "", ""]])
        except forms.ValidationError as wrong:
            raise NotThisType(" ".join(wrong.messages)) from wrong
        return day.isoformat() if day else None


class Typed(QuestionField):
    """A time or an instant, in the browser's own control."""

    def __init__(self, question: Question) -> None:
        kind = "time" if question.type == "time" else "datetime-local"
        super().__init__(question, forms.TextInput({"type": kind, "class": "input--medium"}))


class YesOrNo(QuestionField):
    """Yes or no; no answer stays no answer."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, YesNo(choices=[("yes", gettext("Yes")), ("no", gettext("No"))]))

    def read(self, raw: Any) -> Any:
        """Return true, false or nothing."""
        return {"yes": True, "no": False}.get(raw)

    def shown(self, value: Any) -> Any:
        """Return which of the two is chosen."""
        return {True: "yes", False: "no"}.get(value)


class OneOf(QuestionField):
    """One of some options."""

    def __init__(self, question: Question) -> None:
        choices = [(option.key, option.label) for option in question.options]
        is_list = question.control == "drop-down" or (len(choices) > FEW_OPTIONS and question.control != "radio-button")
        widget: forms.Widget
        if is_list:
            widget = forms.Select(choices=[("", gettext("Choose")), *choices])
        elif question.control == "radio-button":
            widget = Scale(choices=choices)
        else:
            widget = RadioCards(choices=choices)
        super().__init__(question, widget)

    def shown(self, value: Any) -> Any:
        """Return the key of the stored option."""
        return key_of(self.question, value)


class OneOfOrOther(OneOf):
    """One of some options, or something else; what else is a field of its own, named by `other_of`."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.widget.choices = [*self.widget.choices, (OTHER, question.hints.open_label or gettext("Something else"))]

    def shown(self, value: Any) -> Any:
        """Return the key of the stored option, or that it is another text."""
        return OTHER if isinstance(value, str) and not key_of(self.question, value) else key_of(self.question, value)


class SeveralOf(QuestionField):
    """Any number of some options."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, CheckboxCards(choices=[(option.key, option.label) for option in question.options]))

    def shown(self, value: Any) -> Any:
        """Return the keys of the stored options."""
        return [key_of(self.question, one) for one in value or ()]


class Quantity(QuestionField):
    """A number and its unit."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, NumberAndUnit([(unit.key, unit.label) for unit in question.units]))

    def read(self, raw: Any) -> Any:
        """Return {value, code} of a number and the key of a unit."""
        told, unit = (*(raw or []), "", "")[:2]
        if not (told or "").strip():
            return None
        code = unit or (self.question.units[0].key if len(self.question.units) == 1 else "")
        return {"value": number(told.strip()), "code": code}

    def shown(self, value: Any) -> Any:
        """Return the number and the key of its unit."""
        return [value.get("value"), value.get("code")] if isinstance(value, Mapping) else value


class Length(QuestionField):
    """Feet and inches, or centimeters."""

    def __init__(self, question: Question) -> None:
        super().__init__(question, FeetAndInches())

    def read(self, raw: Any) -> Any:
        """Return {value, code} in inches or centimeters, whichever was typed."""
        return length(*((part or "").strip() for part in (*(raw or []), "", "", "")[:3]))

    def shown(self, value: Any) -> Any:
        """Return feet, inches and centimeters; those that the answer does not use stay empty."""
        return typed(value)


class File(QuestionField):
    """A file or photo; what was sent before stays until another one is chosen or it is taken out."""

    def __init__(self, question: Question) -> None:
        kinds = wanted(question.hints.mime_types)
        super().__init__(question, ChosenFile({"accept": ",".join(kinds)}))
        names = ", ".join(ACCEPTED[kind] for kind in kinds)
        megabytes = question.hints.max_bytes / MEGABYTE
        size = f"{megabytes:.0f} MB" if megabytes >= 1 else f"{question.hints.max_bytes // 1024} KB"
        limits = gettext("%(kinds)s, up to %(size)s.") % {"kinds": names, "size": size}
        self.help_text = f"{self.help_text} {limits}".strip()
        self.is_left_alone = True  # what a file control shows is what is stored; a browser never sends a name back


class ChosenFile(forms.FileInput):
    """A file's name with a way to take it out, above the control to choose another."""

    template_name = "intake/widgets/chosen_file.html"

    def format_value(self, value: Any) -> Any:
        """Return the stored answers, each {id, title, contentType, size}."""
        return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]


class NumberAndUnit(forms.MultiWidget):
    """A number beside a list of units."""

    template_name = "intake/widgets/number_and_unit.html"
    use_fieldset = True

    def __init__(self, units: list[tuple[str, str]]) -> None:
        digits = {"class": "input input--short", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__([forms.TextInput(digits), forms.Select({"class": "input input--medium"}, choices=units)])

    def decompress(self, value: Any) -> list[Any]:
        """Return the number and the unit of a stored pair."""
        return list(value) if isinstance(value, list) else [None, None]


def label_of(question: Question) -> str:
    """Return a question's words with its number in front."""
    return f"{question.prefix} {question.text}".strip()


def key_of(question: Question, value: Any) -> str:
    """Return the key of the option that a stored value is; empty when it is none."""
    code = value.get("code") if isinstance(value, Mapping) else value
    return next((option.key for option in question.options if option.key == str(code)), "")


def _kind(question: Question) -> type[QuestionField]:
    if question.options and question.repeats:
        return SeveralOf
    if question.repeats and question.type != "attachment":
        return Lines
    if question.hints.lookup:
        return QuestionField
    if is_length(question):
        return Length
    return _KINDS.get(question.type, QuestionField)


_KINDS: dict[str, type[Any]] = {
    "boolean": YesOrNo,
    "integer": Number,
    "decimal": Number,
    "quantity": Quantity,
    "date": Date,
    "dateTime": Typed,
    "time": Typed,
    "text": LongText,
    "choice": OneOf,
    "open-choice": OneOfOrOther,
    "attachment": File,
}
