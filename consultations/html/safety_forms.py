"""Forms of the pages of safety alerts."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from consultations.domain.codes import RungKind
from consultations.domain.escalation import LONGEST_MINUTES, Rung
from providers.models import Practitioner


class AlertForm(forms.Form):
    """The note that goes with a name; the flag says what the page showed, so that a name covers nothing newer."""

    flag = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="What was done about it?",
        help_text="Whom you reached, what they said, what happens next. Only clinicians read it.",
        max_length=4000, widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip


class CallForm(forms.Form):
    """What came of the call that the clinic had to make."""

    note = forms.CharField(
        label="Whom did you reach, and what was said?",
        help_text="A call does not close the alert: a clinician still has to put a name under it.",
        max_length=4000, widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, input_formats=["%Y-%m-%dT%H:%M"])


class OnCallForm(forms.Form):
    """A stretch of being on call; times are those of the clinic's clock, which the view makes current."""

    practitioner = forms.ChoiceField(label="Clinician")
    start = _moment("From")
    end = _moment("Until")
    weeks = forms.IntegerField(
        label="For how many weeks?", help_text="The same hours each week. 1 means only once.", min_value=1,
        max_value=26, initial=1, widget=forms.NumberInput({"class": "input--short"}),
    )  # fmt: skip

    def __init__(self, *args: Any, clinicians: Sequence[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["practitioner"]
        choice.choices = [(str(one.pk), one.display_name) for one in clinicians]


def _minutes(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=LONGEST_MINUTES, required=False,
        widget=forms.NumberInput({"class": "input--short"}),
    )  # fmt: skip


class ChainForm(forms.Form):
    """The steps of a chain in their order; one without anybody is left out, and the clinic's phone is always last."""

    STEPS = 4
    WHO = (("", "Nobody"), (RungKind.ON_CALL, "Clinician on call"), (RungKind.SUPERVISOR, "Supervisors"))
    WAITS = ("emergency", "urgent")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, self.STEPS + 1):
            self.fields[f"who_{number}"] = forms.ChoiceField(label=f"Step {number}", choices=self.WHO, required=False)
            self.fields[f"emergency_{number}"] = _minutes("Emergency, minutes")
            self.fields[f"urgent_{number}"] = _minutes("Urgent, minutes")

    def steps(self) -> list[list[BoundField]]:
        """Return the fields of each step."""
        return [[self[f"{name}_{number}"] for name in ("who", *self.WAITS)] for number in range(1, self.STEPS + 1)]

    def clean(self) -> dict[str, Any]:
        """Ask for both waits of each step that tells somebody."""
        told = super().clean() or self.cleaned_data
        for number in range(1, self.STEPS + 1):
            for name in (f"{wait}_{number}" for wait in self.WAITS):
                if told.get(f"who_{number}") and name in told and told[name] is None:
                    self.add_error(name, "Say how long they have.")
        return told

    def rungs(self, *, phone: Rung) -> list[Rung]:
        """
        Return the chain that was set.

        phone  the last step as it is now; nothing comes after it, so the page asks for no wait of its own
        """
        told = self.cleaned_data
        chain = [
            Rung(told[f"who_{number}"], told[f"emergency_{number}"], told[f"urgent_{number}"])
            for number in range(1, self.STEPS + 1)
            if told[f"who_{number}"]
        ]
        return [*chain, phone]

    @classmethod
    def said(cls, chain: Sequence[Rung]) -> dict[str, Any]:
        """Return the fields of a chain."""
        found: dict[str, Any] = {}
        told = [rung for rung in chain if rung.kind != RungKind.CLINIC_PHONE]
        for number, rung in enumerate(told[: cls.STEPS], start=1):
            found[f"who_{number}"] = rung.kind
            found[f"emergency_{number}"], found[f"urgent_{number}"] = rung.emergency_minutes, rung.urgent_minutes
        return found
