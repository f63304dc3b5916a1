"""What the endpoints about the plans of messages accept and answer."""

from typing import Any

from rest_framework import serializers

from config.core.api.inputs import Input
from consultations.domain.codes import CountedFrom, TimedKind
from consultations.domain.message_plan import LONGEST, MOST, SHORTEST

_MOST = 2_000_000_000
_TIMES = f"At most {MOST} different times of {SHORTEST} to {LONGEST} minutes, in any order; none: never sent."


class PlansQuery(serializers.Serializer[Any]):
    """Of which service line, by its slug; of all that are offered without."""

    service = serializers.SlugField(required=False)


class PlanInput(Input):
    """Times to look at."""

    minutes = serializers.ListField(child=serializers.IntegerField(), help_text=_TIMES)


class PlanWriteInput(PlanInput):
    """New times; `version` is the one that they were set from, 0 when there was none."""

    version = serializers.IntegerField(min_value=0, max_value=_MOST)


class PlanRestoreInput(Input):
    """`version` is the one in force."""

    version = serializers.IntegerField(min_value=0, max_value=_MOST)


class MessagePlanOutput(serializers.Serializer[Any]):
    """
    When one kind of message is sent for one service line.

    `minutes` count from what `counted_from` says, `when` says the same in words. With `is_own` they differ from the
    `usual` ones by the clinic's will. `version` is the last one; write from it.
    """

    service = serializers.CharField(source="service.slug")
    kind = serializers.ChoiceField(choices=TimedKind.choices)
    counted_from = serializers.ChoiceField(choices=CountedFrom.choices)
    minutes = serializers.ListField(child=serializers.IntegerField())
    when = serializers.CharField()
    is_own = serializers.BooleanField()
    usual = serializers.ListField(child=serializers.IntegerField())
    version = serializers.IntegerField()


class MessagePlansPage(serializers.Serializer[Any]):
    """Every kind of every service line, in the order of their names; there is one page."""

    next = serializers.CharField(allow_null=True, default=None)
    previous = serializers.CharField(allow_null=True, default=None)
    results = MessagePlanOutput(many=True)


class ToldOutput(serializers.Serializer[Any]):
    """One message: when it is wanted, and when it goes; null when it `is_late`, or quiet hours last until the visit."""

    wanted_at = serializers.DateTimeField()
    at = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()


class PlanPreviewOutput(serializers.Serializer[Any]):
    """
    When one person would be told; the messages that are planned for them already keep their time.

    `since` is what the minutes count from, `time_zone` the person's. With `is_made_up` there is no such case, with
    `is_refused` they want no such messages.
    """

    since = serializers.DateTimeField()
    time_zone = serializers.CharField(source="zone.key")
    is_made_up = serializers.BooleanField()
    is_refused = serializers.BooleanField()
    messages = ToldOutput(many=True, source="told")


class PlanCheckOutput(serializers.Serializer[Any]):
    """
    How times would be: in words, and for the next visits, or the last drafts or missed visits.

    `planned` counts the messages of this kind and service that are planned already; they keep their time.
    """

    when = serializers.CharField()
    planned = serializers.IntegerField()
    previews = PlanPreviewOutput(many=True)


class MessagePlanWholeOutput(MessagePlanOutput, PlanCheckOutput):
    """One plan with whom it would tell when, and how many messages are planned already; those keep their time."""


class PlanVersionOutput(serializers.Serializer[Any]):
    """One version; with `is_usual` it went back to the usual times. Nobody is named where it is older than versions."""

    version = serializers.IntegerField()
    minutes = serializers.ListField(child=serializers.IntegerField())
    is_usual = serializers.BooleanField()
    set_at = serializers.DateTimeField(allow_null=True)
    set_by = serializers.CharField(source="set_by.email", allow_null=True, default=None)


class PlanVersionsPage(serializers.Serializer[Any]):
    """Versions, the newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PlanVersionOutput(many=True)
