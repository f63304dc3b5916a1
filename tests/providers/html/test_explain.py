"""The page that says why a time is not offered."""

import pytest
import time_machine

from tests.consultations.html.reading import assert_shows, text_of
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory, SlotFactory, clinician

pytestmark = pytest.mark.django_db
URL = "/clinic/schedules/explain/"


@pytest.fixture(autouse=True)
def _on_sunday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada():
    return clinician(HealthcareServiceFactory(), family_name="Lovelace")


def asked(ada, **changes):
    service = ada.roles.get().service_id
    return {
        "practitioner": str(ada.pk), "service": str(service), "state": "NY", "day": "2026-06-01", "minute": "09:00",
        **changes,
    }  # fmt: skip


@pytest.fixture
def admin(client):
    client.force_login(AdminFactory())
    return client


def test_a_time_that_is_offered_says_so(admin, ada):
    assert_shows(admin.get(URL, asked(ada)), "Monday, June 1, 2026 at 9:00 AM EDT", "this time is offered")


def test_every_reason_is_told_in_words_with_its_code(admin, ada):
    SlotFactory(practitioner=ada, start_at=NOW.replace(month=6, day=1, hour=13))

    page = admin.get(URL, asked(ada, state="NJ"))

    assert_shows(page, "booked", "not-licensed", "This clinician has no license in that state.")


def test_a_patient_who_is_known_is_asked_for_as_such(admin, ada):
    ada.roles.update(accepts_new_patients=False)

    assert_shows(admin.get(URL, asked(ada)), "no-new-patients")
    assert_shows(admin.get(URL, asked(ada, is_known="on")), "this time is offered")


@pytest.mark.parametrize(
    ("day", "words"),
    [("2027-03-14", ["The clocks skip that time on that day"]), ("2026-11-01", ["1:30 AM EDT", "1:30 AM EST"])],
    ids=["skipped", "twice"],
)
def test_a_time_that_the_clocks_skip_or_show_twice_is_told_as_what_it_is(admin, ada, day, words):
    minute = "02:30" if day == "2027-03-14" else "01:30"

    assert_shows(admin.get(URL, asked(ada, day=day, minute=minute)), *words)


def test_what_is_missing_is_asked_for_by_its_field(admin, ada):
    page = admin.get(URL, asked(ada, state="", minute="noon"))

    assert_shows(page, "This field is required.", "Write a time such as 09:30 or 17:00", status=422)


def test_clinicians_ask_about_themselves_and_patients_not_at_all(client, ada):
    other = clinician(HealthcareServiceFactory(), family_name="Hopper")
    client.force_login(ada.user)
    assert_shows(client.get(URL), "Ada Lovelace")
    assert "Hopper" not in text_of(client.get(URL))
    assert client.get(URL, asked(other)).status_code == 422

    client.force_login(PatientFactory().user)
    assert client.get(URL).status_code == 403


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(admin, ada, day):
    assert_shows(admin.get(URL, asked(ada, day=day)), "Choose a day between 2000 and 2099.", status=422)
