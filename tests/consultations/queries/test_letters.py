"""Letters speak in the zone of the person who reads them."""

import pytest

from consultations.domain.codes import CommunicationKind
from consultations.models import Communication
from consultations.queries import letters
from tests.factories.consultations import AppointmentFactory

pytestmark = pytest.mark.django_db

NINE_IN_NEW_YORK = {
    "America/New_York": "9:00 AM EDT (New York time)",
    "America/Los_Angeles": "6:00 AM PDT (Los Angeles time)",
    "Pacific/Honolulu": "3:00 AM HST (Honolulu time)",
}


def letter_of(kind, *, zone):
    visit = AppointmentFactory.create(service_request__patient__time_zone=zone)
    Communication.objects.plan(
        subject=visit, kind=kind, recipient_id=visit.patient.user_id, due_at=visit.start_at, revision=visit.revision
    )
    return letters.compose(Communication.objects.get())


@pytest.mark.parametrize("zone", NINE_IN_NEW_YORK)
@pytest.mark.parametrize(
    "kind",
    [CommunicationKind.BOOKING_CONFIRMED, CommunicationKind.BOOKING_MOVED,
     CommunicationKind.VISIT_IN_A_DAY, CommunicationKind.VISIT_IN_AN_HOUR],
)  # fmt: skip
def test_a_letter_names_the_hour_of_its_reader(kind, zone):
    assert NINE_IN_NEW_YORK[zone] in letter_of(kind, zone=zone).body


def test_the_subject_of_a_reminder_is_in_the_readers_hour_too():
    letter = letter_of(CommunicationKind.VISIT_IN_AN_HOUR, zone="America/Denver")
    assert letter.subject == "Your visit starts at 7:00 AM MDT"


def test_a_letter_says_whom_to_call(settings):
    letter = letter_of(CommunicationKind.BOOKING_CONFIRMED, zone="America/New_York")
    assert settings.CLINIC_PHONE in letter.body
    assert "In an emergency call 911. In a crisis call or text 988." in letter.body
