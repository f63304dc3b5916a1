"""OpenAPI: every operation declares the problem document for each way it can fail."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

Direction = Literal["request", "response"]
ALWAYS = ("400", "401", "403", "404", "409", "413", "415", "422", "429")


class ProblemField(serializers.Serializer[Any]):
    """One offending field."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemField(many=True)  # type: ignore[assignment]


class ProblemSchema(AutoSchema):
    """Adds the problem responses and, to POST, the Idempotency-Key header."""

    def _get_response_bodies(self, direction: Direction = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        schema = self.resolve_serializer(Problem, direction)
        for status in ALWAYS:
            content = {"application/problem+json": {"schema": schema.ref}}
            bodies.setdefault(status, {"content": content, "description": "Problem"})
        return bodies

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters that no serializer knows of."""
        parameters: list[Any] = super().get_override_parameters()
        if self.method == "POST":
            parameters.append(
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "schema": {"type": "string", "maxLength": 255},
                    "description": "The same key and body gives the first answer again, for 24 hours.",
                }
            )
        return parameters
