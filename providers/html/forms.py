"""Forms of the pages about hours."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from config.core.forms import Day, RadioCards
from providers.domain.codes import ExceptionKind, Modality, Weekday
from providers.domain.hours import Change
from providers.flows.publish_schedule import Draft, Time
from providers.models import AvailableTime, HealthcareService, Practitioner, Schedule
from providers.queries.affected import BookingsAffected

_CLOCK = re.compile(r"([0-4]?\d):([0-5]\d)")
ROWS = 14
EMPTY_ROWS = 4


class ClockField(forms.CharField):
    """A wall-clock time, HH:MM on 24 hours, as minutes after midnight; "30:00" is six in the next morning."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "input--short", "inputmode": "numeric", "autocomplete": "off"}
        # Room for "1:00 pm", which is refused in words; cut to five characters it would be one in the morning.
        super().__init__(max_length=8, widget=forms.TextInput(attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return HH:MM of minutes."""
        return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return minutes after midnight; None for nothing."""
        text = super().clean(value)
        if not text:
            return None
        match = _CLOCK.fullmatch(text)
        if match is None or (minutes := int(match[1]) * 60 + int(match[2])) > 2880:
            raise ValidationError("Write a time such as 09:30 or 17:00, on the 24-hour clock.", code="invalid")
        return minutes


class Seen(forms.Form):
    """Remembers which affected visits were shown, so that saving accepts those and no others."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    keep = forms.BooleanField(
        required=False, label="Save anyway. I will move or cancel these visits, or keep them as they are."
    )

    @property
    def accepted(self) -> list[UUID]:
        """Return the slots that were shown and accepted."""
        return list(self.cleaned_data["seen"]) if self.cleaned_data.get("keep") else []

    def clean_seen(self) -> list[UUID]:
        """Return the ids of the visits that were shown."""
        try:
            return [UUID(text) for text in self.cleaned_data["seen"].split()]
        except ValueError as error:
            raise ValidationError("Please look at the visits again.", code="invalid") from error

    def show(self, slots: Iterable[UUID]) -> None:
        """Remember the affected visits for the next time this form is sent, and ask about them anew."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = " ".join(map(str, slots))
        data.pop("keep", None)
        self.data = data

    def refuse(self, refused: BookingsAffected) -> None:
        """Show why the change was not saved."""
        self.show(UUID(one["slot"]) for one in refused.extra["affected"])
        self.add_error(None, refused.detail)


class ExceptionForm(Seen):
    """Time off, extra or changed hours."""

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(), label="Clinician", empty_label="Choose a clinician"
    )
    kind = forms.ChoiceField(
        choices=[(kind, label.capitalize()) for kind, label in ExceptionKind.choices],
        label="What changes",
        initial=ExceptionKind.OFF,
        widget=RadioCards(
            hints={
                ExceptionKind.OFF: "No visits then",
                ExceptionKind.EXTRA: "On top of the weekly hours",
                ExceptionKind.CHANGED: "In place of the weekly hours of these days",
            }
        ),
    )
    start_date = Day(label="First day")
    end_date = Day(label="Last day", required=False, help_text="Leave empty for one day.")
    start_minute = ClockField(label="From", required=False, help_text="Leave both times empty for whole days.")
    end_minute = ClockField(label="Until", required=False, help_text="24-hour clock. 30:00 is 6 the next morning.")
    reason = forms.CharField(
        max_length=200, required=False, label="Reason", help_text="For colleagues. Patients never see it."
    )
    field_order = ["practitioner", "kind", "start_date", "end_date", "start_minute", "end_minute", "reason"]

    def __init__(self, *args: Any, practitioners: QuerySet[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["practitioner"]
        choice.queryset = practitioners  # type: ignore[attr-defined]
        choice.label_from_instance = lambda practitioner: practitioner.display_name  # type: ignore[attr-defined]

    def change(self) -> Change:
        """Return the change that the form describes, in the clinician's zone."""
        words = self.cleaned_data
        return Change(
            kind=ExceptionKind(words["kind"]),
            zone=ZoneInfo(str(words["practitioner"].time_zone)),
            start_date=words["start_date"],
            end_date=words["end_date"] or words["start_date"],
            start_minute=words["start_minute"],
            end_minute=words["end_minute"],
        )


class CalendarForm(forms.Form):
    """Another calendar of a clinician, by its secret address, which is never shown back."""

    name = forms.CharField(
        label="Name", max_length=100, widget=forms.TextInput({"class": "input--medium", "autocomplete": "off"})
    )
    address = forms.CharField(
        label="Secret address in iCal format",
        max_length=2000,
        help_text="It begins with https:// or webcal://. We keep it encrypted and never show it again.",
        widget=forms.PasswordInput({"type": "url", "autocomplete": "off"}),
    )


class WindowForm(forms.Form):
    """One weekly window; a row left empty is no window."""

    weekday = forms.TypedChoiceField(
        choices=[("", "Day"), *Weekday.choices], coerce=int, empty_value=None, required=False, label="Day"
    )
    start_minute = ClockField(label="From", required=False)
    end_minute = ClockField(label="Until", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse half a row."""
        given = [self.cleaned_data.get(name) is not None for name in self.fields]
        if any(given) and not all(given) and not self.errors:
            raise ValidationError("Give the day and both times, or leave the row empty.", code="half-given")
        return self.cleaned_data


class HoursForm(Seen):
    """From when to when weekly hours hold."""

    visits = forms.ChoiceField(label="For which visits", required=False)
    valid_from = Day(label="First day")
    valid_until = Day(label="Last day", required=False, help_text="Leave empty when there is no end.")
    field_order = ["visits", "valid_from", "valid_until"]

    def __init__(self, *args: Any, services: Iterable[HealthcareService], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(f"kind:{value}", f"Every {label}") for value, label in Modality.choices]
        lines = [(f"service:{one.pk}", one.name) for one in services]
        field: Any = self.fields["visits"]
        field.choices = [("", "All visits"), ("By kind", kinds), ("By service", lines)]

    def add_error(self, field: str | None, error: Any) -> None:
        """Show an error of the flow beside the choice that it is about."""
        super().add_error("visits" if field in {"service", "modality"} else field, error)

    @property
    def service_id(self) -> UUID | None:
        """Return the one service that the hours are for."""
        kind, _, value = self.cleaned_data["visits"].partition(":")
        return UUID(value) if kind == "service" else None

    @property
    def modality(self) -> str:
        """Return the one kind of visit that the hours are for; empty for every kind."""
        kind, _, value = self.cleaned_data["visits"].partition(":")
        return value if kind == "kind" else ""


def visits_of(schedule: Schedule | None) -> str:
    """Return what stands in the choice of visits for a schedule."""
    if schedule is None or not (schedule.service_id or schedule.modality):
        return ""
    return f"service:{schedule.service_id}" if schedule.service_id else f"kind:{schedule.modality}"


Windows = forms.formset_factory(WindowForm, extra=EMPTY_ROWS, max_num=ROWS, absolute_max=50, validate_max=True)


def draft(form: HoursForm, rows: Sequence[dict[str, Any]], *, zone: ZoneInfo, schedule: Schedule | None) -> Draft:
    """Return the hours that the forms describe; the name stays that of the schedule."""
    first: date = form.cleaned_data["valid_from"]
    return Draft(
        zone=zone,
        valid_from=first,
        valid_until=form.cleaned_data["valid_until"],
        times=[Time(**row) for row in rows if row.get("weekday") is not None],
        name=schedule.name if schedule else "Weekly hours",
        service_id=form.service_id,
        modality=form.modality,
    )


def filled(times: Iterable[AvailableTime]) -> list[dict[str, int]]:
    """Return the windows of a schedule as the initial rows of the form."""
    names = ("weekday", "start_minute", "end_minute")
    return [{name: getattr(time, name) for name in names} for time in times]
