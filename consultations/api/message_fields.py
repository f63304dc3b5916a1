"""What the endpoints of administrators about messages accept and answer."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from config.core.api.inputs import Input
from consultations.domain.codes import Channel, CommunicationKind, CommunicationStatus, WordsOf
from consultations.models import Communication

_MOST = 2_000_000_000


class ServiceQuery(serializers.Serializer[Any]):
    """Whose words: a service line by its slug; the whole clinic without."""

    service = serializers.SlugField(required=False)


class PhraseInput(Input):
    """Words in one language, with {placeholders}; a text message has no subject."""

    subject = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    body = serializers.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)


class LanguagesInput(Input):
    """The words in every language; what is left out is refused as `missing`, as empty words are."""

    def get_fields(self) -> dict[str, Any]:
        """Return a field for each language of the product."""
        return {language: PhraseInput(required=False) for language, _ in settings.LANGUAGES}


class CheckInput(Input):
    """Words to look at; `service` is the slug of the line that they are for, left out for the whole clinic."""

    service = serializers.SlugField(required=False)
    words = LanguagesInput()


class WriteInput(CheckInput):
    """New words; `version` is the one that they were written from, 0 when there was none."""

    version = serializers.IntegerField(min_value=0, max_value=_MOST)


class RestoreInput(Input):
    """`version` is the one in force; `service` as in the rest."""

    service = serializers.SlugField(required=False)
    version = serializers.IntegerField(min_value=0, max_value=_MOST)


class PhraseOutput(serializers.Serializer[Any]):
    """Words in one language."""

    subject = serializers.CharField(source="phrase.subject")
    body = serializers.CharField(source="phrase.body")


class InForceOutput(PhraseOutput):
    """Words that are sent now; when `is_faulty`, something about them is wrong and the shipped ones go out instead."""

    of = serializers.ChoiceField(choices=WordsOf.choices)
    is_faulty = serializers.BooleanField()


class MessageWordsOutput(serializers.Serializer[Any]):
    """
    One message and its words by language.

    `version` is the last one that the service line which was asked for, or the clinic, has written; write from it.
    """

    channel = serializers.ChoiceField(choices=Channel.choices)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=CommunicationKind.choices)
    for_staff = serializers.BooleanField()
    version = serializers.IntegerField()
    words = serializers.DictField(child=InForceOutput())


class MessageWordsPage(serializers.Serializer[Any]):
    """Every message, in the order of their kinds; there is one page."""

    next = serializers.CharField(allow_null=True, default=None)
    previous = serializers.CharField(allow_null=True, default=None)
    results = MessageWordsOutput(many=True)


class SegmentsOutput(serializers.Serializer[Any]):
    """In how many parts a text goes; letters `outside` of GSM-7 make it dearer."""

    alphabet = serializers.CharField()
    units = serializers.IntegerField()
    parts = serializers.IntegerField()
    outside = serializers.CharField()


class PreviewOutput(serializers.Serializer[Any]):
    """How words read, with a person and a time that do not exist; `segments` only of text messages."""

    subject = serializers.CharField(source="words.subject")
    body = serializers.CharField(source="words.body")
    segments = SegmentsOutput(allow_null=True)


class PreviewsOutput(serializers.Serializer[Any]):
    """The same in each language."""

    previews = serializers.DictField(child=PreviewOutput())


class PlaceholderOutput(serializers.Serializer[Any]):
    """One thing that can be filled in."""

    name = serializers.CharField()
    meaning = serializers.CharField()


class MessageWordsWholeOutput(MessageWordsOutput, PreviewsOutput):
    """One message with how it reads, and what can be filled in."""

    placeholders = PlaceholderOutput(many=True)


class VersionOutput(serializers.Serializer[Any]):
    """One version in every language; with `is_shipped` it went back to the words of before, and has none."""

    version = serializers.IntegerField()
    is_shipped = serializers.BooleanField()
    written_at = serializers.DateTimeField()
    written_by = serializers.CharField(source="written_by.email")
    words = serializers.DictField(child=PhraseOutput())


class VersionsPage(serializers.Serializer[Any]):
    """Versions, the newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = VersionOutput(many=True)


class MessagesQuery(serializers.Serializer[Any]):
    """Which messages; `since` and `until` bound `due_at`, `person` is the id of an account."""

    status = serializers.ChoiceField(choices=CommunicationStatus.choices, required=False)
    reason = serializers.CharField(max_length=64, required=False)
    kind = serializers.ChoiceField(choices=CommunicationKind.choices, required=False)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    person = serializers.UUIDField(required=False)
    service_request = serializers.UUIDField(required=False)
    subject = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class MessageOutput(serializers.ModelSerializer[Communication]):
    """
    One message that was planned, and what became of it; no text is stored.

    `subject` is the row that it speaks of, `person` the id of the account that it is for. `reason` says why it was not
    sent, or why it waits again.
    """

    reason = serializers.CharField(source="status_reason", read_only=True)
    subject = serializers.UUIDField(source="subject_id", read_only=True)
    person = serializers.UUIDField(source="recipient_id", read_only=True)

    class Meta:
        model = Communication
        fields = [
            "id", "kind", "channel", "status", "reason", "subject_type", "subject", "service_request", "person", "due_at",
            "expires_at", "attempts", "dialled_at", "sent_at", "delivered_at", "provider_message_id", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class HourOutput(serializers.Serializer[Any]):
    """Messages due in one hour, and how many waited at its end."""

    at = serializers.DateTimeField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    late_p95_seconds = serializers.FloatField()
    waiting = serializers.IntegerField()


class ChannelFiguresOutput(serializers.Serializer[Any]):
    """What was sent and failed in the last day."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()


class WhyOutput(serializers.Serializer[Any]):
    """How many messages of the last week were not sent for one reason."""

    reason = serializers.CharField()
    number = serializers.IntegerField()


class MessageFiguresOutput(serializers.Serializer[Any]):
    """
    How the messages do, as on the board: now, the last 24 hours, and why not.

    `dead` failed for good in the last week; `tick_age_seconds` is since somebody looked for due messages, null when
    nobody ever did; `faulty_words` counts own words that are not sent.
    """

    due = serializers.IntegerField()
    oldest_due_seconds = serializers.FloatField()
    sending = serializers.IntegerField()
    unknown = serializers.IntegerField()
    dead = serializers.IntegerField()
    late_p95_seconds = serializers.FloatField()
    tick_age_seconds = serializers.FloatField(allow_null=True)
    tick_is_late = serializers.BooleanField()
    faulty_words = serializers.IntegerField()
    hours = HourOutput(many=True)
    channels = ChannelFiguresOutput(many=True)
    reasons = WhyOutput(many=True)
