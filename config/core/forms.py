"""Form controls of the pages: cards for choices, a scale in a row, a date typed as people remember it."""

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.translation import gettext, gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FIRST_YEAR, LAST_YEAR = 2000, 2099


class Hinted:
    """Adds a line of explanation under single options."""

    def __init__(self, *args: Any, hints: "Mapping[str, str | StrPromise] | None" = None, **kwargs: Any) -> None:
        self.hints = dict(hints or {})
        super().__init__(*args, **kwargs)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return Django's option, with its hint."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        return {**option, "hint": self.hints.get(str(value), "")}


class RadioCards(Hinted, forms.RadioSelect):
    """One choice of a few, each a card that can be touched anywhere."""

    layout = "cards"


class YesNo(RadioCards):
    """Two or three short choices side by side."""

    layout = "inline"


class Scale(RadioCards):
    """An ordered set of answers: a row on wide screens, stacked on a phone (GAD-7, PHQ-9)."""

    layout = "scale"


class NumberScale(RadioCards):
    """Numbers in a row that wraps, such as 0 to 10."""

    layout = "numbers"


class CheckboxCards(Hinted, forms.CheckboxSelectMultiple):
    """Any number of choices, each a card."""

    layout = "cards"


class MemorableDate(forms.MultiWidget):
    """Month chosen, day and year typed; posts `<name>_0`, `<name>_1`, `<name>_2`."""

    template_name = "core/widgets/memorable_date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, autocomplete: bool = False) -> None:
        months = [("", gettext_lazy("Month")), *((str(number), MONTHS[number]) for number in range(1, 13))]
        digits = {"class": "input", "inputmode": "numeric", "autocomplete": "off"}
        told = {part: {"autocomplete": f"bday-{part}"} if autocomplete else {} for part in ("month", "day", "year")}
        super().__init__(
            [
                forms.Select({"class": "input", **told["month"]}, choices=months),
                forms.TextInput({**digits, **told["day"], "maxlength": "2"}),
                forms.TextInput({**digits, **told["year"], "maxlength": "4"}),
            ],
            attrs,
        )

    def decompress(self, value: Any) -> list[str]:
        """Return month, day and year of a date or of an ISO text."""
        if isinstance(value, str) and value:
            value = datetime.date.fromisoformat(value)
        return [str(value.month), str(value.day), str(value.year)] if value else ["", "", ""]

    def id_for_label(self, id_: str) -> str:
        """Return the id of the month."""
        return f"{id_}_0"


class Day(forms.DateField):
    """
    A calendar day near the present, picked or typed.

    A year that was typed in part (0002, 20266) is refused: near the ends of the calendar a day has none before or
    after it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput({"type": "date", "class": "input--medium"}, "%Y-%m-%d"), **kwargs)

    def clean(self, value: Any) -> datetime.date | None:
        """Return the day; None for nothing."""
        day: datetime.date | None = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            between = gettext("Choose a day between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError(between, code="far-away")
        return day


class MemorableDateField(forms.MultiValueField):
    """A calendar day; says which part is missing or impossible."""

    def __init__(self, *, autocomplete: bool = False, **kwargs: Any) -> None:
        parts = tuple(forms.CharField(required=False) for _ in range(3))
        kwargs.setdefault("widget", MemorableDate(autocomplete=autocomplete))
        super().__init__(parts, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> datetime.date | None:
        """Return the date of month, day and year; None when all three are empty."""
        parts = dict(zip(("month", "day", "year"), data_list, strict=False))
        if not any(parts.values()):
            return None
        names = {"month": gettext("the month"), "day": gettext("the day"), "year": gettext("the year")}
        missing = [words for name, words in names.items() if not parts.get(name)]
        if missing:
            told = gettext("Enter %(parts)s too.") % {"parts": gettext(" and ").join(missing)}
            raise ValidationError(told, code="incomplete-date")
        try:
            return datetime.date(*(int(parts[name]) for name in ("year", "month", "day")))
        except ValueError:
            raise ValidationError(gettext("Enter a real date, such as March 8 1985."), code="impossible-date") from None
