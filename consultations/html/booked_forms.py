"""Forms of the pages on which administrators find, move and cancel visits."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from config.core.forms import Day
from consultations.html.patient_times import chosen
from providers.models import Practitioner

REASON = 300


class BookedForm(forms.Form):
    """Whose visits of which day an administrator looks at."""

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(), label="Clinician", required=False, empty_label="Everybody"
    )
    day = Day(label="Day", required=False)

    def __init__(self, *args: Any, practitioners: QuerySet[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["practitioner"]
        field.queryset = practitioners
        field.label_from_instance = lambda one: one.display_name


class PatientNameForm(forms.Form):
    """Of which patient; sent as a form and never in an address."""

    name = forms.CharField(
        label="Patient's name", max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Write a name, or the beginning of it."},
    )  # fmt: skip


class OverrideForm(forms.Form):
    """Why an administrator changes a visit; kept."""

    reason = forms.CharField(
        label="Why?", max_length=REASON, widget=forms.Textarea({"rows": 3}),
        help_text="Kept with your name and the time. Only administrators read it.",
        error_messages={"required": "Write why: it is kept."},
    )  # fmt: skip


class CancelVisitForm(OverrideForm):
    """Why, and what the patient reads."""

    words = forms.CharField(
        label="What the patient reads", required=False, max_length=REASON, widget=forms.Textarea({"rows": 3}),
        help_text="On the page of the visit, below “This visit was cancelled”. May stay empty.",
    )  # fmt: skip


class TimeForm(forms.Form):
    """To which time a visit is moved."""

    time = forms.CharField(error_messages={"required": "Choose one of the times."}, widget=forms.HiddenInput)

    def clean_time(self) -> tuple[datetime, Practitioner]:
        """Return the chosen instant and the clinician whose time it is."""
        start_at, key = chosen(self.cleaned_data["time"])
        practitioner = Practitioner.objects.active().filter(pk=key).first() if key else None
        if start_at is None or practitioner is None:
            raise forms.ValidationError("Choose one of the times.", code="invalid")
        return start_at, practitioner
