"""The determination of a case without a visit: by who accepted it, licensed on that day, and never beside a visit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import DatabaseError, IntegrityError

from config.core.errors import NotAllowed, NotFound
from config.core.models import AuditEvent, StatusChange
from consultations.domain.codes import CommunicationKind, DeterminationStatus, RequestStatus
from consultations.flows import decide, determine, plan_care, request
from consultations.models import Communication, Determination
from providers.domain.codes import Pathway
from tests.factories.clinic import accepted, claimed, decided, finished, planned, recorded, waiting
from tests.factories.consultations import clinician
from tests.factories.providers import NOW, HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def sign(draft, *, now=NOW):
    return determine.sign(determination_id=draft.pk, by=draft.recorded_by, now=now)


def test_record_belongs_to_the_case_and_to_no_visit():
    task, practitioner = accepted()

    draft = decided(task, by=practitioner.user)

    assert (draft.service_request_id, draft.encounter_id) == (task.service_request_id, None)
    assert (draft.status, draft.version) == (DeterminationStatus.IN_PROGRESS, 1)


def test_record_leaves_the_same_traces_as_with_a_visit():
    task, practitioner = accepted()

    signed_row = sign(decided(task, by=practitioner.user))

    events = AuditEvent.objects.filter(entity_id=signed_row.pk).values_list("event", "patient_id")
    patient = task.service_request.patient_id
    assert set(events) == {
        ("consultations.determination.recorded", patient),
        ("consultations.determination.signed", patient),
    }
    assert StatusChange.objects.filter(entity_id=signed_row.pk).count() == 2


def test_record_again_changes_the_draft_and_after_the_signature_makes_the_next_version():
    task, practitioner = accepted()
    first = decided(task, by=practitioner.user)

    assert decided(task, by=practitioner.user, outcome="refer").pk == first.pk
    sign(first)
    assert decided(task, by=practitioner.user).version == 2


def test_plan_completes_the_case_and_tells_the_patient():
    task, practitioner = accepted()
    plan = planned(sign(decided(task, by=practitioner.user)))

    plan_care.sign(care_plan_id=plan.pk, by=practitioner.user, now=NOW)

    task.service_request.refresh_from_db()
    assert task.service_request.status == RequestStatus.COMPLETED
    assert Communication.objects.get(subject_id=plan.pk).kind == CommunicationKind.CARE_PLAN_READY


def test_a_completed_case_takes_a_correction():
    task, practitioner = accepted()
    plan = planned(sign(decided(task, by=practitioner.user)))
    plan_care.sign(care_plan_id=plan.pk, by=practitioner.user, now=NOW)

    assert decided(task, by=practitioner.user, outcome="refer").version == 2


def test_record_waits_for_the_decision():
    task, practitioner = claimed(waiting(HealthcareServiceFactory(pathway=Pathway.ASYNCHRONOUS)), now=NOW)

    with pytest.raises(determine.NotAccepted):
        decided(task, by=practitioner.user)


def test_record_refuses_a_case_that_was_declined():
    task, practitioner = claimed(waiting(HealthcareServiceFactory(pathway=Pathway.ASYNCHRONOUS)), now=NOW)
    decide.decline(task_id=task.pk, fence=task.fence, reason="Not for you.", by=practitioner.user, now=NOW)

    with pytest.raises(determine.NotAccepted):
        decided(task, by=practitioner.user)


def test_a_case_that_the_patient_withdrew_is_neither_recorded_nor_signed():
    task, practitioner = accepted()
    draft = decided(task, by=practitioner.user)
    request.withdraw(request_id=task.service_request_id, by=task.service_request.patient.user, now=NOW)

    with pytest.raises(determine.NotAccepted):
        decided(task, by=practitioner.user)
    with pytest.raises(determine.NotAccepted):
        sign(draft)


@pytest.mark.parametrize("pathway", [Pathway.EITHER, Pathway.REVIEW_FIRST])
def test_a_service_with_visits_decides_after_one(pathway):
    task, practitioner = accepted(HealthcareServiceFactory(pathway=pathway))

    with pytest.raises(determine.VisitNeeded):
        decided(task, by=practitioner.user)


def test_a_colleague_who_sees_the_case_does_not_decide_it():
    task, _ = accepted()

    with pytest.raises(NotAllowed):
        decided(task, by=clinician(task.service).user)


def test_the_case_is_not_there_for_strangers_and_not_for_its_patient_to_decide():
    task, _ = accepted()

    with pytest.raises(NotFound):
        decided(task, by=clinician(HealthcareServiceFactory()).user)
    with pytest.raises(NotAllowed):
        decided(task, by=task.service_request.patient.user)


def test_after_a_second_name_the_first_clinician_decides():
    service = HealthcareServiceFactory(pathway=Pathway.ASYNCHRONOUS, second_sign_off=True)
    task, first = accepted(service)
    task, second = claimed(task, now=NOW)
    decide.sign_off(task_id=task.pk, fence=task.fence, by=second.user, now=NOW)

    with pytest.raises(NotAllowed):
        decided(task, by=second.user)
    assert decided(task, by=first.user).recorded_by == first.user


def test_a_license_that_ends_lets_nobody_record_or_sign_on_the_day_after():
    task, practitioner = accepted()
    draft = decided(task, by=practitioner.user)
    practitioner.qualifications.update(valid_until=NOW.date())
    tomorrow = NOW + timedelta(days=1)

    with pytest.raises(determine.NotLicensed, match="license"):
        decided(task, by=practitioner.user, now=tomorrow)
    with pytest.raises(determine.NotLicensed):
        sign(draft, now=tomorrow)
    assert sign(draft).signed_at == NOW


def test_the_digest_names_the_case_where_there_is_no_visit():
    task, practitioner = accepted()
    stored = Determination.objects.get(pk=sign(decided(task, by=practitioner.user)).pk)
    before = determine.digest(stored)

    assert stored.sha256 == before
    stored.service_request_id = stored.pk
    assert determine.digest(stored) != before


@pytest.mark.database
def test_database_refuses_one_without_a_visit_where_the_service_has_visits():
    row = recorded()

    with pytest.raises(IntegrityError, match="determination_of_its_visit"):
        Determination.objects.create(**{**columns(row), "encounter": None})


@pytest.mark.database
def test_database_refuses_the_visit_of_another_case():
    row, other = recorded(), finished()

    with pytest.raises(IntegrityError, match="determination_of_its_visit"):
        Determination.objects.create(**{**columns(row), "encounter": other})


@pytest.mark.database
def test_database_refuses_to_move_one_to_another_case():
    task, practitioner = accepted()
    other, _ = accepted(task.service, practitioner=practitioner)
    draft = decided(task, by=practitioner.user)

    with pytest.raises(DatabaseError, match="determination_case_fixed"):
        Determination.objects.filter(pk=draft.pk).update(service_request=other.service_request)


@pytest.mark.database
def test_database_refuses_one_version_twice():
    task, practitioner = accepted()
    draft = decided(task, by=practitioner.user)

    with pytest.raises(IntegrityError, match="consultations_determination_case_version_once"):
        Determination.objects.create(**columns(draft))


@pytest.mark.django_db(transaction=True)
def test_two_screens_at_once_make_one_draft():
    task, practitioner = accepted()

    def record(outcome):
        try:
            return decided(task, by=practitioner.user, outcome=outcome).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as screens:
        made = set(screens.map(record, ["eligible", "refer", "needs-data", "not-eligible"]))

    assert made == set(Determination.objects.values_list("pk", flat=True))
    assert len(made) == 1


def columns(row):
    names = ("service_request", "encounter", "version", "protocol", "outcome", "criteria", "rationale")
    return {name: getattr(row, name) for name in (*names, "recorded_by", "recorded_at")}
