"""Why a time is not offered, in words and codes; for administrators, and for clinicians about themselves."""

from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.core.forms import Day
from config.core.http import signed_in
from config.core.models import Role, User
from providers.domain import states, windows
from providers.domain.eligibility import Reason
from providers.html.forms import ClockField
from providers.models import HealthcareService, Practitioner
from providers.queries import availability
from providers.queries.diaries import Asked


class ExplainForm(forms.Form):
    """One time of one clinician for a service, on the clinician's clock."""

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(), label="Clinician", empty_label="Choose a clinician"
    )
    service = forms.ModelChoiceField(HealthcareService.objects.none(), label="Service", empty_label="Choose a service")
    state = forms.ChoiceField(label="Where the patient is", choices=[("", "Choose a state"), *states.choices()])
    day = Day(label="Day")
    minute = ClockField(label="Start", help_text="24-hour clock, in the clinician's time zone.")
    is_known = forms.BooleanField(required=False, label="The clinician has seen this patient before")

    def __init__(self, *args: Any, practitioners: QuerySet[Practitioner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["practitioner"]
        people.queryset = practitioners
        people.label_from_instance = lambda one: one.display_name
        lines: Any = self.fields["service"]
        lines.queryset = HealthcareService.objects.order_by("name", "id")


class Told(NamedTuple):
    """One instant that the clock shows then, and why it is not offered; () when it is."""

    start_at: datetime
    reasons: tuple[Reason, ...]


@require_safe
def explain_time(request: HttpRequest) -> HttpResponse:
    """Ask for a time, and say why it is not offered."""
    user, now = signed_in(request), timezone.now()
    if user.role == Role.PATIENT:
        raise PermissionDenied
    people = Practitioner.objects.visible_to(user).order_by("family_name", "given_name", "id")
    is_asked = "minute" in request.GET
    form = ExplainForm(request.GET if is_asked else None, initial=_initial(request, user), practitioners=people)
    context: dict[str, Any] = {"form": form, "is_own": user.role == Role.PRACTITIONER}
    if is_asked and form.is_valid():
        context |= {"told": _told(form.cleaned_data, now), "zone": form.cleaned_data["practitioner"].time_zone}
    return render(request, "providers/explain.html", context, status=422 if is_asked and form.errors else 200)


def _initial(request: HttpRequest, user: User) -> dict[str, Any]:
    own = {"practitioner": user.practitioner.pk} if user.role == Role.PRACTITIONER else {}
    return {"practitioner": request.GET.get("practitioner", ""), "day": request.GET.get("day", "")[:10], **own}


def _told(words: dict[str, Any], now: datetime) -> list[Told]:
    """Return what speaks against each instant at which the clock shows the time: none, one, or two when it repeats."""
    practitioner: Practitioner = words["practitioner"]
    minute = words["minute"]
    shown = windows.expand(zone=practitioner.time_zone, day=words["day"], start_minute=minute, end_minute=minute + 1)
    asked = Asked(
        words["service"],
        words["state"],
        known_to=frozenset({practitioner.pk}) if words["is_known"] else frozenset(),
    )
    return [
        Told(
            one.start,
            tuple(availability.explain(asked, practitioner=practitioner, start_at=one.start, now=now)),
        )
        for one in shown
    ]
