from datetime import date, timedelta

import pytest

from consultations.models import Appointment
from providers.models import Slot
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.providers import MONDAY, NINE, HealthcareServiceFactory, ScheduleExceptionFactory

pytestmark = pytest.mark.django_db
URL = "/clinic/rearrange/"


@pytest.fixture
def line():
    return HealthcareServiceFactory(name="Sleep")


@pytest.fixture
def ada(line):
    return clinician(line, family_name="Lovelace")


@pytest.fixture
def visit(line, ada):
    made = AppointmentFactory(service_request__service=line, practitioner=ada)
    Slot.objects.update(state="NY")
    return made


@pytest.fixture
def admin(browse):
    return browse(AdminFactory())


def test_a_visit_with_hours_and_licence_is_not_listed(admin, visit):
    assert_shows(admin.get(URL), "Nothing to rearrange")


def test_a_visit_without_hours_is_listed_with_the_same_time_first(admin, visit, ada, line):
    grace = clinician(line, family_name="Hopper")
    ScheduleExceptionFactory(practitioner=ada, start_date=MONDAY)

    page = admin.get(URL)

    assert_shows(page, "The clinician does not work then any more.", grace.display_name)
    [row] = page.context["visits"]
    assert [(way.kind, way.offer.start_at, way.offer.practitioner) for way in row.ways][:2] == [
        ("same-time", NINE, grace.pk),
        ("nearest", NINE + timedelta(minutes=30), grace.pk),
    ]


def test_a_visit_beyond_a_licence_is_listed_and_counted(admin, visit, ada):
    ada.qualifications.update(valid_until=date(2026, 5, 31))

    page = admin.get(URL)

    assert_shows(page, "license for that state is not in force", "May 31, 2026")
    assert [one.beyond for one in page.context["licences"]] == [1]


def test_move_takes_the_visit_to_the_other_clinician_at_the_same_time(admin, visit, ada, line):
    grace = clinician(line, family_name="Hopper")
    ScheduleExceptionFactory(practitioner=ada, start_date=MONDAY)

    moved = admin.post(f"{URL}{visit.pk}/", {"time": f"{NINE.isoformat()}~{grace.pk}"}, follow=True)

    visit.refresh_from_db()
    assert_shows(moved, "The visit is moved.", "Nothing to rearrange")
    assert (visit.practitioner, visit.start_at, visit.overrides.get().reason) == (
        grace, NINE, "The clinician cannot keep the time.",
    )  # fmt: skip


def test_move_into_a_time_that_is_gone_leaves_the_visit_and_no_hold(admin, visit, ada, line):
    grace = clinician(line, family_name="Hopper")
    value = {"time": f"{NINE.isoformat()}~{grace.pk}"}
    grace.roles.update(is_active=False)

    refused = admin.post(f"{URL}{visit.pk}/", value, follow=True)

    assert "The visit is moved." not in text_of(refused)
    assert Appointment.objects.get().practitioner == ada
    assert not Slot.objects.filter(status="busy-tentative").exists()


def test_ask_marks_the_visit_and_shows_the_patient_what_to_do(admin, browse, visit, ada):
    ScheduleExceptionFactory(practitioner=ada, start_date=MONDAY)

    asked = admin.post(f"{URL}{visit.pk}/", {"ask": "1"}, follow=True)
    theirs = browse(visit.patient.user).get(f"/visits/{visit.pk}/")

    assert_shows(asked, "Patient is asked")
    assert_shows(theirs, "Please choose another time")


def test_the_page_is_for_administrators(browse, visit):
    assert browse(visit.patient.user).get(URL).status_code == 403
    assert browse(visit.practitioner.user).post(f"{URL}{visit.pk}/").status_code == 403


def test_the_list_reads_a_fixed_number_of_rows_for_visits_that_can_stay(
    admin, visit, line, django_assert_max_num_queries
):
    for number in range(1, 4):
        other = clinician(line)
        AppointmentFactory(
            service_request__service=line, practitioner=other, start_at=NINE + number * timedelta(minutes=30)
        )
    Slot.objects.update(state="NY")

    with django_assert_max_num_queries(16):
        admin.get(URL)
