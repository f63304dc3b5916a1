"""The admin saves through flows, and shows the rest."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from config.core import administrators
from config.core.models import AuditEvent
from providers.flows import tune
from providers.models import ClinicClosure, HealthcareService, Practitioner, PractitionerRole, Qualification
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    NOW,
    HealthcareServiceFactory,
    PractitionerFactory,
    PractitionerRoleFactory,
    QualificationFactory,
    ScheduleExceptionFactory,
    SlotFactory,
    clinician,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(client):
    client.force_login(AdminFactory())
    return client


def url(model, action, *args):
    return reverse(f"admin:providers_{model}_{action}", args=args)


PROFILE = {"given_name": "Ada", "family_name": "Example", "time_zone": "America/Chicago", "languages": "en, es"}


def test_every_list_and_row_can_be_looked_at(admin):
    ada = clinician(HealthcareServiceFactory())
    rows = {
        "healthcareservice": HealthcareService.objects.get(),
        "practitioner": ada,
        "practitionerrole": ada.roles.get(),
        "qualification": ada.qualifications.get(),
        "schedule": ada.schedules.get(),
        "scheduleexception": ScheduleExceptionFactory(practitioner=ada),
        "slot": SlotFactory(practitioner=ada),
    }

    for model, row in rows.items():
        assert admin.get(url(model, "changelist")).status_code == 200, model
        assert admin.get(url(model, "change", row.pk)).status_code == 200, model


@pytest.mark.parametrize("model", ["schedule", "scheduleexception", "slot"])
def test_hours_and_slots_are_read_only(admin, model):
    assert admin.get(url(model, "add")).status_code == 403


def test_an_administrator_tunes_a_service(admin):
    service = HealthcareServiceFactory()
    words = {name: value for name in tune.TUNABLE if (value := getattr(service, name)) is not None}

    answer = admin.post(url("healthcareservice", "change", service.pk), {**words, "duration_minutes": 45})

    assert answer.status_code == 302
    service.refresh_from_db()
    assert service.duration_minutes == 45
    assert AuditEvent.objects.get(entity_id=service.pk).detail == {"changed": ["duration_minutes"]}


def test_a_service_is_tuned_within_bounds(admin):
    service = HealthcareServiceFactory()

    with pytest.raises(tune.BadService):
        tune.tune(service_id=service.pk, changes={"duration_minutes": 1}, by=AdminFactory(), now=NOW)
    with pytest.raises(tune.BadService):
        tune.tune(service_id=service.pk, changes={"states": ["ZZ"]}, by=AdminFactory(), now=NOW)
    with pytest.raises(tune.NoSuchService):
        tune.tune(service_id=UserFactory().pk, changes={}, by=AdminFactory(), now=NOW)
    with pytest.raises(administrators.NotAnAdministrator):
        tune.tune(service_id=service.pk, changes={}, by=UserFactory(), now=NOW)


def test_an_administrator_brings_a_clinician_in_and_changes_the_profile(admin):
    UserFactory(email="ada@example.org")

    added = admin.post(url("practitioner", "add"), {**PROFILE, "email": "ada@example.org"})
    ada = Practitioner.objects.get()
    changed = admin.post(url("practitioner", "change", ada.pk), {**PROFILE, "credentials": "MD"})

    assert (added.status_code, changed.status_code) == (302, 302)
    ada.refresh_from_db()
    assert (ada.credentials, ada.languages, ada.user.role) == ("MD", ["en", "es"], "practitioner")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"email": "nobody@example.org"}, "no account"), ({"email": ""}, "no account"), ({"npi": "12"}, "ten digits")],
)
def test_a_refusal_stands_in_the_form(admin, change, words):
    UserFactory(email="ada@example.org")

    answer = admin.post(url("practitioner", "add"), {**PROFILE, "email": "ada@example.org", **change})

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Practitioner.objects.exists()


def test_clinicians_are_retired_and_brought_back(admin):
    idle, busy = clinician(HealthcareServiceFactory()), clinician(HealthcareServiceFactory())
    SlotFactory(practitioner=busy)
    chosen = {"_selected_action": [idle.pk, busy.pk]}

    answer = admin.post(url("practitioner", "changelist"), {**chosen, "action": "retire"}, follow=True)
    assert busy.display_name in answer.content.decode()
    assert list(Practitioner.objects.active()) == [busy]

    admin.post(url("practitioner", "changelist"), {**chosen, "action": "bring_back"})
    assert Practitioner.objects.active().count() == 2


def test_an_offer_is_saved_and_changed(admin):
    ada, service = PractitionerFactory(), HealthcareServiceFactory()

    admin.post(
        url("practitionerrole", "add"),
        {"practitioner": ada.pk, "service": service.pk, "is_active": "on", "accepts_new_patients": "on"},
    )
    role = PractitionerRole.objects.get()
    admin.post(url("practitionerrole", "change", role.pk), {"is_active": "on", "duration_minutes": 45})

    role.refresh_from_db()
    assert (role.practitioner, role.accepts_new_patients, role.duration_minutes) == (ada, False, 45)


def test_a_bad_override_stands_in_the_form(admin):
    role = PractitionerRoleFactory()

    answer = admin.post(url("practitionerrole", "change", role.pk), {"duration_minutes": 2})

    assert "Give a number from 5" in answer.content.decode()


def licence(**given):
    return {"kind": "MD", "jurisdiction": "NY", "number": "7", "status": "active", "valid_from": "2020-01-01", **given}


def test_a_licence_is_saved(admin):
    ada = PractitionerFactory()

    assert admin.post(url("qualification", "add"), licence(practitioner=ada.pk)).status_code == 302

    assert Qualification.objects.get().valid_from == date(2020, 1, 1)


def test_a_licence_that_uncovers_visits_is_saved_only_when_they_were_seen(admin):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada)
    change = url("qualification", "change", ada.qualifications.get().pk)
    suspended = licence(status="suspended")

    shown = admin.post(change, suspended).content.decode()
    unseen = admin.post(change, {**suspended, "keep": "on"})
    saved = admin.post(change, {**suspended, "keep": "on", "seen": str(slot.pk)})

    assert "2026-06-01T13:00:00Z" in shown
    assert f'value="{slot.pk}"' in shown
    assert (unseen.status_code, saved.status_code) == (200, 302)


def test_the_same_licence_twice_stands_in_the_form(admin):
    row = QualificationFactory(number="7")

    answer = admin.post(url("qualification", "add"), licence(practitioner=row.practitioner_id))

    assert answer.status_code == 200
    assert Qualification.objects.count() == 1


def test_the_clinic_is_closed_shown_and_reopened(admin):
    slot = SlotFactory(practitioner=clinician(HealthcareServiceFactory()))
    words = {"name": "Holiday", "start_date": "2026-06-01", "end_date": "2026-06-01"}

    shown = admin.post(url("clinicclosure", "add"), words).content.decode()
    saved = admin.post(url("clinicclosure", "add"), {**words, "keep": "on", "seen": str(slot.pk)})
    closure = ClinicClosure.objects.get()
    row = admin.get(url("clinicclosure", "change", closure.pk))
    admin.post(url("clinicclosure", "changelist"), {"_selected_action": [closure.pk], "action": "reopen"})

    assert f'value="{slot.pk}"' in shown
    assert (saved.status_code, row.status_code) == (302, 200)
    assert not ClinicClosure.objects.filter(is_active=True).exists()


def test_nothing_is_deleted(admin):
    row = QualificationFactory()

    assert admin.post(url("qualification", "delete", row.pk), {"post": "yes"}).status_code == 403


def test_changed_words_lose_their_translation_and_the_others_keep_theirs():
    service = HealthcareServiceFactory(translations={"es": {"name": "Sueño", "summary": "Para dormir."}})

    tune.tune(service_id=service.pk, changes={"name": "Rest"}, by=AdminFactory(), now=NOW)

    service.refresh_from_db()
    assert service.translations == {"es": {"summary": "Para dormir."}}
    with translation.override("es"):
        assert (service.told_name, service.told_summary) == ("Rest", "Para dormir.")
