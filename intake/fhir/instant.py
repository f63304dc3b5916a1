"""Instants as FHIR writes them."""

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """Return an aware instant as a FHIR instant in UTC, such as 2026-06-01T15:00:00Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
