from datetime import UTC, date, datetime, timedelta

import pytest

from consultations.models import Appointment
from providers.models import Slot
from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.consultations import AppointmentFactory, clinician
from tests.factories.core import AdminFactory
from tests.factories.providers import (
    MONDAY,
    NINE,
    HealthcareServiceFactory,
    QualificationFactory,
    ScheduleExceptionFactory,
)

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
    [(_, rows)] = page.context["licences"]
    assert [row["visit"] for row in rows] == [visit]
    assert f'href="/clinic/booked/{visit.pk}/"' in page.content.decode()


def test_a_visit_on_the_last_day_of_a_licence_is_not_at_risk(admin, visit, ada):
    ada.qualifications.update(valid_until=MONDAY)

    assert [rows for _, rows in admin.get(URL).context["licences"]] == [[]]


def test_the_last_day_ends_at_midnight_where_the_patient_is(admin, line, ada):
    late = datetime(2026, 6, 2, 3, 30, tzinfo=UTC)  # Monday, half past eleven in New York
    AppointmentFactory(service_request__service=line, practitioner=ada, start_at=late)
    after = AppointmentFactory(service_request__service=line, practitioner=ada, start_at=late + timedelta(hours=1))
    Slot.objects.update(state="NY")
    ada.qualifications.update(valid_until=MONDAY)

    [(_, rows)] = admin.get(URL).context["licences"]

    assert [row["visit"] for row in rows] == [after]


def test_a_visit_that_a_later_licence_covers_is_not_at_risk(admin, visit, ada):
    ada.qualifications.update(valid_until=date(2026, 5, 30))
    QualificationFactory(practitioner=ada, valid_from=MONDAY)

    [(_, rows)] = admin.get(URL).context["licences"]

    assert rows == []


def test_a_visit_whose_service_takes_only_the_kind_that_ends_is_at_risk_although_another_kind_goes_on(
    admin, visit, ada, line
):
    ada.qualifications.update(valid_until=date(2026, 5, 31), kind="MD")
    QualificationFactory(practitioner=ada, kind="NP")
    assert admin.get(URL).context["licences"] == []
    line.licence_kinds = ["MD"]
    line.save()

    [(_, rows)] = admin.get(URL).context["licences"]

    assert [row["visit"] for row in rows] == [visit]


def test_visits_of_another_state_and_of_others_are_not_at_risk(admin, visit, ada, line):
    Slot.objects.update(state="NJ")
    other = AppointmentFactory(service_request__service=line, practitioner=clinician(line))
    Slot.objects.filter(pk=other.slot_id).update(state="NY")
    ada.qualifications.update(valid_until=date(2026, 5, 31))

    [(_, rows)] = admin.get(URL).context["licences"]

    assert rows == []


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


def test_a_visit_to_rearrange_leads_to_who_it_is(admin, visit, ada):
    ScheduleExceptionFactory(practitioner=ada, start_date=MONDAY)

    page = admin.get(URL)

    assert_shows(page, "Who it is, and their phone")
    assert f'href="/clinic/booked/{visit.pk}/"' in page.content.decode()
