"""Forms of the clinic's pages."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundField

from config.core.forms import CheckboxCards, RadioCards, YesNo
from consultations.domain.codes import ActivityKind, Finding, Outcome
from consultations.models import PlanTemplate
from consultations.queries.protocol import Criterion, Protocol
from intake.models import Questionnaire
from providers.models import HealthcareService, Practitioner

LONG = {"rows": 5}


class FenceForm(forms.Form):
    """A step of the review; the number says that the page is the present one."""

    fence = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class NoteForm(FenceForm):
    """The draft note."""

    note = forms.CharField(
        label="Draft note",
        help_text="Only you read it. It stays yours when the case goes to somebody else.",
        required=False, max_length=4000,
        widget=forms.Textarea({**LONG, "data-shortcut": "w", "data-words": "Write the draft note"}),
    )  # fmt: skip


class AskForm(FenceForm):
    """A question to the patient."""

    message = forms.CharField(
        label="What do you want to ask?",
        help_text="The patient reads it here after signing in. The mail only says that there is a question.",
        max_length=4000, widget=forms.Textarea(LONG),
    )  # fmt: skip
    questionnaires = forms.ModelMultipleChoiceField(
        label="Further questions", help_text="The patient fills these in before answering.", required=False,
        queryset=Questionnaire.objects.none(), widget=CheckboxCards,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["questionnaires"]
        field.queryset = Questionnaire.objects.newest()
        field.label_from_instance = lambda one: one.title

    def clean_questionnaires(self) -> list[UUID]:
        """Return the ids in the order of the page."""
        return [one.pk for one in self.cleaned_data["questionnaires"]]


class ReleaseForm(FenceForm):
    """A case that goes back."""

    handover = forms.CharField(
        label="Words for whoever takes it next", required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )


class HandOverForm(FenceForm):
    """An accepted case that somebody else is to write."""

    handover = forms.CharField(
        label="Words for whoever takes it", required=False, max_length=4000, widget=forms.Textarea({"rows": 2}),
        help_text="They read the case and accept it anew. Your draft of the determination stays yours.",
    )  # fmt: skip


class SendBackForm(FenceForm):
    """What speaks against a colleague's decision."""

    handover = forms.CharField(
        label="What speaks against it?", help_text="Your colleague reads it.", max_length=4000,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class ReassignForm(forms.Form):
    """A supervisor's choice of who takes a case."""

    to = forms.ModelChoiceField(label="Give it to", queryset=Practitioner.objects.none(), empty_label="Choose")
    handover = forms.CharField(
        label="Words for them", required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, able: QuerySet[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = able
        field.label_from_instance = lambda one: one.display_name


class LateForm(forms.Form):
    """How much later the clinician comes."""

    minutes = forms.ChoiceField(
        label="How late will you be?", choices=[(str(late), f"{late} minutes") for late in (5, 10, 15, 20, 30, 45, 60)]
    )


class AcceptForm(FenceForm):
    """An acceptance."""

    note = forms.CharField(
        label="Note for colleagues", required=False, max_length=4000, widget=forms.Textarea({"rows": 2})
    )


class DeclineForm(FenceForm):
    """A decline, in words for the patient."""

    reason = forms.CharField(
        label="Why can this not go on?", help_text="The patient reads these words.", max_length=4000,
        widget=forms.Textarea(LONG),
    )  # fmt: skip


class ReferColleagueForm(FenceForm):
    """A referral to a colleague, in words for them."""

    to = forms.ModelChoiceField(
        label="Which colleague?", queryset=Practitioner.objects.none(), empty_label="Choose",
        help_text="The case is kept for them for eight hours of the clinic, then it is for everybody again. An emergency is for everybody at once.",
    )  # fmt: skip
    reason = forms.CharField(
        label="Why them?", help_text="Your colleague reads it. The patient does not.", max_length=4000,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, colleagues: QuerySet[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = colleagues
        field.label_from_instance = lambda one: one.display_name

    def clean_to(self) -> UUID:
        """Return the colleague's id."""
        chosen: Practitioner = self.cleaned_data["to"]
        return chosen.pk


class ReferServiceForm(FenceForm):
    """A referral to another service, in words for the patient."""

    to = forms.TypedChoiceField(
        label="Which service?", coerce=UUID,
        help_text="This case ends. The patient goes on with a new one of that service, and can use their answers again.",
    )  # fmt: skip
    reason = forms.CharField(
        label="Why there?", help_text="The patient reads these words.", max_length=4000, widget=forms.Textarea(LONG)
    )

    def __init__(self, *args: Any, services: Sequence[HealthcareService], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["to"]
        choice.choices = [("", "Choose"), *((str(one.pk), one.name) for one in services)]


class ReferForm(FenceForm):
    """A referral outside, in words for the patient."""

    to = forms.CharField(
        label="Who or where?", help_text="Somebody outside the clinic. The patient reads it.", max_length=200
    )
    reason = forms.CharField(
        label="Why there?", help_text="The patient reads these words.", max_length=4000, widget=forms.Textarea(LONG)
    )


class AcknowledgeForm(forms.Form):
    """The note under a safety flag."""

    note = forms.CharField(label="What was done about it?", max_length=4000, widget=forms.Textarea({"rows": 2}))


class FinishForm(forms.Form):
    """The note of a visit."""

    note = forms.CharField(
        label="Note of the visit", help_text="What was said, examined and agreed. Only clinicians read it.",
        max_length=20_000, widget=forms.Textarea({"rows": 10}),
    )  # fmt: skip


class SignForm(forms.Form):
    """The last look before a signature."""

    confirm = forms.BooleanField(
        label="I have read this, and it is my decision.", error_messages={"required": "Tick this to sign."}
    )


class DeterminationForm(forms.Form):
    """One finding and one note for each criterion, the outcome, and why."""

    outcome = forms.ChoiceField(
        label="What did you determine?", choices=[(one.value, one.label.capitalize()) for one in Outcome],
        widget=RadioCards,
    )  # fmt: skip
    rationale = forms.CharField(
        label="Why?", help_text="In your words, with how cautions are handled.", max_length=4000,
        widget=forms.Textarea({"rows": 6}),
    )  # fmt: skip

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        self.protocol = protocol
        kwargs.setdefault("initial", _stored(protocol))
        super().__init__(*args, **kwargs)
        findings = [(one.value, one.label.capitalize()) for one in Finding]
        for criterion in protocol.criteria:
            self.fields[f"finding-{criterion.code}"] = forms.ChoiceField(
                label=criterion.text, choices=findings, widget=YesNo,
                error_messages={"required": "Choose met, not met or unknown."},
            )  # fmt: skip
            self.fields[f"note-{criterion.code}"] = forms.CharField(
                label="Note", required=False, max_length=2000, widget=forms.Textarea({"rows": 1})
            )

    def rows(self) -> Iterator[tuple[Criterion, BoundField, BoundField]]:
        """Yield each criterion with its two fields."""
        for criterion in self.protocol.criteria:
            yield criterion, self[f"finding-{criterion.code}"], self[f"note-{criterion.code}"]

    def findings(self) -> list[dict[str, Any]]:
        """Return what determine.record takes."""
        values = self.cleaned_data
        return [
            {"code": one.code, "finding": values[f"finding-{one.code}"], "note": values[f"note-{one.code}"]}
            for one in self.protocol.criteria
        ]


def _stored(protocol: Protocol) -> dict[str, Any]:
    determination = protocol.determination
    if determination is None:
        return {}
    found = {"outcome": determination.outcome, "rationale": determination.rationale}
    for one in determination.criteria:
        found[f"finding-{one['code']}"] = one["finding"]
        found[f"note-{one['code']}"] = one.get("note", "")
    return found


class TemplateForm(forms.Form):
    """Which template the plan begins with."""

    template = forms.ChoiceField(label="Start from", widget=RadioCards)

    def __init__(self, *args: Any, templates: Sequence[PlanTemplate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["template"]
        choice.choices = [(one.code, one.title) for one in templates]


class PlanForm(forms.Form):
    """The plan's own words."""

    title = forms.CharField(label="Title of the plan", max_length=200)
    instructions = forms.CharField(
        label="The therapy, in your words", help_text="The patient reads it at the top of the plan.",
        required=False, max_length=4000, widget=forms.Textarea(LONG),
    )  # fmt: skip


class GoalForm(forms.Form):
    """One goal."""

    description = forms.CharField(label="Goal", max_length=2000, widget=forms.Textarea({"rows": 2}))
    measure = forms.JSONField(required=False, widget=forms.HiddenInput)


class ActivityForm(forms.Form):
    """One thing to do."""

    # An initial choice, so that the empty row at the end counts as untouched.
    kind = forms.ChoiceField(
        label="Kind", choices=[(one.value, one.label.capitalize()) for one in ActivityKind],
        initial=ActivityKind.BEHAVIORAL.value,
    )  # fmt: skip
    title = forms.CharField(label="What", max_length=200)
    detail = forms.CharField(label="How", required=False, max_length=4000, widget=forms.Textarea({"rows": 4}))
    schedule_text = forms.CharField(label="When, in words", required=False, max_length=200)
    first_after_days = forms.IntegerField(label="First after", required=False, min_value=0, max_value=730)
    every_days = forms.IntegerField(label="Then every", required=False, min_value=0, max_value=365)
    times = forms.IntegerField(label="How often", required=False, min_value=0, max_value=100)
    questionnaire_url = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, unit in (("first_after_days", "days"), ("every_days", "days"), ("times", "times")):
            self.fields[name].widget.attrs.update({"class": "input--short", "inputmode": "numeric"})
            self.fields[name].unit = unit  # type: ignore[attr-defined]

    def draft(self) -> dict[str, Any]:
        """Return what plan_care takes of this row."""
        values = self.cleaned_data
        days = {name: values.get(name) or 0 for name in ("first_after_days", "every_days", "times")}
        names = ("kind", "title", "detail", "schedule_text", "questionnaire_url")
        return {**{name: values[name] for name in names}, "schedule": days}


GoalForms = forms.formset_factory(GoalForm, extra=1, can_delete=True, max_num=30, validate_max=True)
ActivityForms = forms.formset_factory(ActivityForm, extra=1, can_delete=True, max_num=50, validate_max=True)
