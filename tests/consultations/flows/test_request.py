from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from config.core.errors import NotFound
from config.core.models import AuditEvent, StatusChange
from consultations.domain import lifecycle
from consultations.flows import request
from consultations.models import ReviewTask, ServiceRequest
from consultations.queries import offering
from intake.domain.codes import ConsentStatus, ResponseStatus, Severity
from intake.models import Questionnaire
from tests.consultations.racing import at_once, names
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    asking_service,
)
from tests.factories.core import UserFactory
from tests.factories.intake import (
    ConsentDocumentFactory,
    ConsentFactory,
    FlagFactory,
    PatientFactory,
    QuestionnaireFactory,
    ServiceQuestionnaireFactory,
)
from tests.factories.providers import NOW

pytestmark = pytest.mark.django_db


def start(patient, service, **changes):
    given = {"service_slug": service.slug, "state": "NY", "by": patient.user, "now": NOW, **changes}
    return request.start(**given)


def finished_case(**columns):
    case = ServiceRequestFactory(**columns)
    SupportingInfoFactory(service_request=case, finished=True)
    return case


def test_start_lays_out_one_response_for_each_questionnaire_in_order():
    patient, service = PatientFactory(), asking_service(questionnaires=3)

    case = start(patient, service)

    infos = case.supporting_info.order_by("position").select_related("questionnaire_response__questionnaire")
    assert case.status == "draft"
    assert [one.questionnaire_response.questionnaire.url for one in infos] == [
        line.url for line in service.questionnaires.order_by("position")
    ]
    assert {one.questionnaire_response.status for one in infos} == {"in-progress"}
    assert {one.questionnaire_response.patient_id for one in infos} == {patient.pk}


def test_start_pins_the_newest_published_version():
    service = asking_service()
    url = service.questionnaires.get().url
    Questionnaire.objects.filter(url=url).update(status="retired")
    newest = QuestionnaireFactory(url=url, version="2")
    QuestionnaireFactory(url=url, version="3", status="draft")

    case = start(PatientFactory(), service)

    assert case.supporting_info.get().questionnaire_response.questionnaire == newest


def test_start_leaves_a_trace():
    case = start(PatientFactory(), asking_service())

    assert AuditEvent.objects.about(case).get().event == "consultations.request.started"
    assert StatusChange.objects.get(entity_id=case.pk).new == "draft"


def test_start_refuses_somebody_without_a_patient_record():
    with pytest.raises(request.NotRegistered):
        request.start(service_slug=asking_service().slug, state="NY", by=UserFactory(), now=NOW)


@pytest.mark.parametrize("columns", [{"slug": "other"}, {"slug": "asked", "is_active": False}], ids=["none", "retired"])
def test_start_refuses_a_service_that_is_not_offered(columns):
    asking_service(**columns)

    with pytest.raises(offering.UnknownService):
        request.start(service_slug="asked", state="NY", by=PatientFactory().user, now=NOW)


@pytest.mark.parametrize("state", ["CA", "ZZ", "ny", ""])
def test_start_refuses_a_state_that_is_not_served(state):
    with pytest.raises(offering.StateNotServed) as refused:
        start(PatientFactory(), asking_service(), state=state)

    assert refused.value.errors[0].field == "state"


def test_start_counts_the_age_on_the_day_in_the_patients_state():
    birthday_tomorrow_in_new_york = PatientFactory(birth_date=date(2008, 6, 1))

    with pytest.raises(offering.UnderAge):
        start(birthday_tomorrow_in_new_york, asking_service())


def test_start_refuses_a_second_open_case_and_names_the_first():
    patient, service = PatientFactory(), asking_service()
    first = start(patient, service)

    with pytest.raises(offering.RequestOpen) as refused:
        start(patient, service)

    assert refused.value.extra == {"service_request": str(first.pk)}


def test_start_again_after_withdrawing_is_fine():
    patient, service = PatientFactory(), asking_service()
    request.withdraw(request_id=start(patient, service).pk, by=patient.user, now=NOW)

    assert start(patient, service).status == "draft"


def test_start_refuses_a_service_whose_questionnaire_is_not_published():
    service = asking_service()
    ServiceQuestionnaireFactory(service=service, url=QuestionnaireFactory(status="draft").url, position=9)

    with pytest.raises(offering.NotReady):
        start(PatientFactory(), service)
    assert not ServiceRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_make_one_case():
    patient, service = PatientFactory(), asking_service()

    outcomes = at_once(*[lambda: start(patient, service)] * 2)

    assert names(outcomes) == ["RequestOpen", "ServiceRequest"]
    assert ServiceRequest.objects.count() == 1


def test_database_refuses_a_second_open_case():
    case = ServiceRequestFactory()

    with pytest.raises(IntegrityError, match="consultations_servicerequest_open_once"):
        ServiceRequestFactory(patient=case.patient, service=case.service)


def test_database_refuses_half_a_submission():
    with pytest.raises(IntegrityError, match="consultations_servicerequest_submission_whole"):
        ServiceRequestFactory(submitted_at=NOW)


def test_database_refuses_an_active_case_that_nobody_submitted():
    with pytest.raises(IntegrityError, match="consultations_servicerequest_active_was_submitted"):
        ServiceRequestFactory(status="active")


@pytest.mark.parametrize("column", ["status", "priority"])
def test_database_refuses_an_unknown_code(column):
    with pytest.raises(IntegrityError, match=f"consultations_servicerequest_{column}_known"):
        ServiceRequestFactory(**{column: "whim"})


def test_database_refuses_two_questionnaires_in_one_place():
    info = SupportingInfoFactory(position=1)

    with pytest.raises(IntegrityError, match="consultations_supportinginfo_position_once"):
        SupportingInfoFactory(service_request=info.service_request, position=1)


def test_submit_hands_the_case_to_the_queue():
    case = finished_case(service__review_due_minutes={"routine": 60})

    submitted = request.submit(request_id=case.pk, by=case.patient.user, now=NOW)

    task = ReviewTask.objects.get(service_request=case)
    assert (submitted.status, submitted.priority, submitted.due_at) == ("active", "routine", NOW + timedelta(hours=1))
    assert (task.status, task.tier, task.due_at, task.state) == ("ready", 2, submitted.due_at, "NY")
    assert AuditEvent.objects.about(case).get().detail == {"priority": "routine", "tier": 2}


@pytest.mark.parametrize(
    ("severity", "priority", "tier"), [(Severity.EMERGENCY, "stat", 0), (Severity.URGENT, "urgent", 1)]
)
def test_submit_takes_the_priority_from_the_flags(severity, priority, tier):
    case = finished_case()
    FlagFactory(response=case.supporting_info.get().questionnaire_response, severity=severity)

    request.submit(request_id=case.pk, by=case.patient.user, now=NOW)

    case.refresh_from_db()
    assert (case.priority, case.review_task.tier) == (priority, tier)


def test_submit_leaves_superseded_flags_and_flags_of_other_cases_out():
    case = finished_case()
    response = case.supporting_info.get().questionnaire_response
    FlagFactory(response=response, severity=Severity.EMERGENCY, status="inactive", superseded_at=NOW)
    FlagFactory(response__patient=case.patient, severity=Severity.EMERGENCY)

    assert request.submit(request_id=case.pk, by=case.patient.user, now=NOW).priority == "routine"


def test_submit_names_each_thing_that_is_missing():
    case = ServiceRequestFactory()
    unfinished = SupportingInfoFactory(service_request=case).questionnaire_response
    SupportingInfoFactory(service_request=case, required=False)
    document = ConsentDocumentFactory()
    document.services.add(case.service)

    with pytest.raises(request.Incomplete) as refused:
        request.submit(request_id=case.pk, by=case.patient.user, now=NOW)

    assert [error.field for error in refused.value.errors] == [
        f"consents.{document.slug}", f"questionnaire_responses.{unfinished.pk}",
    ]  # fmt: skip
    case.refresh_from_db()
    assert case.status == "draft"
    assert not ReviewTask.objects.exists()


@pytest.mark.parametrize(
    ("signature", "is_missing"),
    [
        pytest.param({}, False, id="in force"),
        pytest.param({"status": ConsentStatus.INACTIVE, "withdrawn_at": NOW}, True, id="withdrawn"),
    ],
)
def test_submit_counts_signatures_in_force(signature, is_missing):
    case = finished_case()
    document = ConsentDocumentFactory()
    document.services.add(case.service)
    if "withdrawn_at" in signature:
        signature = {**signature, "withdrawn_by": case.patient.user}
    ConsentFactory(patient=case.patient, document=document, **signature)

    assert bool(case.missing()) is is_missing


def test_a_signature_under_an_old_version_does_not_count():
    case = finished_case()
    old = ConsentDocumentFactory(slug="telehealth", is_current=False)
    new = ConsentDocumentFactory(slug="telehealth", version="2")
    for document in (old, new):
        document.services.add(case.service)
    ConsentFactory(patient=case.patient, document=old)

    assert [error.field for error in case.missing()] == ["consents.telehealth"]


def test_a_signature_in_another_language_counts():
    case = finished_case()
    english = ConsentDocumentFactory(slug="telehealth")
    spanish = ConsentDocumentFactory(slug="telehealth", language="es")
    for document in (english, spanish):
        document.services.add(case.service)
    ConsentFactory(patient=case.patient, document=spanish)

    assert case.missing() == ()


def test_submit_refuses_a_case_that_is_not_ones_own():
    with pytest.raises(NotFound):
        request.submit(request_id=finished_case().pk, by=PatientFactory().user, now=NOW)


def test_submit_refuses_a_second_time():
    case = finished_case()
    request.submit(request_id=case.pk, by=case.patient.user, now=NOW)

    with pytest.raises(request.AlreadySubmitted):
        request.submit(request_id=case.pk, by=case.patient.user, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_make_one_task():
    case = finished_case()

    outcomes = at_once(*[lambda: request.submit(request_id=case.pk, by=case.patient.user, now=NOW)] * 4)

    assert names(outcomes) == ["AlreadySubmitted"] * 3 + ["ServiceRequest"]
    assert ReviewTask.objects.filter(service_request=case).count() == 1


def test_withdraw_ends_the_review_and_what_is_unfinished():
    task = ReviewTaskFactory()
    case = task.service_request
    response = SupportingInfoFactory(service_request=case).questionnaire_response
    ask = case.asks.create(message="Which dose?", asked_at=NOW, asked_by=UserFactory())

    withdrawn = request.withdraw(request_id=case.pk, by=case.patient.user, now=NOW)

    for row in (task, response, ask):
        row.refresh_from_db()
    assert (withdrawn.status, withdrawn.closed_at) == ("revoked", NOW)
    assert (task.status, response.status, ask.status) == ("cancelled", ResponseStatus.STOPPED, "revoked")


def test_withdraw_keeps_a_decided_review():
    task = ReviewTaskFactory(
        status="completed", outcome="accepted", decided_at=NOW, decided_by=UserFactory()
    )  # fmt: skip

    request.withdraw(request_id=task.service_request_id, by=task.service_request.patient.user, now=NOW)

    task.refresh_from_db()
    assert task.status == "completed"


def test_withdraw_refuses_while_a_visit_is_booked_and_names_it():
    visit = AppointmentFactory()

    with pytest.raises(request.VisitBooked) as refused:
        request.withdraw(request_id=visit.service_request_id, by=visit.patient.user, now=NOW)

    assert refused.value.extra == {"appointment": str(visit.pk)}


def test_withdraw_refuses_a_case_that_is_over():
    case = ServiceRequestFactory()
    request.withdraw(request_id=case.pk, by=case.patient.user, now=NOW)

    with pytest.raises(lifecycle.BadTransition):
        request.withdraw(request_id=case.pk, by=case.patient.user, now=NOW)


def test_withdraw_refuses_a_case_that_is_not_ones_own():
    with pytest.raises(NotFound):
        request.withdraw(request_id=ServiceRequestFactory().pk, by=PatientFactory().user, now=NOW)


def test_a_flow_inside_another_transaction_raises():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        start(PatientFactory(), asking_service())
