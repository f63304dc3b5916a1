from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from config.core.models import AuditEvent, Role
from intake.domain.identity import Details
from intake.flows import register
from intake.models import Patient
from tests.factories.core import UserFactory
from tests.factories.intake import NOW, PatientFactory

GRACE = Details(
    given_name="Grace",
    family_name="Sample",
    birth_date=date(1985, 3, 8),
    sex_at_birth="F",
    phone="+12125550123",
    state="NY",
    time_zone="America/New_York",
)


@pytest.mark.django_db
def test_register_makes_the_record_and_says_so_in_the_audit_trail():
    user = UserFactory()

    patient = register.register(details=GRACE, by=user, now=NOW)

    kept = Patient.objects.get(user=user)
    assert kept == patient
    assert (kept.full_name, str(kept.phone), str(kept.time_zone)) == ("Grace Sample", "+12125550123", GRACE.time_zone)
    event = AuditEvent.objects.about(patient).get()
    assert (event.event, event.actor, event.detail) == ("intake.patient.registered", user, {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("given_name", "  ", "blank"),
        ("family_name", "", "blank"),
        ("birth_date", date(2008, 6, 2), "under-age"),
        ("birth_date", date(2027, 1, 1), "in-the-future"),
        ("birth_date", date(1885, 3, 8), "too-long-ago"),
        ("sex_at_birth", "X", "unknown"),
        ("phone", "555", "not-a-phone-number"),
        ("phone", "", "not-a-phone-number"),
        ("phone", "(212) 555-0123", "not-a-phone-number"),
        ("emergency_contact_phone", "1", "not-a-phone-number"),
        ("state", "XX", "unknown"),
        ("time_zone", "Mars/Olympus", "unknown"),
        ("preferred_language", "xx", "unknown"),
    ],
)
def test_register_names_the_field_that_cannot_be_true(field, value, code):
    with pytest.raises(register.CannotBeTrue) as refused:
        register.register(details=replace(GRACE, **{field: value}), by=UserFactory(), now=NOW)

    assert [(error.field, error.code) for error in refused.value.errors] == [(field, code)]
    assert not Patient.objects.exists()


@pytest.mark.django_db
def test_register_takes_somebody_on_their_eighteenth_birthday_where_they_are():
    honolulu = replace(GRACE, state="HI", time_zone="Pacific/Honolulu", birth_date=date(2008, 6, 1))

    assert register.register(details=honolulu, by=UserFactory(), now=NOW)


@pytest.mark.django_db
def test_register_refuses_a_second_record():
    patient = PatientFactory()

    with pytest.raises(register.AlreadyRegistered):
        register.register(details=GRACE, by=patient.user, now=NOW)


@pytest.mark.django_db
def test_register_refuses_people_who_work_here():
    with pytest.raises(register.NotAPatient):
        register.register(details=GRACE, by=UserFactory(role=Role.PRACTITIONER), now=NOW)


@pytest.mark.django_db
def test_change_writes_what_changed_and_audits_the_names_of_the_fields():
    patient = PatientFactory(city="Albany")

    register.change(changes={"city": "Troy", "state": "NY"}, by=patient.user, now=NOW)

    patient.refresh_from_db()
    assert patient.city == "Troy"
    assert AuditEvent.objects.about(patient).get().detail == {"fields": ["city"]}


@pytest.mark.django_db
def test_change_refuses_what_cannot_be_true_and_strangers():
    patient = PatientFactory()

    with pytest.raises(register.CannotBeTrue):
        register.change(changes={"state": "ZZ"}, by=patient.user, now=NOW)
    with pytest.raises(register.NotRegistered):
        register.change(changes={"city": "Troy"}, by=UserFactory(), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_make_one_record():
    user, ready, outcomes = UserFactory(), Barrier(2), []

    def attempt():
        ready.wait()
        try:
            outcomes.append(type(register.register(details=GRACE, by=user, now=NOW)))
        except register.AlreadyRegistered as error:
            outcomes.append(type(error))
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kind.__name__ for kind in outcomes) == ["AlreadyRegistered", "Patient"]
