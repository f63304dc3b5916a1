"""Forms of the pages of safety alerts."""

from django import forms


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
