"""What was promised, and what the present time zone data make of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from providers.domain import windows


def promised_at(local_start: str, zone: ZoneInfo) -> datetime | None:
    """
    Return the instant at which a promised wall-clock time is now, aware UTC.

    local_start  YYYY-MM-DDTHH:MM, as it was told
    Returns      the first of two when the clock shows it twice; None when it does not show it at all
    """
    day, _, clock = local_start.partition("T")
    hours, minutes = clock.split(":")
    minute = int(hours) * 60 + int(minutes)
    pieces = windows.expand(zone=zone, day=date.fromisoformat(day), start_minute=minute, end_minute=minute + 1)
    return pieces[0].start if pieces else None


def is_kept(start_at: datetime, local_start: str, zone: ZoneInfo) -> bool:
    """Tell whether a visit still starts when the clock shows what was promised."""
    return start_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") == local_start
