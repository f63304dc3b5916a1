"""Fields of JSON that carry time: instants with their offset, zones, wall-clock times past midnight."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from timezone_field.backends import get_tz_backend

_CLOCK = re.compile(r"([0-4]?\d):([0-5]\d)")


class Instant(serializers.DateTimeField):
    """RFC 3339 with `Z` or an offset; a local time without one names no instant and is refused."""

    default_error_messages = {
        "naive": "Give the time with its offset, such as 2026-06-01T09:00:00-04:00 or ...Z.",
        "out-of-range": "Give a time of this century.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the instant in UTC."""
        if value.tzinfo is None:
            self.fail("naive")
        if not 2000 < value.year < 2100:
            self.fail("out-of-range")
        return super().enforce_timezone(value)

    def to_internal_value(self, value: Any) -> datetime:
        """Return the instant of a text; also with a space where a URL's `+` was."""
        if isinstance(value, str) and "T" in value and " " in value:
            value = value.replace(" ", "+")
        if isinstance(value, str):
            try:
                parse_datetime(value)
            except ValueError:
                self.fail("invalid", format="RFC 3339")
        return super().to_internal_value(value)


@extend_schema_field({"type": "string", "example": "America/New_York"})
class Zone(serializers.Field[ZoneInfo, str, str, Any]):
    """An IANA time zone by its name."""

    default_error_messages = {"unknown": "Give an IANA time zone, such as America/New_York."}

    def to_internal_value(self, data: str) -> ZoneInfo:
        """Return the zone of a name; only names that the stored fields know as well."""
        if not isinstance(data, str) or data not in get_tz_backend(use_pytz=False).all_tzstrs:
            self.fail("unknown")
        return ZoneInfo(data)

    def to_representation(self, value: ZoneInfo) -> str:
        """Return the zone's name."""
        return str(value)


@extend_schema_field({"type": "string", "example": "09:00", "pattern": r"^[0-4]?\d:[0-5]\d$"})
class Clock(serializers.Field[int, str, str, Any]):
    """A wall-clock time as minutes after midnight; "30:00" is six in the morning of the next day."""

    default_error_messages = {"invalid": "Give a time of day as HH:MM, up to 48:00."}

    def to_internal_value(self, data: str) -> int:
        """Return minutes after midnight, 0 to 2880."""
        match = _CLOCK.fullmatch(data) if isinstance(data, str) else None
        if match is None or (minutes := int(match[1]) * 60 + int(match[2])) > 2880:
            self.fail("invalid")
        return minutes

    def to_representation(self, value: int) -> str:
        """Return HH:MM."""
        return f"{value // 60:02}:{value % 60:02}"
