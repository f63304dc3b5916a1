"""
Configuration by administrators: services, clinicians, what they offer, where they are licensed.

What has rules is saved by the flow that keeps them. Hours are read-only here and changed on the pages under
/clinic/schedules/, which show whom a change would affect; slots are read-only, patients' time is not ours to edit.
"""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_protect

from config.core.errors import Refusal
from config.core.http import signed_in
from config.core.models import User
from providers.domain import states
from providers.domain.codes import QualificationKind
from providers.domain.terms import FIELDS
from providers.flows import close_clinic, onboard, open_clinic, qualify, tune
from providers.flows.onboard import Profile
from providers.flows.qualify import LicenceDraft
from providers.html.forms import Seen
from providers.models import (
    AvailableTime,
    ClinicClosure,
    ClinicHours,
    HealthcareService,
    Practitioner,
    PractitionerRole,
    Qualification,
    Schedule,
    ScheduleException,
    Slot,
)
from providers.queries.affected import BookingsAffected


class FlowForm(forms.ModelForm[Any]):
    """A form whose last check is the flow that saves it, so that a refusal stands beside what was typed."""

    by: ClassVar[User]

    def write(self) -> models.Model:
        """Make the one flow call and return the row."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            self.instance = self.write()
        except BookingsAffected as refused:
            self._list_affected(refused)
        except Refusal as refused:
            for error in refused.errors:
                self.add_error(error.field if error.field in self.fields else None, error.detail)
            if not refused.errors:
                self.add_error(None, str(refused))

    def _list_affected(self, refused: BookingsAffected) -> None:
        times = ", ".join(one["start"] for one in refused.extra["affected"])
        if isinstance(self, Seen):
            self.refuse(refused)
        self.add_error(None, f"Affected visits (UTC): {times}")

    def save(self, commit: bool = True) -> Any:
        """Return the row that the flow wrote."""
        return self.instance

    def save_m2m(self) -> None:
        """Do nothing: the flow has saved."""


class FlowAdmin(admin.ModelAdmin[Any]):
    """Adds and changes rows through flows; nothing is deleted."""

    @method_decorator(csrf_protect)
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer without the admin's own transaction: a flow is the outermost one."""
        answer: HttpResponse = self._changeform_view(request, *args, **self._whole(*args, **kwargs))  # type: ignore[attr-defined]
        return answer

    def _whole(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        names = ("object_id", "form_url", "extra_context")[len(args) :]
        return {name: kwargs.get(name, "" if name == "form_url" else None) for name in names}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form with the administrator who sends it."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": signed_in(request)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Do nothing: the flow has saved."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows are retired, not deleted."""
        return False


class ReadOnly(admin.ModelAdmin[Any]):
    """Shows, and changes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


class ServiceForm(FlowForm):
    """A service line's words, lengths and limits."""

    states = forms.MultipleChoiceField(choices=states.choices, widget=forms.CheckboxSelectMultiple, required=False)
    barred_states = forms.MultipleChoiceField(
        choices=states.choices,
        widget=forms.SelectMultiple({"size": 6}),
        required=False,
        help_text="Where the service is offered, but visits by its modality are not allowed.",
    )
    licence_kinds = forms.MultipleChoiceField(
        choices=QualificationKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None means any kind of license.",
    )

    class Meta:
        model = HealthcareService
        fields = tune.TUNABLE

    def write(self) -> HealthcareService:
        """Tune the service."""
        return tune.tune(service_id=self.instance.pk, changes=self.cleaned_data, by=self.by, now=timezone.now())


@admin.register(HealthcareService)
class HealthcareServiceAdmin(FlowAdmin):
    """Service lines come from the catalogue and are tuned here."""

    form = ServiceForm
    list_display = ["name", "slug", "is_active", "pathway", "duration_minutes", "catalogue_version"]
    list_filter = ["is_active", "pathway"]
    search_fields = ["name", "slug"]
    readonly_fields = ["slug", "catalogue_version"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a line is added as a folder of the catalogue."""
        return False


class PractitionerForm(FlowForm):
    """A clinician's profile; the account is named once, by its e-mail address."""

    email = forms.EmailField(
        required=False, label="Account", help_text="E-mail address of the account that becomes the clinician's."
    )
    languages = SimpleArrayField(forms.CharField(max_length=8), help_text="Codes with commas between: en, es")

    class Meta:
        model = Practitioner
        fields = [
            "email", "given_name", "family_name", "credentials", "npi", "biography", "time_zone", "languages",
            "is_supervisor",
        ]  # fmt: skip

    def write(self) -> Practitioner:
        """Bring the clinician in, or change the profile."""
        words = self.cleaned_data
        names = ("given_name", "family_name", "credentials", "npi", "biography", "languages", "is_supervisor")
        profile = Profile(zone=ZoneInfo(str(words["time_zone"])), **{name: words[name] for name in names})
        if not self.instance._state.adding:
            return onboard.change_profile(
                practitioner_id=self.instance.pk, profile=profile, by=self.by, now=timezone.now()
            )
        account = User.objects.filter(email__iexact=words["email"] or "").first()
        if account is None:
            raise onboard.NoSuchPractitioner("There is no account with this email address.")
        return onboard.onboard(user_id=account.pk, profile=profile, by=self.by, now=timezone.now())


@admin.register(Practitioner)
class PractitionerAdmin(FlowAdmin):
    """Clinicians."""

    form = PractitionerForm
    list_display = ["display_name", "time_zone", "is_active", "is_supervisor", "hours"]
    list_filter = ["is_active", "is_supervisor"]
    search_fields = ["family_name", "given_name", "npi"]
    ordering = ["family_name", "given_name", "id"]
    actions = ["retire", "bring_back"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields; an account is named when a clinician is brought in, and stays."""
        fields = list(PractitionerForm.Meta.fields)
        return fields if obj is None else [*fields[1:], "hours"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the link to the hours."""
        return ["hours"] if obj else []

    @admin.display(description="hours")
    def hours(self, practitioner: Practitioner) -> SafeString:
        """Return the link to the clinician's hours."""
        return format_html('<a href="{}">Hours</a>', reverse("providers:hours-of", args=[practitioner.pk]))

    @admin.action(description="Stop offering the time of these clinicians")
    def retire(self, request: HttpRequest, chosen: QuerySet[Practitioner]) -> None:
        """Retire each; those with booked visits stay, and are named."""
        for practitioner in chosen:
            try:
                onboard.retire(practitioner_id=practitioner.pk, by=signed_in(request), now=timezone.now())
            except Refusal as refused:
                self.message_user(request, f"{practitioner.display_name}: {refused}", messages.ERROR)

    @admin.action(description="Offer the time of these clinicians again")
    def bring_back(self, request: HttpRequest, chosen: QuerySet[Practitioner]) -> None:
        """Bring each back."""
        for practitioner in chosen:
            onboard.bring_back(practitioner_id=practitioner.pk, by=signed_in(request), now=timezone.now())


class RoleForm(FlowForm):
    """What a clinician offers, with overrides field by field."""

    class Meta:
        model = PractitionerRole
        fields = ["practitioner", "service", "is_active", "accepts_new_patients", *FIELDS]

    def write(self) -> PractitionerRole:
        """Save the offer."""
        words = self.cleaned_data
        return onboard.offer(
            practitioner_id=words.get("practitioner", self.instance.practitioner).pk,
            service_id=words.get("service", self.instance.service).pk,
            by=self.by,
            now=timezone.now(),
            is_active=words["is_active"],
            accepts_new_patients=words["accepts_new_patients"],
            overrides={name: words[name] for name in FIELDS},
        )


@admin.register(PractitionerRole)
class PractitionerRoleAdmin(FlowAdmin):
    """Which clinician offers which service."""

    form = RoleForm
    list_display = ["clinician", "service", "is_active", "accepts_new_patients"]
    list_filter = ["service", "is_active", "accepts_new_patients"]
    list_select_related = ["practitioner", "service"]
    search_fields = ["practitioner__family_name", "practitioner__given_name"]
    autocomplete_fields = ["practitioner", "service"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return who and what, which stay once saved."""
        return ["practitioner", "service"] if obj else []

    @admin.display(ordering="practitioner__family_name")
    def clinician(self, role: PractitionerRole) -> str:
        """Return the clinician's name."""
        return role.practitioner.display_name


class QualificationForm(Seen, FlowForm):
    """A licence; what it would leave uncovered is shown before it is saved."""

    jurisdiction = forms.ChoiceField(choices=states.choices)

    class Meta:
        model = Qualification
        fields = ["practitioner", "kind", "jurisdiction", "number", "status", "valid_from", "valid_until"]

    def write(self) -> Qualification:
        """Save the licence."""
        words = self.cleaned_data
        names = ("jurisdiction", "number", "valid_from", "valid_until", "kind", "status")
        return qualify.qualify(
            practitioner_id=words.get("practitioner", self.instance.practitioner).pk,
            qualification_id=None if self.instance._state.adding else self.instance.pk,
            draft=LicenceDraft(**{name: words[name] for name in names}),
            by=self.by,
            now=timezone.now(),
            accept=self.accepted,
        )


@admin.register(Qualification)
class QualificationAdmin(FlowAdmin):
    """Licences, those that end first at the top."""

    form = QualificationForm
    fields = [*QualificationForm.Meta.fields, "keep", "seen"]
    list_display = ["clinician", "kind", "jurisdiction", "status", "valid_from", "valid_until"]
    list_filter = ["status", "jurisdiction", "kind"]
    list_select_related = ["practitioner"]
    search_fields = ["practitioner__family_name", "practitioner__given_name", "number"]
    date_hierarchy = "valid_until"
    ordering = ["valid_until", "id"]
    autocomplete_fields = ["practitioner"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return whose licence it is, which stays once saved."""
        return ["practitioner"] if obj else []

    @admin.display(ordering="practitioner__family_name")
    def clinician(self, qualification: Qualification) -> str:
        """Return the clinician's name."""
        return qualification.practitioner.display_name


class ClosureForm(Seen, FlowForm):
    """Days on which the clinic is closed."""

    class Meta:
        model = ClinicClosure
        fields = ["name", "start_date", "end_date"]

    def write(self) -> ClinicClosure:
        """Close the clinic."""
        words = {name: self.cleaned_data[name] for name in ("name", "start_date", "end_date")}
        return close_clinic.close(**words, by=self.by, now=timezone.now(), accept=self.accepted)


@admin.register(ClinicClosure)
class ClinicClosureAdmin(FlowAdmin):
    """Public holidays and other days off for everybody; taken back, not changed."""

    form = ClosureForm
    list_display = ["name", "start_date", "end_date", "is_active"]
    list_filter = ["is_active"]
    date_hierarchy = "start_date"
    actions = ["reopen"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields; what would be affected is asked only before it is saved."""
        return [*ClosureForm.Meta.fields, *(["is_active"] if obj else ["keep", "seen"])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changing one; its list and its action stay open."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description="Open the clinic again on these days")
    def reopen(self, request: HttpRequest, chosen: QuerySet[ClinicClosure]) -> None:
        """Take each closure back."""
        for closure in chosen:
            close_clinic.reopen(closure_id=closure.pk, by=signed_in(request), now=timezone.now())


class HoursForm(FlowForm):
    """One weekly window of the clinic."""

    class Meta:
        model = ClinicHours
        fields = ["weekday", "start_minute", "end_minute"]

    def write(self) -> ClinicHours:
        """Open the clinic."""
        words = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return open_clinic.add_hours(**words, by=self.by, now=timezone.now())


@admin.register(ClinicHours)
class ClinicHoursAdmin(FlowAdmin):
    """The clinic's weekly hours, in which due times of reviews are counted; taken back, not changed."""

    form = HoursForm
    list_display = ["weekday", "start_minute", "end_minute", "is_active"]
    list_filter = ["is_active"]
    ordering = ["weekday", "start_minute"]
    actions = ["end_hours"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changing one; its list and its action stay open."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description="Take these hours out of use")
    def end_hours(self, request: HttpRequest, chosen: QuerySet[ClinicHours]) -> None:
        """Take each window back."""
        for hours in chosen:
            open_clinic.end_hours(hours_id=hours.pk, by=signed_in(request), now=timezone.now())


class AvailableTimes(admin.TabularInline[AvailableTime, Schedule]):
    """The windows of a schedule, to look at."""

    model = AvailableTime
    fields = ["weekday", "start_minute", "end_minute"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(Schedule)
class ScheduleAdmin(ReadOnly):
    """Weekly hours, to look at."""

    list_display = [
        "practitioner",
        "name",
        "service",
        "modality",
        "time_zone",
        "valid_from",
        "valid_until",
        "is_active",
    ]
    list_filter = ["is_active", "modality"]
    list_select_related = ["practitioner", "service"]
    inlines = [AvailableTimes]


@admin.register(ScheduleException)
class ScheduleExceptionAdmin(ReadOnly):
    """Dated exceptions, to look at."""

    list_display = ["practitioner", "kind", "start_date", "end_date", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["practitioner"]
    date_hierarchy = "start_date"


@admin.register(Slot)
class SlotAdmin(ReadOnly):
    """Taken time, to look at; for whom it is taken is not shown."""

    list_display = ["practitioner", "status", "start_at", "end_at", "expires_at"]
    list_filter = ["status"]
    list_select_related = ["practitioner"]
    fields = ["practitioner", "service", "status", "start_at", "end_at", "blocked", "state", "expires_at"]
    date_hierarchy = "start_at"
