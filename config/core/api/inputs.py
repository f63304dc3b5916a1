"""Reading request bodies: every field is known, or the problem document names the one that is not."""

import base64
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request


class Input(serializers.Serializer[Any]):
    """A body of which every field is known."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated fields; unknown ones are refused before anything else is looked at."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            wrong = [serializers.ErrorDetail("This is not a field of this request.", code="unknown-field")]
            raise serializers.ValidationError(dict.fromkeys(unknown, wrong))
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """The id of a row as text; a number, which Django would read as a UUID too, is refused."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the UUID of a text."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "byte"})
class Base64(serializers.Field[bytes, str, str, Any]):
    """The content of a file as text in base64."""

    default_error_messages = {"invalid": "This is not base64."}

    def to_internal_value(self, data: Any) -> bytes:
        """Return the bytes of a text."""
        try:
            return base64.b64decode(data, validate=True)
        except (TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: bytes) -> str:
        """Return the text of some bytes."""
        return base64.b64encode(value).decode()


class Nothing(Input):
    """A body without fields: `{}` or nothing at all."""


def read(kind: type[Input], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """Return the validated fields of a body; 422 with one error for each field that is wrong."""
    words = kind(data=request.data, partial=partial)
    words.is_valid(raise_exception=True)
    return dict(words.validated_data)
