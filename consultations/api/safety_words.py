"""What the endpoints of safety accept and answer."""

from typing import Any

from rest_framework import serializers

from config.core.api.inputs import Id, Input
from consultations.domain.codes import RungKind
from consultations.domain.escalation import LONGEST_MINUTES
from consultations.models import Escalation, EscalationStep, OnCall
from intake.domain.codes import Severity
from intake.models import Flag

MAX_WORDS = 4000


class FlagsQuery(serializers.Serializer[Any]):
    """Which flags; `waiting` are those that need a name and have none."""

    waiting = serializers.BooleanField(required=False, default=False)
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)


class CallInput(Input):
    """Whom somebody reached, and what was said."""

    note = serializers.CharField(max_length=MAX_WORDS)


class OnCallInput(Input):
    """One clinician on call for one service, by its slug; `weeks` repeats the same hours of the clinic's clock."""

    service = serializers.SlugField()
    practitioner = Id()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    weeks = serializers.IntegerField(min_value=1, max_value=26, required=False, default=1)


class RungWords(Input):
    """One step of a chain."""

    kind = serializers.ChoiceField(choices=RungKind.choices)
    emergency_minutes = serializers.IntegerField(min_value=1, max_value=LONGEST_MINUTES)
    urgent_minutes = serializers.IntegerField(min_value=1, max_value=LONGEST_MINUTES)


class ChainInput(Input):
    """A whole chain, the clinic's phone last."""

    steps = serializers.ListField(child=RungWords(), min_length=1, max_length=12)


class ChainOutput(serializers.Serializer[Any]):
    """A chain; `is_own` is false for the common one."""

    is_own = serializers.BooleanField()
    steps = RungWords(many=True)


class RaisedFlagOutput(serializers.ModelSerializer[Flag]):
    """A safety flag, the version of its rule, and what it was raised by: `evidence` [{ref, value}]."""

    code = serializers.CharField(source="rule.code", read_only=True)
    version = serializers.CharField(source="rule.version", read_only=True)
    text = serializers.CharField(source="rule.clinician_text", read_only=True)
    rule_source = serializers.JSONField(source="rule.source", read_only=True)
    service = serializers.CharField(source="rule.service.slug", read_only=True)

    class Meta:
        model = Flag
        fields = [
            "id", "code", "version", "text", "rule_source", "service", "response", "severity", "status", "evidence",
            "raised_at", "superseded_at", "acknowledged_at", "acknowledged_by", "acknowledgement_note",
        ]  # fmt: skip
        read_only_fields = fields


class StepOutput(serializers.ModelSerializer[EscalationStep]):
    """One step that was taken: when it was due and when it came, and the call that was made."""

    class Meta:
        model = EscalationStep
        fields = ["position", "kind", "outcome", "due_at", "fired_at", "answer_by", "done_at", "done_by"]
        read_only_fields = fields


class AlertOutput(serializers.ModelSerializer[Escalation]):
    """One alert: its flag, the chain it began with, and the steps so far."""

    service = serializers.CharField(source="service.slug", read_only=True)
    steps = StepOutput(many=True, read_only=True)

    class Meta:
        model = Escalation
        fields = [
            "id", "flag", "service", "severity", "chain", "began_at", "next_step", "next_due_at", "ended_at",
            "end_reason", "steps",
        ]  # fmt: skip
        read_only_fields = fields


class OnCallOutput(serializers.ModelSerializer[OnCall]):
    """One stretch of being on call; `end` is the first instant after it."""

    service = serializers.CharField(source="service.slug", read_only=True)
    name = serializers.CharField(source="practitioner.display_name", read_only=True)
    start = serializers.DateTimeField(source="start_at", read_only=True)
    end = serializers.DateTimeField(source="end_at", read_only=True)

    class Meta:
        model = OnCall
        fields = ["id", "service", "practitioner", "name", "start", "end"]
        read_only_fields = fields
