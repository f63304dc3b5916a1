"""Clinicians, roles and licences over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.core.models import Role
from providers.models import Practitioner, PractitionerRole, Qualification
from tests.factories.core import UserFactory
from tests.factories.providers import (
    HealthcareServiceFactory,
    PractitionerFactory,
    QualificationFactory,
    SlotFactory,
    clinician,
    held,
)
from tests.providers.api.conftest import calling

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/practitioners/"
PROFILE = {"given_name": "Ada", "family_name": "Example", "time_zone": "America/Chicago"}
LICENCE = {"jurisdiction": "NY", "number": "12", "valid_from": "2020-01-01"}


def test_an_administrator_brings_a_clinician_in(admin):
    user = UserFactory(email="ada@example.org")

    answer = admin.post(URL, {**PROFILE, "email": "Ada@example.org"})

    assert answer.status_code == 201
    assert answer.json()["time_zone"] == "America/Chicago"
    user.refresh_from_db()
    assert user.role == Role.PRACTITIONER


def test_only_administrators_bring_clinicians_in(nobody, patient, stranger):
    UserFactory(email="ada@example.org")
    body = {**PROFILE, "email": "ada@example.org"}

    assert [caller.post(URL, body).status_code for caller in (nobody, patient, stranger)] == [401, 403, 403]
    assert Practitioner.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "unknown@example.org"}, "email"),
        ({"email": "no address"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": 7}, "time_zone"),
        ({"given_name": ""}, "given_name"),
        ({"npi": "12"}, "npi"),
        ({"languages": "en"}, "languages"),
    ],
)
def test_a_bad_clinician_is_refused_by_field(admin, change, field):
    UserFactory(email="ada@example.org")

    answer = admin.post(URL, {**PROFILE, "email": "ada@example.org", **change})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Practitioner.objects.exists()


def test_a_clinician_sees_themself_only_and_a_patient_nobody(stranger, patient):
    ada = PractitionerFactory()

    assert [one["id"] for one in calling(ada.user).get(URL).json()["results"]] == [str(ada.pk)]
    assert stranger.get(f"{URL}{ada.pk}/").status_code == 404
    assert patient.get(f"{URL}{ada.pk}/").status_code == 404
    assert patient.get(URL).json()["results"] == []


def test_an_administrator_changes_a_profile_and_a_clinician_does_not(admin):
    ada = PractitionerFactory(given_name="Augusta")

    assert calling(ada.user).put(f"{URL}{ada.pk}/", PROFILE).status_code == 403
    assert admin.put(f"{URL}{ada.pk}/", PROFILE).json()["given_name"] == "Ada"


def test_retiring_names_the_booked_visits(admin, soon):
    ada = clinician(HealthcareServiceFactory())
    hold = held(ada, UserFactory(), until=soon)
    slot = SlotFactory(practitioner=ada, start_at=hold.end_at)

    refused = admin.post(f"{URL}{ada.pk}/retire/")
    accepted = admin.post(f"{URL}{ada.pk}/retire/", {"accept": [str(slot.pk)]})

    assert (refused.status_code, refused.json()["code"]) == (409, "bookings-affected")
    assert [one["slot"] for one in refused.json()["affected"]] == [str(slot.pk)]
    assert (accepted.status_code, accepted.json()["is_active"]) == (200, False)


def test_roles_are_offered_and_listed(admin, stranger):
    ada, service = PractitionerFactory(), HealthcareServiceFactory(slug="sleep")
    url = f"{URL}{ada.pk}/roles/"

    saved = admin.post(url, {"service": "sleep", "duration_minutes": 45})

    assert (saved.status_code, saved.json()["duration_minutes"]) == (200, 45)
    listed = calling(ada.user).get(url).json()
    assert (listed["next"], listed["previous"]) == (None, None)
    assert [one["service"] for one in listed["results"]] == ["sleep"]
    assert calling(ada.user).post(url, {"service": "sleep"}).status_code == 403
    assert stranger.get(url).status_code == 404
    assert admin.post(url, {"service": "none"}).status_code == 422
    assert admin.post(url, {"service": "sleep", "duration_minutes": 1}).status_code == 422
    assert PractitionerRole.objects.get().service == service


def test_licences_are_recorded_changed_and_listed(admin):
    ada = PractitionerFactory()
    url = f"{URL}{ada.pk}/qualifications/"

    saved = admin.post(url, LICENCE)
    changed = admin.put(f"{url}{saved.json()['id']}/", {**LICENCE, "status": "suspended"})

    assert (saved.status_code, changed.status_code) == (201, 200)
    assert Qualification.objects.get().status == "suspended"
    assert [one["number"] for one in calling(ada.user).get(url).json()["results"]] == ["12"]


def test_licences_are_refused_to_strangers_and_when_bad(admin, nobody, patient, stranger):
    licence = QualificationFactory()
    url = f"{URL}{licence.practitioner_id}/qualifications/"

    assert [caller.post(url, LICENCE).status_code for caller in (nobody, patient, stranger)] == [401, 404, 404]
    assert stranger.put(f"{url}{licence.pk}/", LICENCE).status_code == 404
    assert calling(licence.practitioner.user).post(url, LICENCE).status_code == 403
    assert admin.post(url, {}).status_code == 422
    assert admin.post(url, {**LICENCE, "valid_until": "2019-01-01"}).status_code == 422
    assert admin.put(f"{URL}{PractitionerFactory().pk}/qualifications/{licence.pk}/", LICENCE).status_code == 404
    assert Qualification.objects.count() == 1


def test_suspending_a_licence_names_the_visits_it_uncovers(admin):
    ada = clinician(HealthcareServiceFactory())
    SlotFactory(practitioner=ada)
    licence = ada.qualifications.get()
    body = {**LICENCE, "number": licence.number, "status": "suspended"}

    answer = admin.put(f"{URL}{ada.pk}/qualifications/{licence.pk}/", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "bookings-affected")


def test_the_number_of_queries_does_not_grow(admin):
    counts = []
    for total in (5, 50):
        PractitionerFactory.create_batch(total)
        with CaptureQueriesContext(connection) as queries:
            admin.get(URL, {"limit": 100})
        counts.append(len(queries))

    assert counts == [1, 1]
