"""What the clinic's endpoints answer."""

from typing import Any

from rest_framework import serializers

from config.core.api.schema import Problem
from consultations.models import (
    Activity,
    Appointment,
    CarePlan,
    CommunicationRequest,
    Determination,
    Encounter,
    Goal,
    Referral,
    ReviewTask,
    Shift,
)
from intake.models import Flag


class ClaimOutput(serializers.ModelSerializer[ReviewTask]):
    """A claimed task: send `fence` with every write."""

    class Meta:
        model = ReviewTask
        fields = ["id", "fence", "lease_expires_at", "service_request"]
        read_only_fields = fields


class LeaseLostProblem(Problem):
    """409 `lease-lost` or `already-claimed`: who holds the case now, null when nobody does."""

    held_by = serializers.CharField(required=False, allow_null=True)
    lease_expires_at = serializers.DateTimeField(required=False, allow_null=True)


class ReferralOutput(serializers.ModelSerializer[Referral]):
    """Who referred the case, to whom and why; `service_request` is the case of another service that came of it."""

    to = serializers.CharField(source="whom", read_only=True)
    referred_by = serializers.CharField(source="referred_by.practitioner.display_name", default=None, read_only=True)
    service_request = serializers.UUIDField(source="new_request_id", read_only=True, allow_null=True)

    class Meta:
        model = Referral
        fields = ["kind", "to", "reason", "referred_at", "referred_by", "service_request"]
        read_only_fields = fields


class ColleagueOutput(serializers.Serializer[Any]):
    """A clinician to whom a case can be referred."""

    id = serializers.UUIDField(source="pk")
    name = serializers.CharField(source="display_name")


class OtherServiceOutput(serializers.Serializer[Any]):
    """A service to which the patient of a case can be referred."""

    slug = serializers.SlugField()
    name = serializers.CharField()


class ReferralOptionsOutput(serializers.Serializer[Any]):
    """To whom a case can be referred now, besides outside."""

    colleagues = ColleagueOutput(many=True)
    services = OtherServiceOutput(many=True)


class TaskOutput(serializers.ModelSerializer[ReviewTask]):
    """A task of the queue; `tier` 0 is an emergency, 1 urgent, 2 by due time."""

    service = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    priority = serializers.CharField(source="service_request.priority", read_only=True)
    held_by = serializers.CharField(source="owner.display_name", default=None, read_only=True)
    kept_for = serializers.CharField(source="reserved_for.display_name", default=None, read_only=True)
    proposed_by = serializers.CharField(source="proposed_by.display_name", default=None, read_only=True)
    referrals = ReferralOutput(many=True, read_only=True)

    class Meta:
        model = ReviewTask
        fields = [
            "id", "service_request", "service", "state", "status", "priority", "tier", "due_at", "created_at",
            "held_by", "claimed_at", "lease_expires_at", "fence", "kept_for", "reserved_until", "handover",
            "proposed_outcome", "proposed_by", "proposed_at", "overdue_at", "outcome", "reason", "referred_to", "decided_at",
            "referrals",
        ]  # fmt: skip
        read_only_fields = fields


class ShiftOutput(serializers.ModelSerializer[Shift]):
    """A clinician at work; `paused_at` while on a break. A shift begins with its first case."""

    class Meta:
        model = Shift
        fields = ["id", "began_at", "paused_at", "ended_at"]
        read_only_fields = fields


class ShiftEndedOutput(serializers.Serializer[Any]):
    """How many cases went back to the queue."""

    handed_back = serializers.IntegerField()


class AskOutput(serializers.ModelSerializer[CommunicationRequest]):
    """A question to the patient and the answer."""

    class Meta:
        model = CommunicationRequest
        fields = ["id", "service_request", "status", "message", "asked_at", "expires_at", "answer", "answered_at"]
        read_only_fields = fields


class FlagOutput(serializers.ModelSerializer[Flag]):
    """A safety flag."""

    code = serializers.CharField(source="rule.code", read_only=True)
    text = serializers.CharField(source="rule.clinician_text", read_only=True)

    class Meta:
        model = Flag
        fields = [
            "id", "code", "text", "severity", "status", "raised_at", "acknowledged_at", "acknowledged_by",
            "acknowledgement_note",
        ]  # fmt: skip
        read_only_fields = fields


class VisitOutput(serializers.ModelSerializer[Appointment]):
    """A booked visit."""

    class Meta:
        model = Appointment
        fields = ["id", "service_request", "practitioner", "status", "start_at", "end_at", "checked_in_at"]
        read_only_fields = fields


class EncounterOutput(serializers.ModelSerializer[Encounter]):
    """A visit that takes or took place; the note is for clinicians."""

    class Meta:
        model = Encounter
        fields = ["id", "appointment", "status", "patient_state", "began_at", "finished_at", "note"]
        read_only_fields = fields


class CheckedInOutput(serializers.ModelSerializer[Encounter]):
    """What the patient gets back from checking in."""

    class Meta:
        model = Encounter
        fields = ["id", "appointment", "status", "patient_state"]
        read_only_fields = fields


class DeterminationOutput(serializers.ModelSerializer[Determination]):
    """A determination; `criteria` is a frozen copy of the protocol with the findings."""

    class Meta:
        model = Determination
        fields = [
            "id", "service_request", "encounter", "version", "protocol", "status", "outcome", "criteria", "rationale", "recorded_at",
            "signed_at", "sha256",
        ]  # fmt: skip
        read_only_fields = fields


class ReadingOutput(serializers.Serializer[Any]):
    """What the answers say about one criterion; shown, never decided."""

    code = serializers.CharField()
    kind = serializers.CharField()
    text = serializers.CharField()
    source = serializers.JSONField()  # type: ignore[assignment]
    suggestion = serializers.CharField()
    evidence = serializers.ListField(child=serializers.CharField())


class ProtocolOutput(serializers.Serializer[Any]):
    """The criteria to settle, and the newest determination of the visit or case."""

    criteria = ReadingOutput(many=True)
    determination = DeterminationOutput(allow_null=True)


class GoalOutput(serializers.ModelSerializer[Goal]):
    """One goal."""

    class Meta:
        model = Goal
        fields = ["id", "status", "description", "measure"]
        read_only_fields = fields


class ActivityOutput(serializers.ModelSerializer[Activity]):
    """One thing to do; `due_dates` are days in the patient's zone."""

    class Meta:
        model = Activity
        fields = [
            "id", "kind", "status", "title", "detail", "schedule", "schedule_text", "due_dates", "questionnaire_url",
            "done_at",
        ]  # fmt: skip
        read_only_fields = fields


class CarePlanOutput(serializers.ModelSerializer[CarePlan]):
    """A care plan."""

    goals = GoalOutput(many=True, read_only=True)
    activities = ActivityOutput(many=True, read_only=True)

    class Meta:
        model = CarePlan
        fields = [
            "id", "determination", "patient", "status", "title", "description", "instructions", "signed_at",
            "review_on_date", "goals", "activities",
        ]  # fmt: skip
        read_only_fields = fields
