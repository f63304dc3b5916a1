"""How long until something is due, in words."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext, ngettext

SOON = timedelta(hours=1)


class Due(NamedTuple):
    """Words, and how pressing: a kind of badge (emergency, urgent, neutral)."""

    words: str
    kind: str


def due(due_at: datetime | None, *, now: datetime) -> Due:
    """Return how long until `due_at`, or since when it is overdue; both aware UTC."""
    if due_at is None:
        return Due("no due time", "neutral")
    left = due_at - now
    if left < timedelta(0):
        return Due(f"overdue by {length(-left)}", "emergency")
    return Due(f"due in {length(left)}", "urgent" if left <= SOON else "neutral")


def length(span: timedelta) -> str:
    """Return a length of time in its largest whole unit."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return gettext("less than a minute")
    if minutes < 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    days = minutes // (24 * 60)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
