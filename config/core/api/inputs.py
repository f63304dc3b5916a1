"""Reading request bodies: every field is known, or the problem document names the one that is not."""

from typing import Any

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


class Nothing(Input):
    """A body without fields: `{}` or nothing at all."""


def read(kind: type[Input], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """Return the validated fields of a body; 422 with one error for each field that is wrong."""
    words = kind(data=request.data, partial=partial)
    words.is_valid(raise_exception=True)
    return dict(words.validated_data)
