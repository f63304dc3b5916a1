"""Each service line says when its messages go; nudges stop; a missed visit is asked after once more."""

from datetime import timedelta

import pytest

from consultations.adapters.outcome import Result
from consultations.domain.codes import AppointmentStatus, CommunicationKind, CommunicationStatus
from consultations.flows import book, remind, request, visit
from consultations.models import Appointment, Communication
from tests.factories.consultations import (
    AppointmentFactory,
    MessagePlanFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    asking_service,
    clinician,
    held,
)
from tests.factories.intake import PatientFactory
from tests.factories.providers import NINE, NOW

pytestmark = pytest.mark.django_db
Kind, Status = CommunicationKind, CommunicationStatus
DAY = timedelta(days=1)


def planned(kind):
    rows = Communication.objects.filter(kind=kind).order_by("ideal_at")
    return [(row.ideal_at, row.status) for row in rows]


def sent(now):
    letters = []
    remind.dispatch(send=lambda letter: letters.append(letter) or Result.SENT, clock=lambda: now)
    return letters


def begun(**columns):
    service = asking_service(**columns)
    return service, request.start(service_slug=service.slug, state="NY", by=PatientFactory().user, now=NOW)


def test_unfinished_questions_are_reminded_of_three_times_and_then_never():
    begun()

    assert planned(Kind.INTAKE_UNFINISHED) == [(NOW + days * DAY, Status.PREPARATION) for days in (1, 3, 7)]


def test_submitting_ends_the_nudges():
    case = ServiceRequestFactory()
    SupportingInfoFactory(service_request=case, finished=True)
    Communication.objects.plan(
        subject=case, kind=Kind.INTAKE_UNFINISHED, recipient_id=case.patient.user_id, due_at=NOW + DAY
    )

    request.submit(request_id=case.pk, by=case.patient.user, now=NOW)

    assert {status for _, status in planned(Kind.INTAKE_UNFINISHED)} == {Status.STOPPED}


def test_withdrawing_ends_the_nudges():
    _, case = begun()

    request.withdraw(request_id=case.pk, by=case.patient.user, now=NOW)

    assert {status for _, status in planned(Kind.INTAKE_UNFINISHED)} == {Status.STOPPED}


def test_a_line_may_nudge_once_or_never():
    service = asking_service()
    MessagePlanFactory(service=service, kind=Kind.INTAKE_UNFINISHED, minutes=[])

    request.start(service_slug=service.slug, state="NY", by=PatientFactory().user, now=NOW)

    assert planned(Kind.INTAKE_UNFINISHED) == []


def test_a_line_may_remind_of_a_visit_at_its_own_times():
    case = ServiceRequestFactory(submitted=True)
    practitioner = clinician(case.service)
    MessagePlanFactory(service=case.service, kind=Kind.VISIT_IN_A_DAY, minutes=[12 * 60, 36 * 60])
    early = NINE - timedelta(days=4)
    hold = held(case, practitioner=practitioner, expires_at=early + timedelta(minutes=10))

    book.book(request_id=case.pk, hold_id=hold.pk, by=case.patient.user, now=early)

    assert [at for at, _ in planned(Kind.VISIT_IN_A_DAY)] == [NINE - timedelta(hours=36), NINE - timedelta(hours=12)]
    assert [at for at, _ in planned(Kind.VISIT_IN_AN_HOUR)] == [NINE - timedelta(hours=1)]


def test_the_newest_version_of_a_lines_times_holds():
    service = asking_service()
    MessagePlanFactory(service=service, kind=Kind.INTAKE_UNFINISHED, minutes=[])
    MessagePlanFactory(service=service, kind=Kind.INTAKE_UNFINISHED, minutes=[60], version=2)

    request.start(service_slug=service.slug, state="NY", by=PatientFactory().user, now=NOW)

    assert planned(Kind.INTAKE_UNFINISHED) == [(NOW + timedelta(hours=1), Status.PREPARATION)]


@pytest.fixture
def missed():
    booked = AppointmentFactory()
    visit.no_show(
        appointment_id=booked.pk, by=booked.practitioner.user, now=booked.start_at + timedelta(minutes=20)
    )  # fmt: skip
    return booked


LATER = NINE + 2 * DAY + timedelta(hours=1)


def test_who_missed_a_visit_is_asked_once_more_later(missed):
    subjects = [letter.subject for letter in sent(LATER)]

    assert sorted(subjects) == ["We missed you", "Would you like another time?"]


def test_who_booked_again_is_not_asked(missed):
    sent(NINE + timedelta(hours=1))
    Appointment.objects.filter(pk=missed.pk).update(status=AppointmentStatus.NOSHOW)
    AppointmentFactory(service_request=missed.service_request, start_at=NINE + 5 * DAY)

    assert sent(LATER) == []
    assert Communication.objects.get(kind=Kind.NO_SHOW_FOLLOW_UP).status_reason == "booked-again"


@pytest.mark.parametrize("minutes", [5, 20])
def test_a_late_clinician_tells_the_patient_how_late(minutes):
    booked = AppointmentFactory()

    visit.run_late(appointment_id=booked.pk, minutes=minutes, by=booked.practitioner.user, now=NINE)
    (letter,) = sent(NINE)

    booked.refresh_from_db()
    assert booked.minutes_late == minutes
    assert f"running about {minutes} minutes late" in letter.body


def test_the_same_word_again_is_no_second_message():
    booked = AppointmentFactory()

    for _ in range(2):
        visit.run_late(appointment_id=booked.pk, minutes=10, by=booked.practitioner.user, now=NINE)

    assert Communication.objects.count() == 1


@pytest.mark.parametrize(
    ("now", "status", "minutes"),
    [
        pytest.param(NINE - timedelta(hours=3), AppointmentStatus.BOOKED, 10, id="long before"),
        pytest.param(NINE + timedelta(hours=1), AppointmentStatus.BOOKED, 10, id="that time has passed too"),
        pytest.param(NINE, AppointmentStatus.ARRIVED, 10, id="it has begun"),
        pytest.param(NINE, AppointmentStatus.BOOKED, 3, id="nobody minds"),
        pytest.param(NINE, AppointmentStatus.BOOKED, 500, id="that is another day"),
    ],
)
def test_not_every_visit_can_be_late(now, status, minutes):
    booked = AppointmentFactory(status=status)

    with pytest.raises(visit.NotLate):
        visit.run_late(appointment_id=booked.pk, minutes=minutes, by=booked.practitioner.user, now=now)
    assert not Communication.objects.exists()
