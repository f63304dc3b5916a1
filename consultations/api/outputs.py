"""What the patient's endpoints answer with."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.core.api.schema import Problem
from config.core.models import Role, User
from consultations.models import Appointment, SupportingInfo
from consultations.queries.case import Case
from intake.queries.questions import title_of
from providers.api.serializers import OfferOutput


class MissingOutput(serializers.Serializer[Any]):
    """One thing that is left to do; `field` says where."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class NextStepOutput(serializers.Serializer[Any]):
    """What happens next, as a stable code and in words."""

    code = serializers.CharField()
    words = serializers.CharField()


class WaitOutput(serializers.Serializer[Any]):
    """How long such cases waited, from `cases` of the last 90 days; seconds."""

    half_within_seconds = serializers.IntegerField(source="half_seconds")
    nine_of_ten_within_seconds = serializers.IntegerField(source="most_seconds")
    cases = serializers.IntegerField()


class ResponseOutput(serializers.Serializer[Any]):
    """One questionnaire of a case."""

    id = serializers.UUIDField(source="questionnaire_response.pk")
    questionnaire = serializers.UUIDField(source="questionnaire_response.questionnaire_id")
    title = serializers.SerializerMethodField()
    status = serializers.CharField(source="questionnaire_response.status")
    required = serializers.BooleanField()  # type: ignore[assignment]

    def get_title(self, row: SupportingInfo) -> str:
        """Return the title as the reader reads it."""
        return title_of(row.questionnaire_response.questionnaire)


class CaseFlagOutput(serializers.Serializer[Any]):
    """A safety flag, for clinicians."""

    id = serializers.UUIDField(source="pk")
    code = serializers.CharField(source="rule.code")
    severity = serializers.CharField()
    text = serializers.CharField(source="rule.clinician_text")
    raised_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class QuestionOutput(serializers.Serializer[Any]):
    """A question of the clinician that waits for the patient's answer."""

    id = serializers.UUIDField(source="pk")
    message = serializers.CharField()
    asked_at = serializers.DateTimeField()


class BriefAppointmentOutput(serializers.Serializer[Any]):
    """The visit of a case in short."""

    id = serializers.UUIDField(source="pk")
    status = serializers.CharField()
    start = serializers.DateTimeField(source="start_at")
    end = serializers.DateTimeField(source="end_at")
    practitioner = serializers.UUIDField(source="practitioner_id")
    practitioner_name = serializers.CharField(source="practitioner.display_name")


class ServiceRequestOutput(serializers.Serializer[Any]):
    """
    A case: where it is, what is missing, and whose turn it is. `flags` is there for clinicians only.

    `referred_to` is the case of another service that a clinician referred the patient to, `referred_from` the one in
    which they did.
    """

    id = serializers.UUIDField(source="request.pk")
    service = serializers.SlugField(source="request.service.slug")
    state = serializers.CharField(source="request.state")
    status = serializers.CharField(source="request.status")
    priority = serializers.CharField(source="request.priority")
    authored_at = serializers.DateTimeField(source="request.authored_at")
    submitted_at = serializers.DateTimeField(source="request.submitted_at", allow_null=True)
    due_at = serializers.DateTimeField(source="request.due_at", allow_null=True)
    closed_at = serializers.DateTimeField(source="request.closed_at", allow_null=True)
    decision_note = serializers.CharField(source="request.decision_note")
    missing = MissingOutput(many=True)
    next_actor = serializers.SerializerMethodField()
    next_step = serializers.SerializerMethodField()
    questionnaire_responses = ResponseOutput(source="responses", many=True)
    appointment = BriefAppointmentOutput(allow_null=True)
    question = QuestionOutput(source="ask", allow_null=True)
    care_plan = serializers.UUIDField(source="care_plan.pk", default=None, allow_null=True)
    referred_to = serializers.UUIDField(source="referred_to.new_request_id", default=None, allow_null=True)
    referred_from = serializers.UUIDField(source="referred_from.task.service_request_id", default=None, allow_null=True)
    flags = CaseFlagOutput(many=True, required=False)

    @extend_schema_field(serializers.ChoiceField(choices=["patient", "clinician", "nobody"]))
    def get_next_actor(self, case: Case) -> str:
        """Return whose turn it is."""
        return case.next_step(timezone.now()).actor.value

    @extend_schema_field(NextStepOutput)
    def get_next_step(self, case: Case) -> dict[str, str]:
        """Return what they do."""
        step = case.next_step(timezone.now())
        return {"code": step.code, "words": step.words}

    def to_representation(self, case: Case) -> dict[str, Any]:
        """Return the case; flags only for clinicians."""
        shown = super().to_representation(case)
        if self.context["reader"].role != Role.PRACTITIONER:
            shown.pop("flags")
        return shown


class HoldOutput(serializers.Serializer[Any]):
    """A time that is held until `expires_at`."""

    id = serializers.UUIDField(source="pk")
    service_request = serializers.UUIDField(source="reference")
    practitioner = serializers.UUIDField(source="practitioner_id")
    practitioner_name = serializers.CharField(source="practitioner.display_name")
    start = serializers.DateTimeField(source="start_at")
    end = serializers.DateTimeField(source="end_at")
    expires_at = serializers.DateTimeField()


class SlotTakenProblem(Problem):
    """409 `slot-taken`: the nearest times that are free."""

    nearest = OfferOutput(many=True, required=False)


class AppointmentOutput(serializers.Serializer[Any]):
    """A visit; `time_zone` is the reader's, `practitioner_time_zone` the one in which the time was promised."""

    id = serializers.UUIDField(source="pk")
    service_request = serializers.UUIDField(source="service_request_id")
    service = serializers.SlugField(source="service_request.service.slug")
    status = serializers.CharField()
    start = serializers.DateTimeField(source="start_at")
    end = serializers.DateTimeField(source="end_at")
    time_zone = serializers.SerializerMethodField()
    practitioner = serializers.UUIDField(source="practitioner_id")
    practitioner_name = serializers.CharField(source="practitioner.display_name")
    practitioner_time_zone = serializers.CharField(source="time_zone")
    patient_state = serializers.CharField()
    revision = serializers.IntegerField()
    reschedules_left = serializers.SerializerMethodField()
    change_until = serializers.SerializerMethodField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    move_asked_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField()

    def get_time_zone(self, visit: Appointment) -> str:
        """Return the zone of the reader: the patient's for the patient, else the clinician's."""
        reader: User = self.context["reader"]
        return str(visit.patient.time_zone if reader.role == Role.PATIENT else visit.time_zone)

    def get_reschedules_left(self, visit: Appointment) -> int:
        """Return how often the visit may still be moved."""
        return max(0, visit.service_request.change_policy.max_reschedules - visit.reschedules)

    @extend_schema_field(serializers.DateTimeField())
    def get_change_until(self, visit: Appointment) -> str:
        """Return the last instant at which the patient may change it."""
        closes_at = visit.service_request.change_policy.closes_at(visit.start_at)
        return closes_at.isoformat().replace("+00:00", "Z")
