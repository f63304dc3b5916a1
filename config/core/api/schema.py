"""OpenAPI: every operation declares the problem document for each way it can fail."""

from typing import Any, Literal

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

Direction = Literal["request", "response"]
ALWAYS = ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503")

IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "maxLength": 255},
    description="The same key and body gives the first answer again, for 24 hours.",
)


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the header of API clients; drf-spectacular finds this class by itself."""

    target_class = "config.core.api.authentication.SessionToken"
    name = "sessionToken"

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, str]:
        """Return the scheme of `X-Session-Token`."""
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token"}


class SessionCookieScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """Describes the browser's cookie."""

    target_class = "config.core.api.authentication.SessionCookie"


PROBLEM = "application/problem+json"


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
            content = {PROBLEM: {"schema": schema.ref}}
            bodies.setdefault(status, {"content": content, "description": "Problem"})
        return bodies

    def get_override_parameters(self) -> list[Any]:
        """Return the parameters that no serializer knows of."""
        parameters: list[Any] = super().get_override_parameters()
        if self.method == "POST":
            parameters.append(IDEMPOTENCY_KEY)
        return parameters
