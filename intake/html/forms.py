"""Forms about the person and their signature; what can be true is judged by the flows."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext, gettext_lazy

from config.core.forms import MemorableDateField, RadioCards
from config.core.phones import as_dialled
from intake.domain.codes import SexAtBirth
from intake.domain.identity import Details, e164
from intake.models import Patient
from providers.domain import states
from providers.domain.states import STATES

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ZONES: "tuple[tuple[str, str | StrPromise], ...]" = (
    ("America/New_York", gettext_lazy("Eastern")),
    ("America/Chicago", gettext_lazy("Central")),
    ("America/Denver", gettext_lazy("Mountain")),
    ("America/Phoenix", gettext_lazy("Mountain, Arizona")),
    ("America/Los_Angeles", gettext_lazy("Pacific")),
    ("America/Anchorage", gettext_lazy("Alaska")),
    ("Pacific/Honolulu", gettext_lazy("Hawaii")),
    ("America/Puerto_Rico", gettext_lazy("Atlantic")),
    ("Pacific/Guam", gettext_lazy("Chamorro")),
    ("Pacific/Pago_Pago", gettext_lazy("Samoa")),
)


def _text(
    label: "StrPromise", autocomplete: str, *, required: bool = True, hint: "str | StrPromise" = "", size: int = 100
) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, required=required, help_text=hint, max_length=size, widget=widget)


def _phone(
    label: "StrPromise", autocomplete: str, *, required: bool = True, hint: "str | StrPromise" = ""
) -> forms.CharField:
    widget = forms.TextInput({"type": "tel", "autocomplete": autocomplete, "class": "input--medium"})
    return forms.CharField(label=label, required=required, help_text=hint, max_length=30, widget=widget)


class DetailsForm(forms.Form):
    """Who one is, where one is, and whom to call."""

    use_required_attribute = False

    given_name = _text(gettext_lazy("First name"), "given-name", hint=gettext_lazy("As it is on your ID."))
    family_name = _text(gettext_lazy("Last name"), "family-name")
    preferred_name = _text(
        gettext_lazy("What should we call you?"),
        "nickname",
        required=False,
        hint=gettext_lazy("If it is another name."),
    )
    birth_date = MemorableDateField(
        label=gettext_lazy("Date of birth"), help_text=gettext_lazy("For example: March 8 1985"), autocomplete=True
    )
    sex_at_birth = forms.ChoiceField(
        label=gettext_lazy("Sex at birth"),
        help_text=gettext_lazy("It matters for some medicines and tests."),
        choices=SexAtBirth.choices,
        widget=RadioCards,
    )
    gender_identity = _text(gettext_lazy("Gender"), "sex", required=False, hint=gettext_lazy("In your own words."))
    state = forms.ChoiceField(
        label=gettext_lazy("State where you are"),
        help_text=gettext_lazy("Clinicians are licensed by state, so this decides who may see you."),
        choices=[("", gettext_lazy("Choose")), *states.choices()],
        widget=forms.Select({"autocomplete": "address-level1"}),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        help_text=gettext_lazy("Leave it if you are in the usual zone of your state."),
    )
    address_line = _text(gettext_lazy("Street address"), "street-address", required=False, size=200)
    city = _text(gettext_lazy("City"), "address-level2", required=False)
    postal_code = _text(gettext_lazy("ZIP code"), "postal-code", required=False, size=10)
    phone = _phone(
        gettext_lazy("Mobile phone"),
        "tel",
        hint=gettext_lazy("With the area code. We call only if the video does not work."),
    )
    preferred_language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=settings.LANGUAGES, initial=get_language
    )
    emergency_contact_name = _text(
        gettext_lazy("Whom may we call if you are in danger?"),
        "off",
        required=False,
        size=200,
        hint=gettext_lazy("First and last name."),
    )
    emergency_contact_phone = _phone(gettext_lazy("Their phone"), "off", required=False)

    SECTIONS = (
        (
            gettext_lazy("About you"),
            ("given_name", "family_name", "preferred_name", "birth_date", "sex_at_birth", "gender_identity"),
        ),
        (gettext_lazy("Where you are"), ("state", "time_zone", "address_line", "city", "postal_code")),
        (gettext_lazy("How to reach you"), ("phone", "preferred_language")),
        (gettext_lazy("In an emergency"), ("emergency_contact_name", "emergency_contact_phone")),
    )

    def __init__(self, data: Any = None, *, patient: Patient | None = None) -> None:
        initial = {name: getattr(patient, name) for name in self.base_fields} if patient else {}
        if patient:
            initial["time_zone"] = str(patient.time_zone)
            for name in ("phone", "emergency_contact_phone"):
                number: Any = getattr(patient, name)
                initial[name] = as_dialled(number) if number else ""
        super().__init__(data, initial=initial)
        zones = list(ZONES)
        if patient and str(patient.time_zone) not in dict(zones):
            zones.append((str(patient.time_zone), str(patient.time_zone).split("/")[-1].replace("_", " ")))
        self.fields["time_zone"].choices = [("", gettext("The usual one of my state")), *zones]  # type: ignore[attr-defined]

    def sections(self) -> list[dict[str, Any]]:
        """Return the fields under their headings."""
        return [{"title": title, "fields": [self[name] for name in names]} for title, names in self.SECTIONS]

    def clean(self) -> dict[str, Any]:
        """Return the details in the flows' forms: numbers in E.164, the zone of the state where none was chosen."""
        words = dict(super().clean() or self.cleaned_data)
        for name in ("phone", "emergency_contact_phone"):
            if words.get(name):
                words[name] = e164(words[name]) or words[name]
        if not words.get("time_zone") and words.get("state") in STATES:
            words["time_zone"] = STATES[words["state"]].zone
        return words

    def details(self) -> Details:
        """Return what was entered, once it is valid."""
        return Details(**self.cleaned_data)


class SignForm(forms.Form):
    """A signature: the typed name, and the tick that says what it means."""

    use_required_attribute = False

    signed_name = _text(
        gettext_lazy("Your full name"), "name", hint=gettext_lazy("Typing your name here is your signature."), size=200
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("I have read this and I agree to it."),
        error_messages={"required": gettext_lazy("Tick the box to agree.")},
    )
