"""Forms of the patient's pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from config.core.forms import Day
from providers.domain.states import STATES

WORDS = 4000
REASON = 300


def state_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return an empty choice and the states by name."""
    named = sorted((STATES[code].name, code) for code in codes if code in STATES)
    return [("", gettext("Choose your state")), *((code, name) for name, code in named)]


class StartForm(forms.Form):
    """Where the patient will be during the visit."""

    state = forms.ChoiceField(
        label=gettext_lazy("Which state will you be in during the visit?"),
        help_text=gettext_lazy("Your clinician must be licensed where you are when you talk."),
        error_messages={"required": gettext_lazy("Choose the state you will be in.")},
    )

    def __init__(self, *args: Any, states: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = state_choices(states)  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The patient's answer to a clinician's question."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=WORDS,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": gettext_lazy("Write your answer first.")},
    )


class CancelForm(forms.Form):
    """Why a visit is cancelled; it may stay empty."""

    reason = forms.CharField(
        label=gettext_lazy("Why are you cancelling?"),
        required=False,
        max_length=REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Your clinician reads this."),
    )


class CheckInForm(forms.Form):
    """Where the patient is now, and that they are who they are."""

    state = forms.ChoiceField(
        label=gettext_lazy("Which state are you in right now?"),
        help_text=gettext_lazy("Where you are today, even if you live elsewhere."),
        error_messages={"required": gettext_lazy("Choose the state you are in.")},
    )
    identity_confirmed = forms.BooleanField(
        error_messages={"required": gettext_lazy("Confirm that you are the person named here.")},
    )

    def __init__(self, *args: Any, full_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = state_choices(STATES)  # type: ignore[attr-defined]
        self.fields["identity_confirmed"].label = gettext(
            "I am %(name)s, and I am in a private place where I can talk."
        ) % {"name": full_name}


class WaitlistForm(forms.Form):
    """Which times somebody waits for."""

    practitioner = forms.ChoiceField(label=gettext_lazy("Clinician"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    first_day = Day(
        label=gettext_lazy("First day that suits you"),
        required=False,
        help_text=gettext_lazy("Leave empty for as soon as possible."),
    )
    last_day = Day(
        label=gettext_lazy("Last day that suits you"),
        required=False,
        help_text=gettext_lazy("Leave empty when there is none."),
    )
    notice_minutes = forms.TypedChoiceField(
        label=gettext_lazy("How soon before a visit can we still ask you?"),
        coerce=int,
        choices=[
            (30, gettext_lazy("Half an hour")),
            (120, gettext_lazy("Two hours")),
            (720, gettext_lazy("Half a day")),
            (1440, gettext_lazy("A day")),
            (4320, gettext_lazy("Three days")),
        ],
        initial=120,
    )

    def __init__(
        self, *args: Any, practitioners: list[tuple[str, str]], languages: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].choices = [("", gettext("Anyone")), *practitioners]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", gettext("Any language")), *languages]  # type: ignore[attr-defined]

    def add_error(self, field: str | None, error: Any) -> None:
        """Show an error of the flow beside the day that it is about."""
        super().add_error({"before": "last_day", "not_before": "first_day"}.get(field or "", field), error)


class TimeFilterForm(forms.Form):
    """Which times to show."""

    practitioner = forms.ChoiceField(label=gettext_lazy("Clinician"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(
        self, *args: Any, practitioners: list[tuple[str, str]], languages: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].choices = [("", gettext("Anyone")), *practitioners]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", gettext("Any language")), *languages]  # type: ignore[attr-defined]
