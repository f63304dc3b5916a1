"""The form in which an administrator says when a kind of message is sent."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from config.core.forms import RadioCards
from consultations.domain import message_plan
from consultations.domain.message_plan import LONGEST, MOST

TIMES, NEVER = "times", "never"
# In minutes, the longest first.
UNITS = {"days": 24 * 60, "hours": 60, "minutes": 1}


class PlanForm(forms.Form):
    """Up to five times, each a number and a unit, or never; `version` is the one that they were set from."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label="Send this message",
        choices=[(TIMES, "At the times below"), (NEVER, "Never")],
        widget=RadioCards,
        error_messages={"required": "Choose whether this message is sent."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "invalid": "Enter a whole number, or another unit.",
            **dict.fromkeys(("min_value", "max_value"), message_plan.OUT_OF_RANGE),
        }
        for place in range(MOST):
            self.fields[f"count_{place}"] = forms.IntegerField(
                label=f"Time {place + 1}",
                required=False,
                min_value=1,
                max_value=LONGEST,
                error_messages=words,
                widget=forms.TextInput({"class": "input--short", "inputmode": "numeric", "autocomplete": "off"}),
            )
            self.fields[f"unit_{place}"] = forms.ChoiceField(
                label=f"Unit of time {place + 1}", required=False, choices=[(unit, unit) for unit in UNITS]
            )

    @staticmethod
    def typed(minutes: Sequence[int]) -> dict[str, Any]:
        """Return what the form shows for a plan."""
        shown: dict[str, Any] = {"how": TIMES if minutes else NEVER}
        for place, one in enumerate(minutes):
            unit = next(unit for unit, length in UNITS.items() if one % length == 0)
            shown |= {f"count_{place}": one // UNITS[unit], f"unit_{place}": unit}
        return shown

    @property
    def rows(self) -> Iterator[tuple[BoundField, BoundField]]:
        """Yield the controls of each time."""
        return ((self[f"count_{place}"], self[f"unit_{place}"]) for place in range(MOST))

    @property
    def minutes(self) -> list[int]:
        """Return the minutes that were typed, in their order; after `is_valid`."""
        told = self.cleaned_data
        return [told[f"count_{place}"] * UNITS[told[f"unit_{place}"] or "minutes"] for place in self._filled]

    @property
    def _filled(self) -> list[int]:
        told = self.cleaned_data
        whole = [place for place in range(MOST) if told.get(f"count_{place}") and f"unit_{place}" in told]
        return whole if told.get("how") == TIMES else []

    def clean(self) -> dict[str, Any]:
        """Put what is wrong beside the times that it means; never is chosen, not left over."""
        told, filled = self.cleaned_data, self._filled
        if told.get("how") == TIMES and not self.errors and not filled:
            self.add_error("count_0", "Give at least one time, or choose Never.")
        # There are no more rows than times are allowed, so that each fault has its row.
        for fault in list(message_plan.faults(self.minutes)):
            place = int(fault.field.removeprefix("minutes").strip("[]"))
            self.add_error(f"count_{filled[place]}", fault.detail)
        return told
