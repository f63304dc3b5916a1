"""Reading request bodies: every word is known, every text is bounded."""

from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

Words = TypeVar("Words", bound="Input")


class Input(serializers.Serializer[Any]):
    """A body of which every key is known; a key that is not names itself in the problem document."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated words; unknown keys are refused before anything else is looked at."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            wrong = [serializers.ErrorDetail("This is not a field of this request.", code="unknown-field")]
            raise serializers.ValidationError(dict.fromkeys(unknown, wrong))
        return super().to_internal_value(data)


class Nothing(Input):
    """A body without words: `{}` or nothing at all."""


def read(kind: type[Input], request: Request) -> dict[str, Any]:
    """Return the validated words of a body; 422 with one error for each field that is wrong."""
    words = kind(data=request.data)
    words.is_valid(raise_exception=True)
    return dict(words.validated_data)
