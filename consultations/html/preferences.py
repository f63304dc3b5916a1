"""Which messages a person gets, how and when."""

from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.core.dates import in_words
from config.core.errors import Refusal
from config.core.forms import RadioCards, YesNo
from config.core.http import signed_in
from config.core.models import Role
from consultations.adapters import push
from consultations.flows import prefer
from consultations.models import CommunicationPreference, PushDevice
from consultations.models.communication_preference import takes_texts, wishes_of, with_wishes

_HALF_HOURS = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 30)]


def _clock(wall: time) -> str:
    if wall == time(0):
        return gettext("midnight")
    return gettext("noon") if wall == time(12) else in_words(datetime.combine(date(2000, 1, 1), wall), "time")


def _times() -> list[tuple[str, str]]:
    return [(wall.strftime("%H:%M"), _clock(wall)) for wall in _HALF_HOURS]


class PreferencesForm(forms.Form):
    """What is sent besides what has to be, how, and at which hours not."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How should we remind you of a visit?"),
        choices=[("email", gettext_lazy("By email")), ("sms", gettext_lazy("By text message"))],
        widget=RadioCards(hints={"sms": gettext_lazy("To your mobile phone. Answer STOP at any time to end texts.")}),
    )
    optional_mail = forms.ChoiceField(
        label=gettext_lazy("Do you want reminders and follow-up emails?"),
        help_text=gettext_lazy(
            "We always write about your safety, your account, a booking, or when your clinician needs you."
        ),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        widget=YesNo,
    )
    # Clinicians read English.
    visit_mail = forms.ChoiceField(
        label="Tell you of each visit that is booked, moved or cancelled?",
        help_text="You are always told when an administrator lifts the policy of a service, or moves a visit to or from you.",
        choices=[("yes", "Yes"), ("no", "No, I look at my calendar")],
        widget=YesNo,
    )
    quiet_from = forms.ChoiceField(label=gettext_lazy("No messages from"), choices=_times)
    quiet_until = forms.ChoiceField(label=gettext_lazy("Until"), choices=_times)

    def __init__(self, *args: Any, texts: bool, sees_patients: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not texts:
            del self.fields["channel"]
        if not sees_patients:
            del self.fields["visit_mail"]

    def choice(self) -> prefer.Choice:
        """Return what was chosen; after `is_valid`."""
        words = self.cleaned_data
        return prefer.Choice(
            optional_mail=words["optional_mail"] == "yes",
            texts=words.get("channel") == "sms",
            quiet_from=time.fromisoformat(words["quiet_from"]),
            quiet_until=time.fromisoformat(words["quiet_until"]),
            visit_mail=words.get("visit_mail") != "no",
        )


@require_http_methods(["GET", "POST"])
def message_preferences(request: HttpRequest) -> HttpResponse:
    """Show what the person decided about messages; POST changes it."""
    user = with_wishes(signed_in(request).pk)
    patient = getattr(user, "patient", None)
    preference = CommunicationPreference.objects.visible_to(user).first()
    texts = takes_texts(user)
    sees_patients = user.role == Role.PRACTITIONER
    initial = _present(preference)
    form = PreferencesForm(request.POST or None, initial=initial, texts=texts, sees_patients=sees_patients)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        return redirect("consultations:message-preferences")
    context = {
        "form": form,
        "preference": preference,
        "patient": patient,
        "zone": wishes_of(user).zone,
        "push_key": push.public_key(),
        "devices": PushDevice.objects.visible_to(user).live().order_by("created_at", "id") if push.is_on() else [],
    }
    status = 422 if form.errors else 200
    return render(request, "consultations/account/message_preferences.html", context, status=status)


@require_POST
def add_device(request: HttpRequest) -> HttpResponse:
    """Show notifications in the browser that asks for it."""
    told = {name: request.POST.get(name, "") for name in ("endpoint", "key", "secret")}
    try:
        prefer.add_device(
            **told, name=_named(request.headers.get("User-Agent", "")), by=signed_in(request), now=timezone.now()
        )
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, gettext("This device shows notifications now."))
    return redirect("consultations:message-preferences")


@require_POST
def remove_device(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Show no more notifications on one device."""
    try:
        prefer.remove_device(device_id=device_id, by=signed_in(request), now=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.detail)
    else:
        messages.success(request, gettext("That device shows no more notifications."))
    return redirect("consultations:message-preferences")


@login_not_required
@require_safe
def push_worker(_request: HttpRequest) -> HttpResponse:
    """Give the script that shows notifications; it must lie at the top, and stays when nobody is signed in."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _worker() -> bytes:
    return Path(str(finders.find("anteroom/push-worker.js"))).read_bytes()


def _named(agent: str) -> str:
    """Return what somebody calls a browser, for telling devices apart; no more is kept of it."""
    browsers = {"Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Android": "Android",
        "Windows": "Windows",
        "Mac": "Mac",
        "Linux": "Linux",
    }
    browser = next((name for mark, name in browsers.items() if mark in agent), gettext("A browser"))
    system = next((name for mark, name in systems.items() if mark in agent), "")
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser


def _changed(request: HttpRequest, form: PreferencesForm) -> bool:
    try:
        prefer.change(choice=form.choice(), by=signed_in(request), now=timezone.now())
    except Refusal as refused:
        for error in refused.errors:
            form.add_error({"texts": "channel"}.get(error.field, error.field), error.detail)
        return False
    messages.success(request, gettext("Saved."))
    return True


def _present(preference: CommunicationPreference | None) -> dict[str, str]:
    """Return the form's values of a stored decision; times between the half hours are shown as they are stored."""
    choice = prefer.chosen(preference)
    return {
        "channel": "sms" if choice.texts else "email",
        "optional_mail": "yes" if choice.optional_mail else "no",
        "visit_mail": "yes" if choice.visit_mail else "no",
        "quiet_from": choice.quiet_from.strftime("%H:%M"),
        "quiet_until": choice.quiet_until.strftime("%H:%M"),
    }
