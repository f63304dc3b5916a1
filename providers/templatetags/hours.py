"""Wall-clock minutes and spans of time in words."""

from datetime import datetime

from django import template
from django.utils.dateformat import format as written

from providers.domain.codes import Weekday

register = template.Library()


@register.filter
def clock(minute: int) -> str:
    """Return minutes after midnight as people read them: 9 AM, 5:30 PM, 6 AM next day."""
    days, rest = divmod(minute, 1440)
    hour, minutes = divmod(rest, 60)
    text = f"{hour % 12 or 12}{f':{minutes:02}' if minutes else ''} {'AM' if hour < 12 else 'PM'}"
    if rest == 0 and days:
        return "midnight" if days == 1 else "midnight next day"
    return text + (" next day" if days else "")


@register.filter
def hour(minute: int) -> str:
    """Return the hour of minutes after midnight as a label: 9a, 12p."""
    number = minute // 60
    return f"{number % 12 or 12}{'a' if number % 24 < 12 else 'p'}"


@register.filter
def weekday(number: int) -> str:
    """Return the name of an ISO weekday."""
    return str(Weekday(number).label)


@register.filter
def span(piece: tuple[datetime, datetime]) -> str:
    """Return two local readings as one span: 9 AM to 12 PM, with the zone's short names where they differ."""
    start, end = piece
    if start.utcoffset() != end.utcoffset():
        return f"{_time(start)} {start.tzname()} to {_time(end)} {end.tzname()}"
    return f"{_time(start)} to {_time(end)}"


def _time(at: datetime) -> str:
    return written(at, "g A") if at.minute == 0 else written(at, "g:i A")
