"""What administrators did to visits beyond the policy of the service, and why."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from config.core import administrators
from config.core.api import ReadOnlyRows, signed_in
from config.core.api.pages import CursorPages
from consultations.models import PolicyOverride
from providers.api.fields import Instant

_COLUMNS = {
    "appointment": "appointment",
    "patient": "appointment__patient",
    "made_by": "made_by",
    "start": "made_at__gte",
    "end": "made_at__lt",
}


class OverridesQuery(serializers.Serializer[Any]):
    """Of which visit or patient, by whom, and made when; `end` is exclusive."""

    appointment = serializers.UUIDField(required=False)
    patient = serializers.UUIDField(required=False)
    made_by = serializers.UUIDField(required=False, help_text="The account of an administrator.")
    start = Instant(required=False)
    end = Instant(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that runs backwards."""
        if "start" in attrs and "end" in attrs and attrs["end"] <= attrs["start"]:
            raise serializers.ValidationError({"end": "The end is not after the start."}, code="before-start")
        return attrs


class OverrideOutput(serializers.ModelSerializer[PolicyOverride]):
    """One move or cancellation; `revision` is the visit's after it, `made_by_email` who the page names."""

    patient = serializers.UUIDField(source="appointment.patient_id", read_only=True)
    made_by_email = serializers.EmailField(source="made_by.email", read_only=True)

    class Meta:
        model = PolicyOverride
        fields = ["id", "appointment", "patient", "revision", "act", "reason", "made_at", "made_by", "made_by_email"]
        read_only_fields = fields


class OverridePages(CursorPages):
    """The latest first."""

    ordering = ("-made_at", "-id")


@extend_schema_view(list=extend_schema(parameters=[OverridesQuery]))
class PolicyOverrides(ReadOnlyRows[PolicyOverride]):
    """Kept reasons, the latest first; for administrators."""

    queryset = PolicyOverride.objects.all()
    serializer_class = OverrideOutput
    pagination_class = OverridePages
    related = ("appointment", "made_by")

    def get_queryset(self) -> QuerySet[PolicyOverride]:
        """Return those that are asked for; 403 `not-an-administrator` for anybody else."""
        administrators.require(signed_in(self.request))
        query = OverridesQuery(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return super().get_queryset().filter(**{_COLUMNS[name]: value for name, value in query.validated_data.items()})
