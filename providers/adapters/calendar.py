"""iCalendar: busy time as a feed that calendar programs subscribe to. Source: RFC 5545, RFC 7986."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from icalendar import Calendar, Event

CONTENT_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(minutes=15)


class Entry(NamedTuple):
    """One stretch of time; instants in UTC. `summary` says nothing about any patient."""

    uid: str
    start_at: datetime
    end_at: datetime
    changed_at: datetime
    summary: str
    is_busy: bool


def feed(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the calendar of `entries`; the same bytes for the same entries, so that a digest can stand for them."""
    calendar = Calendar()
    calendar.add("PRODID", "-//Anteroom//Calendar feed//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in sorted(entries, key=lambda one: (one.start_at, one.uid)):
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("DTSTAMP", entry.changed_at)
    event.add("LAST-MODIFIED", entry.changed_at)
    event.add("DTSTART", entry.start_at)
    event.add("DTEND", entry.end_at)
    event.add("SUMMARY", entry.summary)
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    return event
