import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.core.models import AuditEvent
from consultations.models import ServiceRequest
from tests.factories.consultations import (
    AppointmentFactory,
    ReviewTaskFactory,
    ServiceRequestFactory,
    SupportingInfoFactory,
    asking_service,
    clinician,
)
from tests.factories.core import AdminFactory
from tests.factories.intake import ConsentDocumentFactory, FlagFactory, PatientFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/service-requests/"


def test_start_answers_with_the_draft_and_its_questions(sign_in):
    patient, service = PatientFactory(), asking_service(questionnaires=2)

    answer = sign_in(patient.user).post(URL, {"service": service.slug, "state": "NY"})

    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["next_actor"], body["next_step"]["code"]) == ("draft", "patient", "answer")
    assert [set(one) for one in body["questionnaire_responses"]] == [
        {"id", "questionnaire", "title", "status", "required"}
    ] * 2
    assert "flags" not in body


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({}, 422, "invalid", id="empty"),
        pytest.param([], 422, "invalid", id="a list"),
        pytest.param({"service": 7, "state": []}, 422, "invalid", id="wrong types"),
        pytest.param({"service": "asked", "state": "NY", "extra": 1}, 422, "invalid", id="unknown field"),
        pytest.param({"service": "other", "state": "NY"}, 422, "service-unknown", id="unknown service"),
        pytest.param({"service": "asked", "state": "CA"}, 422, "state-not-served", id="state not served"),
    ],
)
def test_start_refuses_bad_input_and_writes_nothing(sign_in, body, status, code):
    asking_service(slug="asked")

    answer = sign_in(PatientFactory().user).post(URL, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not ServiceRequest.objects.exists()


def test_start_refuses_a_second_open_case_with_its_id(sign_in):
    patient, service = PatientFactory(), asking_service()
    client = sign_in(patient.user)
    first = client.post(URL, {"service": service.slug, "state": "NY"}).json()

    answer = client.post(URL, {"service": service.slug, "state": "NY"})

    assert (answer.status_code, answer.json()["code"]) == (409, "request-open")
    assert answer.json()["service_request"] == first["id"]


def test_start_with_the_same_idempotency_key_makes_one_case(sign_in):
    patient, service = PatientFactory(), asking_service()
    client, words = sign_in(patient.user), {"service": service.slug, "state": "NY"}

    answers = [client.post(URL, words, headers={"Idempotency-Key": "once"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert ServiceRequest.objects.count() == 1


def test_nobody_is_let_in_without_signing_in(client):
    assert client.get(URL).status_code == 401
    assert client.post(URL, {}, content_type="application/json").status_code == 401


def test_detail_says_what_is_missing(sign_in):
    case = ServiceRequestFactory()
    response = SupportingInfoFactory(service_request=case).questionnaire_response
    document = ConsentDocumentFactory()
    document.services.add(case.service)

    body = sign_in(case.patient.user).get(f"{URL}{case.pk}/").json()

    assert [one["field"] for one in body["missing"]] == [
        f"consents.{document.slug}", f"questionnaire_responses.{response.pk}",
    ]  # fmt: skip


def test_detail_shows_the_visit_and_the_clinicians_question(sign_in):
    visit = AppointmentFactory()
    case = visit.service_request
    case.asks.create(message="Which dose?", asked_at=case.authored_at, asked_by=visit.practitioner.user)

    body = sign_in(case.patient.user).get(f"{URL}{case.pk}/").json()

    assert body["appointment"]["id"] == str(visit.pk)
    assert body["question"]["message"] == "Which dose?"


def test_a_live_visit_is_shown_before_a_cancelled_one(sign_in):
    live = AppointmentFactory()
    AppointmentFactory(service_request=live.service_request, status="cancelled")

    body = sign_in(live.patient.user).get(f"{URL}{live.service_request_id}/").json()

    assert body["appointment"]["id"] == str(live.pk)


@pytest.mark.parametrize("path", ["", "submit/", "withdraw/"])
def test_a_case_of_somebody_else_does_not_exist(sign_in, path):
    case = ServiceRequestFactory()
    client = sign_in(PatientFactory().user)

    answer = client.post(f"{URL}{case.pk}/{path}", {}) if path else client.get(f"{URL}{case.pk}/")

    assert answer.status_code == 404


def test_a_clinician_of_the_service_and_state_sees_submitted_cases_with_their_flags(sign_in):
    task = ReviewTaskFactory()
    case = task.service_request
    response = SupportingInfoFactory(service_request=case).questionnaire_response
    flag = FlagFactory(response=response)

    reader = clinician(case.service).user
    body = sign_in(reader).get(f"{URL}{case.pk}/").json()

    assert [one["id"] for one in body["flags"]] == [str(flag.pk)]
    assert AuditEvent.objects.about(case).get(action="R").actor == reader


@pytest.mark.parametrize("where", ["NJ", "draft"])
def test_a_clinician_does_not_see_cases_of_other_states_or_drafts(sign_in, where):
    case = ServiceRequestFactory() if where == "draft" else ServiceRequestFactory(submitted=True)
    reader = clinician(case.service, state="NY" if where == "draft" else where)

    assert sign_in(reader.user).get(f"{URL}{case.pk}/").status_code == 404


def test_an_administrator_reads_no_cases_here(sign_in):
    case = ServiceRequestFactory(submitted=True)

    assert sign_in(AdminFactory()).get(f"{URL}{case.pk}/").status_code == 404


def test_submit_hands_the_case_over(sign_in):
    case = ServiceRequestFactory()
    SupportingInfoFactory(service_request=case, finished=True)

    answer = sign_in(case.patient.user).post(f"{URL}{case.pk}/submit/", {})

    body = answer.json()
    assert answer.status_code == 200
    assert (body["status"], body["priority"], body["missing"]) == ("active", "routine", [])


def test_submit_names_each_thing_missing(sign_in):
    case = ServiceRequestFactory()
    SupportingInfoFactory(service_request=case)

    answer = sign_in(case.patient.user).post(f"{URL}{case.pk}/submit/")

    assert (answer.status_code, answer.json()["code"], len(answer.json()["errors"])) == (422, "incomplete", 1)


def test_submit_twice_says_that_it_was(sign_in):
    case = ServiceRequestFactory(submitted=True)

    answer = sign_in(case.patient.user).post(f"{URL}{case.pk}/submit/", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "already-submitted")


def test_withdraw_closes_the_case(sign_in):
    case = ServiceRequestFactory()

    answer = sign_in(case.patient.user).post(f"{URL}{case.pk}/withdraw/", {})

    assert (answer.status_code, answer.json()["status"], answer.json()["next_actor"]) == (200, "revoked", "nobody")


@pytest.mark.parametrize("path", ["submit", "withdraw"])
def test_actions_refuse_words_they_do_not_know(sign_in, path):
    case = ServiceRequestFactory()

    answer = sign_in(case.patient.user).post(f"{URL}{case.pk}/{path}/", {"now": True})

    assert answer.status_code == 422


def test_an_address_that_names_nothing_is_not_found(sign_in):
    assert sign_in(PatientFactory().user).get(f"{URL}{uuid.uuid4()}/").status_code == 404


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_five(sign_in):
    few, many = PatientFactory(), PatientFactory()
    for patient, count in ((few, 5), (many, 50)):
        for _ in range(count):
            visit = AppointmentFactory(service_request__patient=patient, status="cancelled")
            SupportingInfoFactory(service_request=visit.service_request)

    counts = [queries(sign_in(patient.user), f"{URL}?limit=100") for patient in (few, many)]

    assert counts[0] == counts[1] <= 12


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(captured)
