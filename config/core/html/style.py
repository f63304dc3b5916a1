"""The style guide: every component with invented content, in the demo only."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.core.forms import CheckboxCards, MemorableDateField, NumberScale, RadioCards, Scale, YesNo
from config.core.html.score_bar import score_bar

FREQUENCY = [("0", "Not at all"), ("1", "Several days"), ("2", "More than half the days"), ("3", "Nearly every day")]


class Sample(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label="Full name", help_text="As it is on your insurance card or ID.")
    birth_date = MemorableDateField(label="Date of birth", help_text="For example: March 8 1985")
    email = forms.EmailField(label="Email address")
    weight = forms.IntegerField(
        label="Weight", required=False, widget=forms.NumberInput({"class": "input--short", "inputmode": "numeric"})
    )
    state = forms.ChoiceField(
        label="State where you will be during the visit",
        choices=[("", "Choose"), ("NY", "New York"), ("VT", "Vermont")],
    )
    pregnant = forms.ChoiceField(
        label="Are you pregnant or breastfeeding?", choices=[("yes", "Yes"), ("no", "No")], widget=YesNo
    )
    visit = forms.ChoiceField(
        label="How would you like to meet?",
        choices=[("video", "By video"), ("phone", "By phone")],
        widget=RadioCards(
            hints={"video": "You need a camera and a quiet place.", "phone": "We call the number you gave."}
        ),
    )
    conditions = forms.MultipleChoiceField(
        label="Have you ever had any of these?",
        help_text="Choose all that apply.",
        choices=[
            ("heart", "Heart problems"),
            ("kidney", "Kidney problems"),
            ("sodium", "Low sodium"),
            ("none", "None"),
        ],
        widget=CheckboxCards,
    )
    nervous = forms.ChoiceField(
        label="Over the last 2 weeks, how often have you been bothered by feeling nervous, anxious or on edge?",
        choices=FREQUENCY,
        widget=Scale,
    )
    stress = forms.ChoiceField(
        label="How stressed are you today, from 0 to 10?",
        choices=[(str(n), str(n)) for n in range(11)],
        widget=NumberScale,
    )
    story = forms.CharField(label="What do you hope for?", required=False, widget=forms.Textarea)
    agree = forms.BooleanField(label="I have read the telehealth consent and agree to it.")


@login_not_required
@require_safe
def demo_style(request: HttpRequest) -> HttpResponse:
    """Show every component; `?errors` shows the form refused."""
    messages.success(request, "Your visit is booked.")
    messages.error(request, "That time was just taken. Please choose another.")
    form = Sample({"birth_date_1": "31"}) if "errors" in request.GET else Sample()
    return render(request, "core/demo_style.html", {"form": form, **_samples()})


def _samples() -> dict[str, Any]:
    return {
        "steps": range(6),
        "tracker": [
            {"label": "Questions answered", "state": "done", "text": "Sent on Monday, November 23."},
            {
                "label": "A clinician reads your answers",
                "state": "now",
                "text": "Usually within one working day.",
                "who": "Next: your care team",
            },
            {"label": "You pick a time", "state": "next", "text": ""},
            {"label": "Your visit", "state": "next", "text": ""},
        ],
        "facts": [
            {"term": "Do you take any medicines?", "text": "Sertraline 50 mg, once a day", "url": "#"},
            {"term": "Allergies", "text": "Penicillin", "url": "#"},
            {"term": "Anything else?", "text": "", "url": "#"},
        ],
        "days": [
            {
                "label": "Wednesday, November 25",
                "times": [{"value": f"a{n}", "label": f"{n}:30 AM", "note": "Dr. Rivera"} for n in (8, 9, 11)],
            },
            {
                "label": "Friday, November 27",
                "times": [{"value": f"b{n}", "label": f"{n}:00 PM", "note": "Dr. Osei"} for n in (1, 2, 3, 4)],
            },
        ],
        "bars": [
            score_bar(
                name="GAD-7, anxiety",
                value=14,
                maximum=21,
                bands=[(0, "Minimal anxiety"), (5, "Mild anxiety"), (10, "Moderate anxiety"), (15, "Severe anxiety")],
            ),
            score_bar(
                name="PHQ-9, depression",
                value=None,
                maximum=27,
                bands=[(0, "Minimal"), (5, "Mild"), (10, "Moderate"), (15, "Moderately severe"), (20, "Severe")],
            ),
        ],
        "queue": [
            {"severity": "emergency", "level": "Emergency", "due": "12 minutes ago", "late": True},
            {"severity": "urgent", "level": "Urgent", "due": "in 2 hours", "late": False},
            {"severity": "neutral", "level": "Routine", "due": "tomorrow, 9:00 AM", "late": False},
        ],
        "page": Paginator(range(60), 25).page(2),
    }
