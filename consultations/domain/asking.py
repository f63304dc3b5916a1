"""How long a question to a patient waits: reminders, and the end of waiting."""

from datetime import datetime, timedelta

# After how long without an answer the patient is reminded, and when the clinician goes on without one.
NUDGES = (timedelta(days=1), timedelta(days=3))
EXPIRES = timedelta(days=7)


def next_nudge(asked_at: datetime, *, now: datetime) -> datetime | None:
    """Return when the patient is reminded next after `now`; None when they have been often enough."""
    return next((asked_at + after for after in NUDGES if asked_at + after > now), None)


def expires_at(asked_at: datetime) -> datetime:
    """Return when a question is no longer waited for."""
    return asked_at + EXPIRES
