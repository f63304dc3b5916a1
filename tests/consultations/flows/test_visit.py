"""The visit: check-in by the patient where they are, the rest by the clinician whose visit it is."""

from datetime import timedelta

import pytest

from config.core.errors import NotAllowed, NotFound
from consultations.domain import words
from consultations.domain.codes import (
    AppointmentStatus,
    CommunicationKind,
    CommunicationStatus,
    EncounterStatus,
)
from consultations.domain.lifecycle import BadTransition
from consultations.flows import visit
from consultations.models import Communication
from tests.factories.clinic import EncounterFactory, in_visit
from tests.factories.consultations import AppointmentFactory, ServiceRequestFactory, clinician
from tests.factories.core import UserFactory
from tests.factories.providers import NINE, HealthcareServiceFactory, QualificationFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def booked(**fields):
    request = ServiceRequestFactory(submitted=True)
    return AppointmentFactory(service_request=request, practitioner=clinician(request.service), **fields)


def check_in(appointment, *, now=NINE, **changes):
    values = {"state": "NY", "identity_confirmed": True, "by": appointment.patient.user, **changes}
    return visit.check_in(appointment_id=appointment.pk, now=now, **values)


def test_check_in_makes_the_encounter_and_stops_reminders():
    appointment = booked()
    Communication.objects.plan(
        subject=appointment,
        kind=CommunicationKind.VISIT_IN_AN_HOUR,
        recipient_id=appointment.patient.user_id,
        due_at=NINE,
    )

    encounter = check_in(appointment, now=NINE - 30 * MINUTE)

    appointment.refresh_from_db()
    assert (appointment.status, encounter.status) == (AppointmentStatus.CHECKED_IN, EncounterStatus.ARRIVED)
    assert (appointment.checked_in_by, encounter.patient_state) == (appointment.patient.user, "NY")
    assert Communication.objects.get().status == CommunicationStatus.STOPPED


@pytest.mark.parametrize("now", [NINE - 31 * MINUTE, NINE + 30 * MINUTE], ids=["early", "late"])
def test_check_in_is_refused_outside_its_window(now):
    with pytest.raises(visit.CheckInClosed) as refusal:
        check_in(booked(), now=now)

    assert refusal.value.extra["opens_at"] == NINE - 30 * MINUTE


def test_check_in_needs_the_identity():
    with pytest.raises(visit.IdentityNotConfirmed):
        check_in(booked(), identity_confirmed=False)


@pytest.mark.parametrize("state", ["NJ", "XX", ""])
def test_check_in_is_refused_where_the_clinician_is_not_licensed(state):
    with pytest.raises(visit.NotLicensed) as refusal:
        check_in(booked(), state=state)

    assert refusal.value.errors[0].field == "state"


def test_check_in_is_refused_on_the_day_after_the_licence():
    appointment = booked()
    appointment.practitioner.qualifications.update(valid_until=NINE.date() - timedelta(days=1))

    with pytest.raises(visit.NotLicensed):
        check_in(appointment)


def test_check_in_follows_the_patient_to_another_state_of_the_licence():
    appointment = booked()
    QualificationFactory(practitioner=appointment.practitioner, jurisdiction="NJ")

    assert check_in(appointment, state="NJ").patient_state == "NJ"


def test_check_in_twice_is_refused():
    appointment = booked()
    check_in(appointment)

    with pytest.raises(BadTransition):
        check_in(appointment)


def test_check_in_is_the_patients_own():
    appointment = booked()

    with pytest.raises(NotFound):
        check_in(appointment, by=UserFactory())
    with pytest.raises(NotAllowed):
        check_in(appointment, by=appointment.practitioner.user)


def test_begin_and_finish_move_visit_and_encounter():
    appointment = booked()
    encounter = check_in(appointment)
    by = appointment.practitioner.user

    begun = visit.begin(encounter_id=encounter.pk, by=by, now=NINE)
    assert (begun.status, begun.appointment.status) == (EncounterStatus.IN_PROGRESS, AppointmentStatus.ARRIVED)

    done = visit.finish(encounter_id=encounter.pk, note=" Fine. ", by=by, now=NINE + 20 * MINUTE)
    assert (done.status, done.appointment.status) == (EncounterStatus.FINISHED, AppointmentStatus.FULFILLED)
    assert (done.note, done.finished_by) == ("Fine.", by)


def test_begin_refuses_when_the_licence_ended_since_check_in():
    appointment = booked()
    encounter = check_in(appointment)
    appointment.practitioner.qualifications.update(status="suspended")

    with pytest.raises(visit.NotLicensed):
        visit.begin(encounter_id=encounter.pk, by=appointment.practitioner.user, now=NINE)


def test_begin_is_hidden_from_other_clinicians_and_patients():
    encounter = EncounterFactory()

    for stranger in (clinician(HealthcareServiceFactory()).user, encounter.appointment.patient.user):
        with pytest.raises(NotFound):
            visit.begin(encounter_id=encounter.pk, by=stranger, now=NINE)


def test_begin_twice_is_refused():
    encounter = in_visit()

    with pytest.raises(BadTransition):
        visit.begin(encounter_id=encounter.pk, by=encounter.began_by, now=NINE)


def test_finish_needs_a_note():
    encounter = in_visit()

    with pytest.raises(words.WordsMissing):
        visit.finish(encounter_id=encounter.pk, note=" ", by=encounter.began_by, now=NINE)


def test_finish_refuses_a_visit_that_did_not_begin():
    encounter = EncounterFactory()

    with pytest.raises(BadTransition):
        visit.finish(encounter_id=encounter.pk, note="Fine.", by=encounter.appointment.practitioner.user, now=NINE)


def test_no_show_tells_the_patient_and_asks_again_later():
    appointment = booked()

    missed = visit.no_show(appointment_id=appointment.pk, by=appointment.practitioner.user, now=NINE + 10 * MINUTE)

    assert missed.status == AppointmentStatus.NOSHOW
    planned = Communication.objects.about(appointment.pk).order_by("due_at").values_list("kind", flat=True)
    assert list(planned) == [CommunicationKind.VISIT_MISSED, CommunicationKind.NO_SHOW_FOLLOW_UP]


def test_no_show_after_check_in_cancels_the_encounter():
    appointment = booked()
    encounter = check_in(appointment)

    visit.no_show(appointment_id=appointment.pk, by=appointment.practitioner.user, now=NINE + 10 * MINUTE)

    encounter.refresh_from_db()
    assert encounter.status == EncounterStatus.CANCELLED


def test_no_show_waits_ten_minutes():
    appointment = booked()

    with pytest.raises(visit.TooEarly):
        visit.no_show(appointment_id=appointment.pk, by=appointment.practitioner.user, now=NINE + 9 * MINUTE)


def test_no_show_is_refused_once_the_visit_began():
    encounter = in_visit()

    with pytest.raises(BadTransition):
        visit.no_show(appointment_id=encounter.appointment_id, by=encounter.began_by, now=NINE + 10 * MINUTE)


def test_no_show_is_the_clinicians():
    appointment = booked()

    with pytest.raises(NotAllowed):
        visit.no_show(appointment_id=appointment.pk, by=appointment.patient.user, now=NINE + 10 * MINUTE)
    with pytest.raises(NotFound):
        visit.no_show(appointment_id=appointment.pk, by=clinician(HealthcareServiceFactory()).user, now=NINE)
