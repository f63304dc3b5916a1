"""Hours and exceptions over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from providers.models import Schedule, ScheduleException
from tests.factories.providers import (
    HealthcareServiceFactory,
    PractitionerFactory,
    ScheduleExceptionFactory,
    ScheduleFactory,
    SlotFactory,
    clinician,
)
from tests.providers.api.conftest import calling

pytestmark = pytest.mark.django_db(transaction=True)
URL, EXCEPTIONS = "/api/v1/schedules/", "/api/v1/schedule-exceptions/"


def hours(practitioner, **given):
    return {
        "practitioner": str(practitioner.pk),
        "time_zone": "America/New_York",
        "valid_from": "2026-01-01",
        "available_times": [{"weekday": 1, "start": "09:00", "end": "12:00"}],
        **given,
    }


def day_off(practitioner, **given):
    return {
        "practitioner": str(practitioner.pk),
        "kind": "off",
        "start_date": "2026-06-01",
        "end_date": "2026-06-01",
        **given,
    }


def test_hours_are_published_changed_and_retired(admin):
    ada = PractitionerFactory()

    published = admin.post(URL, hours(ada, modality="PHONE"))
    url = f"{URL}{published.json()['id']}/"
    changed = admin.put(url, hours(ada, available_times=[{"weekday": 5, "start": "22:00", "end": "30:00"}]))
    retired = admin.post(f"{url}retire/")

    assert published.status_code == 201
    assert (published.json()["modality"], changed.json()["modality"]) == ("PHONE", "")
    assert published.json()["available_times"] == [{"weekday": 1, "start": "09:00", "end": "12:00"}]
    assert changed.json()["available_times"] == [{"weekday": 5, "start": "22:00", "end": "30:00"}]
    assert (retired.status_code, retired.json()["is_active"]) == (200, False)


def test_a_clinician_publishes_their_own_hours(stranger):
    ada = PractitionerFactory()

    assert calling(ada.user).post(URL, hours(ada)).status_code == 201
    assert stranger.post(URL, hours(ada)).status_code == 404
    assert stranger.get(f"{URL}{Schedule.objects.get().pk}/").status_code == 404


def test_hours_are_refused_to_strangers(nobody, patient):
    ada = PractitionerFactory()

    assert [caller.post(URL, hours(ada)).status_code for caller in (nobody, patient)] == [401, 404]
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"available_times": []}, "available_times"),
        ({"available_times": "Monday"}, "available_times"),
        ({"available_times": [{"weekday": 1, "start": "9", "end": "12:00"}]}, "available_times[0].start"),
        ({"available_times": [{"weekday": 1, "start": "12:00", "end": "09:00"}]}, "available_times[0]"),
        ({"available_times": [{"weekday": 0, "start": "09:00", "end": "12:00"}]}, "available_times[0].weekday"),
        ({"time_zone": "EST5EDT4"}, "time_zone"),
        ({"valid_until": "2025-01-01"}, "valid_until"),
        ({"service": "none"}, "service"),
        ({"practitioner": "seven"}, "practitioner"),
    ],
)
def test_bad_hours_are_refused_by_field(admin, change, field):
    answer = admin.post(URL, {**hours(PractitionerFactory()), **change})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Schedule.objects.exists()


def test_hours_that_would_strand_a_visit_are_answered_with_the_list(admin):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada)
    url = f"{URL}{ada.schedules.get().pk}/"
    afternoons = hours(ada, available_times=[{"weekday": 1, "start": "13:00", "end": "17:00"}])

    refused = admin.put(url, afternoons)
    accepted = admin.put(url, {**afternoons, "accept": [str(slot.pk)]})

    assert (refused.status_code, refused.json()["code"]) == (409, "bookings-affected")
    assert refused.json()["affected"][0]["slot"] == str(slot.pk)
    assert accepted.status_code == 200


def test_time_off_is_saved_in_the_clinicians_zone_and_withdrawn(admin):
    ada = PractitionerFactory()

    saved = admin.post(EXCEPTIONS, day_off(ada, reason="Conference"))
    withdrawn = admin.post(f"{EXCEPTIONS}{saved.json()['id']}/withdraw/")

    assert (saved.status_code, saved.json()["time_zone"], saved.json()["start"]) == (201, "America/New_York", None)
    assert (withdrawn.status_code, withdrawn.json()["is_active"]) == (200, False)


def test_time_off_that_would_strand_a_visit_is_answered_with_the_list(admin):
    ada = clinician(HealthcareServiceFactory())
    SlotFactory(practitioner=ada)

    answer = admin.post(EXCEPTIONS, day_off(ada))

    assert (answer.status_code, answer.json()["code"]) == (409, "bookings-affected")
    assert not ScheduleException.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "holiday"}, "kind"),
        ({"end_date": "2026-05-31"}, "end_date"),
        ({"start": "09:00"}, "start_minute"),
        ({"start": "48:30", "end": "49:00"}, "start"),
        ({"kind": "extra"}, "start_minute"),
        ({"start_date": "2026-02-30"}, "start_date"),
    ],
)
def test_a_bad_exception_is_refused_by_field(admin, change, field):
    answer = admin.post(EXCEPTIONS, day_off(PractitionerFactory(), **change))

    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not ScheduleException.objects.exists()


def test_exceptions_are_refused_to_strangers(nobody, patient, stranger):
    row = ScheduleExceptionFactory()
    body = day_off(row.practitioner)

    assert [caller.post(EXCEPTIONS, body).status_code for caller in (nobody, patient, stranger)] == [401, 404, 404]
    assert stranger.get(f"{EXCEPTIONS}{row.pk}/").status_code == 404
    assert stranger.post(f"{EXCEPTIONS}{row.pk}/withdraw/").status_code == 404


@pytest.mark.parametrize(("url", "factory"), [(URL, ScheduleFactory), (EXCEPTIONS, ScheduleExceptionFactory)])
def test_the_number_of_queries_does_not_grow(admin, url, factory):
    counts = []
    for total in (5, 50):
        factory.create_batch(total)
        with CaptureQueriesContext(connection) as queries:
            admin.get(url, {"limit": 100})
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 2
