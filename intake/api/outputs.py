"""What the endpoints of intake answer with."""

from typing import Any

from rest_framework import serializers

from config.core.api.inputs import Base64
from intake.models import Consent, ConsentDocument, Patient


class PatientOutput(serializers.ModelSerializer[Patient]):
    """A person's own record."""

    phone = serializers.CharField()
    emergency_contact_phone = serializers.CharField()
    time_zone = serializers.CharField()

    class Meta:
        model = Patient
        fields = [
            "id", "given_name", "family_name", "preferred_name", "birth_date", "sex_at_birth", "gender_identity",
            "phone", "address_line", "city", "state", "postal_code", "time_zone", "preferred_language",
            "emergency_contact_name", "emergency_contact_phone",
        ]  # fmt: skip
        read_only_fields = fields


class ConsentDocumentOutput(serializers.ModelSerializer[ConsentDocument]):
    """A text to sign, word for word in Markdown, with its digest."""

    class Meta:
        model = ConsentDocument
        fields = ["id", "slug", "version", "language", "title", "body", "sha256"]
        read_only_fields = fields


class ConsentOutput(serializers.ModelSerializer[Consent]):
    """A signature: under which text, version, language and digest, when, and whether it is in force."""

    slug = serializers.CharField(source="document.slug")
    version = serializers.CharField(source="document.version")
    language = serializers.CharField(source="document.language")
    title = serializers.CharField(source="document.title")

    class Meta:
        model = Consent
        fields = [
            "id", "document", "slug", "version", "language", "title", "document_sha256", "status", "signed_name",
            "signed_at", "withdrawn_at",
        ]  # fmt: skip
        read_only_fields = fields


class IssueOutput(serializers.Serializer[Any]):
    """One thing to say about one question; only `error` stands in the way of completing."""

    link_id = serializers.CharField()
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    detail = serializers.CharField()


class ConflictOutput(serializers.Serializer[Any]):
    """A question that another client changed meanwhile; what is stored is `theirs`."""

    link_id = serializers.CharField()
    yours = serializers.JSONField()
    theirs = serializers.JSONField()
    changed_by = serializers.UUIDField()
    changed_at = serializers.DateTimeField()
    revision = serializers.IntegerField()


class ElsewhereOutput(serializers.Serializer[Any]):
    """A question that another client changed since the base of this save; show it as it stands now."""

    link_id = serializers.CharField()
    value = serializers.JSONField(allow_null=True)
    changed_by = serializers.UUIDField()
    changed_at = serializers.DateTimeField()
    revision = serializers.IntegerField()


class WayOutput(serializers.Serializer[Any]):
    """One way to reach help."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    detail = serializers.CharField()
    href = serializers.CharField()


class CrisisOutput(serializers.Serializer[Any]):
    """Whom to call now. Show it at once, above everything else."""

    title = serializers.CharField()
    text = serializers.CharField()
    ways = WayOutput(many=True)
    after = serializers.CharField()


class NoticeOutput(serializers.Serializer[Any]):
    """What a safety rule says to the patient; show it beside the questions that it speaks of."""

    code = serializers.CharField()
    text = serializers.CharField()
    questions = serializers.ListField(child=serializers.CharField())


class QuestionnaireResponseOutput(serializers.Serializer[Any]):
    """
    The answers as they stand: `answers` is {path: value}, `enabled` the paths that are asked now.

    Of a draft, `newer_questionnaire` is the version that `carry-over/` would move it to, `crisis` whom to call now.
    """

    id = serializers.UUIDField()
    questionnaire = serializers.UUIDField(source="questionnaire_id")
    status = serializers.CharField()
    revision = serializers.IntegerField()
    answers = serializers.JSONField()
    enabled = serializers.ListField(child=serializers.CharField(), source="judged.enabled")
    calculated = serializers.JSONField(source="judged.calculated")
    issues = IssueOutput(many=True, source="judged.issues_json")
    crisis = CrisisOutput(allow_null=True)
    notices = NoticeOutput(many=True)
    newer_questionnaire = serializers.UUIDField(allow_null=True)


class CarriedOutput(serializers.Serializer[Any]):
    """
    A draft after `carry-over/`; `moved` is false when its questions are the newest already.

    `changed` are the linkIds that are asked again, `gone` those that are no longer asked.
    """

    moved = serializers.BooleanField()
    changed = serializers.ListField(child=serializers.CharField())
    gone = serializers.ListField(child=serializers.CharField())
    questionnaire_response = QuestionnaireResponseOutput()


class AttachmentOutput(serializers.Serializer[Any]):
    """A file as an answer names it: save it as the value of its question."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    contentType = serializers.CharField()  # noqa: N815
    size = serializers.IntegerField()


class FileOutput(AttachmentOutput):
    """A file with its content in base64."""

    content = Base64()


class SavedOutput(serializers.Serializer[Any]):
    """What a save did, and how the response stands after it."""

    revision = serializers.IntegerField()
    stored = serializers.ListField(child=serializers.CharField())
    conflicts = ConflictOutput(many=True)
    elsewhere = ElsewhereOutput(many=True)
    enabled = serializers.ListField(child=serializers.CharField())
    calculated = serializers.JSONField()
    issues = IssueOutput(many=True)
    crisis = CrisisOutput(allow_null=True)
    notices = NoticeOutput(many=True)
