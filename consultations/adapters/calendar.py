"""iCalendar files (RFC 5545) of single visits, and invitations by mail (RFC 5546)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

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


@dataclass(frozen=True, slots=True)
class Invitation:
    """
    Who invites whom, by mail address; with it a calendar changes or removes the visit by itself.

    organizer  the clinic: name and address; the same each time, or calendars take no change from it
    """

    organizer_name: str
    organizer: str
    attendee: str


def method(entry: Entry, invitation: Invitation | None = None) -> str:
    """
    Return what a calendar shall do with the file.

    Source  RFC 5546, 3.2 (REQUEST makes and changes an event, CANCEL ends it; PUBLISH asks nothing of anybody)
    """
    if entry.is_cancelled:
        return "CANCEL"
    return "REQUEST" if invitation else "PUBLISH"


def content_type(entry: Entry) -> str:
    """Return the type of the answer that downloads the file."""
    return f"text/calendar; charset=utf-8; method={method(entry)}"


def file(entry: Entry, invitation: Invitation | None = None) -> bytes:
    """
    Return the calendar file of one visit; instants are written in UTC.

    invitation  None for a file that somebody downloads
    Source      RFC 5545, 3.8.7.4 (SEQUENCE)
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Anteroom//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method(entry, invitation))
    event = _event(entry)
    if invitation:
        _invite(event, invitation)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.start_at)
    event.add("dtend", entry.end_at)
    event.add("summary", gettext("Visit"))
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if not entry.is_cancelled:
        event.add_component(_alarm())
    return event


def _invite(event: Event, invitation: Invitation) -> None:
    organizer = vCalAddress(f"mailto:{invitation.organizer}")
    organizer.params["CN"] = vText(invitation.organizer_name)
    attendee = vCalAddress(f"mailto:{invitation.attendee}")
    # Who booked has said yes; an answer by the calendar would reach nobody.
    attendee.params["PARTSTAT"], attendee.params["RSVP"] = vText("ACCEPTED"), vText("FALSE")
    event.add("organizer", organizer)
    event.add("attendee", attendee)


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", gettext("Visit"))
    alarm.add("trigger", _REMIND)
    return alarm
