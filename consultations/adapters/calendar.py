"""iCalendar files (RFC 5545) of single visits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

CONTENT_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
_REMIND = timedelta(minutes=-15)


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What goes into a calendar, which others may read: nothing about health.

    uid       stays the same when the visit moves
    sequence  rises with every change, so that the calendar replaces what it has
    """

    uid: str
    sequence: int
    start_at: datetime
    end_at: datetime
    changed_at: datetime
    url: str
    is_cancelled: bool = False


def file(entry: Entry) -> bytes:
    """
    Return the calendar file of one visit; instants are written in UTC.

    Source  RFC 5545, 3.8.7.4 (SEQUENCE)
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Anteroom//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", entry.start_at)
    event.add("dtend", entry.end_at)
    event.add("summary", "Video visit")
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if not entry.is_cancelled:
        event.add_component(_alarm())
    return event


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Video visit")
    alarm.add("trigger", _REMIND)
    return alarm
