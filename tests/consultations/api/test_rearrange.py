"""Visits that cannot stay, promises of the clock, and its changes, over HTTP."""

from datetime import timedelta

import pytest
import time_machine

from consultations.models import Communication
from providers.models import Slot
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.providers import (
    MONDAY,
    NINE,
    NOW,
    HealthcareServiceFactory,
    ScheduleExceptionFactory,
    clinician,
)

pytestmark = pytest.mark.django_db
BASE = "/api/v1"
ADMIN_ONLY = ("visits-to-move/", "ending-licences/", "broken-promises/", "clock-changes/")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(sign_in):
    return sign_in(AdminFactory())


@pytest.fixture
def line():
    return HealthcareServiceFactory()


@pytest.fixture
def visit(line):
    """A visit on a day that its clinician has taken off since."""
    ada = clinician(line)
    made = AppointmentFactory(service_request__service=line, practitioner=ada)
    Slot.objects.update(state="NY")
    ScheduleExceptionFactory(practitioner=ada, start_date=MONDAY)
    return made


def test_a_licence_that_ends_is_listed_with_the_visits_after_its_last_day(admin, line):
    ada = clinician(line)
    visit = AppointmentFactory(service_request__service=line, practitioner=ada)
    Slot.objects.update(state="NY")
    ada.qualifications.update(valid_until=MONDAY - timedelta(days=1))

    [row] = admin.get(f"{BASE}/ending-licences/").json()["results"]

    assert [one["id"] for one in row.pop("appointments")] == [str(visit.pk)]
    assert row == {
        "qualification": str(ada.qualifications.get().pk),
        "practitioner": str(ada.pk),
        "practitioner_name": ada.display_name,
        "kind": "MD",
        "jurisdiction": "NY",
        "valid_until": "2026-05-31",
        "visits_beyond": 1,
    }


def test_a_visit_that_cannot_stay_is_listed_with_why_and_where_it_could_go(admin, visit, line):
    grace = clinician(line)

    [row] = admin.get(f"{BASE}/visits-to-move/").json()["results"]
    ways = admin.get(f"{BASE}/appointments/{visit.pk}/proposals/").json()["results"]

    assert row["appointment"]["id"] == str(visit.pk)
    assert [reason["code"] for reason in row["reasons"]] == ["outside-hours"]
    assert (ways[0]["kind"], ways[0]["practitioner"], ways[0]["start"]) == (
        "same-time", str(grace.pk), "2026-06-01T13:00:00Z",
    )  # fmt: skip


def test_a_patient_is_asked_once_for_another_time(admin, visit):
    url = f"{BASE}/appointments/{visit.pk}/ask-to-move/"

    answers = [admin.post(url), admin.post(url)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json()["move_asked_at"] == "2026-05-31T23:00:00Z"
    assert Communication.objects.filter(subject_id=visit.pk).count() == 1


def test_a_visit_that_has_begun_is_not_to_move(admin, visit):
    with time_machine.travel(NINE, tick=False):
        answer = admin.post(f"{BASE}/appointments/{visit.pk}/ask-to-move/")

    assert (answer.status_code, answer.json()["code"]) == (409, "not-to-move")


def test_a_broken_promise_is_listed_and_kept(admin):
    visit = AppointmentFactory(local_start="2026-06-01T10:00", tzdata_version="2025a")

    listed = admin.get(f"{BASE}/broken-promises/").json()
    kept = admin.post(f"{BASE}/appointments/{visit.pk}/keep-promise/")
    again = admin.post(f"{BASE}/appointments/{visit.pk}/keep-promise/")

    [row] = listed["results"]
    assert (row["appointment"]["id"], row["promised_local_start"], row["keeps_at"]) == (
        str(visit.pk), "2026-06-01T10:00", "2026-06-01T14:00:00Z",
    )  # fmt: skip
    assert (kept.status_code, kept.json()["start"], kept.json()["revision"]) == (200, "2026-06-01T14:00:00Z", 1)
    assert (again.status_code, again.json()["code"]) == (409, "nothing-broken")


def test_a_change_of_the_clocks_names_windows_and_visits(admin, line, django_assert_num_queries):
    grace = clinician(line, weekdays=(7,), hours=((30, 180),))
    AppointmentFactory(start_at=NINE + timedelta(days=152), practitioner=grace)

    with django_assert_num_queries(5):
        changes = admin.get(f"{BASE}/clock-changes/").json()["results"]

    fall = next(one for one in changes if one["minutes"] == -60)
    assert (fall["time_zone"], fall["at"], fall["visits"]) == ("America/New_York", "2026-11-01T06:00:00Z", 1)
    [window] = fall["windows"]
    assert (window["date"], window["start"], window["end"], window["effect"]) == ("2026-11-01", "00:30", "03:00", "repeats")  # fmt: skip
    assert (window["wall_minutes"], window["real_minutes"]) == (150, 210)


def test_all_of_it_is_for_administrators(sign_in, visit):
    for user in (visit.patient.user, visit.practitioner.user):
        client = sign_in(user)
        for path in (*ADMIN_ONLY, f"appointments/{visit.pk}/proposals/"):
            assert client.get(f"{BASE}/{path}").status_code == 403
        for verb in ("ask-to-move", "keep-promise"):
            assert client.post(f"{BASE}/appointments/{visit.pk}/{verb}/").status_code == 403
