"""What the clinic's endpoints accept."""

from typing import Any

from rest_framework import serializers

from config.core.api.inputs import Input
from consultations.domain.codes import ActivityKind, Finding, Outcome, ReferralKind, TaskStatus

MAX_WORDS = 4000


class TasksQuery(serializers.Serializer[Any]):
    """Which tasks; `service` is a slug."""

    status = serializers.ChoiceField(choices=TaskStatus.choices, required=False)
    service = serializers.SlugField(required=False)


class ClaimNextInput(Input):
    """Optionally only one service, by its slug."""

    service = serializers.SlugField(required=False)


class FenceInput(Input):
    """The fencing number that the claim gave."""

    fence = serializers.IntegerField(min_value=0, max_value=2_000_000_000)


class RunLateInput(Input):
    """How much later the clinician comes, in minutes."""

    minutes = serializers.IntegerField(min_value=5, max_value=120)


class NoteInput(FenceInput):
    """The draft note of the case."""

    note = serializers.CharField(max_length=MAX_WORDS, allow_blank=True)


class AcceptCaseInput(FenceInput):
    """An acceptance, with words for colleagues."""

    note = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True, default="")


class AskInput(FenceInput):
    """A question to the patient; `questionnaires` are ids of published ones to fill in as well."""

    message = serializers.CharField(max_length=MAX_WORDS)
    questionnaires = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=10)


class ReleaseInput(FenceInput):
    """Words for whoever takes the case next."""

    handover = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True, default="")


class SendBackInput(FenceInput):
    """What speaks against a colleague's decision."""

    handover = serializers.CharField(max_length=MAX_WORDS)


class ReassignInput(Input):
    """The clinician who is to take the case, and words for them."""

    to = serializers.UUIDField()
    handover = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True, default="")


class DeclineInput(FenceInput):
    """What the patient reads."""

    reason = serializers.CharField(max_length=MAX_WORDS)


class ReferInput(DeclineInput):
    """
    Whom to, and why.

    `outside`: `to` in words; `service`: the slug of another service; the patient reads both and `reason`. `colleague`:
    the id of a clinician, who reads `reason`.
    """

    kind = serializers.ChoiceField(choices=ReferralKind.choices, required=False, default=ReferralKind.OUTSIDE)
    to = serializers.CharField(max_length=200)


class AcknowledgeInput(Input):
    """What was done about the flag."""

    note = serializers.CharField(max_length=MAX_WORDS)


class AnswerInput(Input):
    """The patient's answer to the clinician's open question."""

    message = serializers.CharField(max_length=MAX_WORDS)


class CheckInInput(Input):
    """Where the patient is now, and that they are who the record says."""

    state = serializers.CharField(max_length=2)
    identity_confirmed = serializers.BooleanField()


class FinishInput(Input):
    """The note of the visit."""

    note = serializers.CharField(max_length=20_000)


class CriterionInput(Input):
    """One criterion of the protocol and what was found; evidence are linkIds, `score:NAME`, `flag:CODE`."""

    code = serializers.CharField(max_length=64)
    finding = serializers.ChoiceField(choices=Finding.choices)
    evidence = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=50)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class DeterminationInput(Input):
    """A determination: every criterion of the current protocol once."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    criteria = CriterionInput(many=True, max_length=200)  # type: ignore[call-arg]
    rationale = serializers.CharField(max_length=MAX_WORDS)


class ActivityScheduleInput(Input):
    """Days after the signature."""

    first_after_days = serializers.IntegerField(min_value=0, max_value=730, default=0)
    every_days = serializers.IntegerField(min_value=0, max_value=365, default=0)
    times = serializers.IntegerField(min_value=0, max_value=100, default=0)


class GoalInput(Input):
    """One goal; `measure` says how it will be seen."""

    description = serializers.CharField(max_length=2000)
    measure = serializers.DictField(required=False, allow_null=True)


class ActivityInput(Input):
    """One thing to do."""

    kind = serializers.ChoiceField(choices=ActivityKind.choices)
    title = serializers.CharField(max_length=200)
    detail = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True)
    schedule = ActivityScheduleInput(required=False)
    schedule_text = serializers.CharField(max_length=200, required=False, allow_blank=True)
    questionnaire_url = serializers.CharField(max_length=300, required=False, allow_blank=True)


class CarePlanInput(Input):
    """A plan: from a template, and what is said instead of it."""

    template = serializers.SlugField(required=False)
    title = serializers.CharField(max_length=200, required=False)
    instructions = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True)
    goals = GoalInput(many=True, required=False, max_length=30)  # type: ignore[call-arg]
    activities = ActivityInput(many=True, required=False, max_length=50)  # type: ignore[call-arg]
