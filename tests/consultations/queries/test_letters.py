"""Letters speak in the zone of the person who reads them."""

from datetime import UTC, datetime, timedelta

import pytest

from config.core.models import Role
from consultations.domain.codes import CommunicationKind
from consultations.models import Communication
from consultations.queries import letters
from tests.factories.consultations import AppointmentFactory, ReviewTaskFactory, ServiceRequestFactory
from tests.factories.core import UserFactory
from tests.factories.providers import NINE, PractitionerFactory, QualificationFactory

pytestmark = pytest.mark.django_db

NINE_IN_NEW_YORK = {
    "America/New_York": "9:00 AM EDT (New York time)",
    "America/Los_Angeles": "6:00 AM PDT (Los Angeles time)",
    "Pacific/Honolulu": "3:00 AM HST (Honolulu time)",
}


def letter_of(kind, *, zone, **words):
    visit = AppointmentFactory.create(service_request__patient__time_zone=zone, **words)
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


def test_an_hour_that_the_clock_shows_twice_is_told_apart_by_the_name_of_its_zone():
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    zone, kind = "America/New_York", CommunicationKind.VISIT_IN_AN_HOUR
    said = []
    for start_at in (first, first + timedelta(hours=1)):
        Communication.objects.all().delete()
        said.append(letter_of(kind, zone=zone, start_at=start_at, end_at=start_at + timedelta(minutes=30)).body)
    assert "1:30 AM EDT" in said[0]
    assert "1:30 AM EST" in said[1]


def test_the_subject_of_a_reminder_is_in_the_readers_hour_too():
    letter = letter_of(CommunicationKind.VISIT_IN_AN_HOUR, zone="America/Denver")
    assert letter.subject == "Your visit starts at 7:00 AM MDT"


def test_a_letter_says_whom_to_call(settings):
    letter = letter_of(CommunicationKind.BOOKING_CONFIRMED, zone="America/New_York")
    assert settings.CLINIC_PHONE in letter.body
    assert "In an emergency call 911. In a crisis call or text 988." in letter.body


@pytest.mark.parametrize("language", ["en", "es"])
# An offer of the waitlist speaks of its own row: tests/consultations/html/test_patient_waitlist.py. Codes for signing in
# are sent at once: tests/consultations/html/test_account_mail.py.
@pytest.mark.parametrize(
    "kind", sorted(set(CommunicationKind) - {CommunicationKind.WAITLIST_OFFER, CommunicationKind.ACCOUNT_CODE})
)
def test_every_kind_has_words_in_every_language(kind, language):
    case = ServiceRequestFactory.create(patient__preferred_language=language)
    Communication.objects.plan(subject=case, kind=kind, recipient_id=case.patient.user_id, due_at=NINE)

    letter = letters.compose(Communication.objects.get())

    assert ("Hola, " if language == "es" else "Hello ") + case.patient.called in letter.body
    assert f"/cases/{case.pk}/" in letter.body


STAFF = {
    CommunicationKind.REVIEW_DUE: "is due. Please sign in",
    CommunicationKind.ESCALATION: "needs somebody now",
    CommunicationKind.ASK_EXPIRED: "a question of yours",
}


@pytest.mark.parametrize("kind", STAFF)
def test_a_clinician_is_called_to_the_case_and_told_nothing_about_it(kind):
    task, clinician = ReviewTaskFactory.create(), PractitionerFactory.create(given_name="Ana", family_name="Ruiz")
    Communication.objects.plan(subject=task, kind=kind, recipient_id=clinician.user_id, due_at=NINE)

    letter = letters.compose(Communication.objects.get())

    assert STAFF[kind] in letter.body
    assert f"Hello {clinician.display_name}," in letter.body
    assert f"/clinic/cases/{task.pk}/" in letter.body
    assert task.service_request.patient.called not in letter.body


def test_an_administrator_is_written_to_without_a_name():
    qualification, admin = QualificationFactory.create(), UserFactory.create(role=Role.ADMIN)
    Communication.objects.plan(
        subject=qualification, kind=CommunicationKind.LICENCE_EXPIRING, recipient_id=admin.pk, due_at=NINE
    )

    letter = letters.compose(Communication.objects.get())

    assert letter.to == admin.email
    assert "\nHello," in f"\n{letter.body}"
    assert "/clinic/rearrange/" in letter.body


def test_a_clinician_reads_of_a_visit_in_their_own_zone():
    visit = AppointmentFactory.create(
        practitioner__time_zone="America/Denver", service_request__patient__time_zone="America/New_York"
    )
    Communication.objects.plan(
        subject=visit,
        kind=CommunicationKind.BOOKING_MOVED,
        recipient_id=visit.practitioner.user_id,
        due_at=visit.start_at,
    )

    letter = letters.compose(Communication.objects.get())

    assert "7:00 AM MDT (Denver time)" in letter.body
    assert f"/clinic/visits/{visit.pk}/" in letter.body


def test_what_is_gone_is_not_spoken_of():
    qualification, admin = QualificationFactory.create(), UserFactory.create(role=Role.ADMIN)
    Communication.objects.plan(
        subject=qualification, kind=CommunicationKind.LICENCE_EXPIRING, recipient_id=admin.pk, due_at=NINE
    )
    qualification.delete()

    assert letters.compose(Communication.objects.get()) == letters.Void("subject-gone")
