"""Forms of the pages of safety alerts."""

from collections.abc import Sequence
from typing import Any

from django import forms

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
        label=label, min_value=1, max_value=LONGEST_MINUTES, widget=forms.NumberInput({"class": "input--short"})
    )


class ChainForm(forms.Form):
    """The chain as most clinics have it: who is in it, and how long each has; the clinic's phone is always last."""

    asks_on_call = forms.BooleanField(label="Tell the clinician on call", required=False)
    on_call_emergency = _minutes("Clinician on call: minutes in an emergency")
    on_call_urgent = _minutes("Clinician on call: minutes when urgent")
    asks_supervisor = forms.BooleanField(label="Then tell the supervisors", required=False)
    supervisor_emergency = _minutes("Supervisors: minutes in an emergency")
    supervisor_urgent = _minutes("Supervisors: minutes when urgent")

    def rungs(self) -> list[Rung]:
        """Return the chain that was set."""
        told = self.cleaned_data
        chain = []
        if told["asks_on_call"]:
            chain.append(Rung(RungKind.ON_CALL, told["on_call_emergency"], told["on_call_urgent"]))
        if told["asks_supervisor"]:
            chain.append(Rung(RungKind.SUPERVISOR, told["supervisor_emergency"], told["supervisor_urgent"]))
        return [*chain, Rung(RungKind.CLINIC_PHONE, told["supervisor_emergency"], told["supervisor_urgent"])]

    @staticmethod
    def said(chain: Sequence[Rung]) -> dict[str, Any]:
        """Return the fields of a chain."""
        by_kind = {rung.kind: rung for rung in chain}
        last = chain[-1]
        found: dict[str, Any] = {}
        for name, kind in (("on_call", RungKind.ON_CALL), ("supervisor", RungKind.SUPERVISOR)):
            rung = by_kind.get(kind, last)
            found[f"asks_{name}"] = kind in by_kind
            found[f"{name}_emergency"], found[f"{name}_urgent"] = rung.emergency_minutes, rung.urgent_minutes
        return found
