"""Bodies that the endpoints of intake take."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from config.core.api.inputs import Base64, Input
from intake.domain.codes import SexAtBirth
from providers.domain.states import STATES


class PatientInput(Input):
    """A person's own record; phone numbers in E.164, the state by its USPS code, the zone by its IANA name."""

    given_name = serializers.CharField(max_length=100)
    family_name = serializers.CharField(max_length=100)
    preferred_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    birth_date = serializers.DateField()
    sex_at_birth = serializers.ChoiceField(choices=SexAtBirth.choices)
    gender_identity = serializers.CharField(max_length=100, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=20)
    address_line = serializers.CharField(max_length=200, required=False, allow_blank=True)
    city = serializers.CharField(max_length=100, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=sorted(STATES))
    postal_code = serializers.CharField(max_length=10, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64)
    preferred_language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    emergency_contact_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    emergency_contact_phone = serializers.CharField(max_length=20, required=False, allow_blank=True)


class ConsentInput(Input):
    """Which text, and the full name of the person who signs it."""

    document = serializers.UUIDField()
    signed_name = serializers.CharField(max_length=200)


class QuestionAnswerInput(Input):
    """One question's value; `link_id` is a path such as `medicine[0]/name`, null clears the answer."""

    link_id = serializers.CharField(max_length=400)
    value = serializers.JSONField(allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated pair; the value stays as it was sent."""
        pair = super().to_internal_value(data)
        return {"link_id": pair["link_id"], "value": pair["value"]}


class AnswersInput(Input):
    """
    One save of one client.

    `client_id` names a browser tab or device; `sequence` counts its saves, so that one that is sent again changes
    nothing; `base_revision` is the revision the client had seen.
    """

    client_id = serializers.RegexField(r"^[A-Za-z0-9._:-]+$", max_length=64)
    sequence = serializers.IntegerField(min_value=0, max_value=2**53)
    base_revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    answers = serializers.ListField(child=QuestionAnswerInput(), min_length=1, max_length=500)


class AttachmentInput(Input):
    """
    A file for one question; `name` is only shown, what it is is told by its content.

    The answer that comes back is then saved as the question's answer.
    """

    link_id = serializers.CharField(max_length=400)
    name = serializers.CharField(max_length=255)
    content = Base64()


class CompleteInput(Input):
    """`revision` is that of the answers which the person looked at; 412 `answers-moved` when there is a newer one."""

    revision = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
