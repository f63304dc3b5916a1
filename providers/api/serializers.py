"""What goes in and out of the endpoints of providers."""

from typing import Any

from rest_framework import serializers

from config.core.api.inputs import Id, Input
from config.core.api.schema import Problem
from providers.api.fields import Clock, Instant, Zone
from providers.domain.codes import ExceptionKind, Modality, QualificationKind, QualificationStatus, Weekday
from providers.domain.states import STATES
from providers.domain.terms import FIELDS
from providers.models import (
    AvailableTime,
    ExternalCalendar,
    HealthcareService,
    Practitioner,
    PractitionerRole,
    Qualification,
    Schedule,
    ScheduleException,
)
from providers.queries.availability import Start
from providers.queries.open_time_walk import COUNTED

LONGEST_ACCEPT = 500


class ServiceOutput(serializers.ModelSerializer[HealthcareService]):
    """A service line, as anybody may know it; its words in the language of who reads."""

    name = serializers.CharField(source="told_name")
    summary = serializers.CharField(source="told_summary")
    what_is_asked = serializers.CharField(source="told_what_is_asked")

    class Meta:
        model = HealthcareService
        fields = [
            "id", "slug", "name", "summary", "what_is_asked", "pathway", "modality", "states", "minimum_age_years", "maximum_age_years",

            "questions_minutes", "duration_minutes", "minimum_notice_minutes", "horizon_days", "hold_minutes", "max_holds",
            "change_notice_minutes", "max_reschedules",
        ]  # fmt: skip
        read_only_fields = fields


class Question(serializers.Serializer[Any]):
    """Which service, and where the patient will be during the visit."""

    service = serializers.SlugField(max_length=64)
    state = serializers.ChoiceField(choices=sorted(STATES))
    language = serializers.CharField(max_length=8, required=False, default="")
    practitioner = serializers.UUIDField(required=False, default=None, allow_null=True)


class AvailabilityInput(Question):
    """A search; by default two weeks from now."""

    start = Instant(required=False)
    end = Instant(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
    after = serializers.CharField(max_length=100, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a span that runs backwards."""
        if "start" in attrs and "end" in attrs and attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError({"end": "The end is not after the start."}, code="before-start")
        return attrs


class StartsInput(AvailabilityInput):
    """A search for times, whoever has them; by default two weeks from now."""

    practitioner = None  # type: ignore[assignment]


class FirstsInput(Question):
    """The next time of each of some clinicians; by default within two weeks from now."""

    practitioner = serializers.ListField(  # type: ignore[assignment]
        child=serializers.UUIDField(), min_length=1, max_length=100, help_text="Once for each clinician."
    )
    start = Instant(required=False)
    end = Instant(required=False)


class ExplainInput(Question):
    """One time of one clinician."""

    practitioner = serializers.UUIDField()
    start = Instant()


class OfferOutput(serializers.Serializer[Any]):
    """One bookable time; `time_zone` is the clinician's."""

    practitioner = serializers.UUIDField()
    practitioner_name = serializers.CharField(source="name")
    start = serializers.DateTimeField(source="start_at")
    end = serializers.DateTimeField(source="end_at")
    time_zone = serializers.CharField()


class AvailabilityOutput(serializers.Serializer[Any]):
    """Offers in order of time; `next` is the address of the following page."""

    next = serializers.CharField(allow_null=True)
    results = OfferOutput(many=True)


class StartOutput(serializers.Serializer[Any]):
    """
    A time at which somebody is free; `practitioner` and `practitioner_name` when it is one only, else null.

    Hold it without a clinician: who knows the patient comes first, then who has least of their time booked.
    """

    start = serializers.DateTimeField(source="start_at")
    clinicians = serializers.IntegerField(
        source="people",
        min_value=1,
        max_value=COUNTED,
        help_text=f"How many are free; {COUNTED} means {COUNTED} or more.",
    )
    practitioner = serializers.UUIDField(allow_null=True)
    practitioner_name = serializers.SerializerMethodField()

    def get_practitioner_name(self, start: Start) -> str | None:
        """Return the name of the only one, as patients read it."""
        return start.name or None


class StartsOutput(serializers.Serializer[Any]):
    """Each time once, in order; `next` is the address of the following page."""

    next = serializers.CharField(allow_null=True)
    results = StartOutput(many=True)


class FirstsOutput(serializers.Serializer[Any]):
    """One offer for each clinician who has a time, in order of time."""

    results = OfferOutput(many=True)


class ReasonOutput(serializers.Serializer[Any]):
    """Why a time is not offered."""

    code = serializers.CharField()
    words = serializers.CharField()


class ExplanationOutput(serializers.Serializer[Any]):
    """Whether a time is offered, and every reason against it."""

    offered = serializers.BooleanField()
    reasons = ReasonOutput(many=True)


class PractitionerOutput(serializers.ModelSerializer[Practitioner]):
    """A clinician."""

    time_zone = Zone(read_only=True)

    class Meta:
        model = Practitioner
        fields = [
            "id", "given_name", "family_name", "credentials", "npi", "biography", "time_zone", "languages",
            "is_supervisor", "is_active",
        ]  # fmt: skip
        read_only_fields = fields


class PractitionerInput(Input):
    """A clinician's profile."""

    given_name = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100)
    credentials = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)
    npi = serializers.CharField(max_length=10, required=False, default="", allow_blank=True)
    biography = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
    time_zone = Zone()
    languages = serializers.ListField(child=serializers.CharField(max_length=8), max_length=20, default=["en"])
    is_supervisor = serializers.BooleanField(default=False)


class OnboardInput(PractitionerInput):
    """A clinician's profile, and the account that becomes theirs."""

    email = serializers.EmailField(max_length=254)


class AcceptInput(Input):
    """Booked slots that may stay although the change takes their hours or licence."""

    accept = serializers.ListField(child=serializers.UUIDField(), max_length=LONGEST_ACCEPT, required=False, default=[])


class RoleOutput(serializers.ModelSerializer[PractitionerRole]):
    """What a clinician offers; null means the service's value."""

    service = serializers.CharField(source="service.slug")

    class Meta:
        model = PractitionerRole
        fields = ["id", "service", "is_active", "accepts_new_patients", *FIELDS]
        read_only_fields = fields


class RolesOutput(serializers.Serializer[Any]):
    """What a clinician offers, all of it on one page."""

    next = serializers.CharField(allow_null=True, default=None)
    previous = serializers.CharField(allow_null=True, default=None)
    results = RoleOutput(many=True)


class RoleInput(Input):
    """A service that a clinician offers, with overrides field by field."""

    service = serializers.SlugField(max_length=64)
    is_active = serializers.BooleanField(default=True)
    accepts_new_patients = serializers.BooleanField(default=True)
    duration_minutes = serializers.IntegerField(required=False, allow_null=True)
    buffer_before_minutes = serializers.IntegerField(required=False, allow_null=True)
    buffer_after_minutes = serializers.IntegerField(required=False, allow_null=True)
    alignment_minutes = serializers.IntegerField(required=False, allow_null=True)
    minimum_notice_minutes = serializers.IntegerField(required=False, allow_null=True)
    horizon_days = serializers.IntegerField(required=False, allow_null=True)
    max_visits_per_day = serializers.IntegerField(required=False, allow_null=True)


class QualificationOutput(serializers.ModelSerializer[Qualification]):
    """A licence; both days are inclusive."""

    class Meta:
        model = Qualification
        fields = ["id", "kind", "jurisdiction", "number", "status", "valid_from", "valid_until", "verified_at"]
        read_only_fields = fields


class QualificationsOutput(serializers.Serializer[Any]):
    """The licences of a clinician, all of them on one page."""

    next = serializers.CharField(allow_null=True, default=None)
    previous = serializers.CharField(allow_null=True, default=None)
    results = QualificationOutput(many=True)


class QualificationInput(AcceptInput):
    """A licence as it shall be."""

    kind = serializers.ChoiceField(choices=QualificationKind.choices, default=QualificationKind.MD)
    jurisdiction = serializers.ChoiceField(choices=sorted(STATES))
    number = serializers.CharField(max_length=40)
    status = serializers.ChoiceField(choices=QualificationStatus.choices, default=QualificationStatus.ACTIVE)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)


class AvailableTimeOutput(serializers.ModelSerializer[AvailableTime]):
    """One weekly window; ISO weekday, wall clock."""

    start = Clock(source="start_minute", read_only=True)
    end = Clock(source="end_minute", read_only=True)

    class Meta:
        model = AvailableTime
        fields = ["weekday", "start", "end"]
        read_only_fields = fields


class AvailableTimeInput(Input):
    """One weekly window; an end past 24:00 is on the next day."""

    weekday = serializers.ChoiceField(choices=Weekday.choices)
    start = Clock()
    end = Clock()


class ScheduleOutput(serializers.ModelSerializer[Schedule]):
    """Weekly hours; without a service and a modality they hold for all visits of the clinician."""

    time_zone = Zone(read_only=True)
    service = serializers.CharField(source="service.slug", default=None, read_only=True)
    available_times = AvailableTimeOutput(many=True, read_only=True)

    class Meta:
        model = Schedule
        fields = [
            "id", "practitioner", "service", "modality", "name", "time_zone", "valid_from", "valid_until", "is_active",
            "available_times",
        ]  # fmt: skip
        read_only_fields = fields


class ScheduleInput(AcceptInput):
    """Weekly hours as they shall be."""

    practitioner = serializers.UUIDField()
    service = serializers.SlugField(max_length=64, required=False, allow_null=True, default=None)
    modality = serializers.ChoiceField(Modality.choices, required=False, allow_blank=True, default="")
    name = serializers.CharField(max_length=100, default="Weekly hours")
    time_zone = Zone()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    available_times = AvailableTimeInput(many=True, max_length=100)  # type: ignore[call-arg]


class ScheduleExceptionOutput(serializers.ModelSerializer[ScheduleException]):
    """A dated exception; without times the whole local day is meant."""

    time_zone = Zone(read_only=True)
    start = Clock(source="start_minute", read_only=True, allow_null=True)
    end = Clock(source="end_minute", read_only=True, allow_null=True)

    class Meta:
        model = ScheduleException
        fields = [
            "id", "practitioner", "kind", "time_zone", "start_date", "end_date", "start", "end", "reason", "is_active",
        ]  # fmt: skip
        read_only_fields = fields


class ScheduleExceptionInput(AcceptInput):
    """A dated exception as it shall be."""

    practitioner = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ExceptionKind.choices)
    time_zone = Zone(required=False, allow_null=True, default=None)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    start = Clock(required=False, allow_null=True, default=None)
    end = Clock(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class ExternalCalendarOutput(serializers.ModelSerializer[ExternalCalendar]):
    """A calendar elsewhere; `failure` is a stable code, empty while it can be read."""

    class Meta:
        model = ExternalCalendar
        fields = ["id", "practitioner", "name", "fetched_at", "failed_at", "failure", "next_fetch_at"]
        read_only_fields = fields


class ExternalCalendarInput(Input):
    """A calendar elsewhere; the address is a secret, and is kept encrypted."""

    practitioner = Id()
    name = serializers.CharField(max_length=100)
    address = serializers.CharField(max_length=2000)


class CalendarFeedOutput(serializers.Serializer[Any]):
    """The secret address of a clinician's calendar; it cannot be shown again."""

    address = serializers.CharField()


class AffectedOutput(serializers.Serializer[Any]):
    """A booked visit that a change would strand."""

    slot = serializers.UUIDField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    time_zone = serializers.CharField()


class ProposalOutput(serializers.Serializer[Any]):
    """Where such a visit could go; `kind` is same-time or nearest."""

    kind = serializers.CharField()
    practitioner = serializers.UUIDField()
    practitioner_name = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    time_zone = serializers.CharField()


class BookingsAffectedProblem(Problem):
    """409 `bookings-affected`: the visits, and by slot where each could go."""

    affected = AffectedOutput(many=True, required=False)
    proposals = serializers.DictField(child=ProposalOutput(many=True), required=False)
