"""Invitations as two parsers that know nothing of each other read them."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject
from django.core import mail as outbox

from config.core.models import Role
from consultations.adapters.mail import connected
from consultations.domain.codes import CommunicationKind
from consultations.flows import book
from consultations.models import Communication
from consultations.queries import letters
from tests.factories.consultations import ServiceRequestFactory, clinician, held
from tests.factories.providers import NINE, NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db
Kind = CommunicationKind


def by_icalendar(words):
    (event,) = icalendar.Calendar.from_ical(words).walk("VEVENT")
    return {
        "method": str(icalendar.Calendar.from_ical(words)["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "stamp": event.decoded("DTSTAMP"),
        "start": event.decoded("DTSTART"),
        "end": event.decoded("DTEND"),
        "status": str(event["STATUS"]),
        "organizer": str(event["ORGANIZER"]),
        "attendee": str(event["ATTENDEE"]),
        "summary": str(event["SUMMARY"]),
    }


def by_vobject(words):
    calendar = vobject.readOne(words)
    event = calendar.vevent
    return {
        "method": calendar.method.value,
        "uid": event.uid.value,
        "sequence": int(event.sequence.value),
        "stamp": event.dtstamp.value,
        "start": event.dtstart.value,
        "end": event.dtend.value,
        "status": event.status.value,
        "organizer": event.organizer.value,
        "attendee": event.attendee.value,
        "summary": event.summary.value,
    }


READERS = pytest.mark.parametrize("read", [by_icalendar, by_vobject])


class Calendar:
    """What a calendar program keeps: an event for each UID, replaced by a later SEQUENCE, removed by CANCEL."""

    def __init__(self, read):
        self.read, self.events = read, {}

    def take(self, words):
        event = self.read(words)
        kept = self.events.get(event["uid"])
        if kept and (event["sequence"], event["stamp"]) <= (kept["sequence"], kept["stamp"]):
            return
        if event["method"] == "CANCEL":
            self.events.pop(event["uid"])
        else:
            self.events[event["uid"]] = event


def invitation(kind):
    """Return the calendar part of the newest mail of a kind to the patient, as it left for the mail server."""
    row = Communication.objects.filter(kind=kind, recipient__role=Role.PATIENT).latest("subject_revision")
    with connected() as send:
        send(letters.compose(row))
    (part,) = [part for part in outbox.outbox[-1].message().walk() if part.get_content_type() == "text/calendar"]
    words = part.get_payload(decode=True).decode()
    assert part.get_param("method") == by_icalendar(words)["method"]
    return words


@pytest.fixture
def case():
    service = HealthcareServiceFactory(max_reschedules=3)
    return ServiceRequestFactory(submitted=True, service=service), clinician(service)


@READERS
def test_book_move_and_cancel_change_one_event(case, read):
    request, practitioner = case
    by, calendar = request.patient.user, Calendar(read)

    hold = held(request, practitioner=practitioner)
    visit = book.book(request_id=request.pk, hold_id=hold.pk, by=by, now=NOW)
    calendar.take(invitation(Kind.BOOKING_CONFIRMED))
    assert [event["start"] for event in calendar.events.values()] == [NINE]

    later = held(request, practitioner=practitioner, start_at=NINE + timedelta(hours=2))
    book.reschedule(appointment_id=visit.pk, hold_id=later.pk, by=by, now=NOW)
    calendar.take(invitation(Kind.BOOKING_MOVED))
    assert [event["start"] for event in calendar.events.values()] == [NINE + timedelta(hours=2)]

    book.cancel(appointment_id=visit.pk, reason="", by=by, now=NOW)
    calendar.take(invitation(Kind.BOOKING_CANCELLED))
    assert calendar.events == {}


@READERS
def test_an_invitation_names_the_clinic_and_nothing_about_health(case, read, settings):
    request, practitioner = case
    settings.DEFAULT_FROM_EMAIL = '"The Clinic, Inc" <visits@clinic.example>'
    book.book(
        request_id=request.pk,
        hold_id=held(request, practitioner=practitioner).pk,
        by=request.patient.user,
        now=NOW,
    )

    words = invitation(Kind.BOOKING_CONFIRMED)
    event = read(words)

    assert event["method"] == "REQUEST"
    assert event["organizer"] == "mailto:visits@clinic.example"
    assert event["attendee"] == f"mailto:{request.patient.user.email}"
    assert event["end"] - event["start"] == timedelta(minutes=30)
    assert event["summary"] == "Visit"
    assert event["start"].utcoffset() == timedelta(0)
    for private in (request.service.name, request.patient.family_name, practitioner.family_name):
        assert private not in words


@READERS
def test_a_mail_that_comes_late_changes_nothing(case, read):
    request, practitioner = case
    by, calendar = request.patient.user, Calendar(read)
    visit = book.book(request_id=request.pk, hold_id=held(request, practitioner=practitioner).pk, by=by, now=NOW)
    first = invitation(Kind.BOOKING_CONFIRMED)
    later = held(request, practitioner=practitioner, start_at=NINE + timedelta(hours=2))
    book.reschedule(appointment_id=visit.pk, hold_id=later.pk, by=by, now=NOW)

    calendar.take(invitation(Kind.BOOKING_MOVED))
    calendar.take(first)

    assert [event["start"] for event in calendar.events.values()] == [datetime(2026, 6, 1, 15, tzinfo=UTC)]
